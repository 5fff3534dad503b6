// Which claims and which implementations are shown.

const LISTS = ['level', 'verdict'];

// What a claim can be picked by beside its verdicts.
export const EXTRA_VERDICTS = [
  {sign: 'unexpected', name: 'unexpected', says: 'not as the waivers say'},
  {sign: 'dirty', name: 'leaves things behind', says: 'processes, shared memory, files'},
  {sign: 'presumed', name: 'presumed', says: 'a call was taken to be blocked without a proof'},
];

export function emptyFilter() {
  return {q: '', on: '', area: '', level: [], verdict: [], diff: false};
}

export function filterFromParams(params) {
  const filter = emptyFilter();
  for (const name of ['q', 'on', 'area']) filter[name] = params.get(name) ?? '';
  for (const name of LISTS) filter[name] = (params.get(name) ?? '').split(',').filter(Boolean);
  filter.diff = params.get('diff') === '1';
  return filter;
}

export function paramsFromFilter(filter) {
  const params = {q: filter.q, on: filter.on, area: filter.area, diff: filter.diff ? '1' : ''};
  for (const name of LISTS) params[name] = filter[name].join(',');
  return params;
}

export function isEmptyFilter(filter) {
  return Object.values(paramsFromFilter(filter)).every((value) => !value);
}

// Every word must occur; * stands for anything.
function matcher(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean).map((word) =>
    new RegExp(word.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')));
  return (subject) => words.every((word) => word.test(subject));
}

function searchText(claim) {
  const statements = [...claim.notes, ...claim.documented].map((statement) => statement.id);
  return `${claim.id} ${claim.says} ${statements.join(' ')}`.toLowerCase();
}

// Implementations whose name holds one of the words; no word: all.
export function chosenImplementations(model, filter) {
  const tests = filter.on.split(/[\s,]+/).filter(Boolean).map(matcher);
  if (!tests.length) return model.implementations;
  return model.implementations.filter((one) => tests.some((test) => test(one.name.toLowerCase())));
}

// Whether the implementations do not all show the same. Who did not judge it has no say.
export function differs(model, claim, implementations) {
  const seen = new Set();
  for (const one of implementations) {
    const cell = model.cell(one, claim);
    if (cell.sign !== ' ') seen.add(`${cell.sign} ${cell.variation} ${cell.dirty}`);
  }
  return seen.size > 1;
}

function hasVerdict(model, claim, implementations, wanted) {
  return implementations.some((one) => {
    const cell = model.cell(one, claim);
    return wanted.some((sign) => cell.sign === sign || cell[sign] === true);
  });
}

export function chosenClaims(model, filter, implementations = chosenImplementations(model, filter)) {
  const test = matcher(filter.q);
  return model.claims.filter((claim) =>
    (!filter.area || claim.area === filter.area) &&
    (!filter.level.length || filter.level.includes(claim.level)) &&
    (!filter.q || test(searchText(claim))) &&
    (!filter.verdict.length || hasVerdict(model, claim, implementations, filter.verdict)) &&
    (!filter.diff || differs(model, claim, implementations)));
}
