// What a head looks at: all heads as small pictures, and one of them step by step.

import { el } from '../web/dom.js';
import { images } from '../web/image.js';
import { matrix, tokens } from '../web/strips.js';
import { table } from '../web/table.js';
import { follow, named, pick, reading, say } from './reading.js';

/** @typedef {{ layer: number, head: number, pixels: number[] }} Head */
/** @typedef {{ place: number, token: string, weight: number, v: number[] }} Taken */

/** @param {import('../web/widget.js').Widget} w */
export function attend(w) {
  const s = w.state({ layer: 0, head: 0, query: -1 });
  const args = () => ({ ...reading(), layer: s.layer, head: s.head, query: s.query });
  /** @type {Head[]} */
  let all = [];
  const grid = images(w, { label: w.t('attend.grid'), size: 84, pick: (i) => {
    const h = all[i];
    if (!h) return;
    pick(w, { layer: h.layer, head: h.head });
    w.set({ layer: h.layer, head: h.head });
  } });
  const strip = tokens(w, { key: 'strip', label: w.t('attend.strip'), scale: 'sequential', pick: (i) => w.set({ query: i }), into: w.row() });
  const rows = table(w, { caption: w.t('attend.steps'), csv: 'attention', columns: [
    { key: 'place', label: w.t('attend.place'), text: String },
    { key: 'token', label: w.t('attend.token') },
    { key: 'score', label: w.t('attend.score'), digits: 3 },
    { key: 'mask', label: w.t('attend.mask') },
    { key: 'weight', label: w.t('attend.weight'), digits: 3 },
  ] });
  const mixed = el('div', {}, el('p', { class: 'hint' }, w.t('attend.mix')));
  w.row(mixed);
  const mix = matrix(w, { key: 'mix', label: w.t('attend.mix'), scale: 'diverging', cell: 28, into: mixed });
  const under = el('div', {}, el('p', { class: 'hint' }, w.t('attend.whole')));
  w.row(under);
  const whole = matrix(w, { key: 'whole', label: w.t('attend.whole'), cell: 16, pick: (r) => w.set({ query: r }), into: under });

  follow(w);
  w.onUpdate(async () => {
    const [hs, r] = await Promise.all([w.ask('heads', reading()), w.ask('attend', args())]);
    all = hs.heads;
    grid.draw(all.map((h) => ({ pixels: h.pixels, width: hs.side, scale: /** @type {const} */ ('sequential'),
      label: w.t('attend.head', h.layer + 1, h.head + 1), caption: w.t('attend.short', h.layer + 1, h.head + 1) })),
    all.findIndex((h) => h.layer === r.layer && h.head === r.head));
    const weights = /** @type {number[]} */ (r.weights);
    strip.draw({ tokens: r.tokens, values: weights.map((v, i) => (i >= r.from && i < r.seen ? v : null)), min: 0, max: 1, picked: r.query });
    const best = weights.indexOf(Math.max(...weights));
    rows.draw(weights.map((v, i) => ({ place: i + 1, token: r.tokens[i], score: r.scores[i], mask: w.t(i >= r.from && i < r.seen ? 'attend.seen' : 'attend.hidden'), weight: v, ...(i === best ? { class: 'best' } : {}) })));
    const top = /** @type {Taken[]} */ (r.top).filter((k, i) => i === 0 || k.weight >= 0.01);
    mix.draw({
      values: [...top.map((k) => k.v), r.mix],
      rows: [...top.map((k) => `${w.number(k.weight, 2)}×${k.token}`), w.t('attend.sum')],
      columns: r.mix.map((/** @type {number} */ _, /** @type {number} */ i) => String(i + 1)),
    });
    under.hidden = r.matrix === null;
    if (r.matrix !== null) whole.draw({ values: r.matrix, rows: r.tokens, min: 0, max: 1, picked: [r.query, best] });
    const k = top[0];
    say(w, r, w.t('attend.say', r.layer + 1, r.head + 1, named(r.tokens, r.query), named(r.tokens, k ? k.place : 0), w.number(k ? k.weight : 0, 3), w.number(r.entropy, 3))
      + (hs.shown < hs.of ? w.t('attend.part', hs.shown, hs.of) : ''));
  });
  w.show('attend', args);
}
