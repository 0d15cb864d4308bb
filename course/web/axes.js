// Scales from data to pixels, and ticks at round numbers.

import { number, superscript } from './text.js';

/**
 * @typedef {object} AxisOptions
 * @property {number} [min]     without it the axis fits the data
 * @property {number} [max]
 * @property {boolean} [log]
 * @property {string} [label]
 * @property {(v: number) => string} [format]  of a tick
 * @property {number[]} [ticks] instead of round numbers
 * @property {boolean} [zero]   a fitted axis contains 0
 */

export class Axis {
  /** @param {AxisOptions} o */
  constructor(o) {
    this.o = o;
    this.min = 0;
    this.max = 1;
    this.from = 0; // pixels
    this.to = 1;
  }

  /** Sets the range from what is given, and from the data where nothing is. @param {Iterable<number>} data */
  fit(data) {
    const { log } = this.o;
    let [lo, hi] = [Infinity, -Infinity];
    for (const v of data) {
      if (!Number.isFinite(v) || (log && v <= 0)) continue;
      if (v < lo) lo = v;
      if (v > hi) hi = v;
    }
    if (lo > hi) [lo, hi] = log ? [1, 10] : [0, 1];
    if (this.o.zero && !log) [lo, hi] = [Math.min(0, lo), Math.max(0, hi)];
    if (log) [lo, hi] = lo === hi ? [lo / 2, hi * 2] : [lo / (hi / lo) ** 0.04, hi * (hi / lo) ** 0.04];
    else {
      const pad = lo === hi ? Math.abs(lo) * 0.1 || 0.5 : (hi - lo) * 0.05;
      [lo, hi] = [this.o.zero && lo === 0 ? 0 : lo - pad, this.o.zero && hi === 0 ? 0 : hi + pad];
    }
    this.min = this.o.min ?? lo;
    this.max = this.o.max ?? hi;
    if (!(this.max > this.min)) this.max = this.min + (Math.abs(this.min) || 1);
  }

  /** @param {number} v  @returns {number} pixels */
  px(v) {
    const f = this.o.log
      ? Math.log(v / this.min) / Math.log(this.max / this.min)
      : (v - this.min) / (this.max - this.min);
    return this.from + f * (this.to - this.from);
  }

  /** @param {number} p  pixels */
  value(p) {
    const f = (p - this.from) / (this.to - this.from);
    return this.o.log ? this.min * (this.max / this.min) ** f : this.min + f * (this.max - this.min);
  }

  /** @param {number} v */
  clamp(v) {
    return Math.min(this.max, Math.max(this.min, v));
  }

  /**
   * Ticks with their texts; an empty text is a line without a word.
   * @param {number} count  about how many there is room for
   * @returns {{ v: number, text: string }[]}
   */
  ticks(count) {
    const { ticks, format } = this.o;
    if (ticks) return ticks.filter((v) => v >= this.min && v <= this.max).map((v) => ({ v, text: format ? format(v) : number(v) }));
    const found = this.o.log ? logTicks(this.min, this.max, count) : linearTicks(this.min, this.max, count);
    return found.map(({ v, text }) => ({ v, text: text !== '' && format ? format(v) : text }));
  }
}

/** The step of 1, 2 or 5 times a power of ten that gives about count parts. @param {number} span @param {number} count */
export function niceStep(span, count) {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const f = raw / power;
  return (f < 1.5 ? 1 : f < 3.5 ? 2 : f < 7.5 ? 5 : 10) * power;
}

/** @param {number} min @param {number} max @param {number} count */
function linearTicks(min, max, count) {
  const step = niceStep(max - min, count);
  const out = [];
  const digits = Math.max(3, Math.ceil(Math.log10(Math.max(Math.abs(min), Math.abs(max)) / step)) + 1);
  for (let k = Math.ceil(min / step - 1e-9); k * step <= max + step * 1e-9 && out.length < 100; k++) {
    const v = Number((k * step).toPrecision(12));
    out.push({ v, text: number(v, Math.min(digits, 12)) });
  }
  return out;
}

/** @param {number} min @param {number} max @param {number} count */
function logTicks(min, max, count) {
  const [lo, hi] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
  if (hi - lo < 1) {
    // Less than two powers of ten in sight: round numbers between them.
    return linearTicks(min, max, count).filter(({ v }) => v > 0);
  }
  const every = Math.max(1, Math.ceil((hi - lo + 1) / Math.max(2, count)));
  const out = [];
  for (let e = lo - 1; e <= hi; e++) {
    for (let m = 1; m <= (every === 1 ? 9 : 1); m++) {
      const v = m * 10 ** e;
      if (v < min * (1 - 1e-9) || v > max * (1 + 1e-9)) continue;
      const text = m > 1 || (e - lo) % every !== 0 ? '' : e >= -2 && e <= 4 ? number(v, 6) : '10' + superscript(e);
      out.push({ v, text });
    }
  }
  return out;
}
