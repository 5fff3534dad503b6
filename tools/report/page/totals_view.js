// How often each verdict came out: a line for each implementation.
import {el} from './dom.js';
import {VERDICTS, countsText, incompleteText} from './model.js';
import {formatRoute} from './route.js';
import {chosenImplementations} from './filter.js';

const COUNTED = VERDICTS.filter((verdict) => verdict.sign !== ' ');

// Shares of the verdicts as one bar.
export function sharesBar(counts) {
  const parts = COUNTED.filter((verdict) => counts[verdict.sign] > 0).map((verdict) =>
    el(`span.${verdict.name.replace(' ', '-')}`, {style: `flex-grow: ${counts[verdict.sign]}`}));
  return el('span.shares', {role: 'img', 'aria-label': countsText(counts)}, parts);
}

export function hygieneText(counts) {
  const unknown = counts.hygieneUnknown ? `, ${counts.hygieneUnknown} not known` : '';
  return (counts.dirty ? `${counts.dirty} left things behind` : 'clean') + unknown;
}

export function totalsView(page) {
  const {model, filter} = page;
  const head = ['implementation', '', ...COUNTED.map((verdict) => verdict.name), 'waived', 'unexpected', 'hygiene'];
  const rows = chosenImplementations(model, filter).map((one) => totalsRow(model, one));
  return el('section.totals', {'aria-label': 'Totals'},
    el('h1', {}, 'Totals'),
    el('div.scroller', {},
      el('table', {},
        el('thead', {}, el('tr', {}, head.map((text) => el('th', {scope: 'col'}, text)))),
        el('tbody', {}, rows))),
    el('dl.key', {}, COUNTED.flatMap((verdict) => [
      el('dt', {}, el(`span.badge.${verdict.name.replace(' ', '-')}`, {}, `${verdict.glyph} ${verdict.name}`)),
      el('dd', {}, verdict.says)])));
}

function totalsRow(model, one) {
  const counts = model.counts(one);
  const link = (count, verdict) => (count === 0 ? el('span.none', {}, '0')
    : el('a', {href: formatRoute('matrix', [], {verdict, on: one.name})}, String(count)));
  return el('tr', {},
    el('th', {scope: 'row'}, one.name, el('small', {}, [one.product, one.version, one.start].filter(Boolean).join(' · ')),
      one.cut_short ? el('small.alarm', {}, incompleteText(one)) : null),
    el('td.bar', {}, sharesBar(counts)),
    COUNTED.map((verdict) => el('td.number', {}, link(counts[verdict.sign], verdict.sign))),
    el('td.number', {}, String(counts.waived)),
    el('td.number', {}, link(counts.unexpected, 'unexpected')),
    el('td', {}, counts.dirty ? el('a', {href: formatRoute('matrix', [], {verdict: 'dirty', on: one.name})}, hygieneText(counts))
      : hygieneText(counts)));
}
