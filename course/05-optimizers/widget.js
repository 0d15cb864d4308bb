// Chapter 5: what its widgets show. Every number comes from the engine's calls.

import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';
import { table } from '../web/table.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ name: string, rate: number | null, path: [number, number][], losses: number[], evals: number, best: number }} Racer */

/** Names, which are the same in every language, and looks: AdamW shares Adam's colour, as it is Adam but for the decay. */
const racers = [
  { name: 'sgd', label: 'SGD', color: 1 },
  { name: 'momentum', label: 'Momentum', color: 2 },
  { name: 'nesterov', label: 'Nesterov', color: 3 },
  { name: 'rmsprop', label: 'RMSProp', color: 4 },
  { name: 'adam', label: 'Adam', color: 5 },
  { name: 'adamw', label: 'AdamW', color: 5, dash: true },
  { name: 'lion', label: 'Lion', color: 6 },
  { name: 'muon', label: 'Muon', color: 7 },
  { name: 'lbfgs', label: 'L-BFGS', color: 8 },
];
/** @type {Record<string, string[]>} */
const families = {
  all: racers.map((r) => r.name),
  momentum: ['sgd', 'momentum', 'nesterov'],
  scaled: ['sgd', 'rmsprop', 'adam', 'adamw'],
  sign: ['sgd', 'lion', 'muon'],
  curved: ['sgd', 'lbfgs'],
};
/** @param {string} name */
const look = (name) => racers.find((r) => r.name === name) ?? { name, label: name, color: 1 };

/** Shows all nine rows without scrolling. @param {{ el: HTMLElement }} rows */
const whole = ({ el }) => {
  const frame = el.firstElementChild;
  if (frame instanceof HTMLElement) frame.style.maxHeight = 'none';
};

/** A cell of a table of counts: how many gradients, or that they were not enough. @param {Widget} w @param {number} evals */
const count = (w, evals) => (evals > 0 ? String(evals) : w.t('race.never'));

/**
 * Nine optimizers on a loss of two numbers, from one start.
 * @param {Widget} w
 */
function race(w) {
  const d = /** @type {{ surface: string, factor: number, decay: number, falling: boolean, budget: number }} */ (page.defaults.race);
  const s = w.state({ surface: d.surface, family: 'all', shown: d.budget, factor: d.factor, decay: d.decay, falling: d.falling, start: /** @type {number[]} */ ([]), rates: /** @type {number[]} */ ([]) });
  const args = () => ({ surface: s.surface, start: s.start, rates: s.rates, factor: s.factor, decay: s.decay, falling: s.falling });

  w.segmented({
    key: 'surface', label: w.t('race.surface'),
    options: ['ravine', 'turned', 'rosenbrock', 'himmelblau'].map((value) => ({ value, label: w.t('race.surface.' + value) })),
    on: () => Object.assign(s, { start: [], rates: [] }),
  });
  w.segmented({ key: 'family', label: w.t('race.family'), options: Object.keys(families).map((value) => ({ value, label: w.t('race.family.' + value) })) });
  w.slider({ key: 'shown', min: 1, max: d.budget, step: 1, label: w.t('race.shown') });
  w.slider({ key: 'factor', min: 0.1, max: 10, log: true, label: w.t('race.factor'), text: (v) => '×' + w.number(v, 3) });
  w.slider({ key: 'decay', min: 0, max: 0.5, step: 0.01, label: w.t('race.decay') });
  w.checkbox({ key: 'falling', label: w.t('race.falling') });
  w.button({
    label: w.t('race.tune'),
    on: async () => w.set({ rates: (await w.ask('tune', { ...args(), factor: 1 })).rates, factor: 1 }),
  });

  const row = w.row();
  const map = plot(w, { key: 'map', label: w.t('race.map'), x: { label: 'x' }, y: { label: 'y' }, height: 400, grid: false, into: row });
  const curves = plot(w, { key: 'losses', label: w.t('race.losses'), x: { label: w.t('race.gradients') }, y: { label: w.t('race.loss'), log: true, min: 1e-6 }, height: 400, into: row });
  const start = map.handle({ label: w.t('race.start'), x: 0, y: 0, step: [0.05, 0.05], color: 2, shape: 'square', move: (x, y) => {
    s.start = [x, y];
  } });
  const rows = table(w, {
    caption: w.t('race.table'), csv: 'race', columns: [
      { key: 'label', label: w.t('race.optimizer') },
      { key: 'rate', label: w.t('race.rate'), text: (v) => (v === null ? '–' : w.number(v, 3)) },
      { key: 'evals', label: w.t('race.evals'), text: (v) => count(w, v) },
      { key: 'best', label: w.t('race.best'), digits: 3 },
    ],
  });
  whole(rows);

  w.onUpdate(async () => {
    const r = await w.known('race', args());
    const all = /** @type {Racer[]} */ (r.racers);
    const seen = all.filter((q) => families[s.family]?.includes(q.name));
    const [x, y] = /** @type {[[number, number], [number, number]]} */ (r.span);
    map.axes({ x: { min: x[0], max: x[1] }, y: { min: y[0], max: y[1] } });
    start.set(r.start[0], r.start[1]);
    map.draw([
      { contour: { values: r.valley, x, y }, levels: 12, color: 7, dash: [1, 4] },
      { points: r.minima, name: w.t('race.minimum'), shape: 'cross', color: 2, size: 8 },
      ...seen.map((q) => {
        const { label, color, dash } = look(q.name);
        return { line: q.path.slice(0, s.shown), name: label, color, dash, width: 2, markers: seen.length < 5 };
      }),
    ]);
    curves.axes({ x: { min: 1, max: d.budget } });
    curves.draw([
      { hline: r.target, name: w.t('race.target'), color: 1, dash: [2, 4] },
      ...seen.map((q) => {
        const { label, color, dash } = look(q.name);
        return { line: q.losses.slice(0, s.shown).map((v, i) => [i + 1, v]), name: label, color, dash };
      }),
    ]);
    const least = Math.min(...all.map((q) => q.evals || Infinity));
    rows.draw(all.map((q) => ({ label: look(q.name).label, rate: q.rate, evals: q.evals, best: q.best, class: q.evals === least ? 'best' : '' })));
    const first = all.find((q) => q.evals === least);
    w.say(w.t('race.say', w.number(r.target, 3), first ? look(first.name).label : '–', first ? least : '–', count(w, all[0]?.evals ?? 0), all.filter((q) => q.evals === 0).map((q) => look(q.name).label).join(w.t('race.and')) || '–'));
  });
  w.show('race', args);
}

/**
 * The evaluations to a given loss on every surface.
 * @param {Widget} w
 */
function laps(w) {
  const s = w.state({ asked: false });
  w.button({ label: w.t('laps.run'), primary: true, on: () => w.set({ asked: true }) });
  const names = ['ravine', 'turned', 'rosenbrock', 'himmelblau'];
  const rows = table(w, {
    caption: w.t('laps.table'), csv: 'laps',
    columns: [{ key: 'label', label: w.t('race.optimizer') }, ...names.map((key) => ({ key, label: w.t('race.surface.' + key), text: (/** @type {number} */ v) => count(w, v) }))],
  });
  whole(rows);
  rows.el.hidden = true;
  w.onUpdate(async () => {
    if (!s.asked) return;
    const all = /** @type {{ surface: string, evals: number[] }[]} */ (await w.ask('laps'));
    rows.el.hidden = false;
    rows.draw(racers.map(({ label }, i) => ({ label, ...Object.fromEntries(all.map((l) => [l.surface, l.evals[i] ?? 0])) })));
    /** @param {string} name */
    const both = (name) => {
      const i = racers.findIndex((r) => r.name === name);
      return names.slice(0, 2).map((f) => count(w, all.find((l) => l.surface === f)?.evals[i] ?? 0)).join(' → ');
    };
    const values = { sgd: both('sgd'), nesterov: both('nesterov'), rmsprop: both('rmsprop'), adam: both('adam'), lbfgs: both('lbfgs') };
    w.say(w.t('laps.say', values.sgd, values.rmsprop));
    w.certify('laps', values);
  });
  w.show('race', () => ({ surface: 'turned' }));
}

/** @typedef {{ name: string, rate: number | null, state: number, n: number, evals: number, loss: number, accuracy: number | null }} Standing */

/**
 * The same race on drawn digits, live.
 * @param {Widget} w
 */
function digits(w) {
  const d = /** @type {{ factor: number, budget: number, target: number, seed: number }} */ (page.defaults.digits);
  const s = w.state({ factor: d.factor, target: d.target, seed: d.seed });
  const args = () => ({ factor: s.factor, target: s.target, seed: s.seed });
  w.slider({ key: 'factor', min: 0.1, max: 10, log: true, label: w.t('race.factor'), text: (v) => '×' + w.number(v, 3) });
  w.slider({ key: 'target', min: 0.01, max: 1, log: true, label: w.t('digits.target') });
  w.slider({ key: 'seed', min: 1, max: 20, step: 1, label: w.t('digits.seed') });
  const curves = plot(w, { key: 'digits', label: w.t('digits.losses'), x: { min: 1, max: d.budget, label: w.t('race.gradients') }, y: { label: w.t('race.loss'), log: true, min: 1e-3, max: 10 }, height: 360 });
  const rows = table(w, {
    caption: w.t('digits.table'), csv: 'digits', columns: [
      { key: 'label', label: w.t('race.optimizer') },
      { key: 'rate', label: w.t('race.rate'), text: (v) => (v === null ? '–' : w.number(v, 3)) },
      { key: 'state', label: w.t('digits.state') },
      { key: 'evals', label: w.t('race.evals'), text: (v) => count(w, v) },
      { key: 'loss', label: w.t('race.loss'), digits: 3 },
      { key: 'accuracy', label: w.t('digits.accuracy'), text: (v) => (v === null ? '–' : w.number(100 * v, 3) + ' %') },
    ],
  });
  whole(rows);
  /** @type {[number, number][][]} */
  let losses = [];
  /** @type {Standing[]} */
  let standing = [];
  let target = s.target; // of the run that is seen
  const draw = () => {
    curves.draw([
      { hline: target, name: w.t('race.target'), color: 1, dash: [2, 4] },
      ...racers.map(({ label, color, dash }, i) => ({ line: losses[i] ?? [], name: label, color, dash })),
    ]);
    const least = Math.min(...standing.map((q) => q.evals || Infinity));
    rows.draw(standing.map((q) => ({ ...q, label: look(q.name).label, class: q.evals === least ? 'best' : '' })));
    rows.el.hidden = standing.length === 0;
    const first = standing.find((q) => q.evals === least);
    w.say(first ? w.t('digits.say', w.number(target, 3), look(first.name).label, least) : w.t('digits.idle'));
  };
  w.runner({
    call: 'digits', args,
    reset: () => {
      losses = racers.map(() => []);
      standing = [];
      target = s.target;
      draw();
    },
    event: (v) => {
      for (const p of v.points) losses[p.racer]?.push([p.n, p.loss]);
      standing = v.racers;
      target = v.in.target;
      if (!v.ended) return;
      w.certify('digits', { target: w.number(target, 3), list: standing.map((q) => `${look(q.name).label} ${count(w, q.evals)}`).join(w.t('race.and')) });
    },
    frame: draw,
  });
  w.onUpdate(() => {
    if (standing.length === 0) target = s.target;
    draw();
  });
  w.show('digits', args);
}

export const widgets = { race, laps, digits };
