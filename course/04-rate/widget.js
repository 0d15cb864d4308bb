// Chapter 4: what its widgets show. Every number comes from the engine's calls.

import { el } from '../web/dom.js';
import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';
import { table } from '../web/table.js';

/** @typedef {import('../web/widget.js').Widget} Widget */

const zoneNames = ['steady', 'ringing', 'diverging'];
const colours = [3, 5, 2]; // of the zones
const shapes = /** @type {const} */ (['circle', 'square', 'cross']);
const [low, high] = [0.01, 20]; // of the slider

/**
 * A strip under a slider that shows where the zones lie on it.
 * @param {Widget} w @param {HTMLElement} slider
 */
function strip(w, slider) {
  const parts = zoneNames.map((z, i) => {
    const part = el('span', { title: w.t('zone.' + z) }, w.t('zone.' + z));
    part.style.cssText = `flex: 1 1 0; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; text-align: center; font-size: 0.82rem; border-block-end: 6px ${['solid', 'dashed', 'double'][i]} var(--c${colours[i]})`;
    return part;
  });
  const box = el('div', { 'aria-hidden': 'true' }, ...parts); // the slider's own text says the zone
  box.style.cssText = 'display: flex; width: auto; margin-inline: 8px'; // a thumb's half
  const input = /** @type {HTMLInputElement} */ (slider.querySelector('input'));
  input.after(box);
  const place = /** @param {number} v */ (v) => Math.min(1, Math.max(0, Math.log(v / low) / Math.log(high / low)));
  return /** @param {number} one @param {number} limit @param {string} zone */ (one, limit, zone) => {
    const [a, b] = [place(one), place(limit)];
    [a, b - a, 1 - b].forEach((share, i) => {
      const part = parts[i];
      if (part) part.style.flexGrow = String(share);
    });
    input.style.accentColor = `var(--c${colours[zoneNames.indexOf(zone)]})`;
  };
}

/**
 * A descent with a learning rate: where it belongs, what it does.
 * @param {Widget} w
 */
function zones(w) {
  const d = /** @type {{ kind: string, max: number, condition: number, scale: number, rate: number, px: number, py: number }} */ (page.defaults.zones);
  const s = w.state({ kind: d.kind, max: d.max, condition: d.condition, scale: d.scale, rate: d.rate, px: d.px, py: d.py });
  const land = () => ({ kind: s.kind, max: s.max, condition: s.condition, scale: s.scale });
  const args = () => ({ ...land(), rate: s.rate, px: s.px, py: s.py });
  const rate = w.slider({ key: 'rate', min: low, max: high, log: true, label: w.t('zones.rate') });
  rate.el.classList.add('wide');
  const [out, input] = [/** @type {HTMLElement} */ (rate.el.querySelector('output')), /** @type {HTMLElement} */ (rate.el.querySelector('input'))];
  const colour = strip(w, rate.el);
  const tries = zoneNames.map((z, i) => w.button({ label: w.t('try.' + z), on: async () => {
    const r = await w.ask('zones', args());
    w.set({ rate: Number(r.try[i].toPrecision(3)) });
  } }));
  w.segmented({ key: 'kind', label: w.t('zones.kind'), options: ['bowl', 'line'].map((v) => ({ value: v, label: w.t('zones.' + v) })) });
  const bowl = [
    w.slider({ key: 'max', min: 0.1, max: 10, log: true, label: w.t('zones.max') }),
    w.slider({ key: 'condition', min: 1, max: 100, log: true, label: w.t('zones.condition') }),
  ];
  const scale = w.slider({ key: 'scale', min: 0.2, max: 5, log: true, label: w.t('zones.scale') });
  const row = w.row();
  const m = plot(w, { key: 'map', label: w.t('zones.map'), x: { min: -3, max: 3, label: 'x' }, y: { min: -3, max: 3, label: 'y' }, height: 340, into: row });
  m.handle({ label: w.t('zones.start'), x: 'px', y: 'py', step: [0.05, 0.05], color: 7 });
  const g = plot(w, { key: 'side', label: w.t('zones.side'), x: { min: 0, max: 40, label: w.t('zones.step') }, y: { label: w.t('zones.error') }, height: 340, into: row });
  const seen = new Set();

  w.onUpdate(async () => {
    for (const c of bowl) c.el.hidden = s.kind !== 'bowl';
    scale.el.hidden = s.kind !== 'line';
    const alpha = s.rate;
    const [r, v] = await Promise.all([w.known('zones', args()), w.known('ground', land())]);
    const zone = r.zone;
    out.textContent = `${w.number(alpha, 3)} · ${w.t('zone.' + zone)}`;
    input.setAttribute('aria-valuetext', out.textContent);
    colour(r.one, r.limit, zone);
    tries.forEach((b, i) => b.setAttribute('aria-pressed', String(zoneNames[i] === zone)));
    const i = zoneNames.indexOf(zone);
    const look = { color: colours[i] ?? 1, shape: shapes[i] ?? 'circle' };
    const span = /** @type {[number, number]} */ ([-v.span, v.span]);
    const grid = { values: v.values, x: span, y: span };
    m.draw([
      { heat: grid },
      { contour: grid, levels: 14, color: 7 },
      { line: r.path, name: w.t('zone.' + zone), markers: true, width: 1.5, ...look },
      { points: [v.bottom], name: w.t('zones.bottom'), shape: 'star', color: 1, size: 8 },
    ]);
    const reach = 2.5 * Math.abs(r.sides[0][1]) || 1;
    g.axes({ y: { min: -reach, max: reach } });
    g.draw([
      { line: r.foretold, name: w.t('zones.foretold', w.number(r.factor, 3)), dash: true, width: 1.5, color: 7 },
      { points: r.sides, name: w.t('zones.seen'), ...look },
    ]);
    w.say(w.t('zones.say', w.number(r.max, 6), r.products, w.number(r.one, 4), w.number(r.limit, 4), w.t('zone.' + zone), w.t('zone.' + r.seen)));
    if (r.zone === r.seen) seen.add(zone);
    if (seen.size === 3) w.certify('zones', { max: w.number(r.max, 6), one: w.number(r.one, 4), limit: w.number(r.limit, 4), best: w.number(r.best, 4) });
  });
  w.show('zones', args);
}

/** @typedef {{ number: number, dims: number, rate: number, max: number, predicted: string, seen: string }} Trial */

/**
 * Random bowls, random rates: predicted, then seen.
 * @param {Widget} w
 */
function trials(w) {
  const d = /** @type {{ seed: number, count: number }} */ (page.defaults.trials);
  const s = w.state({ seed: d.seed, count: d.count });
  const args = () => ({ seed: s.seed, count: s.count });
  /** @type {Trial[]} */
  let list = [];
  let [done, agreed] = [0, 0];
  const row = w.row();
  const p = plot(w, { key: 'trials', label: w.t('trials.plot'), x: { log: true, min: 0.015, max: 4, label: w.t('zones.rate') }, y: { log: true, min: 0.04, max: 25, label: 'λmax' }, height: 380, into: row });
  const counts = table(w, { into: row, caption: w.t('trials.counts'), columns: [
    { key: 'name', label: w.t('trials.predicted') }, ...zoneNames.map((z) => ({ key: z, label: w.t('trials.seen', w.t('zone.' + z)), text: w.integer })),
  ] });
  const [from, to] = [0.015, 4];
  const border = /** @param {number} c */ (c) => [[from, c / from], [to, c / to]]; // αλ = c, straight on logarithmic axes
  const draw = () => {
    p.draw([
      { line: border(1), name: 'α = 1/λmax', dash: true, color: 7, width: 1.5 },
      { line: border(2), name: 'α = 2/λmax', color: 7, width: 1.5 },
      ...zoneNames.map((z, i) => ({ points: list.filter((t) => t.seen === z).map((t) => [t.rate, t.max]), name: w.t('trials.seen', w.t('zone.' + z)), shape: shapes[i], color: colours[i], size: 4 })),
    ]);
    const of = /** @param {string} a @param {string} b */ (a, b) => list.filter((t) => t.predicted === a && t.seen === b).length;
    counts.draw(zoneNames.map((a) => ({ name: w.t('zone.' + a), ...Object.fromEntries(zoneNames.map((b) => [b, of(a, b)])) })));
    const last = list.at(-1);
    w.say(last === undefined ? w.t('trials.say') : w.t('trials.say.done', done, agreed, last.dims, w.number(last.rate, 3), w.number(last.max, 3), w.t('zone.' + last.predicted), w.t('zone.' + last.seen)));
  };
  w.slider({ key: 'seed', min: 1, max: 100, step: 1, label: w.t('trials.seed'), text: String });
  w.runner({
    call: 'trials', args, frame: draw,
    event: (v) => {
      list.push(...v.trials);
      [done, agreed] = [v.done, v.agreed];
    },
    reset: () => {
      list = [];
      [done, agreed] = [0, 0];
      draw();
    },
    end: (state) => {
      const n = /** @param {string} z */ (z) => list.filter((t) => t.seen === z).length;
      if (state === 'done') w.certify('trials', { done, agreed, steady: n('steady'), ringing: n('ringing'), diverging: n('diverging') });
    },
  });
  w.onUpdate(draw);
  w.show('trials', args);
}

export const widgets = { zones, trials };
