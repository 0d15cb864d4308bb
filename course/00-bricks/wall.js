// Models as walls of bricks, drawn to scale. Every measure is a share of the numbers that the engine gave.

import { el, freshId, perFrame, svg } from '../web/dom.js';
import { superscript } from '../web/text.js';

/**
 * @typedef {object} Wall
 * @property {string} name
 * @property {string} size       what stands under the name
 * @property {number} parameters
 * @property {boolean} sure      false: drawn with broken lines
 * @property {string} note       a word for a wall that is not sure
 */

const text = 13; // px of letters
const head = 3.6 * text; // room above a wall for its words
const brickwork = freshId(); // of the pattern

/** A frame that draws walls as wide as it is. @param {string} label */
export function walls(label) {
  const drawing = svg('svg', { role: 'img', 'aria-label': label });
  const box = el('div', {}, drawing);
  drawing.style.cssText = `display: block; width: 100%; font: ${text}px var(--sans)`;
  /** @type {Wall[]} */
  let list = [];
  let log = false;
  const paint = perFrame(() => {
    const width = box.clientWidth;
    if (width === 0 || list.length === 0) return;
    const { parts, height } = log ? towers(list, width) : squares(list, width);
    drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
    drawing.replaceChildren(pattern(), ...parts);
  });
  new ResizeObserver(paint).observe(box);
  return {
    el: box,
    /** @param {Wall[]} next @param {boolean} logarithmic */
    draw(next, logarithmic) {
      [list, log] = [next, logarithmic];
      paint();
    },
  };
}

// Bricks of 16 by 8, every other course shifted by half a brick.
function pattern() {
  const joints = svg('path', { d: 'M0 0H16M0 8H16M0 0V8M8 8V16', fill: 'none', stroke: 'var(--raised)', 'stroke-width': '1.4' });
  return svg('defs', {}, svg('pattern', { id: brickwork, width: 16, height: 16, patternUnits: 'userSpaceOnUse' },
    svg('rect', { width: 16, height: 16, fill: 'var(--c2)' }), joints));
}

/** @param {number} x @param {number} y @param {number} w @param {number} h @param {Wall} m */
function wall(x, y, w, h, m) {
  return svg('rect', {
    x, y, width: w, height: h, fill: w < 8 ? 'var(--c2)' : `url(#${brickwork})`, 'fill-opacity': m.sure ? 1 : 0.45,
    ...(m.sure ? {} : { stroke: 'var(--c2)', 'stroke-width': 2, 'stroke-dasharray': '6 4' }),
  });
}

/** Name, size and note of a wall, above it. @param {Wall} m @param {number} x @param {number} y */
function words(m, x, y) {
  const line = /** @param {string} s @param {number} up @param {string} weight */ (s, up, weight) =>
    svg('text', { x, y: y - 6 - up * 1.25 * text, 'text-anchor': 'middle', 'font-weight': weight, fill: 'var(--ink)' }, s);
  return [...(m.note ? [line(m.note, 0, '400')] : []), line(m.size, m.note ? 1 : 0, '400'), line(m.name, m.note ? 2 : 1, '600')];
}

const gap = 10; // px between walls

/**
 * Squares whose areas are as the parameters: on one ground, or in a narrow window with the last one on a ground of its own.
 * @param {Wall[]} list @param {number} width
 */
function squares(list, width) {
  const narrow = width < 480;
  const slot = Math.min(92, width / 4.2); // the least that a wall's words need
  const largest = Math.sqrt(Math.max(...list.map((m) => m.parameters)));
  // The largest unit at which a row fits: by halving, since a slot is as wide as its words or its wall.
  let [lo, hi] = [0, (width - 4) / largest];
  for (let i = 0; i < 40 && !narrow; i++) {
    const unit = (lo + hi) / 2;
    if (slots(list, unit, slot).reduce((s, w) => s + w + gap, 4 - gap) <= width) lo = unit;
    else hi = unit;
  }
  const unit = narrow ? hi : lo;
  const rows = narrow ? [list.slice(0, -1), list.slice(-1)] : [list];
  /** @type {SVGElement[]} */
  const parts = [];
  let height = 0;
  for (const row of rows) {
    height += head + unit * Math.sqrt(Math.max(...row.map((m) => m.parameters))) + 8;
    parts.push(...onGround(row, unit, slot, height - 4, width));
  }
  return { parts, height };
}

/** @param {Wall[]} row @param {number} unit @param {number} slot */
const slots = (row, unit, slot) => row.map((m) => Math.max(slot, unit * Math.sqrt(m.parameters)));

/** @param {Wall[]} row @param {number} unit @param {number} slot @param {number} ground @param {number} width */
function onGround(row, unit, slot, ground, width) {
  /** @type {SVGElement[]} */
  const parts = [svg('line', { x1: 0, x2: width, y1: ground, y2: ground, stroke: 'var(--rule)' })];
  let x = 2;
  slots(row, unit, slot).forEach((space, i) => {
    const m = /** @type {Wall} */ (row[i]);
    const side = unit * Math.sqrt(m.parameters);
    const top = ground - side;
    parts.push(wall(x + (space - side) / 2, top, side, side, m), ...words(m, x + space / 2, Math.min(top, ground - 12)));
    // A wall of a pixel is easily missed, so a line leads from its words to it.
    if (side < 10) parts.push(svg('line', { x1: x + space / 2, x2: x + space / 2, y1: ground - 14, y2: top - 1, stroke: 'var(--ink)' }));
    x += space + gap;
  });
  return parts;
}

/**
 * Towers whose heights are as the logarithms of the parameters.
 * @param {Wall[]} list @param {number} width
 */
function towers(list, width) {
  const [lo, hi] = [7, 13]; // powers of ten
  const [left, height] = [36, 400];
  const [top, ground] = [16, height - 10];
  const y = /** @param {number} power */ (power) => ground - ((power - lo) / (hi - lo)) * (ground - top);
  /** @type {SVGElement[]} */
  const parts = [];
  for (let p = lo; p <= hi; p++) {
    parts.push(svg('line', { x1: left, x2: width, y1: y(p), y2: y(p), stroke: 'var(--gridline)' }));
    parts.push(svg('text', { x: left - 6, y: y(p) + 4, 'text-anchor': 'end', fill: 'var(--soft)' }, '10' + superscript(p)));
  }
  const space = (width - left) / list.length;
  const w = Math.min(96, space - 12);
  list.forEach((m, i) => {
    const middle = left + (i + 0.5) * space;
    const at = y(Math.log10(m.parameters));
    parts.push(wall(middle - w / 2, at, w, ground - at, m), ...words(m, middle, at));
  });
  return { parts, height };
}
