// What a cell of a trained network sees.

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
  const list = images(w, { label: w.t('field.pictures'), size: 200, point: (i, x, y) => {
    const jump = i === 0 ? blocks[s.block]?.jump ?? 1 : 1; // a cell of the map lies over the pixel in its middle
    w.set({ x: Math.min(27, Math.floor((x + 0.5) * jump)), y: Math.min(27, Math.floor((y + 0.5) * jump)) });
  } });
  const block = w.slider({ key: 'block', min: 0, max: 11, step: 1, label: w.t('field.block'), text: (i) => blocks[i]?.block ?? String(i + 1) });
  w.slider({ key: 'x', min: 0, max: 27, step: 1, label: w.t('field.x'), text: (v) => String(v + 1) });
  w.slider({ key: 'y', min: 0, max: 27, step: 1, label: w.t('field.y'), text: (v) => String(v + 1) });
  watch.add(w);

  w.onUpdate(async () => {
    const [m, f] = await Promise.all([w.ask('maps', { run: w.run, pixels: picture.pixels }), w.ask('field', args())]);
    if (model.look(f) === null) return;
    blocks = m.blocks;
    const b = blocks[f.block];
    const largest = /** @param {number[]} v */ (v) => v.reduce((a, x) => Math.max(a, x), 0) || 1;
    const frame = /** @param {Box} x @param {number} color */ (x, color) => ({ ...x, color });
    const input = block.el.querySelector('input');
    const name = block.el.querySelector('output');
    if (input && name) [input.max, input.ariaValueText, name.textContent] = [String(blocks.length - 1), b.block, b.block];
    const grey = { pixels: picture.pixels, width: 28 };
    const heat = /** @param {number[]} pixels */ (pixels) => ({ pixels, width: 28, max: largest(pixels), scale: /** @type {const} */ ('sequential') });
    const titled = /** @param {string} label @param {string} caption */ (label, caption) => ({ label, caption: `${label}${w.lang === 'zh' ? '：' : ': '}${caption}` });
    list.draw([
      { pixels: b.maps[0], width: b.width, min: -b.largest, max: b.largest, scale: 'diverging', boxes: [{ x: f.column, y: f.row, width: 1, height: 1 }],
        ...titled(w.t('field.cell'), w.t('field.at', f.row + 1, f.column + 1, b.height, b.width)) },
      { ...grey, boxes: [frame(f.formula, 2)], ...titled(w.t('field.formula'), words(w, f.formula)) },
      { ...heat(f.gradient), boxes: [frame(f.measured, 4)], ...titled(w.t('field.measured'), words(w, f.measured)) },
      { ...heat(f.own), boxes: [frame(f.formula, 2)], ...titled(w.t('field.own'), w.t('field.reached', f.reached)) },
    ]);
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
