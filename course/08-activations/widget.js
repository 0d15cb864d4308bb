// Chapter 8: what its widgets show. Every number comes from the engine's calls.

import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';
import { table } from '../web/table.js';

/** @typedef {import('../web/widget.js').Widget} Widget */

const acts = [
  ['sigmoid', 'sigmoid'], ['tanh', 'tanh'], ['relu', 'ReLU'], ['leaky_relu', 'Leaky ReLU'],
  ['elu', 'ELU'], ['softplus', 'softplus'], ['gelu', 'GELU'], ['silu', 'SiLU'],
].map(([value = '', label = '']) => ({ value, label }));
/** @param {string} act */
const nameOf = (act) => acts.find((a) => a.value === act)?.label ?? act;
const inits = ['he', 'xavier', 'torch', 'small'];
const repeats = [1, 2, 5, 10, 20, 50]; // the layers whose powers the engine tells

/**
 * An activation, its slope, and what is left of a gradient after many such slopes.
 * @param {Widget} w
 */
function curve(w) {
  const d = /** @type {{ act: string, x: number }} */ (page.defaults.curve);
  const s = w.state({ act: d.act, x: d.x });
  const args = () => ({ act: s.act, x: s.x });
  w.segmented({ key: 'act', label: w.t('act'), options: acts });
  w.slider({ key: 'x', min: -6, max: 6, step: 0.05, label: 'x' });
  const row = w.row();
  const p = plot(w, { key: 'curve', label: w.t('curve.plot'), x: { min: -6, max: 6, label: 'x' }, y: { min: -1.5, max: 3 }, height: 320, into: row });
  const left = plot(w, { key: 'left', label: w.t('curve.left'), x: { min: 0, max: 52, label: w.t('curve.layers') }, y: { min: 1e-36, max: 1e3, log: true, label: w.t('curve.left') }, height: 320, into: row });
  w.onUpdate(async () => {
    const r = await w.known('curve', args());
    p.draw([
      { line: r.f, name: `${nameOf(s.act)} f(x)`, color: 1, width: 3 },
      { line: r.slope, name: w.t('curve.slope'), color: 2, dash: true },
      { line: r.tangent, name: w.t('curve.tangent'), color: 3, width: 1.5 },
      { points: [[s.x, r.y]], name: w.t('curve.here'), shape: 'circle', color: 3, size: 7 },
    ]);
    left.draw([
      { hline: 1, name: '1', color: 7, dash: [2, 4] },
      { line: repeats.map((n, i) => [n, r.powers[i] > 0 ? r.powers[i] : null]), name: w.t('curve.product'), color: 2, markers: true },
    ]);
    w.say(w.t('curve.say', w.number(s.x, 3), w.number(r.y, 4), w.number(r.d, 4), w.number(r.powers[3], 3), w.number(r.powers[5], 3), w.number(r.largest, 4)));
  });
  w.show('curve', args);
}

/** @typedef {{ grad: number[], spread: number[], ratio: number }} Series */

/** Layers and their values, zeros left out of a logarithmic plot. @param {number[]} values */
const byLayer = (values) => values.map((v, i) => [i + 1, v > 0 ? v : null]);

/**
 * The gradient of every layer of a deep network before it learns.
 * @param {Widget} w
 */
function depth(w) {
  const d = /** @type {{ act: string, init: string, depth: number, layer: number, seed: number }} */ (page.defaults.depth);
  const s = w.state({ act: d.act, init: d.init, depth: d.depth, layer: d.layer, seed: d.seed });
  const args = () => ({ act: s.act, init: s.init, depth: s.depth, layer: s.layer, seed: s.seed });
  w.segmented({ key: 'act', label: w.t('act'), options: acts });
  w.segmented({ key: 'init', label: w.t('init'), options: inits.map((value) => ({ value, label: w.t('init.' + value) })) });
  w.slider({ key: 'depth', min: 1, max: 50, step: 1, label: w.t('depth.depth') });
  w.slider({ key: 'layer', min: 1, max: 50, step: 1, label: w.t('depth.layer') });
  w.slider({ key: 'seed', min: 1, max: 20, step: 1, label: w.t('depth.seed') });
  const p = plot(w, { key: 'grad', label: w.t('depth.grad'), x: { min: 0.5, label: w.t('depth.axis') }, y: { min: 1e-34, max: 1e3, log: true, label: w.t('depth.grad') }, height: 340 });
  const row = w.row();
  const hist = plot(w, { key: 'hist', label: w.t('depth.hist'), x: { label: 'z' }, y: { label: w.t('depth.count'), zero: true }, height: 240, into: row });
  const spread = plot(w, { key: 'spread', label: w.t('depth.spread'), x: { min: 0.5, label: w.t('depth.axis') }, y: { min: 1e-6, max: 100, log: true, label: w.t('depth.spread') }, height: 240, into: row });
  w.onUpdate(async () => {
    const r = await w.known('depth', args());
    const [chosen, sigmoid, relu] = /** @type {[Series, Series, Series]} */ ([r.chosen, r.sigmoid, r.relu]);
    const mine = `${nameOf(s.act)}, ${w.t('init.' + s.init)}`;
    for (const q of [p, spread]) q.axes({ x: { max: s.depth + 0.5 } });
    /** @param {(q: Series) => number[]} of @returns {import('../web/layers.js').Layer[]} */
    const three = (of) => [
      { line: byLayer(of(relu)), name: w.t('depth.relu'), color: 3, markers: true, shape: 'circle' },
      { line: byLayer(of(sigmoid)), name: w.t('depth.sigmoid'), color: 2, markers: true, shape: 'square' },
      { line: byLayer(of(chosen)), name: w.t('depth.mine', mine), color: 1, dash: true, markers: true, shape: 'cross' },
    ];
    p.draw(three((q) => q.grad));
    spread.draw([...three((q) => q.spread), { vline: r.layer, name: w.t('depth.layer'), color: 4, dash: [2, 4] }]);
    hist.draw([{ hist: { edges: r.edges, counts: r.counts }, name: w.t('depth.of', r.layer, mine), color: 4 }]);
    const last = (/** @type {Series} */ q) => q.grad.at(-1) ?? NaN;
    const seen = w.t('depth.say', s.depth, mine, w.number(chosen.grad[0], 3), w.number(last(chosen), 3), r.layer, w.number(100 * r.asleep, 3), w.number(r.mean, 3));
    w.say(chosen.grad.includes(0) ? `${seen} ${w.t('depth.lost')}` : seen);
    if (s.depth >= 40) {
      w.certify('depth', {
        depth: s.depth, s1: w.number(sigmoid.grad[0], 3), sn: w.number(last(sigmoid), 3), ratio: w.number(sigmoid.ratio, 2),
        r1: w.number(relu.grad[0], 3), rn: w.number(last(relu), 3), kept: w.number(relu.ratio, 2),
      });
    }
  });
  w.show('depth', args);
}

/**
 * Three deep networks learn side by side.
 * @param {Widget} w
 */
function learn(w) {
  const d = /** @type {{ act: string, init: string, depth: number, rate: number, steps: number, seed: number }} */ (page.defaults.learn);
  const s = w.state({ act: d.act, init: d.init, depth: d.depth, rate: d.rate });
  const args = () => ({ act: s.act, init: s.init, depth: s.depth, rate: s.rate });
  const p = plot(w, { key: 'learn', label: w.t('learn.loss'), x: { min: 0, max: d.steps, label: w.t('learn.step') }, y: { min: 0.02, max: 10, log: true, label: w.t('learn.loss') }, height: 320 });
  const rows = table(w, { caption: w.t('learn.table'), columns: [{ key: 'name', label: w.t('learn.net') }, { key: 'loss', label: w.t('learn.loss'), digits: 4 }] });
  /** @type {[number, number][][]} */
  let losses = [[], [], []];
  let seen = { act: s.act, init: s.init, depth: s.depth }; // the run that is seen
  const draw = () => {
    const names = [`${nameOf(seen.act)}, ${w.t('init.' + seen.init)}`, w.t('depth.sigmoid'), w.t('depth.relu')];
    /** @type {import('../web/marker.js').Shape[]} */
    const shapes = ['cross', 'square', 'circle'];
    p.draw([2, 1, 0].map((i) => ({ line: losses[i] ?? [], name: i === 0 ? w.t('depth.mine', names[0] ?? '') : names[i], color: i + 1, dash: i === 0, shape: shapes[i] })));
    const last = losses.map((l) => l.at(-1)?.[1]);
    rows.el.hidden = last[0] === undefined;
    rows.draw(names.map((name, i) => ({ name, loss: last[i] ?? null })));
    const n = losses[0]?.length ?? 0;
    w.say(n === 0 ? w.t('learn.idle') : w.t('learn.say', n, w.number(last[1], 3), w.number(last[2], 3)));
    if (n === d.steps) w.certify('learn', { depth: seen.depth, steps: n, sigmoid: w.number(last[1], 4), relu: w.number(last[2], 3) });
  };
  w.runner({
    call: 'learn', args,
    reset: () => {
      losses = [[], [], []];
      draw();
    },
    event: (v) => {
      seen = v.in;
      v.steps.forEach((/** @type {number} */ n, /** @type {number} */ i) => losses.forEach((l, k) => l.push([n, v.losses[i][k]])));
    },
    frame: draw,
  });
  w.segmented({ key: 'act', label: w.t('act'), options: acts });
  w.segmented({ key: 'init', label: w.t('init'), options: inits.map((value) => ({ value, label: w.t('init.' + value) })) });
  w.slider({ key: 'depth', min: 1, max: 30, step: 1, label: w.t('depth.depth') });
  w.slider({ key: 'rate', min: 0.0005, max: 0.1, log: true, label: w.t('learn.rate') });
  w.onUpdate(() => {
    if (losses[0]?.length === 0) seen = { act: s.act, init: s.init, depth: s.depth };
    draw();
  });
  w.show('learn', args);
}

export const widgets = { curve, depth, learn };
