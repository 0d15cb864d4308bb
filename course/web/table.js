// Tables of numbers, to read, to edit and to take away.

import { download, el } from './dom.js';
import { number, t } from './text.js';

/** @typedef {string | number | boolean | null} Cell */
/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} label
 * @property {number} [digits]   significant, 4 if not given
 * @property {(v: any) => string} [text]   instead of digits
 * @property {boolean} [edit]    a box for a number in each cell
 * @property {number} [width]    of the box, in em, where the usual one is too wide
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [step]
 */
/**
 * @typedef {object} TableOptions
 * @property {Column[]} columns
 * @property {string} caption
 * @property {(row: number, key: string, value: number) => void} [edit]  a cell was changed to a valid number
 * @property {(row: number) => void} [remove]   gives each row a button
 * @property {string} [csv]      name of the file; without it there is no button
 * @property {HTMLElement} [into]
 */

const most = 500; // rows shown; the CSV has all

/**
 * A table. draw(rows) shows rows, objects with the columns' keys; a row with `class: 'best'` is set off.
 * @param {import('./widget.js').Widget} w @param {TableOptions} o
 */
export function table(w, o) {
  const body = el('tbody');
  const more = el('small', { class: 'hint' });
  const head = o.columns.map((c) => el('th', { scope: 'col' }, c.label));
  if (o.remove) head.push(el('th', { scope: 'col' }, el('span', { class: 'unseen' }, t('web.point.remove'))));
  const frame = el('div', { class: 'tableframe', tabindex: '0', role: 'region', 'aria-label': o.caption },
    el('table', {}, el('caption', {}, el('span', {}, o.caption)), el('thead', {}, el('tr', {}, ...head)), body));
  const box = el('div', { class: 'datatable' }, frame, more);
  /** @type {Record<string, any>[]} */
  let rows = [];
  if (o.csv !== undefined) box.append(csvButton(o.csv, () => [o.columns.map((c) => c.label), ...rows.map((r) => o.columns.map((c) => r[c.key] ?? null))]));
  (o.into ?? w.stage).append(box);

  /** @param {Column} c @param {number} i @param {any} v */
  const cell = (c, i, v) => {
    if (c.edit && typeof v === 'number') {
      const input = el('input', { type: 'number', min: c.min, max: c.max, step: c.step ?? 'any', value: v, required: true, 'aria-label': `${c.label}, ${i + 1}` });
      if (c.width !== undefined) input.style.width = `${c.width}em`;
      input.addEventListener('input', () => {
        if (!input.checkValidity()) return;
        w.touch();
        o.edit?.(i, c.key, Number(input.value));
      });
      return el('td', { class: 'number' }, input);
    }
    const isNumber = typeof v === 'number' || v === null;
    const text = c.text ? c.text(v) : isNumber ? number(v, c.digits) : String(v ?? '');
    return el('td', { class: isNumber ? 'number' : text.length < 14 ? 'short' : text.length > 40 ? 'words' : null }, text);
  };
  return {
    el: box,
    /** @param {Record<string, any>[]} next */
    draw(next) {
      // The cell that is being typed in keeps its row; only its neighbours change.
      const typing = document.activeElement instanceof HTMLInputElement && body.contains(document.activeElement);
      const same = typing && next.length === rows.length;
      rows = next;
      o.columns.forEach((c, k) => head[k]?.classList.toggle('number', typeof next[0]?.[c.key] === 'number'));
      if (same) {
        [...body.rows].forEach((tr, i) => o.columns.forEach((c, k) => {
          const old = tr.cells[k];
          if (old && !old.contains(document.activeElement)) old.replaceWith(cell(c, i, next[i]?.[c.key]));
        }));
        return;
      }
      body.replaceChildren(...next.slice(0, most).map((r, i) => {
        const tr = el('tr', { class: r.class }, ...o.columns.map((c) => cell(c, i, r[c.key])));
        if (o.remove) tr.append(el('td', {}, el('button', { type: 'button', class: 'small', 'aria-label': `${t('web.point.remove')} ${i + 1}`, onclick: () => o.remove?.(i) }, '×')));
        return tr;
      }));
      more.textContent = next.length > most ? t('web.table.more', most, next.length) : '';
    },
  };
}

/**
 * A table of what a drawing shows, made when it is opened and while it is open.
 * @param {import('./widget.js').Widget} w @param {string} caption @param {() => { columns: string[], rows: Cell[][] }} data
 */
export function dataTable(w, caption, data) {
  const body = el('div');
  const box = el('details', { class: 'data' }, el('summary', {}, t('web.table')), body);
  const draw = () => {
    if (!box.open) return;
    const { columns, rows } = data();
    body.replaceChildren();
    const keyed = columns.map((label, i) => ({ key: String(i), label, digits: 8 }));
    table(w, { columns: keyed, caption, csv: w.name, into: body }).draw(rows.map((r) => Object.fromEntries(r.map((v, i) => [String(i), v]))));
  };
  box.addEventListener('toggle', draw);
  return { el: box, draw };
}

/** @param {string} name @param {() => Cell[][]} rows  the head first */
export function csvButton(name, rows) {
  return el('button', { type: 'button', class: 'csv', onclick: () => download(name + '.csv', csv(rows()), 'text/csv;charset=utf-8') }, t('web.csv'));
}

/** Comma-separated values as RFC 4180 has them, numbers with all their digits. @param {Cell[][]} rows */
export function csv(rows) {
  return '\ufeff' + rows.map((r) => r.map(field).join(',') + '\r\n').join(''); // the mark has spreadsheets read it as UTF-8
}

/** @param {Cell} v */
function field(v) {
  const s = v === null ? '' : String(v);
  return /[",\r\n]/.test(s) ? '"' + s.replace(/"/g, '""') + '"' : s;
}
