// Positions as dials: each pair of numbers of a head is a hand that turns with the place.

import { plot } from '../web/plot.js';
import { certify, follow, named, reading, say } from './reading.js';

/** @typedef {{ rate: number, before: [number, number], after: [number, number], key: [number, number] }} Dial */

/** @param {import('../web/widget.js').Widget} w */
export function rotary(w) {
  const s = w.state({ layer: 1, head: 0, query: 27, key: 19, shift: 0 });
  const args = () => ({ ...reading(), layer: s.layer, head: s.head, query: s.query, key: s.key, shift: s.shift });
  /** @type {string[]} */
  let words = [];
  const dials = plot(w, { key: 'dials', label: w.t('rotary.dials'), height: 150, equal: true, grid: false, x: { min: -1.3, max: 18.8, ticks: [] }, y: { min: -1.4, max: 1.4, ticks: [] } });
  const curve = plot(w, { key: 'curve', label: w.t('rotary.curve'), height: 260, x: { label: w.t('rotary.shift'), min: 0, max: 60 }, y: { label: w.t('rotary.score') } });
  w.slider({ key: 'shift', min: 0, max: 60, step: 1, label: w.t('rotary.shift') });
  const name = (/** @type {number} */ i) => named(words, i);
  const places = [w.slider({ key: 'query', min: 0, max: 62, step: 1, label: w.t('rotary.query'), text: name }), w.slider({ key: 'key', min: 0, max: 62, step: 1, label: w.t('rotary.key'), text: name })];
  w.slider({ key: 'layer', min: 0, max: 11, step: 1, label: w.t('views.layer'), text: (v) => String(v + 1) });
  w.slider({ key: 'head', min: 0, max: 11, step: 1, label: w.t('views.head'), text: (v) => String(v + 1) });

  follow(w);
  w.onUpdate(async () => {
    const r = await w.ask('rotary', args());
    words = r.tokens;
    for (const p of places) p.set(p.get());
    dials.el.hidden = curve.el.hidden = !r.rotary;
    if (!r.rotary) {
      say(w, r, w.t('rotary.none', r.name));
      return;
    }
    const list = /** @type {Dial[]} */ (r.dials).slice(0, 8);
    const hand = (/** @type {number} */ i, /** @type {[number, number]} */ p) => {
      const l = Math.hypot(...p) || 1;
      return /** @type {[number, number, number, number]} */ ([2.5 * i, 0, 2.5 * i + p[0] / l, p[1] / l]);
    };
    const rim = (/** @type {number} */ i) => Array.from({ length: 41 }, (_, k) => [2.5 * i + 1.1 * Math.cos((k * Math.PI) / 20), 1.1 * Math.sin((k * Math.PI) / 20)]);
    dials.draw([
      { line: list.flatMap((_, i) => [...rim(i), [null, null]]), color: 8, width: 1 },
      { arrows: list.map((d, i) => hand(i, d.before)), name: w.t('rotary.before'), color: 3 },
      { arrows: list.map((d, i) => hand(i, d.after)), name: w.t('rotary.after'), color: 1 },
      { arrows: list.map((d, i) => hand(i, d.key)), name: w.t('rotary.turned'), color: 2 },
    ]);
    curve.draw([
      { line: r.both, name: w.t('rotary.both'), color: 1 },
      { line: r.alone, name: w.t('rotary.alone'), color: 2, dash: true },
      { vline: s.shift, color: 3, dash: true },
    ]);
    say(w, r, w.t('rotary.say', named(words, r.query), named(words, r.key), r.query - r.key, w.number(r.score, 5), s.shift, w.number(r.moved, 5), w.number(list[0]?.rate, 3), w.number(list.at(-1)?.rate, 2)));
    if (s.shift >= 20) certify(w, r, 'rotary', { distance: r.query - r.key, score: w.number(r.score, 6), shift: s.shift, moved: w.number(r.moved, 6), alone: w.number(r.alone[s.shift]?.[1], 6) });
  });
  w.show('rotary', args);
}
