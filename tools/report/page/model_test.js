// Model, filter, route and comparison, on a report of three claims and three implementations.
import {test, same} from './unit.js';
import {Model, describeCell, countsText, incompleteText} from './model.js';
import {parseRoute, formatRoute} from './route.js';
import {emptyFilter, filterFromParams, paramsFromFilter, isEmptyFilter, chosenClaims, chosenImplementations, differs} from './filter.js';
import {differences} from './compare.js';

// marks: '0' none, '1' waived, '2' unexpected, '4' dirty.
function small() {
  return new Model({
    claims: [
      ['queue.put.blocks', 'MUST', 'put() on a full queue waits.', [0], []],
      ['queue.get.order', 'VARIATION', 'Items come in an order.', [], [1]],
      ['lock.release.of_another', 'BEYOND', 'A lock may be released (by others).', [], []],
    ],
    statements: [{id: 'queue.full'}, {id: 'QUE-08'}],
    implementations: [
      {name: 'one-1.0-fork', verdicts: 'hnv', marks: '001', variations: {1: 'first in, first out'}},
      {name: 'one-1.1-fork', verdicts: 'vnh', marks: '200', variations: {1: 'any'}},
      {name: 'two-spawn', verdicts: 'hu ', marks: '400', variations: {}},
    ],
  });
}

const ids = (claims) => claims.map((claim) => claim.id);
const picked = (change) => ids(chosenClaims(small(), {...emptyFilter(), ...change}));

test('a cell says its verdict and its marks', () => {
  const model = small();
  const cell = model.cell(model.implementations[0], model.claims[2]);
  same([cell.verdict.name, cell.waived, cell.unexpected, cell.dirty], ['violated', true, false, false]);
  same(describeCell(cell), 'violated (known: a waiver explains it)');
  same(describeCell(model.cell(model.implementations[2], model.claims[0])), 'holds, leaves things behind');
});
test('outcomes of a variation have letters, the same for the same', () => {
  const model = small();
  const glyph = (i) => model.glyph(model.cell(model.implementations[i], model.claims[1]), model.claims[1]);
  same([glyph(0), glyph(1), glyph(2)], ['a', 'b', '–']);
});
test('counts leave out what was not judged', () => {
  const model = small();
  const counts = model.counts(model.implementations[2]);
  same([counts.total, counts.h, counts.u, counts[' '], counts.dirty], [2, 1, 1, 1, 1]);
  same(countsText(model.counts(model.implementations[0])), '1 holds, 1 variation, 1 violated');
});
test('no filter shows all', () => same(picked({}), ['queue.put.blocks', 'queue.get.order', 'lock.release.of_another']));
test('every word of the search must occur, anywhere', () => same(picked({q: 'queue WAITS'}), ['queue.put.blocks']));
test('the search finds statements', () => same(picked({q: 'que-08'}), ['queue.get.order']));
test('* stands for anything, other signs for themselves', () => {
  same(picked({q: 'queue.*order'}), ['queue.get.order']);
  same(picked({q: '(by'}), ['lock.release.of_another']);
});
test('area and level pick', () => {
  same(picked({area: 'lock'}), ['lock.release.of_another']);
  same(picked({level: ['MUST', 'BEYOND']}), ['queue.put.blocks', 'lock.release.of_another']);
});
test('a verdict picks what any implementation shows', () => {
  same(picked({verdict: ['v']}), ['queue.put.blocks', 'lock.release.of_another']);
  same(picked({verdict: ['unexpected']}), ['queue.put.blocks']);
  same(picked({verdict: ['v'], on: 'two'}), []);
});
test('implementations are picked by any of the words', () => {
  const names = (on) => chosenImplementations(small(), {...emptyFilter(), on}).map((one) => one.name);
  same(names('1.1, two'), ['one-1.1-fork', 'two-spawn']);
  same(names('one-*-fork'), ['one-1.0-fork', 'one-1.1-fork']);
});
test('differences only: who did not judge it has no say', () => {
  const model = small();
  same(differs(model, model.claims[2], [model.implementations[0], model.implementations[2]]), false);
  same(picked({diff: true, on: 'two'}), []);
  same(picked({diff: true}), ['queue.put.blocks', 'queue.get.order', 'lock.release.of_another']);
});
test('a filter survives the address', () => {
  const filter = {...emptyFilter(), q: 'a b&c', level: ['MUST', 'BEYOND'], verdict: ['v'], diff: true};
  const {params} = parseRoute(formatRoute('matrix', [], paramsFromFilter(filter)));
  same(filterFromParams(params), filter);
  same([isEmptyFilter(filter), isEmptyFilter(emptyFilter())], [false, true]);
});
test('an address says view and words, whatever they hold', () => {
  const {view, words} = parseRoute(formatRoute('claim', ['a.b', 'x (2026)/#?']));
  same([view, words], ['claim', ['a.b', 'x (2026)/#?']]);
  same(parseRoute('').view, 'matrix');
  same(formatRoute('matrix'), '#/');
});
test('what held and does not is worse, the other way round better, another outcome a change', () => {
  const model = small();
  const [a, b, c] = model.implementations;
  const kinds = (x, y) => differences(model, x, y).map(({claim, direction}) => [claim.id, direction]);
  same(kinds(a, b), [['queue.put.blocks', 'worse'], ['queue.get.order', 'changed'], ['lock.release.of_another', 'better']]);
  same(kinds(a, c), [['queue.put.blocks', 'worse'], ['queue.get.order', 'worse'], ['lock.release.of_another', 'gone']]);
  same(kinds(c, a), [['queue.put.blocks', 'better'], ['queue.get.order', 'better'], ['lock.release.of_another', 'new']]);
  same(kinds(a, a), []);
});
test('what is missing of a run is said', () => {
  same(incompleteText({cut_short: false, unread: []}), '');
  same(incompleteText({cut_short: true, unread: []}), 'the run was cut short');
  same(incompleteText({cut_short: true, unread: ['x.jsonl:3: torn']}),
    'not all of its results could be read: x.jsonl:3: torn');
});
