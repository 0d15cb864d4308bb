// Native controls with labels. Each is bound to a key of the widget's state, or tells `on`, and then updates the widget.

import { el, freshId } from './dom.js';
import { number } from './text.js';

/** @typedef {import('./widget.js').Widget} Widget */
/** @typedef {import('./state.js').Value} Value */
/**
 * @template {Value} T
 * @typedef {object} Bound
 * @property {string} [key]    of the widget's state; without it the control keeps its own value
 * @property {T} [value]       the first value where there is no key
 * @property {(v: T) => void} [on]  after the state is set, before the update
 * @property {string} label
 * @property {string} [hint]   a line below
 * @property {HTMLElement} [into]   instead of w.controls
 */
/** @typedef {Bound<number> & { min?: number, max?: number, step?: number, log?: boolean, values?: number[], text?: (v: number) => string }} SliderOptions */
/** @typedef {Bound<any> & { options: (string | number | { value: string | number, label: string, disabled?: boolean })[] }} ChoiceOptions */
/** @typedef {Bound<boolean>} CheckboxOptions */
/** @typedef {Bound<number> & { min?: number, max?: number, step?: number }} NumberOptions */
/** @typedef {Bound<string> & { lines?: number, max?: number, mono?: boolean }} TextboxOptions */
/** @typedef {{ label: string, on: () => void | Promise<void>, primary?: boolean, title?: string, into?: HTMLElement }} ButtonOptions */
/**
 * @template {Value} T
 * @typedef {object} Control
 * @property {HTMLElement} el
 * @property {() => T} get
 * @property {(v: T) => void} set      shows v and keeps it, without an update
 * @property {(why: string | null) => void} disable   null enables again; the reason is shown as the hint
 */

/**
 * Binds a control: its first value, what it does with a new one, and how it hears of values that come from elsewhere.
 * @template {Value} T
 * @param {Widget} w @param {Bound<T>} o @param {T} start @param {(v: T) => void} paint
 */
function bind(w, o, start, paint) {
  const { key } = o;
  const store = key === undefined ? null : w.store;
  if (store === null && key !== undefined) throw new Error(`the control "${key}" comes before w.state`);
  let own = o.value ?? start;
  const get = () => (key !== undefined && store !== null ? /** @type {T} */ (store.get(key)) : own);
  /** @param {T} v */
  const set = (v) => {
    own = v;
    if (key !== undefined && store !== null) store.set(key, v);
    else paint(v);
  };
  if (key !== undefined && store !== null) store.watch(key, (v) => paint(/** @type {T} */ (v)));
  /** @param {T} v */
  const commit = (v) => {
    w.touch();
    set(v);
    o.on?.(v);
    w.update();
  };
  return { get, set, commit };
}

/**
 * @param {Widget} w @param {{ hint?: string, into?: HTMLElement }} o @param {HTMLElement} e
 * @param {(HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[]} inputs
 */
function place(w, o, e, inputs) {
  const hint = el('small', { class: 'hint', id: freshId() }, o.hint ?? '');
  e.append(hint);
  for (const i of inputs) i.setAttribute('aria-describedby', hint.id);
  (o.into ?? w.controls).append(e);
  return /** @param {string | null} why */ (why) => {
    for (const i of inputs) i.disabled = why !== null;
    e.classList.toggle('off', why !== null);
    hint.textContent = why ?? o.hint ?? '';
  };
}

const logSteps = 240;

/**
 * A slider: linear with min, max and step; log: true for a logarithmic one, of three significant digits; or a list of values.
 * @param {Widget} w @param {SliderOptions} o
 * @returns {Control<number>}
 */
export function slider(w, o) {
  const { values } = o;
  const min = o.min ?? 0;
  const max = o.max ?? 1;
  if (o.log && !(min > 0)) throw new Error(`a logarithmic slider from ${min}: it must begin above 0`);
  const text = o.text ?? number;
  const steps = values ? values.length - 1 : o.log ? logSteps : 0;
  /** @param {number} p */
  const at = (p) => {
    if (values) return values[Math.round(p)] ?? min;
    return o.log ? Number((min * (max / min) ** (p / steps)).toPrecision(3)) : p;
  };
  /** @param {number} v */
  const position = (v) => {
    if (values) return values.reduce((best, x, i) => (Math.abs(x - v) < Math.abs((values[best] ?? x) - v) ? i : best), 0);
    return o.log ? (steps * Math.log(v / min)) / Math.log(max / min) : v;
  };
  const [low, high] = values ? [Math.min(...values), Math.max(...values)] : [min, max];
  const id = freshId();
  const out = el('output', { for: id });
  const input = el('input', { type: 'range', id, min: steps ? 0 : min, max: steps || max, step: steps ? 1 : o.step ?? 'any' });
  /** @param {number} v */
  const paint = (v) => {
    input.value = String(position(v));
    out.textContent = text(v);
    input.setAttribute('aria-valuetext', text(v));
  };
  const b = bind(w, o, low, paint);
  b.set(Math.min(high, Math.max(low, b.get())));
  paint(b.get());
  input.addEventListener('input', () => b.commit(at(Number(input.value))));
  const e = el('div', { class: 'control slider' }, el('label', { for: id }, o.label), out, input);
  return { el: e, get: b.get, set: b.set, disable: place(w, o, e, [input]) };
}

/** @param {ChoiceOptions} o */
function choices(o) {
  return o.options.map((x) => (typeof x === 'object' ? x : { value: x, label: String(x) }));
}

/**
 * A list to choose from; values are strings or numbers.
 * @param {Widget} w @param {ChoiceOptions} o
 * @returns {Control<any>}
 */
export function select(w, o) {
  const all = choices(o);
  const id = freshId();
  const input = el('select', { id }, ...all.map((x, i) => el('option', { value: i, disabled: x.disabled }, x.label)));
  /** @param {any} v */
  const paint = (v) => {
    input.value = String(all.findIndex((x) => x.value === v));
  };
  const b = bind(w, o, all[0]?.value, paint);
  if (!all.some((x) => x.value === b.get())) b.set(all[0]?.value);
  paint(b.get());
  input.addEventListener('change', () => b.commit(all[Number(input.value)]?.value));
  const e = el('div', { class: 'control' }, el('label', { for: id }, o.label), input);
  return { el: e, get: b.get, set: b.set, disable: place(w, o, e, [input]) };
}

/**
 * A few choices side by side: radio buttons.
 * @param {Widget} w @param {ChoiceOptions} o
 * @returns {Control<any>}
 */
export function segmented(w, o) {
  const all = choices(o);
  const group = freshId();
  const inputs = all.map((x, i) => el('input', { type: 'radio', name: group, value: i, disabled: x.disabled }));
  /** @param {any} v */
  const paint = (v) => {
    all.forEach((x, i) => {
      const input = inputs[i];
      if (input) input.checked = x.value === v;
    });
  };
  const b = bind(w, o, all[0]?.value, paint);
  if (!all.some((x) => x.value === b.get())) b.set(all[0]?.value);
  paint(b.get());
  const labels = all.map((x, i) => {
    const input = /** @type {HTMLInputElement} */ (inputs[i]);
    input.addEventListener('change', () => b.commit(x.value));
    return el('label', {}, input, el('span', {}, x.label));
  });
  const e = el('fieldset', { class: 'control segmented' }, el('legend', {}, o.label), el('div', {}, ...labels));
  return { el: e, get: b.get, set: b.set, disable: place(w, o, e, inputs) };
}

/**
 * @param {Widget} w @param {CheckboxOptions} o
 * @returns {Control<boolean>}
 */
export function checkbox(w, o) {
  const input = el('input', { type: 'checkbox' });
  const b = bind(w, o, false, (v) => {
    input.checked = v;
  });
  input.checked = b.get();
  input.addEventListener('change', () => b.commit(input.checked));
  const e = el('div', { class: 'control checkbox' }, el('label', {}, input, el('span', {}, o.label)));
  return { el: e, get: b.get, set: b.set, disable: place(w, o, e, [input]) };
}

/**
 * A box for a number; what is no number or out of range is marked and not taken.
 * @param {Widget} w @param {NumberOptions} o
 * @returns {Control<number>}
 */
export function numberbox(w, o) {
  const id = freshId();
  const input = el('input', { type: 'number', id, min: o.min, max: o.max, step: o.step ?? 'any', inputmode: 'decimal', required: true });
  /** @param {number} v */
  const paint = (v) => {
    if (document.activeElement !== input || Number(input.value) !== v) input.value = String(v);
  };
  const b = bind(w, o, o.min ?? 0, paint);
  paint(b.get());
  input.addEventListener('input', () => {
    if (input.checkValidity()) b.commit(Number(input.value));
  });
  const e = el('div', { class: 'control' }, el('label', { for: id }, o.label), input);
  return { el: e, get: b.get, set: b.set, disable: place(w, o, e, [input]) };
}

/**
 * A box for text, of several lines if lines > 1.
 * @param {Widget} w @param {TextboxOptions} o
 * @returns {Control<string>}
 */
export function textbox(w, o) {
  const id = freshId();
  const attrs = { id, maxlength: o.max ?? 2000, spellcheck: 'false', autocomplete: 'off', class: o.mono ? 'mono' : null };
  const input = (o.lines ?? 1) > 1 ? el('textarea', { ...attrs, rows: o.lines }) : el('input', { ...attrs, type: 'text' });
  /** @param {string} v */
  const paint = (v) => {
    if (input.value !== v) input.value = v;
  };
  const b = bind(w, o, '', paint);
  paint(b.get());
  input.addEventListener('input', () => b.commit(input.value));
  const e = el('div', { class: 'control wide' }, el('label', { for: id }, o.label), input);
  return { el: e, get: b.get, set: b.set, disable: place(w, o, e, [input]) };
}

/**
 * A button. What `on` throws is shown beside the widget; the widget is not updated by itself.
 * @param {Widget} w @param {ButtonOptions} o
 */
export function button(w, o) {
  const b = el('button', { type: 'button', class: o.primary ? 'primary' : null, title: o.title });
  b.textContent = o.label;
  b.addEventListener('click', async () => {
    w.touch();
    try {
      await o.on();
    } catch (e) {
      w.error(e);
    }
  });
  (o.into ?? w.controls).append(b);
  return b;
}
