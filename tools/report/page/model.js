// The results as the rest of the page sees them. Which character means what is said in page.cc.

import {shortened} from './words.js';

const LONGEST_OUTCOME = 300;  // characters, of a label

// In the order in which they are counted and shown. `good` is what an implementation's author wants.
export const VERDICTS = [
  {sign: 'h', name: 'holds', glyph: '✓', says: 'does what the claim says'},
  {sign: 'n', name: 'variation', glyph: '≈', says: 'shows one of several accepted outcomes'},
  {sign: 'v', name: 'violated', glyph: '✗', says: 'does something else'},
  {sign: 'u', name: 'unsupported', glyph: '–', says: 'does not offer what the claim is about'},
  {sign: 'k', name: 'unknown', glyph: '?', says: 'neither seen to hold nor seen to be violated'},
  {sign: 'e', name: 'adapter error', glyph: '!', says: 'the adapter broke the protocol; nothing is known'},
  {sign: ' ', name: 'not judged', glyph: '', says: 'not part of this run'},
];
const VERDICT_OF_SIGN = new Map(VERDICTS.map((verdict) => [verdict.sign, verdict]));

export const LEVELS = [
  {name: 'MUST', says: 'documented'},
  {name: 'SHOULD', says: 'documented loosely, or what any user relies on'},
  {name: 'BEYOND', says: 'robustness that the original lacks'},
  {name: 'VARIATION', says: 'conforming implementations differ: several outcomes are accepted'},
];

const COUNTED_MARKS = ['waived', 'unexpected', 'dirty', 'presumed', 'hygieneUnknown', 'notJudged'];

// a, b, ..., z, then numbers.
function letter(index) {
  return index < 26 ? String.fromCharCode(97 + index) : String(index + 1);
}

export class Model {
  constructor(overview) {
    this.claims = overview.claims.map(([id, level, says, notes, documented], index) => ({
      index, id, level, says, area: id.slice(0, id.indexOf('.')),
      notes: notes.map((i) => overview.statements[i]),
      documented: documented.map((i) => overview.statements[i]),
    }));
    this.implementations = overview.implementations.map((one, index) => ({...one, index}));
    this.areas = [...new Set(this.claims.map((claim) => claim.area))];
    this.claimById = new Map(this.claims.map((claim) => [claim.id, claim]));
    this.implementationByName = new Map(this.implementations.map((one) => [one.name, one]));
    this.outcomes = new Map();
  }

  // What `implementation` did with `claim`, in short.
  cell(implementation, claim) {
    const verdict = VERDICT_OF_SIGN.get(implementation.verdicts[claim.index]);
    const bits = implementation.marks.charCodeAt(claim.index) - 48;
    return {
      verdict, sign: verdict.sign, variation: implementation.variations[claim.index] ?? '',
      waived: (bits & 1) !== 0, unexpected: (bits & 2) !== 0, dirty: (bits & 4) !== 0,
      presumed: (bits & 8) !== 0, hygieneUnknown: (bits & 16) !== 0, notJudged: (bits & 32) !== 0,
    };
  }

  // The outcomes of a variation that somebody showed, in the order of the columns.
  outcomesOf(claim) {
    if (!this.outcomes.has(claim.index)) {
      const seen = this.implementations.map((one) => one.variations[claim.index]).filter(Boolean);
      this.outcomes.set(claim.index, [...new Set(seen)]);
    }
    return this.outcomes.get(claim.index);
  }

  // One character: a variation's outcome has a letter of its own, so that a row shows who agrees.
  glyph(cell, claim) {
    if (cell.sign !== 'n' || !cell.variation) return cell.verdict.glyph;
    return letter(this.outcomesOf(claim).indexOf(cell.variation));
  }

  // {h: 12, v: 3, ...} and marks, over the claims given.
  counts(implementation, claims = this.claims) {
    if (claims === this.claims && implementation.counts) return implementation.counts;
    const counts = {total: 0};
    for (const name of [...COUNTED_MARKS, ...VERDICTS.map((verdict) => verdict.sign)]) counts[name] = 0;
    for (const claim of claims) {
      const cell = this.cell(implementation, claim);
      counts[cell.sign] += 1;
      if (cell.sign !== ' ') counts.total += 1;
      for (const mark of COUNTED_MARKS) if (cell[mark]) counts[mark] += 1;
    }
    if (claims === this.claims) implementation.counts = counts;
    return counts;
  }
}

// "violated (known), leaves things behind": a cell in words, for people who do not see its colour.
export function describeCell(cell) {
  let text = cell.verdict.name;
  if (cell.variation) text += `: ${shortened(cell.variation, LONGEST_OUTCOME)}`;
  if (cell.waived) text += ' (known: a waiver explains it)';
  if (cell.unexpected) text += ' (not as its waivers say)';
  if (cell.dirty) text += ', leaves things behind';
  if (cell.presumed) text += ', a call was presumed to be blocked';
  return text;
}

// What is missing of a run; empty where nothing is.
export function incompleteText(implementation) {
  if (implementation.unread.length) return `not all of its results could be read: ${implementation.unread.join('; ')}`;
  return implementation.cut_short ? 'the run was cut short' : '';
}

export function countsText(counts) {
  const parts = VERDICTS.filter((v) => v.sign !== ' ' && counts[v.sign] > 0).map((v) => `${counts[v.sign]} ${v.name}`);
  return parts.join(', ') || 'nothing judged';
}
