// What is seen while a stack learns: the decision surface, images with guesses, or what a model of text writes; and the losses.

import { el } from '../web/dom.js';
import { images } from '../web/image.js';
import { plot } from '../web/plot.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {import('../web/layers.js').Layer} Layer */
/** @typedef {(number | null)[][]} Pairs */
/**
 * @typedef {object} Event
 * @property {number} step
 * @property {number | null} loss
 * @property {number | null} held
 * @property {number | null} right
 * @property {Pairs} curve
 * @property {Pairs} heldAt
 * @property {Pairs} rightAt
 * @property {number} seconds
 * @property {number} params
 * @property {(number | null)[][][] | null} surface
 * @property {number} span
 * @property {{ class: string, p: number | null, right: boolean }[] | null} guesses
 * @property {string} sample
 * @property {boolean} finished
 */
/** @typedef {{ kind: string, train: number, held: number, points: Pairs[] | null, images: number[][] | null, classes: string[] | null, text: string, vocab: number }} Examples */

/** @param {Widget} w @param {HTMLElement} into */
export function screen(w, into) {
  const t = w.t;
  const row = el('div', { class: 'row' });
  into.append(row);
  const left = el('div', { class: 'view' });
  const right = el('div', { class: 'view' });
  row.append(left, right);
  const plane = plot(w, { key: 'plane', label: t('screen.plane'), x: { min: -2.6, max: 2.6, label: 'x₁' }, y: { min: -2.6, max: 2.6, label: 'x₂' }, height: 380, equal: true, into: left });
  const pictures = images(w, { label: t('screen.images'), size: 84, into: left });
  const text = el('pre', { class: 'sample', tabindex: '0', 'aria-label': t('screen.text') });
  const whose = el('p', { class: 'hint' });
  left.append(whose, text);
  const losses = plot(w, { key: 'loss', label: t('screen.loss'), x: { min: 0, label: t('screen.step') }, y: { min: 0, label: t('screen.loss') }, height: 260, into: right });
  const share = plot(w, { key: 'right', label: t('screen.right'), x: { min: 0, label: t('screen.step') }, y: { min: 0, max: 1, label: t('screen.right') }, height: 180, into: right });
  /** @type {Examples | null} */
  let data = null;
  /** @type {Event | null} */
  let last = null;

  const paint = () => {
    const d = data;
    if (d === null) return;
    const e = last;
    plane.el.hidden = d.kind !== 'plane';
    pictures.el.hidden = d.kind !== 'image';
    text.hidden = whose.hidden = d.kind !== 'text';
    if (d.kind === 'plane') plane.draw([...surface(e), ...points(d)]);
    else if (d.kind === 'image') {
      pictures.draw((d.images ?? []).map((pixels, i) => {
        const g = e?.guesses?.[i];
        const name = d.classes?.[i] ?? '';
        const caption = g ? `${g.right ? '✓' : '✗'} ${g.class} ${w.number(100 * (g.p ?? 0), 2)} %` : name;
        return { pixels, width: 28, label: g ? t('screen.guess', name, g.class) : name, caption };
      }));
    } else {
      const writes = e !== null && e.step > 0;
      whose.textContent = writes ? t('screen.writes') : t('screen.reads', w.integer(d.train), d.vocab);
      text.textContent = writes ? e.sample : d.text;
    }
    losses.axes({ x: { min: 0, max: Math.max(10, e?.step ?? 0), label: t('screen.step') } });
    share.axes({ x: { min: 0, max: Math.max(10, e?.step ?? 0), label: t('screen.step') } });
    losses.draw([
      { line: e?.curve ?? [], name: t('screen.train') },
      { line: e?.heldAt ?? [], name: t('screen.held'), dash: true, markers: (e?.heldAt.length ?? 0) < 30, shape: 'square' },
    ]);
    share.draw([{ line: e?.rightAt ?? [], name: t('screen.held'), markers: (e?.rightAt.length ?? 0) < 30, color: 3, shape: 'triangle' }]);
  };

  /** @param {Event | null} e @returns {Layer[]} */
  const surface = (e) => {
    const maps = e?.surface;
    if (!e || !maps?.[0]) return [];
    const range = /** @type {[number, number]} */ ([-e.span, e.span]);
    const grid = /** @param {(number | null)[][]} values */ (values) => ({ values, x: range, y: range });
    const [only] = maps;
    if (maps.length === 1) { // in pale colours, on which the points can be seen
      return [{ heat: grid(only), min: -2.4, max: 2.4, scale: 'diverging' }, { contour: grid(only), levels: [0], color: 7, name: t('screen.border') }];
    }
    // Of more classes, each one's land is dotted in its colour.
    const at = /** @param {number} i @param {number} n */ (i, n) => e.span * ((2 * i) / (n - 1) - 1);
    return maps.flatMap((m, i) => /** @type {Layer[]} */ ([
      { points: m.flatMap((line, r) => line.flatMap((v, c) => (v !== null && v > 0.5 && r % 2 === 0 && c % 2 === 0 ? [[at(c, line.length), at(r, m.length)]] : []))), color: i + 1, shape: 'square', size: 1.7 },
      { contour: grid(m), levels: [0.5], color: i + 1, name: t('screen.area', i) },
    ]));
  };
  /** @param {Examples} d @returns {Layer[]} */
  const points = (d) => {
    const shapes = /** @type {const} */ (['circle', 'square', 'triangle', 'diamond']);
    // Of two classes the first has the warm end of the surface's scale.
    const colours = (d.points?.length ?? 0) === 2 ? [2, 1] : [1, 2, 3, 4];
    return (d.points ?? []).map((p, i) => ({ points: p, name: t('screen.class', i), shape: shapes[i % 4], color: colours[i], size: 4 }));
  };

  return {
    /** @param {Examples} d */
    examples(d) {
      if (data?.kind !== d.kind) last = null;
      data = d;
      paint();
    },
    /** @param {Event | null} e */
    show(e) {
      last = e;
      paint();
    },
  };
}
