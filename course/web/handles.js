// Things to drag on a plot: sliders in two directions, moved by pointer and by arrow keys.

import { niceStep } from './axes.js';
import { el } from './dom.js';
import { number } from './text.js';

/**
 * @typedef {object} HandleOptions
 * @property {string} label
 * @property {string | number} x    a key of the widget's state, or where it stands
 * @property {string | number} y
 * @property {'x' | 'y'} [axis]     it moves along this one only; along both if not given
 * @property {[number, number]} [step]   what an arrow key moves, and what positions are rounded to; a 200th of the range if not given
 * @property {number} [color]       1 to 8
 * @property {import('./marker.js').Shape} [shape]
 * @property {(x: number, y: number) => string} [text]   what is said of its place
 * @property {(x: number, y: number) => void} [move]     after the state is set, before the update
 * @property {(key: string) => boolean} [keydown]        other keys than arrows; true when it did something
 */

/**
 * @param {import('./widget.js').Widget} w @param {import('./plot.js').Plot} p @param {HandleOptions} o
 */
export function handle(w, p, o) {
  const { store } = w;
  const where = { x: typeof o.x === 'number' ? o.x : 0, y: typeof o.y === 'number' ? o.y : 0 };
  for (const k of [o.x, o.y]) {
    if (typeof k === 'string' && store === null) throw new Error(`the handle of "${k}" comes before w.state`);
    if (typeof k === 'string') store?.watch(k, () => place());
  }
  /** @param {'x' | 'y'} a */
  const get = (a) => {
    const k = o[a];
    return typeof k === 'string' && store !== null ? Number(store.get(k)) : where[a];
  };
  const shape = el('span', { class: `mark ${o.shape ?? 'circle'}` });
  const e = el('div', { class: 'handle', role: 'slider', tabindex: '0', 'aria-label': o.label }, shape);
  e.style.setProperty('--mark', `var(--c${o.color ?? 1})`);

  const text = () => (o.text ?? ((x, y) => (o.axis ? number(o.axis === 'x' ? x : y) : `x = ${number(x)}, y = ${number(y)}`)))(get('x'), get('y'));
  function place() {
    const [x, y] = [get('x'), get('y')];
    e.style.left = `${p.x.px(p.x.clamp(x))}px`;
    e.style.top = `${p.y.px(p.y.clamp(y))}px`;
    const main = o.axis === 'y' ? p.y : p.x;
    e.setAttribute('aria-valuemin', String(main.min));
    e.setAttribute('aria-valuemax', String(main.max));
    e.setAttribute('aria-valuenow', String(o.axis === 'y' ? y : x));
    e.setAttribute('aria-valuetext', text());
  }
  /** @param {'x' | 'y'} a */
  const stepOf = (a) => o.step?.[a === 'x' ? 0 : 1] ?? niceStep(p[a].max - p[a].min, 200);
  /** @param {'x' | 'y'} a @param {number} v */
  const rounded = (a, v) => {
    if (p[a].o.log) return Number(p[a].clamp(v).toPrecision(3));
    const step = stepOf(a);
    return Number((Math.round(p[a].clamp(v) / step) * step).toPrecision(12));
  };
  /** @param {number} x @param {number} y */
  const move = (x, y) => {
    const next = { x: o.axis === 'y' ? get('x') : rounded('x', x), y: o.axis === 'x' ? get('y') : rounded('y', y) };
    if (next.x === get('x') && next.y === get('y')) return;
    w.touch();
    for (const a of /** @type {('x' | 'y')[]} */ (['x', 'y'])) {
      const k = o[a];
      where[a] = next[a];
      if (typeof k === 'string' && a !== (o.axis === 'x' ? 'y' : o.axis === 'y' ? 'x' : '')) store?.set(k, next[a]);
    }
    place();
    o.move?.(next.x, next.y);
    w.update();
  };

  e.addEventListener('pointerdown', (ev) => {
    if (ev.button !== 0) return;
    ev.preventDefault();
    e.focus();
    e.setPointerCapture(ev.pointerId);
  });
  e.addEventListener('pointermove', (ev) => {
    if (e.hasPointerCapture(ev.pointerId)) move(...p.at(ev));
  });
  e.addEventListener('click', (ev) => ev.stopPropagation());
  e.addEventListener('keydown', (ev) => {
    /** @type {Record<string, [number, number]>} */
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const d = arrows[ev.key];
    if (d === undefined) {
      if (o.keydown?.(ev.key)) ev.preventDefault();
      return;
    }
    ev.preventDefault();
    const times = ev.shiftKey ? 10 : 1;
    // A handle of one direction obeys both pairs of arrows, as sliders do.
    const sum = d[0] + d[1];
    const [dx, dy] = o.axis === 'x' ? [sum, 0] : o.axis === 'y' ? [0, sum] : d;
    move(nudge('x', dx * times), nudge('y', dy * times));
  });
  /** @param {'x' | 'y'} a @param {number} n */
  const nudge = (a, n) => (p[a].o.log ? get(a) * 1.02 ** n : get(a) + n * stepOf(a));

  p.frame.append(e);
  p.placed.push(place);
  p.repaint();
  return {
    el: e,
    /** Puts it there, without an update. @param {number} x @param {number} y */
    set(x, y) {
      [where.x, where.y] = [x, y];
      place();
    },
    /** @param {string} label @param {number} [color] @param {import('./marker.js').Shape} [form] */
    look(label, color, form) {
      e.setAttribute('aria-label', label);
      if (color !== undefined) e.style.setProperty('--mark', `var(--c${color})`);
      if (form !== undefined) shape.className = `mark ${form}`;
    },
    remove() {
      p.placed = p.placed.filter((f) => f !== place);
      e.remove();
    },
  };
}
