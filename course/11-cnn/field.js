// What a cell of a trained network sees.

import { el } from '../web/dom.js';
import { images } from '../web/image.js';
import { offer } from '../web/offer.js';
import { page } from '../web/pagedata.js';
import { picture, watch } from './picture.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/** @param {Widget} w */
export function field(w) {
  const d = /** @type {{ block: number, x: number, y: number }} */ (page.defaults.field);
  const s = w.state({ block: d.block, x: d.x, y: d.y });
  const args = () => ({ run: w.run, pixels: picture.pixels, block: s.block, x: s.x, y: s.y });
  const model = offer(w, { why: w.t('field.offer') });
  /** @type {any[]} */
  let blocks = [];
  const part = /** @param {string} title @param {(x: number, y: number) => void} point */ (title, point) => {
    const box = el('figure', { class: 'plot' }, el('figcaption', {}, title));
    const list = images(w, { label: title, size: 224, into: box, point: (_, x, y) => point(x, y) });
    return { box, list };
  };
  const toPixel = /** @param {number} x @param {number} y */ (x, y) => w.set({ x, y });
  const cell = part(w.t('field.cell'), (x, y) => {
    const jump = blocks[s.block]?.jump ?? 1;
    toPixel(Math.min(27, Math.floor((x + 0.5) * jump)), Math.min(27, Math.floor((y + 0.5) * jump)));
  });
  const formula = part(w.t('field.formula'), toPixel);
  const measured = part(w.t('field.measured'), toPixel);
  const own = part(w.t('field.own'), toPixel);
  w.row(cell.box, formula.box);
  w.row(measured.box, own.box);
  w.slider({ key: 'block', min: 0, max: 3, step: 1, label: w.t('field.block'), text: (i) => blocks[i]?.block ?? String(i + 1) });
  w.slider({ key: 'x', min: 0, max: 27, step: 1, label: w.t('field.x') });
  w.slider({ key: 'y', min: 0, max: 27, step: 1, label: w.t('field.y') });
  watch.add(w);

  w.onUpdate(async () => {
    const [m, f] = await Promise.all([w.ask('maps', { run: w.run, pixels: picture.pixels }), w.ask('field', args())]);
    if (model.look(f) === null) return;
    blocks = m.blocks;
    const b = blocks[f.block];
    const largest = /** @param {number[]} v */ (v) => v.reduce((a, x) => Math.max(a, x), 0) || 1;
    const frame = /** @param {Box} x @param {number} color */ (x, color) => ({ ...x, color });
    cell.list.draw([{ pixels: b.maps[0], width: b.width, min: -b.largest, max: b.largest, scale: 'diverging', label: w.t('field.cell'),
      caption: w.t('field.at', b.block, f.row + 1, f.column + 1, b.height, b.width), boxes: [{ x: f.column, y: f.row, width: 1, height: 1 }] }]);
    formula.list.draw([{ pixels: picture.pixels, width: 28, label: w.t('field.formula'), caption: words(w, f.formula), boxes: [frame(f.formula, 2)] }]);
    measured.list.draw([{ pixels: f.gradient, width: 28, max: largest(f.gradient), scale: 'sequential', label: w.t('field.measured'), caption: words(w, f.measured), boxes: [frame(f.measured, 4)] }]);
    own.list.draw([{ pixels: f.own, width: 28, max: largest(f.own), scale: 'sequential', label: w.t('field.own'), caption: w.t('field.reached', f.reached), boxes: [frame(f.formula, 2)] }]);
    w.say(w.t('field.say', b.block, f.row + 1, f.column + 1, f.side || 28, f.jump, words(w, f.formula), words(w, f.measured), w.t(f.agree ? 'field.agree' : 'field.differ')));
    const moved = s.block !== d.block || s.x !== d.x || s.y !== d.y;
    if (moved && f.agree) {
      w.certify('field', { block: b.block, row: f.row + 1, column: f.column + 1, side: f.side || 28, jump: f.jump, box: words(w, f.formula), random: f.random, reached: f.reached });
    }
  });
  w.show('field', args);
}

/** @param {Widget} w @param {Box} b */
function words(w, b) {
  return w.t('field.box', b.y + 1, b.y + b.height, b.x + 1, b.x + b.width);
}
