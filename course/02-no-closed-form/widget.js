// Chapter 2: what its widgets show. Every number comes from the engine's calls.

import { el } from '../web/dom.js';
import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';

/** @typedef {import('../web/widget.js').Widget} Widget */

/**
 * A line and a tanh through points that can be dragged.
 * @param {Widget} w
 */
function models(w) {
  const start = /** @type {{ model: string, points: number[], start: [number, number, number] }} */ (page.defaults.models);
  const s = w.state({ model: start.model, points: start.points, a: start.start[0], b: start.start[1], solved: false });
  const args = () => ({ model: s.model, points: s.points, start: [s.a, s.b, 0] });

  w.segmented({ key: 'model', label: w.t('models.model'), options: [
    { value: 'line', label: w.t('models.line') },
    { value: 'tanh', label: w.t('models.tanh') },
  ] });
  const why = el('small', { class: 'hint' });
  const exact = w.button({ label: w.t('models.solve'), primary: true, on: () => w.set({ solved: true }) });
  w.controls.append(why);
  const from = [
    w.slider({ key: 'a', min: -3, max: 3, step: 0.1, label: w.t('models.a0') }),
    w.slider({ key: 'b', min: -3, max: 3, step: 0.1, label: w.t('models.b0') }),
  ];

  const row = w.row();
  const p = plot(w, { key: 'fit', label: w.t('models.fit'), x: { min: -3, max: 3, label: 'x' }, y: { min: -2, max: 2, label: 'y' }, into: row });
  p.points({ key: 'points', label: w.t('models.points'), max: 40 });
  const valley = plot(w, { key: 'valley', label: w.t('models.valley'), x: { min: -4, max: 4, label: 'a' }, y: { min: -4, max: 4, label: 'b' }, into: row });

  w.onUpdate(async () => {
    const tanh = s.model === 'tanh';
    exact.disabled = tanh;
    why.textContent = tanh ? w.t('models.why') : '';
    for (const f of from) f.el.hidden = !tanh;
    valley.el.hidden = !tanh;
    const r = await w.known('models', args());
    const shown = tanh || s.solved; // the line is drawn when it has been solved for
    p.draw([
      shown && { line: r.curve[0], name: w.t('models.fit') },
      tanh && { line: r.curve[1], name: w.t('models.start'), dash: true },
    ]);
    const [a, b, c] = r.params;
    if (!tanh) {
      if (!shown) w.say(w.t('models.say.ask'));
      else w.say(w.t('models.say.line', w.number(a, 4), w.number(b, 4), w.number(r.loss, 4)));
      return;
    }
    const span = /** @type {[number, number]} */ ([-r.span, r.span]);
    valley.draw([
      { heat: { values: r.valley, x: span, y: span } },
      { contour: { values: r.valley, x: span, y: span }, levels: 14 },
      { points: [[a, b]], name: w.t('models.found'), shape: 'circle', color: 1 },
      { points: [[r.mirror.params[0], r.mirror.params[1]]], name: w.t('models.mirror'), shape: 'square', color: 2 },
      { points: [[s.a, s.b]], name: w.t('models.start'), shape: 'cross', color: 3 },
    ]);
    w.say(w.t('models.say.tanh', r.steps, w.number(a, 4), w.number(b, 4), w.number(c, 4), w.number(r.loss, 4), w.number(r.mirror.loss, 4)));
  });
  w.show('models', args);
}

/** @typedef {{ x: number, f: number, slope: number }} Walked */

/**
 * Three walks to the exam's maximum.
 * @param {Widget} w
 */
function exam(w) {
  const d = /** @type {{ method: string, start: number, eta: number, steps: number }} */ (page.defaults.exam);
  const s = w.state({ method: d.method, start: d.start, eta: d.eta, step: d.steps });
  const args = () => ({ method: s.method, start: s.start, eta: s.eta });
  w.segmented({ key: 'method', label: w.t('exam.method'), options: ['ascent', 'newton', 'bisection'].map((m) => ({ value: m, label: w.t('exam.' + m) })) });
  const start = w.slider({ key: 'start', min: 0.02, max: 0.9, step: 0.01, label: w.t('exam.start') });
  const eta = w.slider({ key: 'eta', min: 0.01, max: 0.9, step: 0.002, label: w.t('exam.eta') });
  w.slider({ key: 'step', min: 0, max: d.steps, step: 1, label: w.t('exam.shown') });
  const p = plot(w, { key: 'exam', label: w.t('exam.f'), x: { min: 0, max: 1, label: 'x' }, y: { min: -0.1, max: 0.3, label: 'y' }, height: 360 });

  w.onUpdate(async () => {
    start.el.hidden = s.method === 'bisection';
    eta.el.hidden = s.method !== 'ascent';
    const [r, c] = await Promise.all([w.known('exam', args()), w.known('curves')]);
    const path = /** @type {Walked[]} */ (r.path.slice(0, s.step + 1));
    const at = /** @type {Walked} */ (path.at(-1));
    p.draw([
      { line: c.f, name: w.t('exam.f') },
      { line: c.slope, name: w.t('exam.df'), dash: true },
      { line: c.parabola, name: w.t('exam.parabola'), dash: [2, 4] },
      { line: r.tangents[path.length - 1], name: w.t('exam.tangent'), width: 1 },
      { line: path.map((q) => [q.x, q.f]), name: w.t('exam.walk'), markers: true, width: 1, shape: 'circle' },
    ]);
    w.say(w.t('exam.say', path.length - 1, w.number(at.x, 12), w.number(at.f, 12), w.number(at.slope, 3), r.steps, w.t('exam.why.' + r.why)));
    if (r.settled && r.x < 0.5) w.certify('exam', { x0: w.number(r.x, 17), f: w.number(r.f, 12), method: w.t('exam.' + s.method), steps: r.steps });
  });
  w.show('exam', args);
}

/** @typedef {{ eta: number, steps: number, settled: boolean }} Rate */

/**
 * How many steps each learning rate takes.
 * @param {Widget} w
 */
function rates(w) {
  const d = /** @type {{ start: number }} */ (page.defaults.rates);
  const s = w.state({ start: d.start });
  const args = () => ({ start: s.start });
  w.slider({ key: 'start', min: 0.05, max: 0.9, step: 0.01, label: w.t('rates.start') });
  const p = plot(w, { key: 'rates', label: w.t('rates.steps'), x: { min: 0, max: 0.8, label: w.t('rates.eta') }, y: { min: 1, max: 3000, log: true, label: w.t('rates.steps') } });

  w.onUpdate(async () => {
    const [r, three] = await Promise.all([w.known('rates', args()), w.known('three', args())]);
    const all = /** @type {Rate[]} */ (r.rates);
    const ok = all.filter((q) => q.settled);
    p.draw([
      { line: ok.map((q) => [q.eta, q.steps]), name: w.t('rates.settled'), markers: true, shape: 'circle' },
      { points: all.filter((q) => !q.settled).map((q) => [q.eta, q.steps]), name: w.t('rates.never'), shape: 'cross' },
      { vline: r.best, name: w.t('rates.best'), dash: true },
      { vline: r.limit, name: w.t('rates.limit') },
    ]);
    const best = ok.reduce((m, q) => (q.steps < m.steps ? q : m), /** @type {Rate} */ (ok[0]));
    w.say(w.t('rates.say', w.number(r.limit, 6), w.number(r.best, 6), ok.length, w.number(best.eta, 3), best.steps));
    const words = (/** @type {Rate} */ q) => (q.settled ? q.steps : w.t('exam.why.cycles'));
    w.certify('rates', {
      second: w.number(r.second, 6), limit: w.number(r.limit, 6), best: w.number(r.best, 6), start: w.number(s.start, 3),
      fast: words(three[0]), slow: words(three[1]), never: words(three[2]),
    });
  });
  w.show('rates', args);
}

/**
 * The inequality, proved line by line.
 * @param {Widget} w
 */
function proof(w) {
  const s = w.state({ asked: false });
  const lines = el('pre', { tabindex: '0', hidden: true });
  w.stage.append(lines);
  w.button({ label: w.t('proof.run'), primary: true, on: () => w.set({ asked: true }) });
  w.onUpdate(async () => {
    if (!s.asked) return;
    const r = await w.ask('proof');
    lines.hidden = false;
    lines.textContent = r.lines.join('\n');
    w.say(w.t(r.proved ? 'proof.say' : 'proof.fail'));
    if (r.proved) w.certify('proof', { x0: r.x0.text, f0: r.f0.text });
  });
  w.show('proof', () => ({}));
}

export const widgets = { models, exam, rates, proof };
