// Inside a model: its weights, and what each block makes of one example.

import { el } from '../web/dom.js';
import { images } from '../web/image.js';
import { plot } from '../web/plot.js';
import { matrix } from '../web/strips.js';
import { shapeText } from './wall.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ param: number, example: number, look: boolean }} State */
/** @typedef {{ block: string, shape: number[], width: number, values: (number | null)[][] }} Layer */
/** @typedef {{ step: number, params: { name: string, shape: number[], norm: number | null }[] | null, param: number, weights: (number | null)[][] | null, edges: number[] | null, counts: number[] | null, example: number, class: string, layers: Layer[] | null }} Inside */

/**
 * @param {Widget} w @param {HTMLElement} into @param {State} s
 */
export function insideView(w, into, s) {
  const t = w.t;
  const box = el('details', { class: 'fold' }, el('summary', {}, t('inside')));
  box.open = s.look;
  into.append(box);
  const note = el('p', { class: 'hint' }, t('inside.first'));
  const body = el('div', { hidden: true });
  box.append(note, body);
  const pick = el('select', { id: 'inside-param', onchange: () => w.set({ param: Number(pick.value) }) });
  body.append(el('div', { class: 'control' }, el('label', { for: 'inside-param' }, t('inside.param')), pick));
  const row = el('div', { class: 'row' });
  body.append(row);
  const grid = matrix(w, { key: 'weights', label: t('inside.weights'), scale: 'diverging', cell: 18, into: row });
  const spread = plot(w, { key: 'spread', label: t('inside.spread'), x: { label: t('inside.value') }, y: { min: 0, label: t('inside.count') }, height: 220, into: row });
  w.slider({ key: 'example', min: 0, max: 49, step: 1, label: t('inside.example'), into: body });
  const list = el('ol', { class: 'layers' });
  body.append(list);
  let names = '';
  let busy = false;
  let again = false;

  /** @param {Inside} a */
  const draw = (a) => {
    note.hidden = true;
    body.hidden = false;
    const params = a.params ?? [];
    const now = JSON.stringify(params.map((p) => [p.name, p.shape]));
    if (now !== names) {
      names = now;
      pick.replaceChildren(...params.map((p, i) => el('option', { value: i }, `${p.name} ${shapeText(p.shape)}`)));
      list.replaceChildren();
    }
    pick.value = String(a.param);
    grid.el.hidden = !a.weights;
    spread.el.hidden = !a.weights;
    if (a.weights && a.edges && a.counts) {
      const most = a.weights.flat().reduce((/** @type {number} */ m, v) => Math.max(m, Math.abs(v ?? 0)), 0);
      grid.draw({ values: a.weights, min: -most, max: most });
      spread.draw([{ hist: { edges: a.edges, counts: a.counts } }]);
    }
    (a.layers ?? []).forEach((l, i) => layer(l, i, a.class));
  };

  /** @type {{ draw: (l: Layer) => void, kind: string }[]} */
  const views = [];
  /** @param {Layer} l @param {number} i @param {string} name */
  const layer = (l, i, name) => {
    const kind = `${l.width > 0 ? 'maps' : 'strip'} ${l.block} ${l.shape.join()}`;
    if (list.children[i] === undefined || views[i]?.kind !== kind) {
      while (list.children.length > i) list.lastElementChild?.remove();
      const li = el('li', {}, el('p', { class: 'layername' }));
      list.append(li);
      if (l.width > 0) {
        const v = images(w, { label: l.block || t('inside.input'), size: 72, into: li });
        views[i] = { kind, draw: (x) => {
          const most = x.values.flat().reduce((/** @type {number} */ m, p) => Math.max(m, Math.abs(p ?? 0)), 0) || 1;
          v.draw(x.values.map((pixels, c) => ({ pixels, width: x.width, min: -most, max: most, scale: 'diverging', label: t('inside.map', c + 1) })));
        } };
      } else {
        const v = matrix(w, { key: `layer${i}`, label: l.block || t('inside.input'), scale: 'diverging', cell: 18, into: li });
        views[i] = { kind, draw: (x) => v.draw({ values: x.values }) };
      }
    }
    const head = list.children[i]?.querySelector('.layername');
    if (head) head.textContent = `${l.block || t('inside.input') + (name ? `: ${name}` : '')} ${shapeText(l.shape)}`;
    views[i]?.draw(l);
  };

  const refresh = async () => {
    if (!box.open || w.static) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      draw(await w.ask('inside', { param: s.param, example: s.example }));
    } catch (e) {
      if (!(e instanceof Error) || /** @type {any} */ (e).key !== 'refused.untrained') throw e;
    } finally {
      busy = false;
      if (again) {
        again = false;
        setTimeout(() => void refresh().catch((e) => w.error(e)), 200);
      }
    }
  };
  box.addEventListener('toggle', () => {
    if (s.look !== box.open) w.set({ look: box.open });
  });
  return { refresh };
}
