// Chapter 11: what its widgets show. Every number comes from the engine's calls.

import { bars } from '../web/bars.js';
import { el } from '../web/dom.js';
import { images } from '../web/image.js';
import { chooseRun, offer } from '../web/offer.js';
import { pad } from '../web/pad.js';
import { page } from '../web/pagedata.js';
import { matrix } from '../web/strips.js';
import { table } from '../web/table.js';
import { field } from './field.js';
import { moved, shift } from './shift.js';
import { picture, watch } from './picture.js';

/** @typedef {import('../web/widget.js').Widget} Widget */

const valid = 26; // cells along a side of the map
/** @type {Record<string, number[]>} */
const presets = {
  vertical: [-1, 0, 1, -1, 0, 1, -1, 0, 1],
  horizontal: [-1, -1, -1, 0, 0, 0, 1, 1, 1],
  blur: [0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1],
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  same: [0, 0, 0, 0, 1, 0, 0, 0, 0],
};

/**
 * A kernel that slides over a drawing, product by product.
 * @param {Widget} w
 */
function kernel(w) {
  const d = /** @type {{ pixels: number[], kernel: number[], row: number, column: number }} */ (page.defaults.slide);
  const s = w.state({ pixels: d.pixels, kernel: d.kernel, row: d.row, column: d.column });
  const args = () => ({ pixels: s.pixels, kernel: s.kernel, row: s.row, column: s.column });
  picture.pixels = s.pixels;
  picture.kernel = s.kernel;

  const top = w.row();
  const drawing = el('figure', { class: 'plot' }, el('figcaption', {}, w.t('kernel.draw')));
  const mapbox = el('figure', { class: 'plot' }, el('figcaption', {}, w.t('kernel.map')));
  top.append(drawing, mapbox);
  const canvas = pad(w, { key: 'pixels', n: 28, label: w.t('kernel.draw'), size: 252, into: drawing });
  const map = images(w, { label: w.t('kernel.map'), size: 252, into: mapbox, point: (_, x, y) => w.set({ row: y, column: x }) });
  const below = el('p', { class: 'hint' }, w.t('kernel.press'));
  mapbox.append(below);

  const cells = w.row();
  cells.style.gridTemplateColumns = 'repeat(auto-fit, minmax(min(15rem, 100%), 1fr))';
  const part = /** @param {string} name */ (name) => {
    const f = el('figure', { class: 'plot' }, el('figcaption', {}, name));
    cells.append(f);
    return f;
  };
  const windowed = matrix(w, { key: 'window', label: w.t('kernel.window'), cell: 56, into: part(w.t('kernel.window')) });
  const weights = table(w, {
    caption: w.t('kernel.weights'), into: part(w.t('kernel.times')),
    columns: ['0', '1', '2'].map((key, i) => ({ key, label: String(i + 1), edit: true, width: 4.6, min: -9, max: 9, step: 0.1 })),
    edit: (row, key, value) => w.set({ kernel: s.kernel.map((v, i) => (i === 3 * row + Number(key) ? value : v)) }),
  });
  const products = matrix(w, { key: 'products', label: w.t('kernel.products'), scale: 'diverging', cell: 56, into: part(w.t('kernel.products')) });

  const named = () => Object.keys(presets).find((k) => presets[k]?.every((v, i) => v === s.kernel[i])) ?? 'own';
  const which = w.segmented({ label: w.t('kernel.preset'), value: named(), options: [
    ...Object.keys(presets).map((k) => ({ value: k, label: w.t('kernel.' + k) })),
    { value: 'own', label: w.t('kernel.own') },
  ], on: (k) => {
    const chosen = presets[k];
    if (chosen) w.set({ kernel: chosen });
  } });
  which.el.classList.add('wide');
  const counted = /** @param {number} v */ (v) => String(v + 1);
  w.slider({ key: 'row', min: 0, max: valid - 1, step: 1, label: w.t('kernel.row'), text: counted });
  w.slider({ key: 'column', min: 0, max: valid - 1, step: 1, label: w.t('kernel.column'), text: counted });

  const next = () => {
    const at = (s.row * valid + s.column + 1) % (valid * valid);
    w.set({ row: Math.floor(at / valid), column: at % valid });
  };
  w.button({ label: w.t('kernel.next'), on: next });
  let ticking = 0;
  const play = w.button({ label: w.t('kernel.play'), on: () => {
    if (ticking !== 0) {
      clearInterval(ticking);
      ticking = 0;
    } else ticking = window.setInterval(next, 120);
    play.setAttribute('aria-pressed', String(ticking !== 0));
  } });
  play.setAttribute('aria-pressed', 'false');
  play.hidden = w.reduced;
  let digits = 0;
  w.button({ label: w.t('kernel.another'), on: async () => {
    digits++;
    w.set({ pixels: await w.ask('digit', { class: (5 + digits) % 10, n: Math.floor(digits / 10) % 50 }) });
  } });

  w.onUpdate(async () => {
    which.set(named());
    if (picture.pixels !== s.pixels || picture.kernel !== s.kernel) {
      picture.pixels = s.pixels;
      picture.kernel = s.kernel;
      watch.tell();
    }
    const r = await w.ask('slide', args());
    canvas.frame({ x: s.column, y: s.row, width: 3, height: 3 });
    map.draw([{ pixels: r.map, width: valid, min: -r.largest, max: r.largest, scale: 'diverging', label: w.t('kernel.map'),
      boxes: [{ x: s.column, y: s.row, width: 1, height: 1 }] }]);
    const three = /** @param {number[]} v */ (v) => [v.slice(0, 3), v.slice(3, 6), v.slice(6, 9)];
    windowed.draw({ values: three(r.window), min: 0, max: 1 });
    weights.draw(three(s.kernel).map((v) => ({ 0: v[0], 1: v[1], 2: v[2] })));
    products.draw({ values: three(r.products), min: -1, max: 1 });
    w.say(w.t('kernel.say', s.row + 1, s.column + 1, r.products.filter((/** @type {number} */ v) => v !== 0).map((/** @type {number} */ v) => w.number(v, 3)).join(' + ').replace(/\+ −/g, '− ') || '0',
      w.number(r.sum, 4), r.zeros, r.cells));
    if (named() !== 'vertical') w.certify('kernel', { name: w.t('kernel.' + named()), cells: r.cells, weights: r.weights, dense: w.integer(r.dense), zeros: r.zeros });
  });
  w.show('slide', args);
}

/**
 * What a trained network makes of the drawing.
 * @param {Widget} w
 */
function maps(w) {
  const args = () => ({ run: w.run, pixels: picture.pixels });
  const state = el('p', { class: 'status', role: 'status' });
  const model = offer(w, { why: w.t('maps.offer'), call: 'learn',
    event: (v) => {
      state.textContent = w.t('maps.learning', v.step, v.of, w.number(v.loss, 3), v.accuracy === null ? '–' : w.number(100 * v.accuracy, 3));
    },
    done: () => {
      w.update();
      watch.tell();
    } });
  w.stage.before(state);
  const answer = bars(w, { key: 'classes', label: w.t('maps.answer'), text: (v) => (v < 1e-4 ? '< 0.01 %' : `${w.number(100 * v, 3)} %`) });
  const box = el('div');
  w.stage.append(box);
  /** @type {{ title: HTMLElement, list: ReturnType<typeof images> }[]} */
  const lists = [];
  watch.add(w);
  w.onUpdate(async () => {
    const m = model.look(await w.ask('maps', args()));
    if (m === null) return;
    state.hidden = true;
    answer.draw(m.classes.slice(0, 4).map((/** @type {{ name: string, p: number }} */ c) => ({ label: c.name, value: c.p })), 1);
    m.blocks.forEach((/** @type {any} */ b, /** @type {number} */ i) => {
      let l = lists[i];
      if (l === undefined) {
        const title = el('h4');
        box.append(title);
        l = { title, list: images(w, { label: b.block, size: b.channels > 8 ? 62 : 84, into: box }) };
        lists[i] = l;
      }
      l.title.textContent = w.t('maps.block', b.block, b.channels, b.height, b.width, b.field || '28');
      l.list.draw(b.maps.map((/** @type {number[]} */ pixels, /** @type {number} */ c) => ({ pixels, width: b.width, min: -b.largest, max: b.largest, scale: 'diverging', label: w.t('maps.map', b.block, c + 1) })));
    });
    w.say(w.t('maps.say', m.run, w.integer(m.params), m.classes[0].name, w.number(100 * m.classes[0].p, 4)));
  });
  chooseRun(w, ['images'], w.t('maps.own')).catch((e) => w.error(e));
  w.show('maps', args);
}

export const widgets = { kernel, shift, maps, field, moved };
