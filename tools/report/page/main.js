// Begins: reads what stands in the page, and shows what the address says.
import {el} from './dom.js';
import {Model} from './model.js';
import {Blocks} from './blocks.js';
import {parseRoute, formatRoute, claimHref} from './route.js';
import {filterFromParams, paramsFromFilter, emptyFilter, chosenClaims, chosenImplementations} from './filter.js';
import {Theme} from './theme.js';
import {Toolbar} from './toolbar.js';
import {openHelp} from './help_view.js';
import {MatrixView} from './matrix_view.js';
import {totalsView} from './totals_view.js';
import {compareView} from './compare_view.js';
import {claimView} from './claim_view.js';
import {CellView} from './cell_view.js';

class Page {
  constructor() {
    this.model = new Model(JSON.parse(document.getElementById('overview').textContent));
    this.blocks = new Blocks();
    this.filter = emptyFilter();
    this.route = parseRoute('');
    this.theme = new Theme();
    this.toolbar = new Toolbar(this);
    this.main = document.getElementById('view');
    document.getElementById('top').append(this.toolbar.element, this.toolbar.filters);
    addEventListener('hashchange', () => this.show());
    addEventListener('keydown', (event) => this.key(event));
  }

  go(href) { location.hash = href; }
  matrixHref() { return formatRoute('matrix', [], paramsFromFilter(this.filter)); }
  help() { if (!document.querySelector('dialog')) openHelp(); }

  // Typing must not fill the history: one step back leaves the filters.
  setFilter(change) {
    Object.assign(this.filter, change);
    this.remembered = null;
    history.replaceState(null, '', this.matrixHref());
    this.show();
  }

  neighbours(claim) {
    const shown = chosenClaims(this.model, this.filter);
    const claims = shown.includes(claim) ? shown : this.model.claims;
    const index = claims.indexOf(claim);
    return {previous: claims[index - 1], next: claims[index + 1]};
  }

  // ---- Views

  async show() {
    this.route = parseRoute(location.hash);
    if (this.route.view === 'matrix') {
      const filter = filterFromParams(this.route.params);
      if (JSON.stringify(filter) !== JSON.stringify(this.filter)) { this.filter = filter; this.remembered = null; }
    }
    const had = this.view;
    this.view?.stop?.();
    if (this.view instanceof MatrixView) this.remembered = this.view.remember();
    const asked = this.route;
    const view = await this.viewOf(this.route).catch((error) => this.failed(error));
    if (asked !== this.route) return;  // somebody has gone on meanwhile
    this.view = view;
    document.title = `${[...this.route.words, 'mpcheck'].join(' · ')}`;
    document.body.dataset.view = this.route.view;
    this.toolbar.show(this.route.view, this.filter);
    this.main.replaceChildren(view.element);
    view.start?.(this.remembered);
    // What had the focus may be gone: the next Tab goes on in what is shown now.
    if (had && document.activeElement === document.body) (view.grid ?? this.main).focus({preventScroll: true});
    if (this.route.view !== 'matrix') scrollTo(0, 0);
    document.body.dataset.ready = location.hash;
  }

  async viewOf({view, words}) {
    if (view === 'matrix') {
      const implementations = chosenImplementations(this.model, this.filter);
      return new MatrixView(this, chosenClaims(this.model, this.filter, implementations), implementations);
    }
    if (view === 'totals') return {element: totalsView(this)};
    if (view === 'compare') return {element: compareView(this)};
    if (view === 'claim') return this.viewOfClaim(words);
    return this.nothing(`There is no view called ${view}.`);
  }

  async viewOfClaim([id, name]) {
    const claim = this.model.claimById.get(id);
    if (!claim) return this.nothing(`No claim of this report is called ${id}.`);
    this.claim = claim;
    if (name === undefined) return {element: await claimView(this, claim)};
    const implementation = this.model.implementationByName.get(name);
    if (!implementation) return this.nothing(`No implementation of this report is called ${name}.`);
    this.implementation = implementation;
    return CellView.of(this, claim, implementation);
  }

  // A browser without DecompressionStream, or a page that somebody has cut off.
  failed(error) {
    console.error(error);
    return this.nothing(`This cannot be shown: ${error.message}`);
  }

  nothing(text) {
    return {element: el('section', {}, el('p.notice', {}, `${text} `, el('a', {href: '#/'}, 'All claims')))};
  }

  // ---- Keys

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog')) return;
    const typing = event.target.matches('input[type=search], select, textarea');
    if (typing && event.key !== 'Escape' && !(event.key === 'Enter' && this.route.view === 'matrix')) return;
    if (this.act(event, typing)) event.preventDefault();
  }

  act(event, typing) {
    if (typing) { event.target.blur(); this.main.querySelector('.matrix')?.focus(); return true; }
    const onControl = event.target.closest('a, button, summary, input');
    if (event.key === 'Enter' && onControl) return false;
    if (this.view?.key?.(event)) return true;
    const acts = {
      '/': () => this.search(), '?': () => this.help(), t: () => this.theme.next(), Escape: () => this.back(),
      1: () => this.go(this.matrixHref()), 2: () => this.go('#/totals'), 3: () => this.go('#/compare'),
      d: () => this.route.view === 'matrix' && this.setFilter({diff: !this.filter.diff}),
      j: () => this.stepClaim('next'), k: () => this.stepClaim('previous'),
    };
    acts[event.key]?.();
    return Boolean(acts[event.key]);
  }

  async search() {
    if (this.route.view !== 'matrix') {
      history.pushState(null, '', this.matrixHref());
      await this.show();
    }
    this.toolbar.q.focus();
    this.toolbar.q.select();
  }

  back() {
    const {view, words} = this.route;
    if (view === 'claim' && words.length === 2) this.go(claimHref(this.claim));
    else if (view !== 'matrix') this.go(this.matrixHref());
  }

  stepClaim(which) {
    const other = this.route.view === 'claim' && this.neighbours(this.claim)[which];
    if (other) this.go(claimHref(other));
  }
}

new Page().show();
