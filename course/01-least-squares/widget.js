// Chapter 1: what its widgets show. Every number comes from the engine's calls.

import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';
import { table } from '../web/table.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ w: number, b: number, loss: number, ends: number[][] }} Line */

const outlier = [2.2, -2.6]; // where the button throws a point

/**
 * The lines of (w, b), high ones dark, with marks on it.
 * @param {any} v @param {import('../web/plot.js').Layer[]} marks
 * @returns {import('../web/plot.js').Layer[]}
 */
function map(v, marks) {
  const span = /** @type {[number, number]} */ ([-v.span, v.span]);
  const grid = { values: v.values, x: span, y: span };
  return [{ heat: grid }, { contour: grid, levels: 14, color: 7 }, ...marks];
}

/**
 * A line among points with the squares on its residuals, and the surface on which it is a point.
 * @param {Widget} w
 */
function line(w) {
  const d = /** @type {{ points: number[], w: number, b: number, loss: string, delta: number }} */ (page.defaults.line);
  const s = w.state({ points: d.points, w: d.w, b: d.b, loss: d.loss, delta: d.delta, out: false, best: false });
  const measure = () => ({ points: s.points, loss: s.loss, delta: s.delta });
  const args = () => ({ ...measure(), w: s.w, b: s.b });

  const row = w.row();
  const p = plot(w, { key: 'line', label: w.t('line.plot'), x: { min: -3, max: 3, label: 'x' }, y: { min: -3, max: 3, label: 'y' }, equal: true, height: 400, into: row });
  const m = plot(w, { key: 'valley', label: w.t('line.valley'), x: { min: -2.5, max: 2.5, label: 'w' }, y: { min: -2.5, max: 2.5, label: 'b' }, height: 400, into: row });
  const wide = { step: /** @type {[number, number]} */ ([0.02, 0.02]), color: 1, shape: /** @type {const} */ ('diamond') };
  p.points({ key: 'points', label: w.t('line.points'), max: 40, step: [0.05, 0.05] });
  p.handle({ ...wide, label: w.t('line.shift'), x: 0, y: 'b', axis: 'y' });
  const tilt = p.handle({ ...wide, label: w.t('line.tilt'), x: 2, y: 0, axis: 'y', move: (x, y) => {
    s.w = Number(((y - s.b) / x).toPrecision(4)); // the line goes through (0, b) and where this was dragged to
  } });
  m.handle({ ...wide, label: w.t('line.here'), x: 'w', y: 'b', text: (a, b) => `w = ${w.number(a)}, b = ${w.number(b)}` });

  w.segmented({ key: 'loss', label: w.t('line.loss'), options: ['l2', 'l1', 'huber'].map((v) => ({ value: v, label: w.t('loss.' + v) })) });
  const delta = w.slider({ key: 'delta', min: 0.05, max: 2, step: 0.05, label: w.t('line.delta') });
  w.checkbox({ key: 'best', label: w.t('line.best') });
  w.button({ label: w.t('line.go'), primary: true, on: async () => {
    const to = (await w.known('line', args())).best[s.loss];
    w.set({ w: Number(to.w.toPrecision(4)), b: Number(to.b.toPrecision(4)) });
  } });
  const thrown = w.button({ label: w.t('line.outlier'), on: () => w.set({ points: s.out ? s.points.slice(0, -2) : [...s.points, ...outlier], out: !s.out, best: true }) });

  w.onUpdate(async () => {
    delta.el.hidden = s.loss !== 'huber';
    thrown.setAttribute('aria-pressed', String(s.out));
    thrown.textContent = w.t(s.out ? 'line.back' : 'line.outlier');
    const { loss, out } = s; // what is asked; by the time of the answer they may have changed
    const [r, v] = await Promise.all([w.known('line', args()), w.known('valley', measure())]);
    const best = /** @type {Record<string, Line>} */ (r.best);
    const least = /** @type {Line} */ (best[loss]);
    tilt.set(2, 2 * r.w + r.b);
    const all = s.best ? [['l2', 3], ['l1', 4], ['huber', 5]] : [];
    p.draw([
      { boxes: r.boxes, name: w.t('boxes.' + loss), color: 2 },
      ...all.map(([k, color]) => ({ line: best[/** @type {string} */ (k)]?.ends ?? [], name: w.t('best.' + k), color: Number(color), dash: true })),
      { line: r.ends, name: w.t('line.line'), color: 1, width: 3 },
    ]);
    m.draw(map(v, [{ points: [[least.w, least.b]], name: w.t('best.' + loss), shape: 'star', color: 2, size: 8 }]));
    w.say(w.t('line.say', w.number(r.w, 3), w.number(r.b, 3), w.number(r.loss, 5), w.number(least.loss, 5)));
    if (r.loss <= least.loss * 1.01 + 1e-9) w.certify('line', { w: w.number(r.w, 4), b: w.number(r.b, 4), loss: w.number(r.loss, 5), least: w.number(least.loss, 5), kind: w.t('loss.' + loss) });
    if (out) w.certify('outlier', { l2: w.number(r.best.l2.w, 3), l1: w.number(r.best.l1.w, 3), huber: w.number(r.best.huber.w, 3) });
  });
  w.show('line', args);
}

/**
 * The same lowest point by formula and by steps.
 * @param {Widget} w
 */
function descend(w) {
  const d = /** @type {{ points: number[], rate: number, w: number, b: number }} */ (page.defaults.descend);
  const s = w.state({ points: d.points, rate: d.rate, w: d.w, b: d.b });
  const args = () => ({ points: s.points, rate: s.rate, w: s.w, b: s.b });
  w.slider({ key: 'rate', min: 0.01, max: 1.2, log: true, label: w.t('descend.rate') });
  const row = w.row();
  const m = plot(w, { key: 'path', label: w.t('descend.path'), x: { min: -2.5, max: 2.5, label: 'w' }, y: { min: -2.5, max: 2.5, label: 'b' }, height: 340, into: row });
  m.handle({ label: w.t('descend.start'), x: 'w', y: 'b', step: [0.05, 0.05], color: 1, text: (a, b) => `w = ${w.number(a)}, b = ${w.number(b)}` });
  const g = plot(w, { key: 'gap', label: w.t('descend.gap'), x: { label: w.t('descend.step') }, y: { log: true, min: 1e-10, label: w.t('descend.gap') }, height: 340, into: row });
  const both = table(w, { caption: w.t('descend.both'), columns: [
    { key: 'how', label: '' }, { key: 'w', label: 'w', digits: 12 }, { key: 'b', label: 'b', digits: 12 }, { key: 'loss', label: w.t('descend.loss'), digits: 15 }, { key: 'steps', label: w.t('descend.steps') },
  ] });

  w.onUpdate(async () => {
    const { rate } = s;
    const [r, v] = await Promise.all([w.known('descend', args()), w.known('valley', { points: s.points })]);
    m.draw(map(v, [
      { line: r.path, name: w.t('descend.walk'), markers: true, color: 1, width: 1.5 },
      { points: [[r.exact.w, r.exact.b]], name: w.t('descend.formula'), shape: 'star', color: 2, size: 8 },
    ]));
    g.draw([{ line: r.gaps, name: w.t('descend.gap'), markers: true, color: 1 }, { hline: 1e-9, name: '10⁻⁹', dash: true, color: 2 }]);
    both.draw([{ how: w.t('descend.formula'), ...r.exact, steps: '—' }, { how: w.t('descend.walk'), ...r.found, steps: String(r.steps) }]);
    w.say(w.t('descend.say.' + r.why, r.steps, w.number(r.gap, 2), w.number(r.limit, 4)));
    if (r.why === 'agreed') w.certify('agree', { exact: w.number(r.exact.loss, 12), found: w.number(r.found.loss, 12), gap: w.number(r.gap, 2), steps: r.steps, rate: w.number(rate, 3) });
  });
  w.show('descend', args);
}

/**
 * Polynomials of degree 1 to 9 on points they learn from and points they have not seen.
 * @param {Widget} w
 */
function degrees(w) {
  const d = /** @type {{ seed: number, count: number, noise: number, degree: number }} */ (page.defaults.degrees);
  const s = w.state({ seed: d.seed, count: d.count, noise: d.noise, degree: d.degree });
  const args = () => ({ seed: s.seed, count: s.count, noise: s.noise, degree: s.degree });
  w.slider({ key: 'degree', min: 1, max: 9, step: 1, label: w.t('degrees.degree'), text: String });
  w.slider({ key: 'count', min: 9, max: 90, step: 3, label: w.t('degrees.count'), text: String });
  w.slider({ key: 'noise', min: 0, max: 0.6, step: 0.05, label: w.t('degrees.noise') });
  w.button({ label: w.t('degrees.again'), on: () => w.set({ seed: (s.seed + 1) % 1000 }) });
  const row = w.row();
  const p = plot(w, { key: 'fit', label: w.t('degrees.fit'), x: { min: -1.05, max: 1.05, label: 'x' }, y: { min: -2.2, max: 2.2, label: 'y' }, height: 340, into: row });
  const g = plot(w, { key: 'losses', label: w.t('degrees.losses'), x: { min: 0.5, max: 9.5, ticks: [1, 2, 3, 4, 5, 6, 7, 8, 9], label: w.t('degrees.degree') }, y: { log: true, label: w.t('degrees.losses') }, height: 340, into: row });

  w.onUpdate(async () => {
    const { degree } = s;
    const r = await w.known('degrees', args());
    p.draw([
      { line: r.truth, name: w.t('degrees.truth'), dash: true, width: 1.5, color: 7 },
      { line: r.curve, name: w.t('degrees.curve', degree), color: 1, width: 3 },
      { points: r.train, name: w.t('degrees.train'), shape: 'circle', color: 1 },
      { points: r.test, name: w.t('degrees.test'), shape: 'triangle', color: 2 },
    ]);
    const by = /** @param {number[]} v */ (v) => v.map((l, i) => [i + 1, l]);
    g.draw([
      { line: by(r.loss), name: w.t('degrees.train'), markers: true, shape: 'circle', color: 1 },
      { line: by(r.beyond), name: w.t('degrees.test'), markers: true, shape: 'triangle', color: 2 },
      { vline: degree, dash: true, color: 7 },
    ]);
    const at = /** @param {number[]} v @param {number} k */ (v, k) => w.number(v[k - 1], 3);
    w.say(w.t('degrees.say', degree, at(r.loss, degree), at(r.beyond, degree), r.best));
    if (degree === 9) w.certify('degrees', { train: at(r.loss, 9), test: at(r.beyond, 9), best: r.best, low: at(r.beyond, r.best), points: r.train.length });
  });
  w.show('degrees', args);
}

export const widgets = { line, descend, degrees };
