// Claims by implementations. Only the rows that can be seen are in the document: 1284 x 40 cells open at once.
import {el, cellClasses} from './dom.js';
import {describeCell, countsText, incompleteText} from './model.js';
import {counted} from './words.js';
import {claimHref} from './route.js';
import {sharesBar} from './totals_view.js';

const ROW = 28;       // pixels; page.css has the same
const MARGIN = 12;    // rows above and below those that can be seen
const FEW = 6;        // so many columns have room for words

export class MatrixView {
  // `claims` and `implementations`: those to be shown.
  constructor(page, claims, implementations) {
    this.page = page;
    this.model = page.model;
    this.claims = claims;
    this.implementations = implementations;
    this.items = withAreas(claims);
    this.drawn = new Map();
    this.cursor = {row: this.items.length > 1 ? 1 : 0, column: -1};
    this.element = this.build();
  }

  build() {
    const columns = this.implementations.length;
    const style = `--columns: ${columns}; height: ${this.items.length * ROW}px`;
    this.body = el('div.rows', {role: 'rowgroup', style});
    this.grid = el(`div.matrix${columns <= FEW ? '.few' : '.many'}`, {
      role: 'grid', tabindex: '0', 'aria-label': 'Claims by implementations',
      'aria-rowcount': this.items.length + 1, 'aria-colcount': columns + 1,
      'aria-describedby': 'matrix-help', style: `--columns: ${columns}`,
      onscroll: () => this.drawSoon(), onfocus: () => this.showCursor(),
    }, this.head(), this.body);
    return el('section.results', {'aria-label': 'Matrix'}, this.incomplete(), this.grid,
      this.claims.length ? null : el('p.notice.nothing', {},
        this.model.claims.length ? 'No claim passes these filters.' : 'These results hold no claim: nothing was judged.'),
      el('p.hidden', {id: 'matrix-help'}, 'Arrow keys move, Enter opens, question mark lists all keys.'));
  }

  // Of columns that lack something, for it is not seen in them.
  incomplete() {
    const texts = this.implementations.filter((one) => one.cut_short).map((one) => el('li', {}, el('b', {}, one.name), `: ${incompleteText(one)}`));
    return texts.length ? el('ul.incomplete', {'aria-label': 'Results that are not whole'}, texts) : null;
  }

  head() {
    const cells = this.implementations.map((one, index) => {
      const counts = this.model.counts(one, this.claims);
      return el('div.column', {role: 'columnheader', 'aria-colindex': index + 2,
        title: [one.name, countsText(counts), incompleteText(one)].filter(Boolean).join('\n')},
      el('span.name', {}, one.cut_short ? '✂ ' : '', one.name), sharesBar(counts),
      el('span.few-only', {}, shortCounts(counts)));
    });
    return el('div.head', {role: 'row', 'aria-rowindex': 1},
      el('div.corner', {role: 'columnheader', 'aria-colindex': 1}, el('span', {}, counted(this.claims.length, 'claim'))), cells);
  }

  // After the element is in the document.
  start(remembered) {
    if (remembered) {
      this.cursor = {row: Math.min(remembered.cursor.row, this.items.length - 1), column: remembered.cursor.column};
      this.grid.scrollTop = remembered.scrollTop;
    }
    this.draw();
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.grid);
  }
  stop() { this.resized?.disconnect(); }
  remember() { return {cursor: this.cursor, scrollTop: this.grid.scrollTop}; }

  drawSoon() {
    this.pending ??= requestAnimationFrame(() => { this.pending = undefined; this.draw(); });
  }

  draw() {
    const first = Math.max(Math.floor(this.grid.scrollTop / ROW) - MARGIN, 0);
    const last = Math.min(Math.ceil((this.grid.scrollTop + this.grid.clientHeight) / ROW) + MARGIN, this.items.length - 1);
    for (const [index, row] of this.drawn) {
      if (index < first || index > last) { row.remove(); this.drawn.delete(index); }
    }
    for (let index = first; index <= last; index += 1) {
      if (this.drawn.has(index)) continue;
      const row = this.row(this.items[index], index);
      this.drawn.set(index, row);
      this.body.append(row);
    }
    this.markCursor();
  }

  row(item, index) {
    const attributes = {role: 'row', 'aria-rowindex': index + 2, style: `top: ${index * ROW}px`};
    return item.claim ? this.claimRow(item.claim, index, attributes) : this.areaRow(item, index, attributes);
  }

  areaRow(item, index, attributes) {
    const cells = this.implementations.map((one, column) => {
      const {v, unexpected} = this.model.counts(one, item.claims);
      return el(`span.sum${unexpected ? '.unexpected' : ''}`, {role: 'gridcell', id: cellId(index, column)},
        v ? el('span.few-only', {}, `${v} violated`) : '', v ? el('span.many-only', {title: `${v} violated`}, String(v)) : '');
    });
    return el('div.row.area', attributes,
      el('span.claim', {role: 'rowheader', id: cellId(index, -1)}, el('b', {}, item.area), el('small', {}, counted(item.claims.length, 'claim'))),
      cells);
  }

  claimRow(claim, index, attributes) {
    const name = claim.id.slice(claim.area.length + 1);
    return el('div.row', attributes,
      el('a.claim', {role: 'rowheader', tabindex: '-1', href: claimHref(claim), title: `${claim.id}\n${claim.says}`, id: cellId(index, -1)},
        el(`span.level.${claim.level.toLowerCase()}`, {title: claim.level}, claim.level[0]), el('span.id', {}, name),
        el('span.says', {}, claim.says)),
      this.implementations.map((one, column) => this.cell(one, claim, cellId(index, column))));
  }

  cell(one, claim, id) {
    const cell = this.model.cell(one, claim);
    const words = describeCell(cell);
    const attributes = {role: 'gridcell', id, 'aria-label': `${one.name}: ${words}`, title: `${claim.id}\n${one.name}: ${words}`};
    if (cell.sign === ' ') return el('span.cell.not-judged', attributes);
    return el(`a.cell.${cellClasses(cell).join('.')}`, {...attributes, tabindex: '-1', href: claimHref(claim, one)},
      el('span.glyph', {'aria-hidden': 'true'}, this.model.glyph(cell, claim)),
      el('span.few-only.word', {'aria-hidden': 'true'}, cell.variation || cell.verdict.name));
  }

  // ---- The keyboard: a cursor of one cell; column -1 is the claim itself.

  move(rows, columns) {
    const {cursor} = this;
    cursor.row = Math.min(Math.max(cursor.row + rows, 0), Math.max(this.items.length - 1, 0));
    cursor.column = Math.min(Math.max(cursor.column + columns, -1), this.implementations.length - 1);
    if (document.activeElement !== this.grid) this.grid.focus({preventScroll: true});
    this.showCursor();
  }

  showCursor() {
    const top = this.cursor.row * ROW, head = this.grid.firstChild.offsetHeight;
    if (top < this.grid.scrollTop) this.grid.scrollTop = top;
    const bottom = top + ROW + head - this.grid.clientHeight;
    if (bottom > this.grid.scrollTop) this.grid.scrollTop = bottom;
    this.draw();
    this.drawn.get(this.cursor.row)?.children[this.cursor.column + 1]?.scrollIntoView({block: 'nearest', inline: 'nearest'});
  }

  markCursor() {
    for (const old of this.body.querySelectorAll('.cursor')) old.classList.remove('cursor');
    const row = this.drawn.get(this.cursor.row);
    row?.classList.add('cursor');
    row?.children[this.cursor.column + 1]?.classList.add('cursor');
    this.grid.setAttribute('aria-activedescendant', cellId(this.cursor.row, this.cursor.column));
  }

  open() {
    const item = this.items[this.cursor.row];
    if (!item) return;
    if (!item.claim) { this.page.setFilter({area: this.page.filter.area ? '' : item.area}); return; }
    const one = this.implementations[this.cursor.column];
    const judged = one && this.model.cell(one, item.claim).sign !== ' ';
    this.page.go(claimHref(item.claim, judged ? one : undefined));
  }

  key(event) {
    const visible = Math.max(Math.floor(this.grid.clientHeight / ROW) - 4, 1);
    const moves = {
      j: [1, 0], k: [-1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0], l: [0, 1], h: [0, -1], ArrowRight: [0, 1], ArrowLeft: [0, -1],
      PageDown: [visible, 0], PageUp: [-visible, 0], g: [-1e9, 0], Home: [-1e9, 0], G: [1e9, 0], End: [1e9, 0],
    };
    if (moves[event.key]) this.move(...moves[event.key]);
    else if (event.key === 'Enter') this.open();
    else return false;
    return true;
  }
}

// Claims, with a line for each area above its own.
function withAreas(claims) {
  const items = [];
  for (const claim of claims) {
    if (items.at(-1)?.claim?.area !== claim.area) items.push({area: claim.area, claims: claims.filter((each) => each.area === claim.area)});
    items.push({claim});
  }
  return items;
}

function cellId(row, column) {
  return `cell-${row}-${column + 1}`;
}

function shortCounts(counts) {
  return [`✓ ${counts.h}`, `✗ ${counts.v}`, `≈ ${counts.n}`, `– ${counts.u}`].join('   ');
}
