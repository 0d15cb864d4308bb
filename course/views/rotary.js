// Positions as dials: each pair of numbers of a head is a hand that turns with the place.

import { el } from '../web/dom.js';
import { plot } from '../web/plot.js';
import { tokens } from '../web/strips.js';
import { certify, follow, named, picked, reading, say } from './reading.js';

/** @typedef {{ rate: number, before: [number, number], after: [number, number], key: [number, number] }} Dial */

/** @param {import('../web/widget.js').Widget} w */
export function rotary(w) {
  const s = w.state({ query: 29, key: 23, shift: 0 });
  const args = () => ({ ...reading(), ...picked(), query: s.query, key: s.key, shift: s.shift });
  const [from, to] = [el('div', {}, el('p', { class: 'hint' }, w.t('rotary.query'))), el('div', {}, el('p', { class: 'hint' }, w.t('rotary.key')))];
  w.row(from, to);
  const asks = tokens(w, { key: 'asks', label: w.t('rotary.query'), pick: (i) => w.set({ query: i }), into: from });
  const asked = tokens(w, { key: 'asked', label: w.t('rotary.key'), pick: (i) => w.set({ key: i }), into: to });
  const dials = plot(w, { key: 'dials', label: w.t('rotary.dials'), height: 250, equal: true, grid: false, into: w.row(), x: { min: -1.4, max: 8.9, ticks: [] }, y: { min: -3.9, max: 1.4, ticks: [] } });
  const curve = plot(w, { key: 'curve', label: w.t('rotary.curve'), height: 260, into: w.row(), x: { label: w.t('rotary.shift'), min: 0, max: 60 }, y: { label: w.t('rotary.score') } });
  w.slider({ key: 'shift', min: 0, max: 60, step: 1, label: w.t('rotary.shift') });

  follow(w);
  w.onUpdate(async () => {
    const r = await w.ask('rotary', args());
    asks.draw({ tokens: r.tokens, picked: r.query });
    asked.draw({ tokens: r.tokens, picked: r.key });
    dials.el.hidden = curve.el.hidden = !r.rotary;
    if (!r.rotary) {
      say(w, r, w.t('rotary.none', r.name));
      return;
    }
    const list = /** @type {Dial[]} */ (r.dials).slice(0, 8);
    const middle = (/** @type {number} */ i) => /** @type {[number, number]} */ ([2.5 * (i % 4), i < 4 ? 0 : -2.5]);
    const hand = (/** @type {number} */ i, /** @type {[number, number]} */ p) => {
      const l = Math.hypot(...p) || 1;
      const [x, y] = middle(i);
      return /** @type {[number, number, number, number]} */ ([x, y, x + p[0] / l, y + p[1] / l]);
    };
    const rim = (/** @type {number} */ i) => Array.from({ length: 41 }, (_, k) => [middle(i)[0] + 1.1 * Math.cos((k * Math.PI) / 20), middle(i)[1] + 1.1 * Math.sin((k * Math.PI) / 20)]);
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
    say(w, r, w.t('rotary.say', r.layer + 1, r.head + 1, named(r.tokens, r.query), named(r.tokens, r.key), r.query - r.key, w.number(r.score, 5), s.shift, w.number(r.moved, 5), w.number(list[0]?.rate, 3), w.number(list.at(-1)?.rate, 2)));
    if (s.shift >= 20) certify(w, r, 'rotary', { distance: r.query - r.key, score: w.number(r.score, 6), shift: s.shift, moved: w.number(r.moved, 6), alone: w.number(r.alone[s.shift]?.[1], 6) });
  });
  w.show('rotary', args);
}
