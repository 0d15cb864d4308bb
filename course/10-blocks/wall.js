// The wall: the bricks of a stack, to select, drag and move with keys. It shows a tree and tells what the learner wants; it keeps no
// stack of its own.

import { el } from '../web/dom.js';
import { integer, number, t } from '../web/text.js';
import { flat } from './tree.js';

/** @typedef {import('./tree.js').Brick} Brick */
/**
 * @typedef {object} WallOptions
 * @property {(path: string, byKey: boolean) => void} select
 * @property {(path: string, step: -1 | 1) => void} shift
 * @property {(path: string) => void} remove
 * @property {(path: string, step: -1 | 1) => void} count
 * @property {(what: string | Brick, parent: string, i: number) => void} drop   the path of a brick of the wall, or a new one
 */

/** What is being dragged: browsers hide it from dragover. @type {string | Brick | null} */
let held = null;

/** Makes an element a source of drags. @param {HTMLElement} e @param {() => string | Brick} what */
export function drags(e, what) {
  e.draggable = true;
  e.addEventListener('dragstart', (ev) => {
    ev.stopPropagation();
    held = what();
    ev.dataTransfer?.setData('text/plain', typeof held === 'string' ? held : held.name);
    e.classList.add('held');
  });
  e.addEventListener('dragend', () => {
    held = null;
    e.classList.remove('held');
  });
}

/** A size of one example, with ? where it is not known. @param {number[] | null | undefined} shape */
export function shapeText(shape) {
  return shape ? `(${shape.map((d) => (d < 0 ? '?' : d)).join(' × ')})` : '';
}

const units = /** @type {const} */ ([[1e15, 1e15, ' P'], [1e12, 1e12, ' T'], [1e9, 1e9, ' G'], [1e6, 1e6, ' M'], [1e4, 1e3, ' k']]);

/** A large number in few characters. @param {number} x */
export function brief(x) {
  for (const [from, size, unit] of units) if (x >= from) return number(x / size, 3) + unit;
  return integer(x);
}

/** The part of a text around a column, and a mark under it. @param {string} text @param {number} column */
export function caret(text, column) {
  const chars = [...text.replace(/\s/g, ' ')];
  const from = Math.max(0, column - 14); // few enough to stand on one line of a telephone
  const shown = chars.slice(from, column + 13).join('');
  const before = chars.slice(from, column - 1);
  const pad = before.map((c) => (c > '\u2e80' ? '　' : ' ')).join('');
  return `${from > 0 ? '…' : ''}${shown}\n${from > 0 ? ' ' : ''}${pad}▲`;
}

/** @param {HTMLElement} into @param {WallOptions} o */
export function wall(into, o) {
  const list = el('ol', { class: 'wall', 'aria-label': t('wall') });
  into.append(list);
  /** @type {Brick[]} */
  let all = [];
  const buttons = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll('button.brick')]);

  /** @param {Brick} b @param {string} picked @param {string} faulty @returns {HTMLElement} */
  const item = (b, picked, faulty) => {
    const args = b.args.map((a) => (a.key ? `${a.key}=${a.value}` : a.value)).join(', ');
    const name = b.name || t('wall.group');
    const title = (b.count > 1 ? `${b.count} × ` : '') + name + (args ? `(${args})` : '');
    const labels = [shapeText(b.out), b.params && b.params > 0 ? t('wall.params', brief(b.params)) : '', b.flops && b.flops > 0 ? `${brief(b.flops)} FLOP` : ''].filter(Boolean);
    const bad = b.path === faulty;
    const button = el('button', {
      type: 'button', class: `brick kind-${b.name || 'group'}${b.path === picked ? ' picked' : ''}${bad ? ' bad' : ''}`, 'data-path': b.path, tabindex: '-1',
      'aria-pressed': String(b.path === picked),
      onclick: (/** @type {MouseEvent} */ e) => o.select(b.path, e.detail === 0),
    }, el('span', { class: 'title' }, title, bad ? el('span', { class: 'unseen' }, ` ${t('wall.bad')}`) : null), ' ', el('span', { class: 'labels' }, ...labels.map((s) => el('span', {}, s + ' '))));
    const li = el('li', { 'data-path': b.path }, button);
    if (b.holds) li.append(el('ol', { class: 'inner', 'aria-label': name, 'data-list': b.path }, ...(b.body ?? []).map((x) => item(x, picked, faulty))));
    drags(li, () => b.path);
    return li;
  };

  list.addEventListener('keydown', (e) => {
    const b = /** @type {HTMLElement} */ (e.target).closest('button.brick');
    const path = b?.getAttribute('data-path');
    if (!b || path === null || path === undefined) return;
    const order = buttons();
    const at = order.indexOf(/** @type {HTMLElement} */ (b));
    const go = /** @param {number} i */ (i) => order[Math.max(0, Math.min(order.length - 1, i))]?.focus();
    const step = /** @type {Record<string, -1 | 1>} */ ({ ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 })[e.key];
    if (step !== undefined && e.altKey) o.shift(path, step);
    else if (step !== undefined) go(at + step);
    else if (e.key === 'Home') go(0);
    else if (e.key === 'End') go(order.length - 1);
    else if (e.key === 'Delete' || e.key === 'Backspace') o.remove(path);
    else if (e.key === '+' || e.key === '=') o.count(path, 1);
    else if (e.key === '-') o.count(path, -1);
    else return;
    e.preventDefault();
  });
  list.addEventListener('focusin', (e) => {
    const b = /** @type {HTMLElement} */ (e.target).closest('button.brick');
    if (b) for (const x of buttons()) x.tabIndex = x === b ? 0 : -1;
  });

  // Where a drop would go: before or after the brick under the pointer, or at the end.
  /** @param {DragEvent} e */
  const target = (e) => {
    const li = /** @type {HTMLElement} */ (e.target).closest('li');
    if (!li || !list.contains(li)) return { parent: '', i: all.length, li: null, after: true };
    const path = li.dataset.path ?? '';
    const parts = path.split('.');
    const box = (li.querySelector('button.brick') ?? li).getBoundingClientRect();
    const after = e.clientY > box.top + box.height / 2;
    return { parent: parts.slice(0, -1).join('.'), i: Number(parts.at(-1)) + (after ? 1 : 0), li, after };
  };
  const clear = () => list.querySelectorAll('.before, .after').forEach((x) => x.classList.remove('before', 'after'));
  into.addEventListener('dragover', (e) => {
    if (held === null) return;
    e.preventDefault();
    clear();
    const at = target(e);
    at.li?.classList.add(at.after ? 'after' : 'before');
  });
  into.addEventListener('dragleave', clear);
  into.addEventListener('drop', (e) => {
    if (held === null) return;
    e.preventDefault();
    clear();
    const { parent, i } = target(e);
    o.drop(held, parent, i);
    held = null;
  });

  return {
    el: list,
    /**
     * Shows a stack. The brick at `picked` keeps the focus if the wall has it.
     * @param {Brick[]} bricks @param {string} picked @param {string} faulty @param {number[] | null} from shape that comes in
     * @param {number[] | null} to
     */
    draw(bricks, picked, faulty, from, to) {
      all = bricks;
      const had = list.contains(document.activeElement) ? document.activeElement?.getAttribute('data-path') ?? '' : null;
      list.replaceChildren(
        el('li', { class: 'end' }, el('span', {}, t('wall.in')), el('span', {}, shapeText(from))),
        ...bricks.map((b) => item(b, picked, faulty)),
        el('li', { class: 'end' }, el('span', {}, t('wall.out')), el('span', {}, to ? shapeText(to) : '–')),
      );
      const order = flat(bricks).map((b) => b.path);
      const stop = order.includes(picked) ? picked : had !== null && order.includes(had) ? had : order[0];
      for (const b of buttons()) {
        const here = b.dataset.path === stop;
        b.tabIndex = here ? 0 : -1;
        if (here && had !== null) b.focus();
      }
    },
    focus() {
      buttons().find((b) => b.tabIndex === 0)?.focus();
    },
  };
}
