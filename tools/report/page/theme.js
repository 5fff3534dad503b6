// Light or dark: as the system says, until somebody chooses.
import {announce} from './dom.js';

const KEY = 'mpcheck-theme';

export class Theme {
  constructor() {
    this.chosen = this.recalled();
    this.apply();
  }

  // A page from a file may not be allowed to keep anything.
  recalled() {
    try { return localStorage.getItem(KEY) ?? ''; } catch { return ''; }
  }

  isDark() {
    return this.chosen ? this.chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  }

  next() {
    this.chosen = this.isDark() ? 'light' : 'dark';
    try { localStorage.setItem(KEY, this.chosen); } catch { /* until the page is closed, then */ }
    this.apply();
    announce(`${this.chosen} colours`);
  }

  apply() {
    if (this.chosen) document.documentElement.dataset.theme = this.chosen;
    else delete document.documentElement.dataset.theme;
  }
}
