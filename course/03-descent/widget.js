// Chapter 3: what its widgets show. Every number comes from the engine's calls.

import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';
import { surface } from '../web/surface.js';
import { dataTable } from '../web/table.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {[number, number]} Pair */

/**
 * A table of a way, which its walker could have written down in the fog.
 * @param {Widget} w @param {import('../web/plot.js').Plot} p @param {() => number[][]} path
 */
function diary(w, p, path) {
  const rows = dataTable(w, w.t('fog.path'), () => ({ columns: [w.t('fog.number'), 'x', 'y'], rows: path().map(([x = NaN, y = NaN], i) => [i, x, y]) }));
  p.el.append(rows.el);
  return rows;
}

// Where each landscape begins, and how far one sees there in the fog.
const starts = /** @type {Record<string, { px: number, py: number, rate: number, sight: number }>} */ ({
  bowl: { px: -0.4, py: 2.6, rate: 0.6, sight: 0.8 },
  rosenbrock: { px: -1.2, py: 1, rate: 0.0015, sight: 0.5 },
});

/**
 * The mountain in fog: only what is near can be seen, until the fog is lifted.
 * @param {Widget} w
 */
function fog(w) {
  const d = /** @type {{ shape: string, condition: number, px: number, py: number, rate: number, shown: number }} */ (page.defaults.walk);
  const s = w.state({ shape: d.shape, condition: d.condition, px: d.px, py: d.py, rate: d.rate, shown: d.shown, lifted: false });
  const args = () => ({ shape: s.shape, condition: s.condition, px: s.px, py: s.py, rate: s.rate, shown: s.shown });

  w.button({ label: w.t('fog.step'), primary: true, on: () => w.set({ shown: Math.min(200, s.shown + 1) }) });
  w.button({ label: w.t('fog.back'), on: () => w.set({ shown: 0 }) });
  w.checkbox({ key: 'lifted', label: w.t('fog.lift') });
  w.segmented({ key: 'shape', label: w.t('fog.shape'), options: ['bowl', 'rosenbrock'].map((v) => ({ value: v, label: w.t('fog.' + v) })), on: (v) => {
    const to = starts[v];
    if (to) Object.assign(s, { px: to.px, py: to.py, rate: to.rate, shown: 0 });
  } });
  const condition = w.slider({ key: 'condition', min: 1, max: 100, log: true, label: w.t('fog.condition') });
  w.slider({ key: 'rate', min: 0.0005, max: 3, log: true, label: w.t('fog.rate') });
  w.slider({ key: 'shown', min: 0, max: 200, step: 1, label: w.t('fog.shown'), text: String });

  const row = w.row();
  const p = plot(w, { key: 'map', label: w.t('fog.map'), x: { label: 'x' }, y: { label: 'y' }, height: 380, table: false, into: row });
  p.handle({ label: w.t('fog.start'), x: 'px', y: 'py', step: [0.05, 0.05], color: 7, move: () => {
    s.shown = 0;
  } });
  const m = surface(w, { key: 'mountain', label: w.t('fog.mountain'), zLabel: w.t('fog.height'), height: 380, into: row });
  /** @type {number[][]} */
  let path = [];
  const way = diary(w, p, () => path);

  w.onUpdate(async () => {
    const { shape, lifted } = s;
    condition.el.hidden = shape !== 'bowl';
    const [r, l] = await Promise.all([w.known('walk', args()), w.known('mountain', { shape, condition: s.condition })]);
    path = r.path;
    way.draw();
    const sight = starts[shape]?.sight ?? 0.8;
    const veil = { at: /** @type {Pair} */ (r.here), radius: sight, lifted };
    const grid = { values: l.heights, x: l.x, y: l.y };
    p.axes({ x: { min: l.x[0], max: l.x[1] }, y: { min: l.y[0], max: l.y[1] } });
    p.draw([
      { heat: grid },
      { contour: grid, levels: 18, color: 7 },
      { fog: veil },
      lifted && { points: [l.bottom], name: w.t('fog.bottom'), shape: 'star', color: 3, size: 8 },
      { line: r.path, name: w.t('fog.path'), markers: true, shape: 'circle', color: 2, width: 1.5 },
      { arrows: [[r.here[0], r.here[1], r.here[0] + sight * r.downhill[0], r.here[1] + sight * r.downhill[1]]], name: w.t('fog.downhill'), color: 1 },
    ]);
    m.draw({
      grid, fog: veil, paths: [{ line: r.path, name: w.t('fog.path'), color: 2 }],
      points: [{ at: r.here, name: w.t('fog.here'), color: 2 }, ...(lifted ? [{ at: l.bottom, name: w.t('fog.bottom'), shape: /** @type {const} */ ('star'), color: 3 }] : [])],
    });
    const here = w.t('fog.say', r.path.length - 1, w.number(r.here[0], 3), w.number(r.here[1], 3), w.number(r.height, 4), w.number(r.slope[0], 3), w.number(r.slope[1], 3));
    w.say(here + (lifted ? w.t('fog.say.lifted', w.number(r.off, 2)) + w.t('fog.why.' + r.why, r.steps) : ''));
    if (lifted && r.why === 'arrived') w.certify('fog', { steps: r.steps, length: w.number(r.length, 3), straight: w.number(r.straight, 3) });
  });
  w.show('walk', args);
}

/** @typedef {{ phase: string, step: number, loss: number, at: Pair, slope: Pair, row?: number, values: number[], model: string, params: number, reach: number, size: number }} Sliced */

/** Ground of which nothing is known yet, all of it under fog. @type {import('../web/layers.js').Grid} */
const unseen = { values: Array.from({ length: 9 }, () => Array(9).fill(0)), x: [-1, 1], y: [-1, 1] };

/**
 * A slice through the loss of a network, walked on before it is seen.
 * @param {Widget} w
 */
function slice(w) {
  const d = /** @type {{ seed: number, px: number, py: number, rate: number, steps: number }} */ (page.defaults.slice);
  const s = w.state({ seed: d.seed, px: d.px, py: d.py, rate: d.rate, lifted: false });
  const args = () => ({ run: w.run, seed: s.seed, px: s.px, py: s.py, rate: s.rate, steps: d.steps });

  const row = w.row();
  const axis = (/** @type {string} */ label) => ({ min: -1, max: 1, label });
  const p = plot(w, { key: 'slice', label: w.t('slice.map'), x: axis(w.t('slice.x')), y: axis(w.t('slice.y')), height: 380, table: false, into: row });
  p.handle({ label: w.t('fog.start'), x: 'px', y: 'py', step: [0.05, 0.05], color: 7 });
  const m = surface(w, { key: 'loss', label: w.t('slice.surface'), xLabel: w.t('slice.x'), yLabel: w.t('slice.y'), zLabel: w.t('slice.loss'), height: 380, into: row });
  w.slider({ key: 'rate', min: 0.005, max: 2, log: true, label: w.t('fog.rate') });
  w.button({ label: w.t('slice.other'), on: () => w.set({ seed: (s.seed + 1) % 1000 }) });
  w.checkbox({ key: 'lifted', label: w.t('fog.lift') });

  /** @type {Sliced[]} */
  let steps = [];
  /** @type {(number | null)[][]} */
  let rows = [];
  /** @type {Sliced | null} */
  let last = null;
  const way = diary(w, p, () => steps.map((x) => x.at));
  const draw = () => {
    const here = steps.at(-1);
    const whole = rows.length > 1;
    const veil = { at: here?.at ?? /** @type {Pair} */ ([s.px, s.py]), radius: 0.22, lifted: s.lifted && whole };
    const path = steps.map((x) => x.at);
    way.draw();
    const span = /** @type {Pair} */ ([-1, last && whole ? -1 + (2 * (rows.length - 1)) / (last.size - 1) : 1]); // rows that are there
    const grid = { values: rows, x: /** @type {Pair} */ ([-1, 1]), y: span };
    p.draw([
      whole && { heat: grid },
      whole && { contour: grid, levels: 16, color: 7 },
      { fog: veil },
      { points: [[0, 0]], name: w.t('slice.centre'), shape: 'star', color: 3, size: 8 },
      path.length > 0 && { line: path, name: w.t('fog.path'), markers: true, shape: 'circle', color: 2, width: 1.5 },
      here && { arrows: [[here.at[0], here.at[1], here.at[0] - here.slope[0] * s.rate, here.at[1] - here.slope[1] * s.rate]], name: w.t('slice.next'), color: 1 },
    ]);
    if (whole) m.draw({ grid, fog: veil, paths: [{ line: path, name: w.t('fog.path'), color: 2 }], points: here ? [{ at: here.at, name: w.t('fog.here'), color: 2 }] : [] });
    else m.draw({ grid: unseen, fog: { at: veil.at, radius: 0 } });
    if (last === null) w.say(w.run === '' ? w.t('slice.say') : w.t('slice.say.run', w.run));
    else if (last.phase === 'train') w.say(w.t('slice.say.train', last.step, w.number(last.loss, 3)));
    else if (here) w.say(w.t('slice.say.walk', here.step, w.number(steps[0]?.loss, 3), w.number(here.loss, 3)) + (last.phase === 'rows' ? w.t('slice.say.rows', rows.length, last.size) : ''));
  };
  w.runner({
    call: 'slice', args, frame: draw,
    event: (/** @type {Sliced} */ v) => {
      last = v;
      if (v.phase === 'walk') steps.push(v);
      if (v.phase === 'rows') rows.push(v.values);
    },
    reset: () => {
      [steps, rows, last] = [[], [], null];
      draw();
    },
    end: (state) => {
      const [from, to] = [steps[0], steps.at(-1)];
      if (state === 'done' && last && from && to) w.certify('slice', { model: last.model, params: w.integer(last.params), from: w.number(from.loss, 3), to: w.number(to.loss, 3), steps: to.step });
    },
  });
  w.onUpdate(draw);
  w.show('slice', args);
}

export const widgets = { fog, slice };
