// One claim: what it says, what it rests on, and what each implementation did.
import {el, badge, levelBadge, printed} from './dom.js';
import {LEVELS, VERDICTS} from './model.js';
import {claimHref, formatRoute} from './route.js';
import {chosenImplementations} from './filter.js';

export async function claimView(page, claim) {
  const {model, blocks} = page;
  const judged = chosenImplementations(model, page.filter).filter((one) => model.cell(one, claim).sign !== ' ');
  const texts = await Promise.all(judged.map((one) => blocks.text(one, claim)));
  return el('article.claim-page', {'aria-label': claim.id},
    claimHeading(page, claim),
    restsOn(model, claim),
    el('h2', {}, 'What each implementation did'),
    el('p.counts', {}, verdictCounts(model, claim, judged)),
    el('div.scroller', {}, el('table.did', {},
      el('thead', {}, el('tr', {}, ['implementation', 'verdict', 'hygiene', 'took', ''].map((text) => el('th', {scope: 'col'}, text)))),
      judged.map((one, i) => implementationRows(model.cell(one, claim), one, claim, texts[i])))));
}

export function claimHeading(page, claim, implementation) {
  const {previous, next} = page.neighbours(claim);
  const step = (other, text, title) => (other
    ? el('a.button', {href: claimHref(other, implementation), title: `${title}: ${other.id}`}, text)
    : el('span.button.off', {'aria-hidden': 'true'}, text));
  return el('header.claim-heading', {},
    el('p.trail', {}, el('a', {href: page.matrixHref()}, '← All claims'), step(previous, '↑', 'Previous'), step(next, '↓', 'Next')),
    el('h1', {}, implementation ? el('a', {href: claimHref(claim)}, claim.id) : claim.id, ' ', levelBadge(claim.level)),
    el('p.sentence', {}, claim.says),
    implementation ? null : el('p.aside', {}, `${claim.level}: ${LEVELS.find(({name}) => name === claim.level)?.says ?? ''}. Area: `,
      el('a', {href: formatRoute('matrix', [], {area: claim.area})}, claim.area), '.'));
}

function verdictCounts(model, claim, implementations) {
  return VERDICTS.map((verdict) => [verdict, implementations.filter((one) => model.cell(one, claim).sign === verdict.sign).length])
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => el(`span.badge.${verdict.name.replace(' ', '-')}`, {}, `${verdict.glyph} ${verdict.name} ${count}`));
}

// A body of the table for each: the facts, and below them what was said about it.
function implementationRows(cell, one, claim, text) {
  const remarks = remarksOf(cell, text);
  return el('tbody', {},
    el('tr', {},
      el('th', {scope: 'row'}, el('a', {href: claimHref(claim, one)}, one.name),
        el('small', {}, [one.product, one.version, one.start].filter(Boolean).join(' · '))),
      el('td', {}, badge(cell), cell.variation ? el('span.outcome', {}, cell.variation) : null,
        cell.waived ? el('small', {}, 'known: a waiver explains it') : null,
        cell.unexpected ? el('small.alarm', {}, 'not as its waivers say') : null,
        cell.presumed ? el('small', {}, 'presumed: a call had not returned, and there is no proof that it never will') : null),
      el('td', {}, hygieneOf(cell, text)),
      el('td.number', {}, `${text.t} ms`),
      el('td', {}, el('a.button', {href: claimHref(claim, one)}, 'Timeline'))),
    remarks.length ? el('tr.remarks', {}, el('td', {colspan: '5'}, remarks)) : null);
}

function hygieneOf(cell, text) {
  if (cell.dirty) return el('span.badge.dirty', {}, 'left things behind');
  return text.w ? el('span.none', {title: text.w}, 'not known') : 'clean';
}

export function remarksOf(cell, text) {
  const blocks = [
    ['Why this is not as expected', text.c], ['What was accepted, and what happened', text.f], ['Left behind', text.l],
  ].filter(([, lines]) => lines?.length);
  return blocks.map(([title, lines]) => el('details', {open: cell.unexpected || cell.sign === 'v' || cell.dirty},
    el('summary', {}, title), lines.map((line) => printed(line.trimEnd()))));
}

// ---- The statements of the notes and of the documentation.

function restsOn(model, claim) {
  const cards = [...claim.notes.map((note) => noteCard(model, note)), ...claim.documented.map(contractCard)];
  return cards.length ? [el('h2', {}, 'What it rests on'), el('div.cards', {}, cards)] : null;
}

function noteCard(model, note) {
  const isWrong = note.verdict === 'refuted' || note.verdict === 'imprecise';
  return el('section.card', {'aria-label': note.id},
    el('h3', {}, note.id, ' ', el(`span.badge.note-${isWrong ? 'wrong' : 'right'}`, {}, note.verdict ?? 'not in this catalogue'),
      note.derived ? el('span.badge.plain', {title: 'not in the words of the notes, but follows from them'}, 'derived') : null),
    (note.where ?? []).map(placeOf),
    note.says ? labelled('Restated', note.says) : null,
    note.correction ? labelled(isWrong ? 'True is' : 'Besides', note.correction) : null,
    note.refuted_by ? labelled('Shown by', note.refuted_by.map((id) => [claimLink(model, id), ' '])) : null,
    note.not_refuted ? labelled('Not shown', note.not_refuted) : null);
}

function placeOf(place) {
  return el('figure.place', {}, el('figcaption', {}, 'The note: ', el('code', {}, place.at)),
    place.quote.length ? el('blockquote', {}, place.quote.map(([number, line]) => el('div', {}, el('i', {}, String(number)), line))) : null);
}

function claimLink(model, id) {
  const claim = model.claimById.get(id);
  return claim ? el('a', {href: claimHref(claim)}, id) : id;
}

function contractCard(statement) {
  return el('section.card', {'aria-label': statement.id},
    el('h3', {}, statement.id, ' ', statement.level ? levelBadge(statement.level) : el('span.badge.plain', {}, 'not in this catalogue')),
    statement.says ? labelled('Documented', statement.says) : null,
    statement.versions && statement.versions !== 'all' ? labelled('Versions', statement.versions) : null);
}

function labelled(label, ...content) {
  return el('p.labelled', {}, el('b', {}, label), el('span', {}, content));
}
