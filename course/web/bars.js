// Labelled bars in a list, such as the probabilities of the next token.

import { el } from './dom.js';
import { dataTable } from './table.js';
import { number, t } from './text.js';

/**
 * @typedef {object} BarsOptions
 * @property {string} key
 * @property {string} label
 * @property {(v: number) => string} [text]   of a value, 3 digits if not given
 * @property {(i: number) => void} [pick]     bars become buttons
 * @property {HTMLElement} [into]
 */
/** @typedef {{ label: string, value: number | null, color?: number, lit?: boolean }} Bar   lit: set off, such as the one that was drawn */

/** @param {import('./widget.js').Widget} w @param {BarsOptions} o */
export function bars(w, o) {
  const text = o.text ?? ((v) => number(v, 3));
  /** @type {Bar[]} */
  let data = [];
  const list = el('ol', { class: 'bars', 'aria-label': o.label });
  const rows = dataTable(w, o.label, () => ({ columns: ['', t('web.value')], rows: data.map((b) => [b.label, b.value]) }));
  const box = el('figure', { class: 'plot' }, list, rows.el);
  (o.into ?? w.stage).append(box);
  return {
    el: box,
    /** Shows bars against a largest value, theirs if none is given; negative ones go as far in another pattern.
     * @param {Bar[]} next @param {number} [max] */
    draw(next, max) {
      data = next;
      const full = max ?? (next.reduce((m, b) => Math.max(m, Math.abs(b.value ?? 0)), 0) || 1);
      while (list.children.length > next.length) list.lastElementChild?.remove();
      while (list.children.length < next.length) list.append(item(list.children.length));
      next.forEach((b, i) => {
        const li = /** @type {HTMLElement} */ (list.children[i]);
        const [name, track, value] = /** @type {HTMLElement[]} */ ([...(li.firstElementChild?.children ?? [])]);
        const fill = /** @type {HTMLElement | null | undefined} */ (track?.firstElementChild);
        if (!name || !value || !fill) return;
        name.textContent = b.label;
        value.textContent = text(b.value ?? NaN);
        fill.style.width = `${Math.min(100, (100 * Math.abs(b.value ?? 0)) / full)}%`;
        fill.style.background = `var(--c${b.color ?? 1})`;
        fill.classList.toggle('negative', (b.value ?? 0) < 0);
        li.classList.toggle('lit', b.lit === true);
      });
      rows.draw();
    },
  };

  /** @param {number} i */
  function item(i) {
    const parts = [el('span', { class: 'name' }), el('span', { class: 'track' }, el('span', { class: 'fill' })), el('span', { class: 'value' })];
    const { pick } = o;
    if (pick === undefined) return el('li', {}, el('div', { class: 'bar' }, ...parts));
    return el('li', {}, el('button', { type: 'button', class: 'bar', onclick: () => {
      w.touch();
      pick(i);
    } }, ...parts));
  }
}
