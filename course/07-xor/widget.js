// Chapter 7: what its widgets show. Every number comes from the engine's calls.

import { el } from '../web/dom.js';
import { network } from '../web/network.js';
import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';
import { table } from '../web/table.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {import('../web/layers.js').Layer} Layer */

const corners = [[-1, -1], [-1, 1], [1, -1], [1, 1]];
const differ = [1, 2]; // those whose two inputs differ: +1
const equal = [0, 3];
const names = ['(−1, −1)', '(−1, +1)', '(+1, −1)', '(+1, +1)'];
const square = { min: -1.6, max: 1.6 };

/** The four corners at their places, by class; with labels where they cannot be told apart by place.
 * @param {Widget} w @param {number[][]} at @param {boolean} [named]
 * @returns {Layer[]} */
const fourPoints = (w, at, named) => [
  { points: equal.map((i) => at[i] ?? []), name: w.t('xor.minus'), shape: 'circle', color: 2, size: 9, ...(named ? { labels: labels(equal, at) } : {}) },
  { points: differ.map((i) => at[i] ?? []), name: w.t('xor.plus'), shape: 'square', color: 1, size: 9, ...(named ? { labels: labels(differ, at) } : {}) },
];

/** The names of two corners; of two that have come to lie on each other, one for both. @param {number[]} two @param {number[][]} at */
function labels(two, at) {
  const [a = [], b = []] = two.map((i) => at[i] ?? []);
  const close = Math.hypot((a[0] ?? 0) - (b[0] ?? 0), (a[1] ?? 0) - (b[1] ?? 0)) < 0.25;
  if (close) return [two === equal ? '(±1, ±1)' : '(±1, ∓1)', ''];
  return two.map((i) => names[i] ?? '');
}

/**
 * A line to be moved; it never gets all four.
 * @param {Widget} w
 */
function line(w) {
  const d = /** @type {{ w1: number, w2: number, b: number }} */ (page.defaults.line);
  const s = w.state({ w1: d.w1, w2: d.w2, b: d.b });
  const args = () => ({ w1: s.w1, w2: s.w2, b: s.b });
  w.slider({ key: 'w1', min: -2, max: 2, step: 0.05, label: 'w₁' });
  w.slider({ key: 'w2', min: -2, max: 2, step: 0.05, label: 'w₂' });
  w.slider({ key: 'b', min: -3, max: 3, step: 0.05, label: 'b' });
  const row = w.row();
  const p = plot(w, { key: 'line', label: w.t('line.plane'), x: { ...square, label: 'x₁' }, y: { ...square, label: 'x₂' }, height: 340, equal: true, table: false, into: row });
  const side = el('div');
  row.append(side);
  const rows = table(w, {
    caption: w.t('line.table'), into: side, columns: [
      { key: 'x', label: 'x' },
      { key: 'want', label: w.t('line.want') },
      { key: 'score', label: 'w·x + b', digits: 3 },
      { key: 'ok', label: w.t('line.ok') },
    ],
  });
  const clash = el('p', { class: 'hint' });
  side.append(clash);
  w.onUpdate(async () => {
    const r = await w.known('line', args());
    const wrong = corners.filter((_, i) => !r.right[i]);
    p.draw([
      { line: r.line, name: w.t('line.line'), color: 3, width: 3 },
      { arrows: [[0, 0, s.w1, s.w2]], name: 'w', color: 4 },
      ...fourPoints(w, corners),
      { points: wrong, name: w.t('line.wrong'), shape: 'circle', hollow: true, size: 15, color: 8 },
    ]);
    rows.draw(corners.map((_, i) => ({ x: names[i], want: differ.includes(i) ? '> 0' : '< 0', score: r.scores[i], ok: r.right[i] ? '✓' : '✗' })));
    clash.textContent = w.t('line.clash', w.number(r.equal, 3), w.number(r.differ, 3), w.number(r.twice, 3));
    w.say(w.t('line.say', r.count));
  });
  w.show('line', args);
}

/**
 * Many lines at random, and a perceptron.
 * @param {Widget} w
 */
function search(w) {
  const d = /** @type {{ tries: number, seed: number }} */ (page.defaults.search);
  const s = w.state({ asked: false });
  const args = () => ({ tries: d.tries, seed: d.seed });
  w.button({ label: w.t('search.run'), primary: true, on: () => w.set({ asked: true }) });
  const p = plot(w, { key: 'search', label: w.t('search.counts'), x: { label: w.t('search.right'), min: -0.6, max: 4.6, ticks: [0, 1, 2, 3, 4] }, y: { label: w.t('search.lines'), zero: true }, height: 240 });
  p.el.hidden = true;
  w.onUpdate(async () => {
    if (!s.asked) return;
    const r = await w.known('search', args());
    p.el.hidden = false;
    p.draw([{ bars: r.counts.map((/** @type {number} */ n, /** @type {number} */ i) => [i, n]), name: w.t('search.lines') }]);
    w.say(w.t('search.say', w.integer(d.tries), r.counts[4], w.integer(r.counts[3]), r.passes, r.mistakes));
    if (r.counts[4] === 0 && !r.stopped) w.certify('search', { tries: w.integer(d.tries), four: r.counts[4], three: w.integer(r.counts[3]), passes: r.passes, mistakes: r.mistakes });
  });
  w.show('search', args);
}

/** @typedef {{ act: string, seed: number, step: number, loss: number, out: number[], right: number, hidden: [number, number][], w1: number[][], b1: number[], w2: number[][], b2: number, line: [number, number][], plane: number[][] }} Frame */

/** @type {Record<string, { min: number, max: number }>} */
const ranges = { tanh: { min: -1.25, max: 1.25 }, sigmoid: { min: -0.15, max: 1.15 }, relu: { min: -0.4, max: 4 } };

/**
 * A 2-2-1 network, trained live: the plane of its inputs and the space of its two hidden neurons.
 * @param {Widget} w
 */
function net(w) {
  const d = /** @type {{ act: string, rate: number, steps: number, seed: number }} */ (page.defaults.net);
  const s = w.state({ act: d.act, rate: d.rate, seed: d.seed, step: d.steps });
  const args = () => ({ act: s.act, rate: s.rate, seed: s.seed });
  const row = w.row();
  const plane = plot(w, { key: 'plane', label: w.t('net.plane'), x: { ...square, label: 'x₁' }, y: { ...square, label: 'x₂' }, height: 330, equal: true, grid: false, into: row });
  const hidden = plot(w, { key: 'hidden', label: w.t('net.hidden'), x: { label: 'h₁' }, y: { label: 'h₂' }, height: 330, equal: true, into: row });
  const below = w.row();
  const drawing = network(w, { key: 'net', label: w.t('net.drawing'), height: 210, into: below });
  const curve = plot(w, { key: 'loss', label: w.t('net.loss'), x: { min: 0, max: d.steps, label: w.t('net.step') }, y: { min: 1e-3, max: 2, log: true, label: w.t('net.loss') }, height: 250, into: below });
  /** @type {Frame[]} */
  let frames = [];
  /** @param {Frame} f */
  const draw = (f) => {
    plane.draw([
      { heat: { values: f.plane, x: [-1.6, 1.6], y: [-1.6, 1.6] }, min: -2.5, max: 2.5, scale: 'diverging' },
      { contour: { values: f.plane, x: [-1.6, 1.6], y: [-1.6, 1.6] }, levels: [0], name: w.t('net.half'), color: 3 },
      ...fourPoints(w, corners),
    ]);
    const range = ranges[f.act] ?? square;
    hidden.axes({ x: range, y: range });
    hidden.draw([{ line: f.line, name: w.t('net.line'), color: 3, width: 3 }, ...fourPoints(w, f.hidden, true)]);
    drawing.draw({
      layers: [{ name: 'x', labels: ['x₁', 'x₂'] }, { name: 'h', labels: ['h₁', 'h₂'] }, { name: 'ŷ', labels: ['ŷ'] }],
      weights: [f.w1, f.w2],
    });
    curve.draw([
      { line: frames.map((q) => [q.step, q.loss]), name: w.t('net.loss') },
      { vline: f.step, name: w.t('net.here'), color: 2, dash: true },
    ]);
    w.say(w.t('net.say', f.step, w.number(f.loss, 3), f.right));
  };
  /** The newest frame up to the step that is looked at. */
  const now = () => frames.filter((f) => f.step <= s.step).at(-1);
  w.runner({
    call: 'net', args,
    reset: () => {
      frames = [];
      w.update();
    },
    event: (v) => {
      frames.push(v);
    },
    frame: () => {
      const f = now();
      if (f === undefined) return;
      draw(f);
      if (f.step === d.steps && f.right === 4) w.certify('net', { act: w.t('net.' + f.act), loss: w.number(f.loss, 3), steps: f.step, seed: f.seed });
    },
  });
  w.slider({ key: 'step', min: 0, max: d.steps, step: 5, label: w.t('net.back') });
  w.segmented({ key: 'act', label: w.t('net.act'), options: ['tanh', 'sigmoid', 'relu'].map((value) => ({ value, label: w.t('net.' + value) })), on: clear });
  w.slider({ key: 'rate', min: 0.005, max: 1, log: true, label: w.t('net.rate'), on: clear });
  w.slider({ key: 'seed', min: 1, max: 40, step: 1, label: w.t('net.seed'), on: clear });
  function clear() {
    frames = [];
  }
  w.onUpdate(async () => {
    draw(now() ?? (await w.ask('first', { act: s.act, seed: s.seed })));
  });
  w.show('net', args);
}

/** @typedef {{ width: number, params: number, tried: number, solved: number }} Row */

/**
 * How often networks of each width succeed.
 * @param {Widget} w
 */
function seeds(w) {
  const d = /** @type {{ act: string, rate: number, steps: number, seeds: number }} */ (page.defaults.seeds);
  const s = w.state({ act: d.act, steps: d.steps });
  const args = () => ({ act: s.act, steps: s.steps });
  const p = plot(w, { key: 'seeds', label: w.t('seeds.bars'), x: { label: w.t('seeds.width'), min: 1, max: 9, ticks: [2, 3, 4, 8] }, y: { label: w.t('seeds.solved'), min: 0, max: d.seeds }, height: 240 });
  const rows = table(w, {
    caption: w.t('seeds.table'), csv: 'seeds', columns: [
      { key: 'width', label: w.t('seeds.width') },
      { key: 'params', label: w.t('seeds.params') },
      { key: 'tried', label: w.t('seeds.tried') },
      { key: 'solved', label: w.t('seeds.solved') },
    ],
  });
  /** @type {Row[]} */
  let all = [];
  let act = s.act; // of the run that is seen
  const draw = () => {
    p.draw([
      { bars: all.map((r) => [r.width, r.tried]), name: w.t('seeds.tried'), color: 7, width: 0.7 },
      { bars: all.map((r) => [r.width, r.solved]), name: w.t('seeds.solved'), color: 3, width: 0.7 },
    ]);
    rows.draw(all);
    const solved = (/** @type {number} */ i) => all[i]?.solved ?? 0;
    rows.el.hidden = all.length === 0;
    if (all.length === 0) return w.say(w.t('seeds.idle'));
    w.say(w.t('seeds.say', all[3]?.tried ?? 0, solved(0), solved(1), solved(2), solved(3)));
    if (all.every((r) => r.tried === d.seeds)) w.certify('seeds', { act: w.t('net.' + act), seeds: d.seeds, two: solved(0), three: solved(1), four: solved(2), eight: solved(3) });
  };
  w.runner({
    call: 'seeds', args,
    reset: () => {
      all = [];
      draw();
    },
    event: (v) => {
      all = v.rows;
      act = v.in.act;
    },
    frame: draw,
  });
  w.segmented({ key: 'act', label: w.t('net.act'), options: ['tanh', 'sigmoid', 'relu'].map((value) => ({ value, label: w.t('net.' + value) })) });
  w.slider({ key: 'steps', min: 100, max: 2000, step: 100, label: w.t('seeds.steps') });
  w.onUpdate(draw);
  w.show('seeds', args);
}

export const widgets = { line, search, net, seeds };
