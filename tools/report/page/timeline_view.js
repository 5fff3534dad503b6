// The timeline as a drawing: a lane for each process and thread, a bar for each call.
import {el, svg, announce} from './dom.js';
import {shortened} from './words.js';
import {lanesOf, endOfCall, stretchesOf, timeScale, stepScale, ticksBetween, durationText, zoomed, moved} from './timeline_data.js';

const LABELS = 168;      // pixels left of the plot, for the names of lanes
const ENDS = 130;        // and right of it, for how a process ended
const TOP = 30;          // above it, for the time
const BAR = 22, ROW_GAP = 6, LANE_GAP = 10, PROCESS_HEAD = 22;
const LETTER = 6.7;      // width of a character of a bar's text
const LEAST = 4;         // pixels of the shortest bar
const MOST = 1000;       // characters of what is said about a call
const MOST_BESIDE = 60;  // characters beside a mark
const ENDINGS = {
  returned: 'returned', raised: 'raised', blocked: 'blocked', presumed: 'presumed blocked', died: 'its process ended',
  late: 'no answer in time', unsupported: 'unsupported', pending: 'nobody asked',
};

export class TimelineView {
  // `onSelect(call)`: somebody chose a bar.
  constructor(timeline, onSelect) {
    this.timeline = timeline;
    this.onSelect = onSelect;
    this.processes = lanesOf(timeline);
    this.scales = {steps: stepScale(timeline), time: timeScale(timeline)};
    this.mode = 'steps';
    this.window = {from: 0, to: 1};
    this.selected = null;
    this.stretches = new Map(timeline.calls.map((call) => [call, stretchesOf(call, timeline, this.endOf(call))]));
    this.plot = svg('svg', {role: 'group', 'aria-label': 'Timeline'});
    this.plot.addEventListener('wheel', (event) => this.wheel(event), {passive: false});
    this.plot.addEventListener('pointerdown', (event) => this.drag(event));
    this.frame = el('div.timeline', {tabindex: '0', 'aria-label': 'Timeline: plus and minus zoom, arrows move, j and k go from call to call'}, this.plot);
    this.element = el('section.timeline-section', {'aria-label': 'Timeline'}, this.controls(), this.frame, legend());
  }

  endOf(call) {
    const process = this.processes.find((each) => each.lanes.some((lane) => lane.puppets.includes(call.puppet)));
    return endOfCall(call, process ?? {ended: null}, this.timeline);
  }

  // After the element is in the document.
  start() {
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.frame);
    this.draw();
  }
  stop() { this.observer?.disconnect(); }

  controls() {
    const button = (text, label, act) => el('button', {type: 'button', 'aria-label': label, title: label, onclick: act}, text);
    this.modeButtons = [['steps', 'Even steps'], ['time', 'Real time']].map(([mode, text]) =>
      el('button.chip', {type: 'button', 'data-mode': mode, 'aria-pressed': String(mode === this.mode), onclick: () => this.setMode(mode)}, text));
    this.range = el('span.range');
    return el('div.controls', {role: 'toolbar', 'aria-label': 'Zoom'},
      button('−', 'Farther (−)', () => this.zoom(2)), button('+', 'Nearer (+)', () => this.zoom(0.5)), button('All', 'All of it (0)', () => this.fit()),
      button('←', 'Move left (←)', () => this.pan(-0.3)), button('→', 'Move right (→)', () => this.pan(0.3)),
      el('span.chips', {role: 'group', 'aria-label': 'Scale'}, this.modeButtons), this.range);
  }

  // ---- What a user does

  setMode(mode) {
    this.mode = mode;
    for (const button of this.modeButtons) button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
    this.fit();
  }
  zoom(factor, centre = this.centre()) {
    this.window = zoomed(this.window, factor, centre);
    this.draw();
  }
  // Around the selected call, if it can be seen.
  centre() {
    const {from, to} = this.window;
    const at = this.selected ? this.scale().place(this.selected.sent) : -1;
    return at >= from && at <= to ? at : (from + to) / 2;
  }
  pan(by) {
    this.window = moved(this.window, by);
    this.draw();
  }
  fit() {
    this.window = {from: 0, to: 1};
    this.draw();
  }
  select(call, {quiet = false} = {}) {
    this.selected = call;
    const at = this.scale().place(call.sent);
    if (at < this.window.from || at > this.window.to) {
      this.window = moved(this.window, (at - (this.window.from + this.window.to) / 2) / (this.window.to - this.window.from));
    }
    this.draw();
    if (!quiet) this.onSelect(call);
    announce(this.describe(call));
  }
  step(by) {
    const {calls} = this.timeline;
    const now = this.selected ? this.selected.index : by > 0 ? -1 : calls.length;
    const next = calls[Math.min(Math.max(now + by, 0), calls.length - 1)];
    if (next) this.select(next);
  }

  wheel(event) {
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.pan((event.deltaX || event.deltaY) / this.width());
      return;
    }
    this.zoom(1.0015 ** event.deltaY, this.placeAt(event.clientX));
  }

  drag(event) {
    if (event.button !== 0 || event.target.closest('.call')) return;
    const begin = {x: event.clientX, window: this.window};
    const follow = (now) => {
      this.window = moved(begin.window, (begin.x - now.clientX) / this.width());
      this.draw();
    };
    this.plot.setPointerCapture(event.pointerId);
    this.plot.addEventListener('pointermove', follow);
    this.plot.addEventListener('pointerup', () => this.plot.removeEventListener('pointermove', follow), {once: true});
  }

  // ---- Places

  scale() { return this.scales[this.mode]; }
  isNarrow() { return this.frame.clientWidth < 640; }
  labels() { return this.isNarrow() ? 92 : LABELS; }
  room() { return Math.max(this.frame.clientWidth - this.labels() - 2, 60); }
  width() { return Math.max(this.room() - (this.isNarrow() ? 24 : ENDS), 50); }
  x(moment) {
    return this.labels() + (this.scale().place(moment) - this.window.from) / (this.window.to - this.window.from) * this.width();
  }
  placeAt(clientX) {
    const inside = (clientX - this.plot.getBoundingClientRect().left - this.labels()) / this.width();
    return this.window.from + Math.min(Math.max(inside, 0), 1) * (this.window.to - this.window.from);
  }

  // ---- The drawing

  draw() {
    if (!this.frame.clientWidth) return;
    let y = TOP;
    const back = [], front = [], marks = [];
    for (const process of this.processes) {
      const top = y;
      front.push(this.processHead(process, y));
      y += PROCESS_HEAD;
      for (const lane of process.lanes) {
        front.push(svg('text.lane', {x: 18, y: y + BAR / 2 + 4}, short(lane.puppets.join(', '), (this.labels() - 24) / LETTER)));
        for (const row of lane.rows) {
          row.forEach((call, i) => marks.push(this.bar(call, y, row[i + 1])));
          y += BAR + ROW_GAP;
        }
      }
      back.push(this.life(process, top, y));
      marks.push(this.endMark(process, top, y), ...this.interferences(process, top, y));
      y += LANE_GAP;
    }
    const clip = svg('clipPath', {id: 'plot'}, svg('rect', {x: this.labels(), y: 0, width: this.room(), height: y}));
    this.plot.setAttribute('width', this.frame.clientWidth);
    this.plot.setAttribute('height', y);
    this.plot.replaceChildren(svg('defs', {}, clip, hatch()), svg('g', {'clip-path': 'url(#plot)'}, back, this.grid(y), marks), ...front);
    this.range.textContent = `${durationText(this.scale().moment(this.window.from))} – ${durationText(this.scale().moment(this.window.to))}`;
  }

  grid(height) {
    return this.ticks().map((tick) => {
      const x = this.x(tick);
      return svg('g.tick', {}, svg('line', {x1: x, x2: x, y1: TOP - 6, y2: height}), svg('text', {x: x + 3, y: TOP - 10}, durationText(tick)));
    });
  }

  // Round times; on even steps, the moments at which something happens, as far as there is room.
  ticks() {
    const {from, to} = this.window;
    const most = Math.floor(this.width() / 90);
    if (this.mode === 'time') return ticksBetween(this.scale().moment(from), this.scale().moment(to), most);
    return Array.from({length: most}, (_, i) => this.scale().moment(from + (to - from) * (i + 0.02) / most));
  }

  processHead(process, y) {
    const pid = process.pid === null ? '' : `process ${process.pid}`;
    return svg('text.process', {x: 4, y: y + 15}, pid || 'puppet', svg('title', {}, process.ppid === null ? pid : `${pid}, child of ${process.ppid}`));
  }

  life(process, top, bottom) {
    const from = this.x(process.came ?? this.timeline.begin), to = this.x(process.ended ?? this.timeline.end);
    return svg('rect.life', {x: from, y: top + 2, width: Math.max(to - from, 1), height: bottom - top - 2, rx: 4});
  }

  endMark(process, top, bottom) {
    if (process.ended === null) return null;
    const x = this.x(process.ended);
    const violent = /killed|signal/i.test(process.ending ?? '');
    const text = `${violent ? '✖' : '■'}${this.isNarrow() ? '' : ` ${short(process.ending ?? 'ended', MOST_BESIDE)}`}`;
    const beyond = x + text.length * LETTER > this.labels() + this.room();
    return svg(`g.end${violent ? '.violent' : ''}`, {}, svg('line', {x1: x, x2: x, y1: top + 2, y2: bottom}),
      svg('text', {x: beyond ? x - 4 : x + 4, y: top + 15, 'text-anchor': beyond ? 'end' : 'start'}, text,
        svg('title', {}, `The process ended at ${durationText(process.ended)}: ${process.ending ?? 'its parent had taken the exit status already'}`)));
  }

  interferences(process, top, bottom) {
    return this.timeline.interferences.filter((each) => each.pid === process.pid || each.pid === 0).map((each) => {
      const x = this.x(each.at);
      return svg('g.interference', {}, svg('line', {x1: x, x2: x, y1: top + 2, y2: bottom}),
        svg('text', {x: x - 4, y: top + 15, 'text-anchor': 'end'}, this.isNarrow() ? '⚡' : `⚡ ${short(each.what, MOST_BESIDE)}`, svg('title', {}, `The runner, at ${durationText(each.at)}: ${each.what}`)));
    });
  }

  // `next`: the call behind it in its row. A text may go on as far as that.
  bar(call, y, next) {
    const from = this.x(call.sent), to = this.x(this.endOf(call)), width = Math.max(to - from, LEAST);
    const inner = call.t0 === null || call.t1 === null ? null
      : svg('rect.inside', {x: this.x(call.t0), y: y + BAR - 4, width: Math.max(this.x(call.t1) - this.x(call.t0), 1), height: 3});
    const group = svg(`g.call.${call.ended ?? 'pending'}${call === this.selected ? '.selected' : ''}`, {
      role: 'button', tabindex: '-1', 'data-call': call.index, 'aria-label': this.describe(call),
      onclick: () => { this.frame.focus({preventScroll: true}); this.select(call); },
    }, svg('title', {}, this.describe(call)),
    svg('rect.body', {x: from, y, width, height: BAR, rx: 3}),
    this.stretches.get(call).map((stretch) => this.stretch(stretch, y)), inner,
    this.text(call, Math.max(from, this.labels()), y, next ? Math.max(this.x(next.sent), from + width) : this.labels() + this.width()));
    return group;
  }

  // Hatched; proved with a filled diamond at the moment of the proof, presumed with an empty one.
  stretch({from, to, at, proved}, y) {
    const x = this.x(from), moment = this.x(at);
    const diamond = `M${moment} ${y - 5}l5 5-5 5-5-5z`;
    return svg(`g.stretch.${proved ? 'proved' : 'presumed'}`, {},
      svg('rect', {x, y: y + 1, width: Math.max(this.x(to) - x, 2), height: BAR - 2, fill: `url(#${proved ? 'hatch' : 'dots'})`}),
      svg('path', {d: diamond}));
  }

  text(call, x, y, end) {
    const room = (end - x - 8) / LETTER;
    const label = `${call.op}${call.ended === 'raised' ? ` ⚠ ${exceptionOf(call)}` : resultOf(call)}`;
    return room < 4 ? null : svg('text', {x: x + 5, y: y + BAR / 2 + 4}, short(label, room));
  }

  describe(call) {
    const end = this.endOf(call);
    const asked = call.accepted.length ? `. Accepted: ${call.accepted.join('; then ')}` : '';
    const blocked = call.blocked.map(({at, proved, why}) => `. At ${durationText(at)} ${proved ? 'proved' : 'presumed'} to be blocked: ${why}`).join('');
    const outcome = call.outcome ?? ENDINGS[call.ended ?? 'pending'];
    const text = (whole) => shortened(whole, MOST);
    return `${call.puppet}: ${text(call.op)}. ${durationText(call.sent)} to ${durationText(end)}: ${text(outcome)}${text(asked)}${blocked}`;
  }
}

export function exceptionOf(call) {
  return call.outcome?.replace(/^raised /, '') ?? '';
}

function resultOf(call) {
  if (call.ended !== 'returned' || !call.outcome || call.outcome === 'returned null') return '';
  return ` → ${call.outcome.replace(/^returned /, '')}`;
}

function short(text, letters) {
  return text.length <= letters ? text : `${text.slice(0, Math.max(Math.floor(letters) - 1, 1))}…`;
}

function hatch() {
  const pattern = (id, size, child) => svg('pattern', {id, width: size, height: size, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'}, child);
  return [pattern('hatch', 6, svg('rect.ink', {width: 2.5, height: 6})), pattern('dots', 7, svg('circle.ink', {cx: 3, cy: 3, r: 1.3}))];
}

function legend() {
  const kinds = [['returned', 'returned'], ['raised', '⚠ raised'], ['died', '✖ its process ended'], ['late', 'no answer in time']];
  return el('ul.legend', {'aria-label': 'Legend'},
    kinds.map(([kind, text]) => el(`li.${kind}`, {}, text)),
    el('li.proved', {}, '◆ proved to be blocked'), el('li.presumed', {}, '◇ presumed to be blocked'),
    el('li.plain', {}, '⚡ what the runner did from outside'), el('li.plain', {}, '▁ inside the implementation'));
}
