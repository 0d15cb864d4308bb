// Chapter 6: what its widgets show. Every number comes from the engine's calls.

import { images as pictures } from '../web/image.js';
import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';
import { table } from '../web/table.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ row: number, y: number, x: [number, number], step: [number, number], score: number, before: [number, number], after: [number, number], b: number, line: [number, number][], sides: number[] }} Move */
/** @typedef {{ radius: number, margin: number, mistakes: number }} Bound */

/**
 * The rule, correction by correction, on points that can be moved.
 * @param {Widget} w
 */
function learn(w) {
  const d = /** @type {{ points: number[] }} */ (page.defaults.learn);
  const s = w.state({ points: d.points, step: 1 });
  const args = () => ({ points: s.points });
  let n = 0;
  w.slider({ key: 'step', min: 0, max: 60, step: 1, label: w.t('learn.step') });
  w.button({ label: w.t('learn.next'), primary: true, on: () => w.set({ step: Math.min(s.step + 1, n) }) });
  w.button({ label: w.t('learn.end'), on: () => w.set({ step: Math.min(60, n) }) });
  w.button({ label: w.t('learn.again'), on: () => w.set({ step: 0 }) });

  const row = w.row();
  const range = { min: -3, max: 3 };
  const p = plot(w, { key: 'points', label: w.t('learn.plane'), x: { ...range, label: 'x₁' }, y: { ...range, label: 'x₂' }, height: 380, table: false, into: row });
  p.points({ key: 'points', label: w.t('learn.points'), classes: ['−1', '+1'], colors: [2, 1], max: 60, step: [0.1, 0.1] });
  const weights = plot(w, { key: 'weights', label: w.t('learn.weights'), x: { label: 'w₁', zero: true }, y: { label: 'w₂', zero: true }, height: 380, equal: true, into: row });
  const rows = table(w, {
    caption: w.t('learn.table'), csv: 'corrections', columns: [
      { key: 'k', label: '#' },
      { key: 'point', label: w.t('learn.point') },
      { key: 'y', label: 'y' },
      { key: 'score', label: 'w·x + b', digits: 3 },
      { key: 'move', label: 'y·x' },
      { key: 'w', label: 'w' },
      { key: 'b', label: 'b' },
    ],
  });
  /** @param {[number, number]} v */
  const pair = (v) => `(${w.number(v[0], 3)}, ${w.number(v[1], 3)})`;
  /** @param {number} y */
  const sign = (y) => (y > 0 ? '+1' : '−1');

  w.onUpdate(async () => {
    const r = await w.known('learn', args());
    const moves = /** @type {Move[]} */ (r.moves);
    n = moves.length;
    const k = Math.min(s.step, n);
    const m = moves[k - 1];
    const old = moves[k - 2];
    p.draw([
      old && { line: old.line, name: w.t('learn.before'), dash: true, color: 7, width: 1.5 },
      m && { line: m.line, name: w.t('learn.after'), color: 3, width: 3 },
      m && { arrows: [[0, 0, m.after[0], m.after[1]]], name: 'w', color: 4 },
      m && k <= n && { points: [m.x], name: w.t('learn.mistake'), shape: 'circle', hollow: true, size: 13, color: 8 },
    ]);
    const at = (/** @type {Move} */ q) => [...q.before, ...q.after];
    weights.draw([
      { arrows: moves.slice(k).map(at), name: w.t('learn.later'), color: 6 },
      { arrows: moves.slice(0, Math.max(0, k - 1)).map(at), name: w.t('learn.earlier'), color: 7 },
      m && { arrows: [at(m)], name: w.t('learn.move'), color: 2 },
      { points: [m ? m.after : [0, 0]], name: 'w', shape: 'circle', color: 4 },
    ]);
    rows.draw(moves.map((q, i) => ({ k: i + 1, point: q.row + 1, y: sign(q.y), score: q.score, move: pair(q.step), w: pair(q.after), b: q.b, class: i === k - 1 ? 'best' : '' })));
    const b = /** @type {Bound | null} */ (r.bound);
    const tail = b ? w.t('learn.say.bound', r.mistakes, w.number(b.radius, 4), w.number(b.margin, 3), w.number(b.mistakes, 3)) : w.t('learn.say.never', r.passes, r.mistakes);
    w.say((m ? w.t('learn.say.move', k, m.row + 1, sign(m.y), w.number(m.score, 3), pair(m.after), w.number(m.b, 3)) : w.t('learn.say.start')) + ' ' + tail);
    if (b && k === n && r.mistakes <= n) w.certify('learn', { mistakes: r.mistakes, radius: w.number(b.radius, 4), margin: w.number(b.margin, 4), bound: w.number(b.mistakes, 4) });
  });
  w.show('learn', args);
}

/**
 * Two digits, told apart by 2 to 784 inputs.
 * @param {Widget} w
 */
function images(w) {
  const d = /** @type {{ a: number, b: number, inputs: number }} */ (page.defaults.images);
  const s = w.state({ a: d.a, b: d.b, inputs: d.inputs });
  const args = () => ({ a: s.a, b: s.b, inputs: s.inputs });
  const digit = [...Array(10).keys()];
  w.select({ key: 'a', label: w.t('images.a'), options: digit });
  w.select({ key: 'b', label: w.t('images.b'), options: digit });
  w.segmented({ key: 'inputs', label: w.t('images.inputs'), options: [2, 4, 16, 49, 196, 784] });
  const seen = pictures(w, { label: w.t('images.samples'), size: 96 });
  const learnt = pictures(w, { label: w.t('images.weights'), size: 224 });
  const rows = table(w, {
    caption: w.t('images.table'), csv: 'sizes', columns: [
      { key: 'n', label: w.t('images.n') },
      { key: 'mistakes', label: w.t('images.mistakes') },
      { key: 'bound', label: '(R/γ)²', text: (v) => (v === null ? w.t('images.none') : w.number(v, 4)) },
      { key: 'train', label: w.t('images.train'), text: (v) => w.number(100 * v, 4) + ' %' },
      { key: 'test', label: w.t('images.test'), text: (v) => w.number(100 * v, 4) + ' %' },
    ],
  });
  w.onUpdate(async () => {
    const r = await w.known('images', args());
    seen.draw(/** @type {number[][]} */ (r.samples).map((pixels, i) => ({ pixels, width: r.cols, label: w.t('images.sample', i < 3 ? s.a : s.b) })));
    const most = Math.max(...r.w.map(Math.abs));
    learnt.draw([{
      pixels: r.w, width: r.cols, min: -most, max: most, scale: 'diverging', label: w.t('images.weights'),
      caption: w.t('images.caption', s.b, s.a),
    }]);
    const list = /** @type {{ n: number, mistakes: number, done: boolean, train: number, test: number, bound: Bound | null }[]} */ (await w.known('sizes', { a: s.a, b: s.b }));
    rows.draw(list.map((q) => ({ ...q, bound: q.bound?.mistakes ?? null, class: q.n === s.inputs ? 'best' : '' })));
    w.say(r.bound
      ? w.t('images.say', s.inputs, r.mistakes, w.number(r.bound.mistakes, 4), w.number(100 * r.test, 4))
      : w.t('images.say.never', s.inputs, r.bypass.length, r.mistakes, w.number(100 * r.test, 4)));
    const [few, all] = [list[0], list.at(-1)];
    if (few && all?.bound) {
      w.certify('images', {
        a: s.a, b: s.b, few: w.number(100 * few.test, 3), test: w.number(100 * all.test, 3), mistakes: all.mistakes,
        radius: w.number(all.bound.radius, 4), margin: w.number(all.bound.margin, 3), bound: w.number(all.bound.mistakes, 4),
      });
    }
  });
  w.show('images', args);
}

export const widgets = { learn, images };
