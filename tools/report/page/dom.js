// Elements made in one expression: el('a.cell.holds', {href: '#/'}, 'text', child, ...). Texts are texts, never HTML.

import {chunksOf} from './words.js';

const SVG = 'http://www.w3.org/2000/svg';

export function el(what, attributes = {}, ...children) {
  return filled(document.createElement(what.split('.')[0]), what, attributes, children);
}

export function svg(what, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, what.split('.')[0]), what, attributes, children);
}

// A function as an attribute's value listens: {onclick: ...}. null and false leave it out.
function filled(element, what, attributes, children) {
  element.classList.add(...what.split('.').slice(1).filter(Boolean));
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false && value !== undefined) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

// A cell's sign with its colour, as everywhere.
export function badge(cell, text) {
  return el(`span.badge.${cellClasses(cell).join('.')}`, {}, text ?? `${cell.verdict.glyph} ${cell.verdict.name}`);
}

export function cellClasses(cell) {
  const classes = [cell.verdict.name.replace(' ', '-')];
  for (const mark of ['waived', 'unexpected', 'dirty']) if (cell[mark]) classes.push(mark);
  return classes;
}

// A text as it was printed. Of a long one only what can be seen is laid out.
export function printed(text, what = 'pre') {
  const chunks = chunksOf(text);
  return el(what, {}, chunks.length < 2 ? text : chunks.map((chunk) => el('span.chunk', {}, chunk)));
}

export function levelBadge(level) {
  return el(`span.level.${level.toLowerCase()}`, {}, level);
}

// For those who hear the page rather than see it.
export function announce(text) {
  document.getElementById('said').textContent = text;
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page from a file may have no clipboard of its own.
    const area = el('textarea', {}, text);
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

export function copyButton(text) {
  const button = el('button.copy', {type: 'button', 'aria-label': `Copy: ${text}`}, 'Copy');
  button.addEventListener('click', async () => {
    await copyText(text);
    button.textContent = 'Copied';
    announce('Copied to the clipboard');
    button.addEventListener('blur', () => { button.textContent = 'Copy'; }, {once: true});
  });
  return button;
}
