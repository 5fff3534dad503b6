// What stands above every view: where one is, what is picked, light or dark, help.
import {el} from './dom.js';
import {VERDICTS, LEVELS} from './model.js';
import {EXTRA_VERDICTS, isEmptyFilter, emptyFilter} from './filter.js';
import {formatRoute} from './route.js';
import {counted} from './words.js';

const TYPING_PAUSE = 120;  // milliseconds

export class Toolbar {
  constructor(page) {
    this.page = page;
    this.element = el('div.bar', {}, this.title(), this.tabs(), this.buttons());
    this.filters = el('form.filters', {role: 'search', 'aria-label': 'Filters', onsubmit: (event) => event.preventDefault()},
      this.search(), this.area(), this.chips('level', LEVELS.map(({name, says}) => ({value: name, text: name, says}))),
      this.chips('verdict', [...VERDICTS.filter(({sign}) => sign !== ' '), ...EXTRA_VERDICTS]
        .filter(({sign}) => this.occurs(sign))
        .map(({sign, name, says, glyph}) => ({value: sign, text: `${glyph ?? ''} ${name}`.trim(), says}))),
      this.differencesOnly(), this.columns(), this.clear());
  }

  // A filter that nothing passes would only take room.
  occurs(sign) {
    const {model} = this.page;
    return model.implementations.some((one) => model.counts(one)[sign] > 0);
  }

  title() {
    const {model} = this.page;
    const started = model.implementations.map((one) => one.started).filter(Boolean).sort().at(-1);
    const facts = [counted(model.claims.length, 'claim'), counted(model.implementations.length, 'implementation'),
      started ? started.replace('T', ' ').replace(/:\d+Z$/, ' UTC') : ''];
    return el('a.title', {href: '#/'}, el('b', {}, 'mpcheck'), el('small', {}, facts.filter(Boolean).join(' · ')));
  }

  tabs() {
    const tab = (view, text) => el('a', {href: formatRoute(view), 'data-view': view}, text);
    return el('nav', {'aria-label': 'Views'}, tab('matrix', 'Matrix'), tab('totals', 'Totals'), tab('compare', 'Compare'));
  }

  buttons() {
    return el('div.buttons', {},
      el('button', {type: 'button', id: 'theme', title: 'Light or dark (t)', 'aria-label': 'Light or dark', onclick: () => this.page.theme.next()}, '◐'),
      el('button', {type: 'button', id: 'help', title: 'Keys (?)', 'aria-label': 'Keyboard help', onclick: () => this.page.help()}, '?'));
  }

  search() {
    this.q = el('input', {type: 'search', name: 'q', placeholder: 'Search claims  ( / )', 'aria-label': 'Search claims', autocomplete: 'off', spellcheck: 'false'});
    this.q.addEventListener('input', () => this.soon(() => ({q: this.q.value})));
    return this.q;
  }

  area() {
    const {model} = this.page;
    const count = (area) => model.claims.filter((claim) => claim.area === area).length;
    this.areaSelect = el('select', {name: 'area', 'aria-label': 'Area', onchange: () => this.page.setFilter({area: this.areaSelect.value})},
      el('option', {value: ''}, 'All areas'), model.areas.map((area) => el('option', {value: area}, `${area} (${count(area)})`)));
    return this.areaSelect;
  }

  chips(name, options) {
    const toggle = (value) => {
      const now = this.page.filter[name];
      this.page.setFilter({[name]: now.includes(value) ? now.filter((each) => each !== value) : [...now, value]});
    };
    return el('span.chips', {role: 'group', 'aria-label': name}, options.map(({value, text, says}) =>
      el('button.chip', {type: 'button', 'data-list': name, 'data-value': value, 'aria-pressed': 'false', title: says, onclick: () => toggle(value)}, text)));
  }

  differencesOnly() {
    this.diff = el('input', {type: 'checkbox', name: 'diff', onchange: () => this.page.setFilter({diff: this.diff.checked})});
    return el('label.check', {title: 'Only claims that the implementations shown do not agree on (d)'}, this.diff, 'Differences only');
  }

  columns() {
    this.on = el('input', {type: 'search', name: 'on', placeholder: 'Implementations', title: 'Words of their names: fork, mp-*', 'aria-label': 'Implementations', autocomplete: 'off', spellcheck: 'false'});
    this.on.addEventListener('input', () => this.soon(() => ({on: this.on.value})));
    return this.page.model.implementations.length > 1 ? this.on : null;
  }

  clear() {
    this.clearButton = el('button.clear', {type: 'button', onclick: () => this.page.setFilter(emptyFilter())}, 'Clear');
    return this.clearButton;
  }

  soon(change) {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.page.setFilter(change()), TYPING_PAUSE);
  }

  // Shows what is picked, and which view this is.
  show(view, filter) {
    const part = view === 'claim' ? 'matrix' : view;
    for (const tab of this.element.querySelectorAll('nav a')) {
      if (tab.dataset.view === part) tab.setAttribute('aria-current', 'page'); else tab.removeAttribute('aria-current');
    }
    this.filters.hidden = view !== 'matrix';
    for (const input of [this.q, this.on]) {
      if (document.activeElement !== input) input.value = filter[input.name];
    }
    this.areaSelect.value = filter.area;
    this.diff.checked = filter.diff;
    for (const chip of this.filters.querySelectorAll('.chip')) {
      chip.setAttribute('aria-pressed', String(filter[chip.dataset.list].includes(chip.dataset.value)));
    }
    this.clearButton.hidden = isEmptyFilter(filter);
  }
}
