// What a plot can draw. A layer is an object whose first key says its kind.

import { levels, segments } from './contour.js';
import { inMemory } from './dom.js';
import { marker } from './marker.js';
import { css, extent, shades, share } from './theme.js';

/** @typedef {import('./axes.js').Axis} Axis */
/** @typedef {number | null} Num   null is NaN, a gap */
/** @typedef {Num[][] | { x: Num[], y: Num[] }} Series   [[x, y], …] or two arrays */
/** @typedef {import('./marker.js').Shape} Shape */
/**
 * @typedef {object} Look
 * @property {string} [name]   in the legend, the table and the CSV
 * @property {number} [color]  1 to 8; else by position among the named layers
 */
/** @typedef {Look & { line: Series, dash?: boolean | number[], width?: number, markers?: boolean, shape?: Shape }} LineLayer */
/** @typedef {Look & { points: Series, shape?: Shape, size?: number, hollow?: boolean, labels?: string[] }} PointsLayer */
/** @typedef {Look & { area: { x: Num[], low: Num[], high: Num[] } }} AreaLayer */
/** @typedef {Look & { bars: Series, width?: number, base?: number }} BarsLayer      width in data units */
/** @typedef {Look & { hist: { edges: number[], counts: number[] } }} HistLayer      one edge more than counts */
/** @typedef {{ values: Num[][], x: [number, number], y: [number, number] }} Grid  values[row][column], the first row at y[0]; x and y are
 *   those of the first and the last column and row */
/** @typedef {Look & { heat: Grid, min?: number, max?: number, scale?: import('./theme.js').Scale }} HeatLayer */
/** @typedef {Look & { contour: Grid, levels?: number[] | number, dash?: boolean | number[] }} ContourLayer */
/** @typedef {Look & { arrows: Num[][] }} ArrowsLayer      [[x0, y0, x1, y1], …] */
/** @typedef {Look & { boxes: Num[][] }} BoxesLayer        [[x0, y0, x1, y1], …], translucent; one without width or height is a line */
/** @typedef {Look & { vline: number | number[], dash?: boolean | number[] }} VlineLayer */
/** @typedef {Look & { hline: number | number[], dash?: boolean | number[] }} HlineLayer */
/** @typedef {Look & { label: string, at: [number, number], align?: 'left' | 'center' | 'right' }} LabelLayer */
/** @typedef {Look & { fog: { at: [number, number], radius: number, lifted?: boolean } }} FogLayer   hides what was drawn before it */
/** @typedef {LineLayer | PointsLayer | AreaLayer | BarsLayer | HistLayer | HeatLayer | ContourLayer | ArrowsLayer | BoxesLayer | VlineLayer | HlineLayer | LabelLayer | FogLayer} Layer */

/**
 * A series as pairs.
 * @param {Series} s
 * @returns {[number, number][]} NaN where there is none
 */
export function pairs(s) {
  if (Array.isArray(s)) return s.map((p) => [p[0] ?? NaN, p[1] ?? NaN]);
  return s.x.map((x, i) => [x ?? NaN, s.y[i] ?? NaN]);
}

/** @param {boolean | number[] | undefined} d */
export function dashes(d) {
  return d === true ? [7, 5] : d === undefined || d === false ? [] : d;
}

/** @param {number | number[]} v */
export function list(v) {
  return Array.isArray(v) ? v : [v];
}

/** The x and y that a layer reaches, for axes that fit. @param {Layer} l @returns {[number[], number[]]} */
export function reach(l) {
  if ('line' in l || 'points' in l) {
    const p = pairs('line' in l ? l.line : l.points);
    return [p.map((q) => q[0]), p.map((q) => q[1])];
  }
  if ('area' in l) return [l.area.x.map((v) => v ?? NaN), [...l.area.low, ...l.area.high].map((v) => v ?? NaN)];
  if ('bars' in l) {
    const p = pairs(l.bars);
    const half = (l.width ?? barWidth(p)) / 2;
    return [p.flatMap((q) => [q[0] - half, q[0] + half]), [l.base ?? 0, ...p.map((q) => q[1])]];
  }
  if ('hist' in l) return [l.hist.edges, [0, ...l.hist.counts]];
  if ('heat' in l) return [l.heat.x, l.heat.y];
  if ('contour' in l) return [l.contour.x, l.contour.y];
  if ('arrows' in l) return [l.arrows.flatMap((a) => [a[0] ?? NaN, a[2] ?? NaN]), l.arrows.flatMap((a) => [a[1] ?? NaN, a[3] ?? NaN])];
  if ('boxes' in l) return [l.boxes.flatMap((b) => [b[0] ?? NaN, b[2] ?? NaN]), l.boxes.flatMap((b) => [b[1] ?? NaN, b[3] ?? NaN])];
  if ('vline' in l) return [list(l.vline), []];
  if ('hline' in l) return [[], list(l.hline)];
  return [[], []];
}

/** @param {[number, number][]} p */
function barWidth(p) {
  let w = Infinity;
  for (let i = 1; i < p.length; i++) w = Math.min(w, Math.abs((p[i]?.[0] ?? 0) - (p[i - 1]?.[0] ?? 0)) || Infinity);
  return Number.isFinite(w) ? 0.8 * w : 0.8;
}

/**
 * Draws a layer.
 * @param {CanvasRenderingContext2D} g @param {Layer} l @param {Axis} x @param {Axis} y @param {string} color @param {Shape} shape
 */
export function drawLayer(g, l, x, y, color, shape) {
  g.strokeStyle = color;
  g.fillStyle = color;
  g.lineWidth = 2;
  g.lineJoin = 'round';
  g.setLineDash('dash' in l ? dashes(l.dash) : []);
  if ('line' in l) {
    g.lineWidth = l.width ?? 2;
    const p = pairs(l.line);
    path(g, p, x, y);
    g.setLineDash([]);
    if (l.markers) for (const [a, b] of p) marker(g, shape, x.px(a), y.px(b), 4);
  } else if ('points' in l) {
    pairs(l.points).forEach(([a, b], i) => {
      marker(g, shape, x.px(a), y.px(b), l.size ?? 5, l.hollow);
      const text = l.labels?.[i];
      if (!text) return;
      g.font = `13px ${css('--sans')}`;
      const room = x.px(a) + 8 + g.measureText(text).width < x.to; // to the right of the point, else to the left
      write(g, text, x.px(a) + (room ? 8 : -8), y.px(b) - 6, room ? 'left' : 'right');
    });
  } else if ('area' in l) {
    const { x: xs, low, high } = l.area;
    g.globalAlpha = 0.22;
    g.beginPath();
    xs.forEach((v, i) => g.lineTo(x.px(v ?? NaN), y.px(high[i] ?? NaN)));
    for (let i = xs.length - 1; i >= 0; i--) g.lineTo(x.px(xs[i] ?? NaN), y.px(low[i] ?? NaN));
    g.fill();
    g.globalAlpha = 1;
  } else if ('bars' in l) {
    const p = pairs(l.bars);
    const half = (l.width ?? barWidth(p)) / 2;
    for (const [a, b] of p) box(g, x.px(a - half), y.px(l.base ?? 0), x.px(a + half), y.px(b));
  } else if ('hist' in l) {
    l.hist.counts.forEach((n, i) => box(g, x.px(l.hist.edges[i] ?? NaN), y.px(0), x.px(l.hist.edges[i + 1] ?? NaN), y.px(n)));
  } else if ('heat' in l) drawHeat(g, l, x, y);
  else if ('contour' in l) drawContour(g, l, x, y);
  else if ('arrows' in l) {
    for (const [a, b, c, d] of l.arrows) arrow(g, x.px(a ?? NaN), y.px(b ?? NaN), x.px(c ?? NaN), y.px(d ?? NaN));
  } else if ('boxes' in l) {
    for (const [a, b, c, d] of l.boxes) {
      const [u, v, w, h] = [x.px(a ?? NaN), y.px(b ?? NaN), x.px(c ?? NaN) - x.px(a ?? NaN), y.px(d ?? NaN) - y.px(b ?? NaN)];
      g.globalAlpha = 0.22;
      g.fillRect(u, v, w, h);
      g.globalAlpha = 1;
      g.lineWidth = 1.5;
      g.strokeRect(u, v, w, h);
    }
  } else if ('vline' in l) for (const v of list(l.vline)) stroke(g, x.px(v), y.from, x.px(v), y.to);
  else if ('hline' in l) for (const v of list(l.hline)) stroke(g, x.from, y.px(v), x.to, y.px(v));
  else if ('label' in l) {
    if (l.color === undefined) g.fillStyle = css('--ink');
    write(g, l.label, x.px(l.at[0]), y.px(l.at[1]), l.align ?? 'left');
  } else if (!l.fog.lifted) drawFog(g, l, x, y);
  g.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} g @param {[number, number][]} p @param {Axis} x @param {Axis} y */
function path(g, p, x, y) {
  g.beginPath();
  let on = false;
  for (const [a, b] of p) {
    const [u, v] = [x.px(a), y.px(b)];
    if (!Number.isFinite(u) || !Number.isFinite(v)) on = false;
    else if (on) g.lineTo(u, far(v));
    else {
      g.moveTo(u, far(v));
      on = true;
    }
  }
  g.stroke();
}

// Canvases lose lines whose ends are beyond what their coordinates hold.
/** @param {number} v */
const far = (v) => Math.min(1e5, Math.max(-1e5, v));

/** @param {CanvasRenderingContext2D} g @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function box(g, x0, y0, x1, y1) {
  g.globalAlpha = 0.75;
  g.fillRect(x0, Math.min(y0, y1), x1 - x0, Math.abs(y1 - y0));
  g.globalAlpha = 1;
  g.lineWidth = 1;
  g.strokeRect(x0, Math.min(y0, y1), x1 - x0, Math.abs(y1 - y0));
}

/** @param {CanvasRenderingContext2D} g @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function stroke(g, x0, y0, x1, y1) {
  g.beginPath();
  g.moveTo(x0, y0);
  g.lineTo(x1, y1);
  g.stroke();
}

/** @param {CanvasRenderingContext2D} g @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
export function arrow(g, x0, y0, x1, y1) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length > 0.5)) return;
  stroke(g, x0, y0, x1, y1);
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const s = Math.min(9, 2 + length / 3);
  g.beginPath();
  g.moveTo(x1, y1);
  g.lineTo(x1 - s * ux - 0.5 * s * uy, y1 - s * uy + 0.5 * s * ux);
  g.lineTo(x1 - s * ux + 0.5 * s * uy, y1 - s * uy - 0.5 * s * ux);
  g.closePath();
  g.fill();
}

/** Text with a halo of the background. @param {CanvasRenderingContext2D} g @param {string} s @param {number} x @param {number} y @param {CanvasTextAlign} align */
function write(g, s, x, y, align) {
  g.font = `13px ${css('--sans')}`;
  g.textAlign = align;
  g.textBaseline = 'middle';
  g.save();
  g.strokeStyle = css('--paper');
  g.lineWidth = 4;
  g.strokeText(s, x, y);
  g.restore();
  g.fillText(s, x, y);
}

/** @param {CanvasRenderingContext2D} g @param {HeatLayer} l @param {Axis} x @param {Axis} y */
function drawHeat(g, l, x, y) {
  const { values } = l.heat;
  const rows = values.length;
  const cols = values[0]?.length ?? 0;
  if (rows === 0 || cols === 0) return;
  // Values stand in the middle of their cells, so the picture is half a cell larger than the grid.
  const [x0 = 0, x1 = 1] = l.heat.x;
  const [y0 = 0, y1 = 1] = l.heat.y;
  const [hx, hy] = [cols > 1 ? (x.px(x1) - x.px(x0)) / (cols - 1) / 2 : 20, rows > 1 ? (y.px(y0) - y.px(y1)) / (rows - 1) / 2 : 20];
  g.imageSmoothingEnabled = false;
  g.drawImage(picture(l, rows, cols), x.px(x0) - hx, y.px(y1) - hy, x.px(x1) - x.px(x0) + 2 * hx, y.px(y0) - y.px(y1) + 2 * hy);
}

// What was drawn of a grid's values: a drawing often changes above a ground that stays.
/** @type {WeakMap<Num[][], { of: unknown[], small: OffscreenCanvas }>} */
const pictures = new WeakMap();
/** @type {WeakMap<Num[][], { of: string, lines: number[][] }>} */
const contours = new WeakMap();

/** A pixel for each value. @param {HeatLayer} l @param {number} rows @param {number} cols */
function picture(l, rows, cols) {
  const { values } = l.heat;
  const scale = l.scale ?? 'sequential';
  const table = shades(scale);
  const of = [table, l.min, l.max];
  const old = pictures.get(values);
  if (old !== undefined && old.of.every((v, i) => v === of[i])) return old.small;
  const [lo, hi] = extent(values);
  const image = new ImageData(cols, rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      const v = values[r]?.[c] ?? NaN;
      if (Number.isNaN(v)) continue;
      const at = Math.round(255 * Math.min(1, Math.max(0, share(scale, v, l.min ?? lo, l.max ?? hi))));
      const o = 4 * ((rows - 1 - r) * cols + c);
      for (let k = 0; k < 3; k++) image.data[o + k] = table[3 * at + k] ?? 0;
      image.data[o + 3] = 255;
    }
  }
  const small = new OffscreenCanvas(cols, rows);
  small.getContext('2d', inMemory)?.putImageData(image, 0, 0);
  pictures.set(values, { of, small });
  return small;
}

/** @param {CanvasRenderingContext2D} g @param {ContourLayer} l @param {Axis} x @param {Axis} y */
function drawContour(g, l, x, y) {
  const { values } = l.contour;
  const rows = values.length;
  const cols = values[0]?.length ?? 0;
  if (rows < 2 || cols < 2) return;
  const [x0, x1] = l.contour.x.map((v) => x.px(v));
  const [y0, y1] = l.contour.y.map((v) => y.px(v));
  const u = /** @param {number} c */ (c) => (x0 ?? 0) + (c / (cols - 1)) * ((x1 ?? 0) - (x0 ?? 0));
  const v = /** @param {number} r */ (r) => (y0 ?? 0) + (r / (rows - 1)) * ((y1 ?? 0) - (y0 ?? 0));
  g.lineWidth = 1.2;
  g.beginPath();
  for (const s of contourLines(l)) {
    for (let i = 0; i < s.length; i += 4) {
      g.moveTo(u(s[i] ?? 0), v(s[i + 1] ?? 0));
      g.lineTo(u(s[i + 2] ?? 0), v(s[i + 3] ?? 0));
    }
  }
  g.stroke();
}

/** The segments of each level. @param {ContourLayer} l */
function contourLines(l) {
  const { values } = l.contour;
  const of = JSON.stringify(l.levels ?? 12);
  const old = contours.get(values);
  if (old?.of === of) return old.lines;
  const lines = (Array.isArray(l.levels) ? l.levels : levels(values, l.levels ?? 12)).map((level) => segments(values, level));
  contours.set(values, { of, lines });
  return lines;
}

/** @param {CanvasRenderingContext2D} g @param {FogLayer} l @param {Axis} x @param {Axis} y */
function drawFog(g, l, x, y) {
  const [cx, cy] = l.fog.at;
  const rx = Math.abs(x.px(cx + l.fog.radius) - x.px(cx));
  const ry = Math.abs(y.px(cy + l.fog.radius) - y.px(cy));
  g.fillStyle = css('--fog');
  g.beginPath();
  g.rect(x.from, y.to, x.to - x.from, y.from - y.to);
  g.ellipse(x.px(cx), y.px(cy), rx, ry, 0, 0, 2 * Math.PI);
  g.fill('evenodd');
}
