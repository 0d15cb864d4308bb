// Chapter 15: what its widgets show. Every number comes from the engine's calls.

import { el } from '../web/dom.js';
import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';
import { table } from '../web/table.js';
import { integer } from '../web/text.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ name: string, stack: string, params: number, held_out: boolean }} Size */

/**
 * A family of sizes: drawn, trained, predicted, verified.
 * @param {Widget} w
 */
async function law(w) {
  const family = await w.ask('plan');
  const sizes = /** @type {Size[]} */ (family.sizes);
  // The guess is a level line at first: as if more parameters did nothing.
  const s = w.state({ seed: 1, axis: 'n', ...Object.fromEntries(sizes.map((_, i) => [`g${i}`, family.start])) });
  const state = /** @type {Record<string, any>} */ (s);
  const guess = () => sizes.map((_, i) => Number(state[`g${i}`]));
  const args = () => ({ seed: s.seed, axis: s.axis, guess: guess() });
  const first = /** @type {Size} */ (sizes[0]);
  const last = /** @type {Size} */ (sizes.at(-1));
  const ranges = {
    n: { log: true, min: first.params / 1.5, max: last.params * 10, label: w.t('law.n') },
    d: { log: true, min: undefined, max: undefined, label: w.t('law.d') },
    c: { log: true, min: undefined, max: undefined, label: w.t('law.c') },
  };
  const p = plot(w, { key: 'law', label: w.t('law.plot'), height: 400, x: { ...ranges.n }, y: { min: 0, max: family.top, label: w.t('law.loss') } });
  const handles = sizes.map((z, i) => p.handle({
    label: w.t('law.handle', z.name), x: z.params, y: `g${i}`, axis: 'y', color: 4, shape: 'square', step: [1, 0.02], text: (_, y) => w.t('law.guessed', integer(z.params), w.number(y, 3)),
  }));
  const valley = plot(w, { key: 'valley', label: w.t('law.valley'), height: 320, x: { log: true, label: w.t('law.n') }, y: { label: w.t('law.loss') } });
  w.segmented({ key: 'axis', label: w.t('law.axis'), options: ['n', 'd', 'c'].map((a) => ({ value: a, label: w.t('law.' + a) })) });
  w.slider({ key: 'seed', min: 1, max: 9, step: 1, label: w.t('law.seed') });

  const live = el('p', { class: 'hint' });
  w.controls.append(live);
  /** Points of the training that runs: the step's loss, by trial. */
  /** @type {string} */
  let now = '';
  const constants = table(w, {
    caption: w.t('law.constants'), csv: 'law',
    columns: [
      { key: 'name', label: w.t('law.constant') },
      { key: 'value', label: w.t('law.value') },
      { key: 'low', label: w.t('law.low') },
      { key: 'high', label: w.t('law.high') },
    ],
  });
  const box = constants.el;

  const draw = async () => {
    const r = await w.ask('results', args());
    const axis = /** @type {'n' | 'd' | 'c'} */ (s.axis);
    p.axes({ x: ranges[axis] });
    for (const h of handles) h.el.hidden = axis !== 'n';
    const names = axis === 'd';
    p.draw([
      r.band && { area: { x: r.band.x, low: r.band.low, high: r.band.high }, name: w.t('law.band'), color: 1 },
      ...(r.curves ?? []).map((/** @type {any} */ c, /** @type {number} */ i) => ({ line: c.line, name: names ? c.name : i === 0 ? w.t(axis === 'c' ? 'law.frontier' : 'law.curve') : undefined, ...(names ? {} : { color: 1 }) })),
      { points: r.points ?? [], name: w.t('law.measured'), color: 2, shape: 'circle' },
      (r.held ?? []).length > 0 && { points: r.held, name: w.t('law.held'), color: 3, shape: 'diamond', size: 8 },
      axis === 'n' && r.predicted && { points: [[last.params, r.predicted.loss]], name: w.t('law.predicted'), color: 1, shape: 'cross', size: 9 },
      axis === 'n' && { line: sizes.map((z, i) => [z.params, guess()[i]]), name: w.t('law.yours'), color: 4, dash: true },
      r.law && { hline: r.law.floor.value, name: w.t('law.floor'), dash: [2, 4], color: 5 },
    ]);
    valley.el.hidden = axis !== 'c' || !r.valley;
    if (axis === 'c' && r.valley) {
      valley.draw([
        ...r.valley.map((/** @type {any} */ c) => ({ line: c.line, name: w.t('law.spent', c.name) })),
        { points: r.valley.map((/** @type {any} */ c) => c.best), name: w.t('law.best'), shape: 'diamond', color: 6, size: 7 },
      ]);
    }
    box.hidden = !r.law;
    if (r.law) constants.draw(r.law.constants.map((/** @type {any} */ c) => ({ name: c.name, value: c.value, low: c.interval.low, high: c.interval.high })));
    if (r.law) w.say(w.t('law.say.law', r.law.formula, w.number(r.law.r2, 4), w.number(100 * (1 - r.law.kept), 3)));
    else if ((r.points ?? []).length > 0) w.say(w.t('law.say.some', r.points.length));
    else w.say(w.t('law.say.draw', sizes.length, family.source === 'go' ? w.t('law.text.go') : w.t('law.text.stories'), integer(first.params), integer(last.params)));
    if (r.verified && r.law) {
      w.certify('law', {
        formula: r.law.formula, predicted: w.number(r.verified.loss, 4), low: w.number(r.verified.low, 4), high: w.number(r.verified.high, 4),
        measured: w.number(r.verified.measured, 4), error: w.number(r.verified.error_percent, 3),
      });
      if (r.guess) w.certify('guess', { off: w.number(r.guess.off, 3), ratio: w.number(r.guess.ratio, 3) });
    }
  };
  w.runner({
    call: 'sweep', args: () => ({ seed: s.seed }),
    event: (v) => {
      now = v.event === 'step' ? w.t('law.step', v.trial, v.step, v.of, w.number(v.loss, 4), v.done, v.trials, Math.round(v.left)) : '';
      if (v.event === 'predicted') live.textContent = w.t('law.written');
      if (v.event !== 'step') void draw().catch((e) => w.error(e));
    },
    frame: () => {
      if (now !== '') live.textContent = now;
    },
    end: (state) => {
      live.textContent = state === 'stopped' ? w.t('law.stopped') : '';
      void draw().catch((e) => w.error(e));
    },
  });
  w.onUpdate(draw);
  w.show('sweep', () => ({ seed: s.seed }));
}

/**
 * What laws of others advise for a budget.
 * @param {Widget} w
 */
function laws(w) {
  const d = /** @type {{ flops: number }} */ (page.defaults.published);
  const s = w.state({ flops: d.flops });
  w.slider({ key: 'flops', min: 1e18, max: 1e26, log: true, label: w.t('laws.flops'), text: (v) => w.number(v, 3) });
  const rows = table(w, {
    caption: w.t('laws.table'), csv: 'laws',
    columns: [
      { key: 'name', label: w.t('laws.name') },
      { key: 'params', label: w.t('laws.params'), digits: 3 },
      { key: 'tokens', label: w.t('laws.tokens'), digits: 3 },
      { key: 'ratio', label: w.t('laws.ratio'), digits: 3 },
      { key: 'source', label: w.t('laws.source') },
    ],
  });
  w.onUpdate(async () => {
    const list = /** @type {{ name: string, params: number, tokens: number, ratio: number, source: string }[]} */ (await w.ask('published', { flops: s.flops }));
    rows.draw(list);
    const a = list[0];
    const b = list.find((l) => l.name.startsWith('Hoffmann'));
    if (!a || !b) return;
    w.say(w.t('laws.say', w.number(s.flops, 3), w.number(Math.min(...list.map((l) => l.params)), 3), w.number(Math.max(...list.map((l) => l.params)), 3)));
    w.certify('laws', {
      flops: w.number(s.flops, 3), first: a.name, n1: w.number(a.params, 3), d1: w.number(a.tokens, 3), second: b.name, n2: w.number(b.params, 3), d2: w.number(b.tokens, 3),
    });
  });
  w.show('published', () => ({ flops: s.flops }));
}

/**
 * The learner's first answer, and the one of today.
 * @param {Widget} w
 */
function answer(w) {
  const before = w.predicted('guess', '00-bricks');
  w.stage.append(el('blockquote', {}, before === null || before === '' ? w.t('answer.none') : before));
  w.say(before ? w.t('answer.say') : w.t('answer.go'));
}

export const widgets = { law, laws, answer };
