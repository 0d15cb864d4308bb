// The strings of the page, and numbers as people write them.

import { page } from './pagedata.js';

/**
 * The string of a key in the page's language, with {0}, {1}, … replaced by args. A key without a string is an error: the widget that
 * asked for it shows it, and the tests find it.
 * @param {string} key
 * @param {...(string | number)} args
 */
export function t(key, ...args) {
  const s = page.text[key];
  if (s === undefined) throw new Error(`no text for "${key}" in ${page.lang}`);
  return fill(s, args);
}

/** Whether the page has a string of that key. @param {string} key */
export function hasText(key) {
  return Object.hasOwn(page.text, key);
}

/**
 * Replaces {name} by values.name, and {name step|steps} by it and the word that goes with 1, or the one that goes with other counts; a
 * placeholder that has no value stays.
 * @param {string} template
 * @param {Record<string, string | number> | (string | number)[]} values
 */
export function fill(template, values) {
  const v = /** @type {Record<string, string | number>} */ (values);
  return template.replace(/\{(\w+)(?: ([^{}|]+)\|([^{}|]+))?\}/g, (whole, name, one, many) => {
    if (!Object.hasOwn(v, name)) return whole;
    const value = String(v[name]);
    return one === undefined ? value : `${value} ${value === '1' ? one : many}`;
  });
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A power as superscript, of a whole number. @param {number} n */
export function superscript(n) {
  return String(n).replace(/-/, '⁻').replace(/\d/g, (d) => superscripts[Number(d)] ?? d);
}

/**
 * A number with that many significant digits, at most 17: 0.2032, −1.5, 3.2×10⁻⁷, ∞. It reads the same in every language. NaN, which
 * JSON brings as null, is "NaN".
 * @param {number | null | undefined} x
 * @param {number} [digits]
 */
export function number(x, digits = 4) {
  if (x === null || x === undefined || Number.isNaN(x)) return 'NaN';
  if (!Number.isFinite(x)) return x > 0 ? '∞' : '−∞';
  if (x === 0) return '0';
  const [mantissa = '', power = '0'] = x.toExponential(Math.min(17, Math.max(1, digits)) - 1).split('e');
  const e = Number(power);
  const short = /** @param {string} s */ (s) => (s.includes('.') ? s.replace(/\.?0+$/, '') : s);
  const s =
    e < -4 || e >= Math.max(digits, 6)
      ? `${short(mantissa)}×10${superscript(e)}`
      : short(Number(mantissa + 'e' + e).toFixed(Math.min(100, Math.max(0, digits - 1 - e))));
  return s.replace(/^-/, '−');
}

/** A whole number with commas between thousands: 1,234,567. @param {number} n */
export function integer(n) {
  return String(Math.round(n))
    .replace(/^-/, '−')
    .replace(/\B(?=(\d{3})+$)/g, ',');
}
