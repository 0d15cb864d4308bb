// A pad to draw on: n×n grey cells, by pointer or by keyboard.

import { el, inMemory } from './dom.js';
import { t } from './text.js';
import { css, onTheme, shade } from './theme.js';

/**
 * @typedef {object} PadOptions
 * @property {string} key       of the widget's state: an array of n·n numbers from 0 to 1 (quarters, so that the URL stays short)
 * @property {number} n
 * @property {string} label
 * @property {number} [size]    CSS pixels of its side, 280 if not given
 * @property {boolean} [soft]   a stroke greys its neighbours, as handwriting does; true if not given
 * @property {HTMLElement} [into]
 */

/** @typedef {{ x: number, y: number, width: number, height: number, color?: number }} Frame   in cells */

/** @param {import('./widget.js').Widget} w @param {PadOptions} o */
export function pad(w, o) {
  const { n } = o;
  const { store } = w;
  if (store === null) throw new Error(`the pad "${o.key}" comes before w.state`);
  const size = o.size ?? 280;
  const pixels = () => {
    const v = /** @type {number[]} */ (store.get(o.key));
    return v.length === n * n ? [...v] : new Array(n * n).fill(0);
  };
  let [row, column] = [Math.floor(n / 2), Math.floor(n / 2)];
  let rubber = false;
  /** @type {Frame | null} */
  let framed = null;
  const canvas = el('canvas', { class: 'pad', tabindex: '0', role: 'application', 'aria-label': `${o.label}. ${t('web.pad', n, n)}`, width: 2 * size, height: 2 * size });
  canvas.style.width = `${size}px`;
  const aloud = el('span', { class: 'unseen', role: 'status' });
  const bar = el('div', { class: 'padbar' });
  const box = el('div', { class: 'padbox' }, canvas, aloud, bar);
  (o.into ?? w.stage).append(box);

  const paint = () => {
    const g = canvas.getContext('2d', inMemory);
    if (g === null) return;
    const s = (2 * size) / n;
    pixels().forEach((v, i) => {
      g.fillStyle = `rgb(${shade('grey', v).join(',')})`;
      g.fillRect((i % n) * s, Math.floor(i / n) * s, s + 1, s + 1);
    });
    if (framed !== null) {
      g.strokeStyle = css(`--c${framed.color ?? 2}`);
      g.lineWidth = 5;
      g.strokeRect(framed.x * s, framed.y * s, framed.width * s, framed.height * s);
    }
    if (document.activeElement !== canvas) return;
    g.strokeStyle = css('--c2');
    g.lineWidth = 4;
    g.strokeRect(column * s + 2, row * s + 2, s - 4, s - 4);
  };
  /** Paints around a cell: the cell itself fully, its neighbours by half. @param {number} r @param {number} c @param {boolean} clear */
  const dab = (r, c, clear) => {
    const p = pixels();
    for (let dr = -1; dr <= 1; dr++) {
      for (let dc = -1; dc <= 1; dc++) {
        const [y, x] = [r + dr, c + dc];
        const ink = dr === 0 && dc === 0 ? 1 : o.soft === false ? 0 : dr === 0 || dc === 0 ? 0.5 : 0.25;
        if (y < 0 || x < 0 || y >= n || x >= n || ink === 0) continue;
        const i = y * n + x;
        p[i] = clear ? 0 : Math.max(p[i], ink);
      }
    }
    w.set({ [o.key]: p });
  };
  const tell = () => {
    aloud.textContent = t('web.pad.cell', row + 1, column + 1, pixels()[row * n + column]);
  };

  /** @param {PointerEvent} e */
  const stroke = (e) => {
    const r = canvas.getBoundingClientRect();
    const at = /** @param {number} f */ (f) => Math.min(n - 1, Math.max(0, Math.floor(f * n)));
    const [y, x] = [at((e.clientY - r.top) / r.height), at((e.clientX - r.left) / r.width)];
    // Fast pointers skip cells: all on the way are painted.
    const steps = e.type === 'pointerdown' ? 1 : Math.max(1, Math.abs(y - row), Math.abs(x - column));
    const [r0, c0] = e.type === 'pointerdown' ? [y, x] : [row, column];
    for (let k = 1; k <= steps; k++) dab(Math.round(r0 + ((y - r0) * k) / steps), Math.round(c0 + ((x - c0) * k) / steps), rubber || e.buttons === 2);
    [row, column] = [y, x];
  };
  canvas.addEventListener('pointerdown', (e) => {
    canvas.setPointerCapture(e.pointerId);
    stroke(e);
  });
  canvas.addEventListener('pointermove', (e) => {
    if (canvas.hasPointerCapture(e.pointerId)) stroke(e);
  });
  canvas.addEventListener('contextmenu', (e) => e.preventDefault());
  canvas.addEventListener('keydown', (e) => {
    /** @type {Record<string, [number, number]>} */
    const arrows = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const d = arrows[e.key];
    if (d) {
      [row, column] = [Math.min(n - 1, Math.max(0, row + d[0])), Math.min(n - 1, Math.max(0, column + d[1]))];
      if (e.shiftKey) dab(row, column, rubber);
    } else if (e.key === ' ') dab(row, column, rubber);
    else if (e.key === 'Backspace' || e.key === 'Delete') dab(row, column, true);
    else return;
    e.preventDefault();
    tell();
    paint();
  });
  canvas.addEventListener('focus', paint);
  canvas.addEventListener('blur', paint);
  store.watch(o.key, paint);
  onTheme(paint);
  const erase = w.button({ label: t('web.pad.erase'), into: bar, on: () => {
    rubber = !rubber;
    erase.setAttribute('aria-pressed', String(rubber));
  } });
  erase.setAttribute('aria-pressed', 'false');
  w.button({ label: t('web.pad.clear'), into: bar, on: () => w.set({ [o.key]: new Array(n * n).fill(0) }) });
  paint();
  return {
    el: box,
    /** Sets off a part of the picture, or nothing. @param {Frame | null} f */
    frame(f) {
      framed = f;
      paint();
    },
  };
}
