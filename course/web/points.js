// A set of points on a plot that the learner owns: to drag, to add, to remove, to give a class; the same in a table.

import { el } from './dom.js';
import { shapes } from './marker.js';
import { table } from './table.js';
import { number, t } from './text.js';

/**
 * @typedef {object} PointsOptions
 * @property {string} key        of the state: an array x, y, x, y, …; with classes x, y, class, x, y, class, …
 * @property {string} label      the caption of the table
 * @property {string[]} [classes]  their names; a point's class is its number from 0
 * @property {number[]} [colors]   of the classes, 1 to 8
 * @property {boolean} [fixed]   no points can be added or removed
 * @property {number} [max]      how many there can be, 60 if not given
 * @property {[number, number]} [step]   as of a handle
 * @property {HTMLElement} [into]  of the table and the buttons
 */

/**
 * @param {import('./widget.js').Widget} w @param {import('./plot.js').Plot} p @param {PointsOptions} o
 */
export function points(w, p, o) {
  const { store } = w;
  if (store === null) throw new Error(`the points "${o.key}" come before w.state`);
  const { classes } = o;
  const stride = classes ? 3 : 2;
  const most = o.max ?? 60;
  let brush = 0; // the class of the next point
  /** @type {ReturnType<import('./plot.js').Plot['handle']>[]} */
  let handles = [];

  const all = () => [.../** @type {number[]} */ (store.get(o.key))];
  const count = () => Math.floor(all().length / stride);
  /** @param {number[]} v */
  const set = (v) => w.set({ [o.key]: v });
  /** @param {number} i @param {number} k @param {number} v */
  const change = (i, k, v) => {
    const a = all();
    a[i * stride + k] = v;
    set(a);
  };
  /** @param {number} x @param {number} y */
  const add = (x, y) => {
    if (count() >= most) return w.error(t('web.point.full', most));
    set([...all(), x, y, ...(classes ? [brush] : [])]);
    handles.at(-1)?.el.focus();
  };
  /** @param {number} i */
  const remove = (i) => {
    const a = all();
    a.splice(i * stride, stride);
    set(a);
    (handles[Math.min(i, handles.length - 1)]?.el ?? p.canvas).focus();
  };
  /** @param {number} i */
  const cycle = (i) => {
    if (classes) change(i, 2, ((all()[i * stride + 2] ?? 0) + 1) % classes.length);
  };

  const columns = [
    { key: 'x', label: p.x.o.label ?? 'x', edit: true, digits: 6 },
    { key: 'y', label: p.y.o.label ?? 'y', edit: true, digits: 6 },
    ...(classes ? [{ key: 'class', label: t('web.class') }] : []),
  ];
  const box = el('details', { class: 'data' }, el('summary', {}, o.label));
  const rows = table(w, {
    columns, caption: o.label, csv: `${w.name}-${o.key}`, into: box,
    edit: (i, key, v) => change(i, key === 'x' ? 0 : 1, v),
    ...(o.fixed ? {} : { remove }),
  });

  const draw = () => {
    const a = all();
    const n = count();
    while (handles.length > n) handles.pop()?.remove();
    for (let i = handles.length; i < n; i++) {
      const h = p.handle({
        label: '', x: a[i * stride] ?? 0, y: a[i * stride + 1] ?? 0, step: o.step,
        text: (x, y) => `${number(x)}, ${number(y)}`,
        move: (x, y) => {
          const next = all();
          [next[i * stride], next[i * stride + 1]] = [x, y];
          store.set(o.key, next); // the handle updates the widget
        },
        keydown: (key) => {
          if ((key === 'Delete' || key === 'Backspace') && !o.fixed) remove(i);
          else if ((key === 'Enter' || key === ' ') && classes) cycle(i);
          else return false;
          return true;
        },
      });
      h.el.setAttribute('aria-description', t('web.point.keys'));
      h.el.addEventListener('dblclick', () => cycle(i));
      handles.push(h);
    }
    handles.forEach((h, i) => {
      const c = classes ? a[i * stride + 2] ?? 0 : 0;
      h.set(a[i * stride] ?? 0, a[i * stride + 1] ?? 0);
      h.look(classes ? t('web.point.class', i + 1, classes[c] ?? c) : t('web.point', i + 1), o.colors?.[c] ?? c + 1, shapes[c] ?? 'circle');
    });
    rows.draw(handles.map((_, i) => ({ x: a[i * stride], y: a[i * stride + 1], class: classes?.[a[i * stride + 2] ?? 0] ?? '' })));
  };
  store.watch(o.key, draw);

  const bar = el('div', { class: 'pointbar' });
  if (!o.fixed) {
    p.canvas.classList.add('adds');
    p.canvas.tabIndex = -1;
    p.canvas.addEventListener('click', (e) => {
      const [x, y] = p.at(e);
      add(Number(x.toPrecision(4)), Number(y.toPrecision(4)));
    });
    if (classes) {
      w.segmented({
        label: t('web.class'), value: 0, into: bar, options: classes.map((label, value) => ({ label, value })),
        on: (v) => {
          brush = v;
        },
      });
    }
    w.button({ label: t('web.point.add'), into: bar, on: () => add(middle(p.x), middle(p.y)) });
  }
  (o.into ?? p.el).append(bar, box);
  draw();
  return { el: box, add, remove };
}

/** @param {import('./axes.js').Axis} a */
function middle(a) {
  return Number(a.value((a.from + a.to) / 2).toPrecision(4));
}
