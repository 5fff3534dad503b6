// Two implementations, or two versions of one, beside each other: only what differs.
import {el, badge, levelBadge} from './dom.js';
import {differences} from './compare.js';
import {claimHref, formatRoute} from './route.js';

const DIRECTIONS = [
  {name: 'worse', glyph: '▼'}, {name: 'better', glyph: '▲'}, {name: 'changed', glyph: '◆'},
  {name: 'new', glyph: '+'}, {name: 'gone', glyph: '−'},
];

export function compareView(page) {
  const {model, route} = page;
  if (model.implementations.length < 2) {
    return el('section.compare', {}, el('h1', {}, 'Compare'),
      el('p.notice', {}, 'There is one implementation in this report. Two are needed: mpcheck report FOLDER OTHER-FOLDER'));
  }
  const [first, second] = chosenPair(model, route.params);
  const rows = worstFirst(differences(model, first, second));
  return el('section.compare', {'aria-label': 'Compare'},
    el('h1', {}, 'Compare'),
    el('p.pair', {},
      chooser(page, 'a', 'from', first, second), ' → ', chooser(page, 'b', 'to', second, first),
      el('a.button', {href: pairHref(second, first)}, 'Swap')),
    el('p.counts', {role: 'status'}, sumText(rows)),
    rows.length ? table(rows, first, second) : null);
}

function worstFirst(rows) {
  return DIRECTIONS.flatMap(({name}) => rows.filter((row) => row.direction === name));
}

// What the address says; else the first two.
function chosenPair(model, params) {
  const named = (name) => model.implementationByName.get(params.get(name) ?? '');
  const first = named('a') ?? model.implementations.find((one) => one !== named('b'));
  return [first, named('b') ?? model.implementations.find((one) => one !== first)];
}

function pairHref(a, b) {
  return formatRoute('compare', [], {a: a.name, b: b.name});
}

function chooser(page, name, label, chosen, other) {
  const options = page.model.implementations.map((one) =>
    el('option', {value: one.name, selected: one === chosen}, one.name));
  return el('label', {}, `${label} `, el('select', {name, onchange: (event) => {
    const picked = page.model.implementationByName.get(event.target.value);
    page.go(name === 'a' ? pairHref(picked, other) : pairHref(other, picked));
  }}, options));
}

export function sumText(rows) {
  if (!rows.length) return 'No difference.';
  return DIRECTIONS.map(({name, glyph}) => [rows.filter((row) => row.direction === name).length, glyph, name])
    .filter(([count]) => count > 0).map(([count, glyph, name]) => `${glyph} ${count} ${name}`).join('   ');
}

function table(rows, first, second) {
  const cellOf = (cell, claim, one) => el('td', {},
    cell.sign === ' ' ? el('span.none', {}, 'not judged')
      : el('a', {href: claimHref(claim, one)}, badge(cell), cell.variation ? ` ${cell.variation}` : '',
        cell.dirty ? el('span.badge.dirty', {}, 'leaves things behind') : ''));
  return el('div.scroller', {}, el('table.differences', {},
    el('thead', {}, el('tr', {}, ['', 'claim', 'level', first.name, second.name].map((text) => el('th', {scope: 'col'}, text)))),
    el('tbody', {}, rows.map(({claim, a, b, direction}) => el(`tr.${direction}`, {},
      el('td.direction', {}, `${DIRECTIONS.find(({name}) => name === direction).glyph} ${direction}`),
      el('th', {scope: 'row'}, el('a', {href: claimHref(claim)}, claim.id), el('small', {}, claim.says)),
      el('td', {}, levelBadge(claim.level)),
      cellOf(a, claim, first), cellOf(b, claim, second))))));
}
