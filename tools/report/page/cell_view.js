// What one implementation did with one claim: verdict, timeline, each call, the line that shows it again.
import {el, badge, printed, copyButton, copyText, announce} from './dom.js';
import {claimHeading, remarksOf} from './claim_view.js';
import {claimHref} from './route.js';
import {readTimeline, durationText} from './timeline_data.js';
import {TimelineView} from './timeline_view.js';

export function reproducingLine(implementation, claim) {
  return implementation.reproduce.replaceAll('{claim}', claim.id);
}

// That a step which the claim stands on returns goes without saying.
function isAsked(call) {
  return call.accepted.length > 0 && call.accepted.join() !== 'returns';
}

export class CellView {
  static async of(page, claim, implementation) {
    const text = await page.blocks.text(implementation, claim);
    const raw = await page.blocks.timeline(implementation, claim);
    return new CellView(page, claim, implementation, text, raw);
  }

  constructor(page, claim, implementation, text, raw) {
    const {model} = page;
    const cell = model.cell(implementation, claim);
    this.line = reproducingLine(implementation, claim);
    this.timeline = raw ? new TimelineView(readTimeline(raw), (call) => this.showStep(call)) : null;
    this.element = el('article.cell-page', {'aria-label': `${claim.id}: ${implementation.name}`},
      claimHeading(page, claim, implementation),
      el('p.facts', {}, this.chooser(page, claim, implementation), badge(cell),
        cell.variation ? el('span.outcome', {}, cell.variation) : null,
        cell.waived ? el('span.badge.plain', {}, 'known') : null,
        cell.unexpected ? el('span.badge.unexpected', {}, 'not as its waivers say') : null,
        cell.dirty ? el('span.badge.dirty', {}, 'left things behind') : null,
        text ? el('span.none', {}, `${text.t} ms`) : null),
      text ? remarksOf(cell, text) : el('p.notice', {}, 'This claim was not part of the run.'),
      el('p.reproduce', {}, el('b', {}, 'To see it again'), el('code', {}, this.line), copyButton(this.line)),
      this.timeline ? [this.timeline.element, this.steps()] : text ? el('p.notice', {}, 'There is no trace: no command was given.') : null,
      text?.o ? el('details.last-words', {}, el('summary', {}, 'How the testee ended, and its last output'), printed(text.o.trimEnd())) : null);
    this.others = model.implementations;
    this.go = (other) => page.go(claimHref(claim, other));
    this.index = implementation.index;
  }

  chooser(page, claim, implementation) {
    return el('select', {'aria-label': 'Implementation', onchange: (event) => this.go(page.model.implementationByName.get(event.target.value))},
      page.model.implementations.map((one) => el('option', {value: one.name, selected: one === implementation}, one.name)));
  }

  start() { this.timeline?.start(); }
  stop() { this.timeline?.stop(); }

  steps() {
    const {calls} = this.timeline.timeline;
    this.rows = calls.map((call) => el(`tr.${call.ended ?? 'pending'}`, {'data-call': call.index, onclick: () => this.choose(call)},
      el('td.number', {}, String(call.index + 1)), el('td.number', {}, durationText(call.sent)), el('td', {}, call.puppet),
      el('td', {}, printed(call.op, 'code'), isAsked(call) ? printed(`accepted: ${call.accepted.join('; then ')}`, 'small') : null),
      el('td', {}, call.blocked.map(({proved, why, at}) => el('small', {}, `${proved ? '◆ proved' : '◇ presumed'} to be blocked at ${durationText(at)}: ${why}`)),
        call.outcome ? printed(call.outcome, 'div') : el('span.none', {}, 'nobody asked'))));
    return el('div.scroller', {}, el('table.steps', {'aria-label': 'Calls in order of time'},
      el('thead', {}, el('tr', {}, ['', 'sent', 'puppet', 'call', 'what came of it'].map((text) => el('th', {scope: 'col'}, text)))),
      el('tbody', {}, this.rows)));
  }

  choose(call) {
    this.timeline.select(call, {quiet: true});
    this.markStep(call);
  }
  showStep(call) {
    this.markStep(call);
    this.rows[call.index].scrollIntoView({block: 'nearest'});
  }
  markStep(call) {
    for (const row of this.rows) row.classList.toggle('selected', Number(row.dataset.call) === call.index);
  }

  key(event) {
    const view = this.timeline;
    const always = {
      c: async () => { await copyText(this.line); announce('Copied to the clipboard'); },
      '[': () => this.index > 0 && this.go(this.others[this.index - 1]),
      ']': () => this.index < this.others.length - 1 && this.go(this.others[this.index + 1]),
    };
    const onTimeline = view ? {
      '+': () => view.zoom(0.5), '=': () => view.zoom(0.5), '-': () => view.zoom(2), 0: () => view.fit(),
      ArrowLeft: () => view.pan(-0.2), ArrowRight: () => view.pan(0.2), j: () => view.step(1), k: () => view.step(-1),
      s: () => view.setMode(view.mode === 'steps' ? 'time' : 'steps'),
    } : {};
    const act = always[event.key] ?? onTimeline[event.key];
    if (act) act();
    return Boolean(act);
  }
}
