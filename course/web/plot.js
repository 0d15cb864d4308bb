// A plot: axes, layers, handles to drag, a legend, a data table.

import { Axis } from './axes.js';
import { el, inMemory, perFrame } from './dom.js';
import { handle } from './handles.js';
import { drawLayer, list, pairs, reach } from './layers.js';
import { marker, shapes } from './marker.js';
import { points } from './points.js';
import { dataTable } from './table.js';
import { t } from './text.js';
import { colour, css, onTheme, palette } from './theme.js';

/** @typedef {import('./layers.js').Layer} Layer */
/**
 * @typedef {object} PlotOptions
 * @property {string} key        names the plot within its widget (the file of its CSV)
 * @property {string} label      what it shows, for those who do not see it
 * @property {import('./axes.js').AxisOptions} [x]
 * @property {import('./axes.js').AxisOptions} [y]
 * @property {number} [height]   CSS pixels, 320 if not given
 * @property {boolean} [equal]   a unit is as long on both axes
 * @property {boolean} [grid]    false: no lines at the ticks
 * @property {boolean} [table]   false: no data table, for a picture of what another table holds
 * @property {(x: number, y: number) => void} [click]  where the learner pressed; offer a way by keyboard, too
 * @property {HTMLElement} [into]
 */

/** @param {import('./widget.js').Widget} w @param {PlotOptions} o */
export function plot(w, o) {
  return new Plot(w, o);
}

export class Plot {
  /** @param {import('./widget.js').Widget} w @param {PlotOptions} o */
  constructor(w, o) {
    this.w = w;
    this.o = o;
    this.x = new Axis(o.x ?? {});
    this.y = new Axis(o.y ?? {});
    /** @type {Layer[]} */
    this.layers = [];
    /** @type {(() => void)[]} */
    this.placed = []; // run after each paint: handles go where their values are
    this.canvas = el('canvas', { role: 'img', 'aria-label': o.label });
    this.frame = el('div', { class: 'plotframe' }, this.canvas);
    this.frame.style.height = `${o.height ?? 320}px`;
    this.legend = el('ul', { class: 'legend' });
    this.legendOf = '';
    this.el = el('figure', { class: 'plot' }, this.frame, this.legend);
    this.table = dataTable(w, o.label, () => this.data());
    if (o.table !== false) this.el.append(this.table.el);
    (o.into ?? w.stage).append(this.el);
    this.repaint = perFrame(() => this.paint());
    new ResizeObserver(this.repaint).observe(this.frame);
    onTheme(() => {
      this.legendOf = '';
      this.repaint();
    });
    const { click } = o;
    if (click) {
      this.canvas.addEventListener('click', (e) => {
        const [x, y] = this.at(e);
        w.touch();
        click(x, y);
      });
    }
  }

  /** Shows layers, the first at the bottom, with the next frame. @param {(Layer | null | false | undefined)[]} layers */
  draw(layers) {
    this.layers = layers.filter((l) => l !== null && l !== false && l !== undefined);
    this.repaint();
    this.table.draw();
  }

  /** Changes what the axes were given: ranges, labels, log. @param {{ x?: import('./axes.js').AxisOptions, y?: import('./axes.js').AxisOptions }} o */
  axes(o) {
    Object.assign(this.x.o, o.x);
    Object.assign(this.y.o, o.y);
    this.repaint();
  }

  /** Something to drag. @param {import('./handles.js').HandleOptions} o */
  handle(o) {
    return handle(this.w, this, o);
  }

  /** Points to drag, add and remove, with their table. @param {import('./points.js').PointsOptions} o */
  points(o) {
    return points(this.w, this, o);
  }

  /** The data coordinates of a pointer. @param {MouseEvent} e @returns {[number, number]} */
  at(e) {
    const r = this.canvas.getBoundingClientRect();
    return [this.x.clamp(this.x.value(e.clientX - r.left)), this.y.clamp(this.y.value(e.clientY - r.top))];
  }

  /** Colour and shape of a layer: as it says, else by its place among those with names. @param {number} i */
  look(i) {
    let n = 0;
    for (let k = 0; k <= i; k++) if (this.layers[k]?.name) n++;
    const l = this.layers[i];
    const c = l?.color ?? Math.max(1, n);
    return { color: colour(c), shape: (l && 'shape' in l && l.shape) || shapes[(c - 1) % palette] || 'circle' };
  }

  paint() {
    const width = this.frame.clientWidth;
    const height = this.frame.clientHeight;
    const g = this.canvas.getContext('2d', inMemory);
    if (width === 0 || g === null) return;
    const ratio = Math.min(3, devicePixelRatio || 1);
    const [cw, ch] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== cw || this.canvas.height !== ch) [this.canvas.width, this.canvas.height] = [cw, ch];
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    this.#axes(g, width, height);
    g.save();
    g.beginPath();
    g.rect(this.x.from, this.y.to, this.x.to - this.x.from, this.y.from - this.y.to);
    g.clip();
    this.layers.forEach((l, i) => {
      const { color, shape } = this.look(i);
      g.save();
      drawLayer(g, l, this.x, this.y, color, shape);
      g.restore();
    });
    g.restore();
    g.strokeStyle = css('--rule');
    g.lineWidth = 1;
    g.strokeRect(this.x.from - 0.5, this.y.to - 0.5, this.x.to - this.x.from + 1, this.y.from - this.y.to + 1);
    this.#legend();
    for (const f of this.placed) f();
  }

  // Ranges, ticks, their lines and words.
  /** @param {CanvasRenderingContext2D} g @param {number} width @param {number} height */
  #axes(g, width, height) {
    const { x, y } = this;
    const reached = this.layers.map(reach);
    x.fit(reached.flatMap((r) => r[0]));
    y.fit(reached.flatMap((r) => r[1]));
    g.font = `12px ${css('--sans')}`;
    [y.from, y.to] = [height - (x.o.label ? 42 : 24), y.o.label ? 28 : 12];
    const yTicks = y.ticks(Math.max(2, (y.from - y.to) / 44));
    x.from = Math.ceil(Math.max(14, ...yTicks.map((k) => g.measureText(k.text).width)) + 12);
    x.to = width - 14;
    if (this.o.equal) this.#equal();
    const xTicks = x.ticks(Math.max(2, (x.to - x.from) / 76));
    g.fillStyle = css('--soft');
    g.strokeStyle = css('--gridline');
    g.lineWidth = 1;
    g.textBaseline = 'top';
    g.textAlign = 'center';
    g.beginPath();
    let free = -Infinity; // where the last word ended
    for (const { v, text } of xTicks) {
      const p = Math.round(x.px(v)) + 0.5;
      if (this.o.grid !== false) {
        g.moveTo(p, y.to);
        g.lineTo(p, y.from);
      }
      const half = g.measureText(text).width / 2;
      const at = Math.min(p, width - half - 1);
      if (at - half < free || text === '') continue;
      g.fillText(text, at, y.from + 6);
      free = at + half + 6;
    }
    g.textBaseline = 'middle';
    g.textAlign = 'right';
    for (const { v, text } of this.o.equal ? y.ticks(Math.max(2, (y.from - y.to) / 44)) : yTicks) {
      const p = Math.round(y.px(v)) + 0.5;
      if (this.o.grid !== false) {
        g.moveTo(x.from, p);
        g.lineTo(x.to, p);
      }
      g.fillText(text, x.from - 6, p);
    }
    g.stroke();
    g.fillStyle = css('--ink');
    g.font = `14px ${css('--sans')}`;
    if (y.o.label) {
      g.textAlign = 'left';
      g.fillText(y.o.label, 4, 12);
    }
    if (x.o.label) {
      g.textAlign = 'right';
      g.fillText(x.o.label, x.to, height - 9);
    }
  }

  // Widens the range of the axis that has the longer unit.
  #equal() {
    const { x, y } = this;
    const [ux, uy] = [(x.to - x.from) / (x.max - x.min), (y.from - y.to) / (y.max - y.min)];
    const [wide, f] = ux > uy ? [x, ux / uy] : [y, uy / ux];
    const middle = (wide.min + wide.max) / 2;
    const half = ((wide.max - wide.min) / 2) * f;
    [wide.min, wide.max] = [middle - half, middle + half];
  }

  #legend() {
    const named = this.layers.map((l, i) => ({ l, ...this.look(i) })).filter(({ l }) => l.name && !('heat' in l) && !('label' in l));
    const of = JSON.stringify(named.map(({ l, color, shape }) => [l.name, color, shape, Object.keys(l)]));
    if (of === this.legendOf) return;
    this.legendOf = of;
    this.legend.replaceChildren(...named.map(({ l, color, shape }) => el('li', {}, swatch(l, color, shape), l.name ?? '')));
  }

  /** What the table and the CSV hold. */
  data() {
    /** @type {import('./table.js').Cell[][]} */
    const rows = [];
    this.layers.forEach((l, i) => {
      const name = l.name ?? String(i + 1);
      if ('line' in l || 'points' in l || 'bars' in l) {
        for (const [a, b] of pairs('line' in l ? l.line : 'points' in l ? l.points : l.bars)) rows.push([name, a, b, '']);
      } else if ('area' in l) l.area.x.forEach((a, k) => rows.push([name, a, l.area.low[k] ?? null, l.area.high[k] ?? null]));
      else if ('hist' in l) l.hist.counts.forEach((n, k) => rows.push([name, l.hist.edges[k] ?? null, n, '']));
      else if ('heat' in l || 'contour' in l) rows.push(...gridRows(name, 'heat' in l ? l.heat : l.contour));
      else if ('arrows' in l) for (const [a, b, c, d] of l.arrows) rows.push([name, a ?? null, b ?? null, ''], [name + ' →', c ?? null, d ?? null, '']);
      else if ('boxes' in l) for (const [a, b, c, d] of l.boxes) rows.push([name, a ?? null, b ?? null, ''], [name + ' ↗', c ?? null, d ?? null, '']);
      else if ('vline' in l) for (const v of list(l.vline)) rows.push([name, v, '', '']);
      else if ('hline' in l) for (const v of list(l.hline)) rows.push([name, '', v, '']);
    });
    const fourth = this.layers.some((l) => 'area' in l) ? t('web.high') : t('web.value');
    const columns = [t('web.series'), this.x.o.label ?? 'x', this.y.o.label ?? 'y', fourth];
    if (rows.every((r) => r[3] === '')) return { columns: columns.slice(0, 3), rows: rows.map((r) => r.slice(0, 3)) };
    return { columns, rows };
  }
}

/** @param {string} name @param {import('./layers.js').Grid} grid @returns {import('./table.js').Cell[][]} */
function gridRows(name, { values, x, y }) {
  const at = /** @param {[number, number]} r @param {number} i @param {number} n */ (r, i, n) => (n > 1 ? r[0] + (i / (n - 1)) * (r[1] - r[0]) : r[0]);
  return values.flatMap((row, r) => row.map((v, c) => [name, at(x, c, row.length), at(y, r, values.length), v]));
}

/** @param {Layer} l @param {string} color @param {import('./marker.js').Shape} shape */
function swatch(l, color, shape) {
  const c = el('canvas', { width: 56, height: 28, 'aria-hidden': 'true' });
  const g = c.getContext('2d');
  if (g === null) return c;
  g.scale(2, 2);
  const a = new Axis({ min: 0, max: 28 });
  [a.from, a.to, a.min, a.max] = [0, 28, 0, 28];
  const b = new Axis({ min: 0, max: 14 });
  [b.from, b.to, b.min, b.max] = [0, 14, 0, 14];
  if ('points' in l) {
    [g.fillStyle, g.strokeStyle] = [color, color];
    marker(g, shape, 14, 7, 5, l.hollow);
    return c;
  }
  const solid = 'area' in l || 'boxes' in l;
  if ('arrows' in l) drawLayer(g, { arrows: [[2, 7, 26, 7]] }, a, b, color, shape);
  else if ('bars' in l || 'hist' in l) drawLayer(g, { bars: [[14, 12]], width: 20, base: 2 }, a, b, color, shape);
  else if (solid) drawLayer(g, { area: { x: [4, 24], low: [2, 2], high: [12, 12] } }, a, b, color, shape);
  else drawLayer(g, { line: [[0, 7], [28, 7]], dash: 'dash' in l ? l.dash : false }, a, b, color, shape);
  if ('markers' in l && l.markers) marker(g, shape, 14, 7, 4);
  return c;
}
