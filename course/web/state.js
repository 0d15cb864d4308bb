// The state of a page lives in its URL: widget.key=value, with what equals its default left out.

import { page } from './pagedata.js';

/** @typedef {number | string | boolean | number[]} Value */

const params = new URLSearchParams(location.search);
const writeEvery = 100; // ms: browsers refuse more than some 100 writes in 10 s
const longest = 6000; // characters; a server may refuse longer requests
let lastWrite = -Infinity;
let timer = 0;

/** The raw value of a query parameter, null where it is not there. @param {string} name */
export function query(name) {
  return params.get(name);
}

/**
 * Sets a query parameter, or takes it away with null. The URL follows within a tenth of a second.
 * @param {string} name @param {string | null} text
 */
export function setQuery(name, text) {
  if (text === null) params.delete(name);
  else params.set(name, text);
  if (timer === 0) timer = window.setTimeout(flush, Math.max(0, lastWrite + writeEvery - performance.now()));
}

/** Writes the URL now, and the links that keep it: the other language keeps all, other pages keep the run that is looked at. */
export function flush() {
  clearTimeout(timer);
  timer = 0;
  lastWrite = performance.now();
  const q = fitting();
  const search = q === '' ? '' : '?' + q;
  if (search !== location.search) history.replaceState(history.state, '', location.pathname + search + location.hash);
  for (const a of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('a.lang[href]'))) a.search = search;
  const run = params.get('run');
  for (const a of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('header.top a[href]:not(.lang), body > footer a, .chapters a'))) {
    a.search = run === null ? '' : '?run=' + encodeURIComponent(run);
  }
}

addEventListener('pagehide', () => {
  if (timer !== 0) flush();
});

// What is too long for a URL is kept on the page only, the longest values first.
function fitting() {
  const p = new URLSearchParams(params);
  while (p.toString().length > longest) {
    const [name] = [...p].sort((a, b) => b[1].length - a[1].length)[0] ?? [''];
    p.delete(name);
  }
  return p.toString();
}

/**
 * The text of a value: arrays are joined by "_", and runs of equal numbers are written once: [0, 0, 0, 1] is 0*3_1.
 * @param {Value} v
 * @returns {string}
 */
export function encode(v) {
  if (typeof v === 'boolean') return v ? '1' : '0';
  if (typeof v === 'number') return String(v).replace('e+', 'e');
  if (typeof v === 'string') return v;
  const out = [];
  for (let i = 0; i < v.length; ) {
    let n = 1;
    while (i + n < v.length && Object.is(v[i + n], v[i])) n++;
    const s = encode(/** @type {number} */ (v[i]));
    out.push(n > 2 ? `${s}*${n}` : Array(n).fill(s).join('_'));
    i += n;
  }
  return out.join('_');
}

const longestArray = 4096;

/**
 * The value of a text, of the kind of its default; the default where the text is none.
 * @param {string | null} text @param {Value} start
 * @returns {Value}
 */
export function decode(text, start) {
  if (text === null) return start;
  if (typeof start === 'string') return text;
  if (typeof start === 'boolean') return text === '1' ? true : text === '0' ? false : start;
  if (typeof start === 'number') return finite(text) ?? start;
  /** @type {number[]} */
  const out = [];
  for (const part of text === '' ? [] : text.split('_')) {
    const [value = '', times = '1'] = part.split('*');
    const x = finite(value);
    const n = Number(times);
    if (x === null || !Number.isInteger(n) || n < 1 || out.length + n > longestArray) return start;
    for (let i = 0; i < n; i++) out.push(x);
  }
  return out;
}

/** @param {string} text */
function finite(text) {
  const x = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(x) ? x : null;
}

/**
 * @template T
 * @typedef {{ view: T, get: (key: string) => Value, set: (key: string, v: Value) => void, has: (key: string) => boolean,
 *   watch: (key: string, f: (v: Value) => void) => void, reset: () => void }} State
 */

/**
 * The state of one widget. The view reads and writes like an object with the defaults' keys; a write goes to the URL and to those who
 * watch the key. Arrays are replaced, not changed in place.
 * @template {Record<string, Value>} T
 * @param {string} prefix
 * @param {T} defaults
 * @returns {State<T>}
 */
export function state(prefix, defaults) {
  /** @type {Map<string, Value>} */
  const values = new Map();
  /** @type {Map<string, ((v: Value) => void)[]>} */
  const watchers = new Map();
  for (const [k, v] of Object.entries(defaults)) values.set(k, decode(query(`${prefix}.${k}`), v));

  /** @param {string} key @returns {Value} */
  const get = (key) => {
    const v = values.get(key);
    if (v === undefined) throw new Error(`${prefix} has no state "${key}", only ${[...values.keys()].join(', ')}`);
    return v;
  };
  /** @param {string} key @param {Value} v */
  const set = (key, v) => {
    const old = encode(get(key));
    const text = encode(v);
    values.set(key, v);
    if (text === old) return;
    setQuery(`${prefix}.${key}`, text === encode(/** @type {Value} */ (defaults[key])) ? null : text);
    for (const f of watchers.get(key) ?? []) f(v);
  };
  const view = /** @type {T} */ ({});
  for (const key of Object.keys(defaults)) {
    Object.defineProperty(view, key, { enumerable: true, get: () => get(key), set: (v) => set(key, v) });
  }
  return {
    view,
    get,
    set,
    has: (key) => values.has(key),
    watch: (key, f) => {
      get(key);
      watchers.set(key, [...(watchers.get(key) ?? []), f]);
    },
    reset: () => {
      for (const [k, v] of Object.entries(defaults)) set(k, v);
    },
  };
}

/** Where answers that are too long for a URL are kept, by page. @param {string} name */
export function storageKey(name) {
  return `brick.${page.chapter}.${name}`;
}
