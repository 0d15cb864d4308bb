// Values as coloured cells: matrices such as attention, strips such as a hidden state, and texts whose tokens carry a value.

import { el, roving } from './dom.js';
import { dataTable } from './table.js';
import { number, t } from './text.js';
import { extent, inkOn, onTheme, shade, share } from './theme.js';

/** @typedef {import('./theme.js').Scale} Scale */
/**
 * @typedef {object} MatrixOptions
 * @property {string} key
 * @property {string} label
 * @property {Scale} [scale]       sequential if not given; diverging is even around zero
 * @property {number} [cell]       CSS pixels of a cell's side, 44 if not given; below 30 the values are not written into the cells
 * @property {number} [digits]     of the values, 2 if not given
 * @property {(row: number, column: number) => void} [pick]   a cell was chosen, by pointer or with Enter
 * @property {HTMLElement} [into]
 */
/**
 * @typedef {object} MatrixData
 * @property {(number | null)[][]} values   null is an empty cell, such as one behind a mask
 * @property {string[]} [rows]     names
 * @property {string[]} [columns]
 * @property {number} [min]        of the colours; the smallest value if not given
 * @property {number} [max]
 * @property {[number, number] | null} [picked]
 */

const most = 4096; // cells; larger pictures are a plot's heat layer

/** A matrix of cells; one row of values is a strip. @param {import('./widget.js').Widget} w @param {MatrixOptions} o */
export function matrix(w, o) {
  const side = o.cell ?? 44;
  const scale = o.scale ?? 'sequential';
  /** @type {MatrixData} */
  let data = { values: [] };
  /** @type {HTMLElement[][]} */
  let cells = [];
  let shape = '';
  const grid = el('div', { class: 'matrix', role: 'grid', 'aria-label': o.label });
  grid.style.setProperty('--cell', `${side}px`);
  const head = /** @param {number} r */ (r) => visible(data.rows?.[r] ?? String(r + 1));
  const column = /** @param {number} c */ (c) => visible(data.columns?.[c] ?? String(c + 1));
  const rows = dataTable(w, o.label, () => ({
    columns: [t('web.row'), t('web.column'), t('web.value')],
    rows: data.values.flatMap((row, r) => row.map((v, c) => [head(r), column(c), v])),
  }));
  const box = el('figure', { class: 'plot' }, el('div', { class: 'scroll' }, grid), rows.el);
  (o.into ?? w.stage).append(box);
  roving(grid, () => cells.flat(), () => data.values[0]?.length ?? 1);
  const at = /** @param {Event} e */ (e) => {
    const d = /** @type {HTMLElement} */ (e.target).closest('[role=gridcell]');
    const k = d === null ? -1 : cells.flat().indexOf(/** @type {HTMLElement} */ (d));
    const n = data.values[0]?.length ?? 1;
    return k < 0 ? null : /** @type {const} */ ([Math.floor(k / n), k % n]);
  };
  const { pick } = o;
  if (pick) {
    const choose = /** @param {Event} e */ (e) => {
      const p = at(e);
      if (p === null) return;
      w.touch();
      pick(...p);
    };
    grid.classList.add('picks');
    grid.addEventListener('click', choose);
    grid.addEventListener('keydown', (e) => {
      if (e.key !== 'Enter' && e.key !== ' ') return;
      e.preventDefault();
      choose(e);
    });
  }

  const build = () => {
    const { values } = data;
    const n = values[0]?.length ?? 0;
    if (values.length * n > most) throw new Error(`a matrix of ${values.length}×${n}: at most ${most} cells, use a plot's heat layer`);
    const next = JSON.stringify([values.map((r) => r.length), data.rows, data.columns]);
    if (next === shape) return;
    shape = next;
    cells = values.map((r) => r.map(() => el('div', { role: 'gridcell', tabindex: '-1' })));
    cells[0]?.[0]?.setAttribute('tabindex', '0');
    grid.style.gridTemplateColumns = `${data.rows ? 'max-content ' : ''}repeat(${n}, minmax(min(var(--cell), 14px), var(--cell)))`;
    const lines = cells.map((r, i) => el('div', { role: 'row' }, data.rows ? el('div', { role: 'rowheader' }, head(i)) : null, ...r));
    if (data.columns) {
      const corner = data.rows ? el('div', { role: 'columnheader' }, el('span', { class: 'unseen' }, t('web.row'))) : null;
      lines.unshift(el('div', { role: 'row' }, corner, ...data.columns.map((_, c) => el('div', { role: 'columnheader' }, column(c)))));
    }
    grid.replaceChildren(...lines);
  };
  const paint = () => {
    const [lo, hi] = extent(data.values);
    data.values.forEach((row, r) => row.forEach((v, c) => {
      const cell = cells[r]?.[c];
      if (!cell) return;
      const empty = v === null || Number.isNaN(v);
      const rgb = shade(scale, share(scale, v ?? 0, data.min ?? lo, data.max ?? hi));
      cell.style.background = empty ? '' : `rgb(${rgb.join(',')})`;
      cell.style.color = empty ? '' : inkOn(rgb);
      const text = empty ? '' : number(v, o.digits ?? 2);
      cell.textContent = side >= 30 ? text : '';
      cell.title = `${head(r)}, ${column(c)}: ${empty ? '–' : text}`;
      cell.setAttribute('aria-label', cell.title);
      const picked = data.picked?.[0] === r && data.picked[1] === c;
      cell.classList.toggle('picked', picked);
      if (pick) cell.setAttribute('aria-selected', String(picked));
    }));
  };
  onTheme(paint);
  return {
    el: box,
    /** @param {MatrixData} d */
    draw(d) {
      data = d;
      build();
      paint();
      rows.draw();
    },
  };
}

/**
 * @typedef {object} TokensOptions
 * @property {string} key
 * @property {string} label
 * @property {Scale} [scale]     diverging if not given
 * @property {(i: number) => void} [pick]
 * @property {HTMLElement} [into]
 */
/**
 * @typedef {object} TokensData
 * @property {string[]} tokens
 * @property {(number | null)[]} [values]   one a token; none: no colours
 * @property {number} [min]
 * @property {number} [max]
 * @property {number | null} [picked]
 */

/** A text by its tokens, each coloured by a value. @param {import('./widget.js').Widget} w @param {TokensOptions} o */
export function tokens(w, o) {
  const scale = o.scale ?? 'diverging';
  /** @type {TokensData} */
  let data = { tokens: [] };
  /** @type {HTMLElement[]} */
  let parts = [];
  const line = el('div', { class: 'tokens', role: o.pick ? 'listbox' : 'list', 'aria-label': o.label });
  if (o.pick) line.setAttribute('aria-orientation', 'horizontal');
  const rows = dataTable(w, o.label, () => ({
    columns: [t('web.column'), '', t('web.value')],
    rows: data.tokens.map((s, i) => [i + 1, s, data.values?.[i] ?? null]),
  }));
  const box = el('figure', { class: 'plot' }, line, rows.el);
  (o.into ?? w.stage).append(box);
  roving(line, () => parts, () => 1);
  const { pick } = o;
  if (pick) {
    const choose = /** @param {Event} e */ (e) => {
      const i = parts.indexOf(/** @type {HTMLElement} */ (e.target));
      if (i < 0) return;
      w.touch();
      pick(i);
    };
    line.addEventListener('click', choose);
    line.addEventListener('keydown', (e) => {
      if (e.key !== 'Enter' && e.key !== ' ') return;
      e.preventDefault();
      choose(e);
    });
  }
  const paint = () => {
    const [lo, hi] = extent([data.values ?? []]);
    parts.forEach((p, i) => {
      const v = data.values?.[i];
      const rgb = v === undefined || v === null ? null : shade(scale, share(scale, v, data.min ?? lo, data.max ?? hi));
      p.style.background = rgb ? `rgb(${rgb.join(',')})` : '';
      p.style.color = rgb ? inkOn(rgb) : '';
      p.title = rgb ? number(v, 3) : '';
      p.setAttribute('aria-label', `${visible(data.tokens[i] ?? '')}${rgb ? ' ' + number(v, 3) : ''}`);
      p.classList.toggle('picked', data.picked === i);
      if (o.pick) p.setAttribute('aria-selected', String(data.picked === i));
    });
  };
  onTheme(paint);
  return {
    el: box,
    /** @param {TokensData} d */
    draw(d) {
      const same = d.tokens.length === parts.length && d.tokens.every((s, i) => s === data.tokens[i]);
      data = d;
      if (!same) {
        parts = d.tokens.map((s, i) => el('span', { role: o.pick ? 'option' : 'listitem', tabindex: i === (d.picked ?? 0) ? '0' : '-1' }, visible(s)));
        line.replaceChildren(...parts);
      }
      paint();
      rows.draw();
    },
  };
}

/** Spaces and line ends as signs that are seen. @param {string} s */
export function visible(s) {
  return s.replace(/ /g, '␣').replace(/\n/g, '⏎').replace(/\t/g, '⇥') || '∅';
}
