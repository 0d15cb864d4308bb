// Light and dark, and the colours that drawings take from the style sheet.

import { t } from './text.js';

/** @typedef {'auto' | 'light' | 'dark'} Theme */

const themes = /** @type {Theme[]} */ (['auto', 'light', 'dark']);
const stored = 'brick.theme';
/** @type {Map<string, string>} */
const colours = new Map();
/** @type {Map<string, Uint8ClampedArray>} */
const tables = new Map(); // of shades
/** @type {Set<() => void>} */
const repaints = new Set();

/** @returns {Theme} */
function current() {
  try {
    const v = /** @type {Theme} */ (localStorage.getItem(stored));
    return themes.includes(v) ? v : 'auto';
  } catch {
    return 'auto'; // a browser that keeps nothing
  }
}

/** @param {Theme} theme */
function apply(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  changed();
}

function changed() {
  colours.clear();
  tables.clear();
  for (const f of repaints) f();
}

/** Puts the reader's theme on the page and gives the theme button its work: auto, light, dark in turn. */
export function mountTheme() {
  apply(current());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  addEventListener('beforeprint', changed);
  const b = /** @type {HTMLButtonElement | null} */ (document.querySelector('button.theme'));
  if (b === null) return;
  const label = () => {
    const name = { auto: t('web.theme.auto'), light: t('web.theme.light'), dark: t('web.theme.dark') }[current()];
    b.textContent = name;
    b.setAttribute('aria-label', t('web.theme', name));
  };
  label();
  b.addEventListener('click', () => {
    const next = themes[(themes.indexOf(current()) + 1) % themes.length] ?? 'auto';
    try {
      localStorage.setItem(stored, next);
    } catch {
      // the theme then lasts as long as the page
    }
    apply(next);
    label();
  });
}

/** Calls f whenever the colours have changed. @param {() => void} f */
export function onTheme(f) {
  repaints.add(f);
}

/** The value of a custom property of the style sheet, such as "--ink". @param {string} name */
export function css(name) {
  let v = colours.get(name);
  if (v === undefined) {
    v = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    colours.set(name, v);
  }
  return v;
}

/** How many colours a series can have; after the last comes the first again. */
export const palette = 8;

/** Colour i of the palette, from 1. @param {number} i */
export function colour(i) {
  return css(`--c${((((i - 1) % palette) + palette) % palette) + 1}`);
}

/** @typedef {'sequential' | 'diverging' | 'grey'} Scale */

/**
 * The colour of a share from 0 to 1 of a scale. Diverging is white (or black) in the middle, orange below and blue above.
 * @param {Scale} scale @param {number} f
 * @returns {[number, number, number]} red, green, blue from 0 to 255
 */
export function shade(scale, f) {
  const stops = css('--' + scale)
    .split(' ')
    .map((h) => [1, 3, 5].map((i) => parseInt(h.slice(i, i + 2), 16)));
  const at = Math.min(1, Math.max(0, f)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const [a = [0, 0, 0], b = [0, 0, 0]] = [stops[i], stops[i + 1]];
  const mix = /** @param {number} k */ (k) => Math.round((a[k] ?? 0) + ((b[k] ?? 0) - (a[k] ?? 0)) * (at - i));
  return [mix(0), mix(1), mix(2)];
}

/**
 * The colours of a scale as a table of 256, for pictures of many cells.
 * @param {Scale} scale
 */
export function shades(scale) {
  let table = tables.get(scale);
  if (table === undefined) {
    table = new Uint8ClampedArray(256 * 3);
    for (let i = 0; i < 256; i++) table.set(shade(scale, i / 255), 3 * i);
    tables.set(scale, table);
  }
  return table;
}

/** Black or white, whichever has more contrast with a colour (luminance as WCAG 2 defines it). @param {[number, number, number]} rgb */
export function inkOn(rgb) {
  const [r = 0, g = 0, b = 0] = rgb.map((v) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000000' : '#ffffff';
}

/**
 * Where a value lies in a range, from 0 to 1; a diverging range is made even around zero.
 * @param {Scale} scale @param {number} v @param {number} min @param {number} max
 */
export function share(scale, v, min, max) {
  if (scale === 'diverging') {
    const m = Math.max(Math.abs(min), Math.abs(max)) || 1;
    return (v / m + 1) / 2;
  }
  return max > min ? (v - min) / (max - min) : 0.5;
}

/**
 * The smallest and largest of the finite values, [0, 1] when there are none.
 * @param {(number | null)[][]} rows
 * @returns {[number, number]}
 */
export function extent(rows) {
  let [min, max] = [Infinity, -Infinity];
  for (const r of rows) {
    for (const v of r) {
      if (v === null || !Number.isFinite(v)) continue;
      if (v < min) min = v;
      if (v > max) max = v;
    }
  }
  return min <= max ? [min, max] : [0, 1];
}
