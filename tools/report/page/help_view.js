// The keys, in a dialog.
import {el} from './dom.js';

const KEYS = [
  ['Everywhere', [['/', 'search'], ['?', 'these keys'], ['Esc', 'back'], ['t', 'light or dark'], ['1  2  3', 'matrix, totals, compare']]],
  ['Matrix', [['j  k', 'next, previous claim'], ['↑ ↓ ← →', 'move'], ['Enter', 'open the claim, or the cell'], ['g  G', 'first, last'], ['d', 'differences only']]],
  ['Claim', [['j  k', 'next, previous claim of the matrix'], ['Enter', 'open the timeline of the row that has the focus']]],
  ['Timeline', [['j  k', 'next, previous call'], ['+  −  0', 'nearer, farther, all'], ['← →', 'move along'], ['s', 'even steps, or real time'], ['c', 'copy the line that shows it again'], ['[  ]', 'previous, next implementation']]],
];

export function openHelp() {
  const dialog = el('dialog.help', {'aria-labelledby': 'help-title'},
    el('h2', {id: 'help-title'}, 'Keys'),
    KEYS.map(([title, keys]) => el('section', {}, el('h3', {}, title), el('dl', {}, keys.flatMap(([key, does]) => [
      el('dt', {}, key.split('  ').map((each) => el('kbd', {}, each))), el('dd', {}, does)])))),
    el('form', {method: 'dialog'}, el('button', {}, 'Close')));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
