// A surface of heights over a grid, seen from the side: cells are painted from the farthest to the nearest, so near ones hide far ones.

import { el, inMemory, perFrame } from './dom.js';
import { marker, shapes } from './marker.js';
import { dataTable } from './table.js';
import { number, t } from './text.js';
import { colour, css, extent, onTheme, palette, shades } from './theme.js';

/**
 * @typedef {object} SurfaceOptions
 * @property {string} key
 * @property {string} label
 * @property {string} [xLabel]
 * @property {string} [yLabel]
 * @property {string} [zLabel]
 * @property {number} [height]     CSS pixels, 360 if not given
 * @property {number} [turn]       degrees, −35 if not given
 * @property {number} [tilt]       degrees above the horizon, 35 if not given
 * @property {HTMLElement} [into]
 */
/**
 * @typedef {object} SurfaceData
 * @property {import('./layers.js').Grid} grid
 * @property {[number, number]} [range]   of heights; values beyond are cut; all of them if not given
 * @property {{ at: [number, number], radius: number, lifted?: boolean }} [fog]   hides what is farther from at, in units of the grid
 * @property {{ line: [number, number][], name: string, color?: number }[]} [paths]   over (x, y), laid on the surface
 * @property {{ at: [number, number], name: string, color?: number, shape?: import('./marker.js').Shape }[]} [points]
 */

/** @typedef {{ depth: number, draw: (g: CanvasRenderingContext2D) => void }} Piece */

/** @param {import('./widget.js').Widget} w @param {SurfaceOptions} o */
export function surface(w, o) {
  let turn = o.turn ?? -35;
  let tilt = o.tilt ?? 35;
  /** @type {SurfaceData | null} */
  let data = null;
  const canvas = el('canvas', { role: 'img', tabindex: '0', 'aria-label': `${o.label}. ${t('web.surface')}`, class: 'turns' });
  const frame = el('div', { class: 'plotframe' }, canvas);
  frame.style.height = `${o.height ?? 360}px`;
  const rows = dataTable(w, o.label, () => ({ columns: [o.xLabel ?? 'x', o.yLabel ?? 'y', o.zLabel ?? 'z'], rows: data === null ? [] : seen(data) }));
  const box = el('figure', { class: 'plot' }, frame, rows.el);
  (o.into ?? w.stage).append(box);

  const repaint = perFrame(() => {
    const [width, height] = [frame.clientWidth, frame.clientHeight];
    const g = canvas.getContext('2d', inMemory);
    if (width === 0 || g === null) return;
    const ratio = Math.min(2, devicePixelRatio || 1);
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (data !== null) paint(g, data, width, height, turn, tilt, o);
  });
  new ResizeObserver(repaint).observe(frame);
  onTheme(repaint);

  /** @param {number} dTurn @param {number} dTilt */
  const rotate = (dTurn, dTilt) => {
    turn = (((turn + dTurn + 180) % 360) + 360) % 360 - 180;
    tilt = Math.min(90, Math.max(5, tilt + dTilt));
    repaint();
  };
  canvas.addEventListener('pointerdown', (e) => canvas.setPointerCapture(e.pointerId));
  canvas.addEventListener('pointermove', (e) => {
    if (canvas.hasPointerCapture(e.pointerId)) rotate(e.movementX * 0.5, e.movementY * 0.4);
  });
  canvas.addEventListener('keydown', (e) => {
    /** @type {Record<string, [number, number]>} */
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const d = arrows[e.key];
    if (d === undefined) return;
    e.preventDefault();
    const by = e.shiftKey ? 30 : 3;
    rotate(d[0] * by, d[1] * by);
    canvas.setAttribute('aria-label', `${o.label}. ${t('web.turned', number(turn), number(tilt))}`);
  });
  return {
    el: box,
    /** Shows a surface with the next frame. @param {SurfaceData} d */
    draw(d) {
      data = d;
      repaint();
      rows.draw();
    },
  };
}

/** @param {[number, number]} range @param {number} i @param {number} n */
const along = (range, i, n) => (n > 1 ? range[0] + (i / (n - 1)) * (range[1] - range[0]) : range[0]);

/** @param {SurfaceData} d @param {number} x @param {number} y */
const clear = ({ fog }, x, y) => !fog || fog.lifted === true || Math.hypot(x - fog.at[0], y - fog.at[1]) <= fog.radius;

// The table keeps what is in the fog to itself.
/** @param {SurfaceData} d @returns {import('./table.js').Cell[][]} */
function seen(d) {
  const { values, x, y } = d.grid;
  return values.flatMap((row, r) =>
    row.flatMap((v, c) => {
      const [a, b] = [along(x, c, row.length), along(y, r, values.length)];
      return clear(d, a, b) ? [[a, b, v]] : [];
    }),
  );
}

/**
 * @param {CanvasRenderingContext2D} g @param {SurfaceData} d @param {number} width @param {number} height
 * @param {number} turn @param {number} tilt @param {SurfaceOptions} o
 */
function paint(g, d, width, height, turn, tilt, o) {
  g.clearRect(0, 0, width, height);
  const { values, x, y } = d.grid;
  const [rows, cols] = [values.length, values[0]?.length ?? 0];
  if (rows < 2 || cols < 2) return;
  const [lo, hi] = d.range ?? extent(values);
  const [a, b] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
  const [sa, ca, sb, cb] = [Math.sin(a), Math.cos(a), Math.sin(b), Math.cos(b)];
  const size = Math.min(width / 1.5, height / 1.45);
  /** Pixels and depth of a place of the unit cube, z from 0 to 1. @param {number} u @param {number} v @param {number} z */
  const project = (u, v, z) => {
    const [p, q] = [(u - 0.5) * ca - (v - 0.5) * sa, (u - 0.5) * sa + (v - 0.5) * ca];
    const h = (z - 0.5) * 0.62;
    return /** @type {const} */ ([width / 2 + p * size, height / 2 - (q * sb + h * cb) * size, q * cb - h * sb]);
  };
  const level = /** @param {number} v */ (v) => (hi > lo ? Math.min(1, Math.max(0, (v - lo) / (hi - lo))) : 0.5);
  const table = shades('sequential');
  /** @type {Piece[]} */
  const pieces = [];
  const edge = css('--edge');
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < cols; c++) {
      const z = [values[r]?.[c], values[r]?.[c + 1], values[r + 1]?.[c + 1], values[r + 1]?.[c]].map((v) => v ?? NaN);
      const mean = ((z[0] ?? 0) + (z[1] ?? 0) + (z[2] ?? 0) + (z[3] ?? 0)) / 4;
      if (!Number.isFinite(mean)) continue;
      if (!clear(d, along(x, c + 0.5, cols), along(y, r + 0.5, rows))) continue;
      const [u0, u1, v0, v1] = [c / (cols - 1), (c + 1) / (cols - 1), r / (rows - 1), (r + 1) / (rows - 1)];
      const q = [project(u0, v0, level(z[0] ?? 0)), project(u1, v0, level(z[1] ?? 0)), project(u1, v1, level(z[2] ?? 0)), project(u0, v1, level(z[3] ?? 0))];
      const k = 3 * Math.round(255 * level(mean));
      // A slope that leans to the light is brighter.
      const lean = Math.max(-0.18, Math.min(0.18, (level(z[1] ?? 0) - level(z[0] ?? 0)) * cols * 0.05 + (level(z[0] ?? 0) - level(z[3] ?? 0)) * rows * 0.05));
      const tint = [0, 1, 2].map((i) => Math.round(Math.min(255, (table[k + i] ?? 0) * (1 + lean))));
      const fill = `rgb(${tint.join(',')})`;
      pieces.push({
        depth: q.reduce((s, p) => s + p[2], 0) / 4,
        draw: (g) => {
          g.beginPath();
          for (const p of q) g.lineTo(p[0], p[1]);
          g.closePath();
          g.fillStyle = fill;
          g.strokeStyle = edge;
          g.lineWidth = 0.5;
          g.fill();
          g.stroke();
        },
      });
    }
  }
  /** Where (x, y) lies on the surface. @param {readonly number[]} at */
  const on = (at) => {
    const [u, v] = [((at[0] ?? NaN) - x[0]) / (x[1] - x[0]), ((at[1] ?? NaN) - y[0]) / (y[1] - y[0])];
    const inside = u >= 0 && u <= 1 && v >= 0 && v <= 1;
    if (!inside) return null;
    // In the fog a way lies on the ground, which tells nothing of heights.
    return project(u, v, clear(d, at[0] ?? 0, at[1] ?? 0) ? level(between(values, u * (cols - 1), v * (rows - 1))) : 0);
  };
  const lift = 2.5 / Math.max(rows, cols); // lines lie on their cells, so they are painted after them
  for (const { line, color } of d.paths ?? []) {
    const fine = refine(line, (x[1] - x[0]) / cols, (y[1] - y[0]) / rows);
    for (let i = 1; i < fine.length; i++) {
      const [a, b] = [fine[i - 1] ?? [NaN, NaN], fine[i] ?? [NaN, NaN]];
      const [p, q] = [on(a), on(b)];
      if (p === null || q === null || clear(d, a[0], a[1]) !== clear(d, b[0], b[1])) continue;
      pieces.push({
        depth: (p[2] + q[2]) / 2 - lift,
        draw: (g) => {
          g.strokeStyle = colour(color ?? 2);
          g.lineWidth = 3;
          g.lineCap = 'round';
          g.beginPath();
          g.moveTo(p[0], p[1]);
          g.lineTo(q[0], q[1]);
          g.stroke();
        },
      });
    }
  }
  for (const { at, color, shape } of d.points ?? []) {
    const p = on(at);
    if (p === null) continue;
    pieces.push({
      depth: p[2] - lift,
      draw: (g) => {
        const form = shape ?? shapes[((color ?? 2) - 1) % palette] ?? 'circle';
        [g.fillStyle, g.strokeStyle] = [css('--paper'), css('--paper')];
        marker(g, form, p[0], p[1], 9);
        [g.fillStyle, g.strokeStyle] = [colour(color ?? 2), colour(color ?? 2)];
        marker(g, form, p[0], p[1], 6);
      },
    });
  }
  floor(g, project, d.fog !== undefined && d.fog.lifted !== true);
  pieces.sort((p, q) => q.depth - p.depth);
  for (const p of pieces) p.draw(g);
  g.fillStyle = css('--soft');
  g.font = `13px ${css('--sans')}`;
  g.textAlign = 'center';
  const near = cb * ca >= 0 && ca >= 0 ? 0 : 1;
  const [px, py] = [project(0.5, near === 0 ? -0.1 : 1.1, 0), project(sa >= 0 ? -0.1 : 1.1, 0.5, 0)];
  g.fillText(o.xLabel ?? 'x', px[0], px[1]);
  g.fillText(o.yLabel ?? 'y', py[0], py[1]);
}

/**
 * The ground below the surface, which is all there is to see in the fog.
 * @param {CanvasRenderingContext2D} g @param {(u: number, v: number, z: number) => readonly [number, number, number]} project @param {boolean} foggy
 */
function floor(g, project, foggy) {
  g.beginPath();
  for (const [u, v] of [[0, 0], [1, 0], [1, 1], [0, 1]]) {
    const p = project(u ?? 0, v ?? 0, 0);
    g.lineTo(p[0], p[1]);
  }
  g.closePath();
  g.strokeStyle = css('--rule');
  g.fillStyle = foggy ? css('--fog') : 'transparent';
  g.lineWidth = 1;
  g.fill();
  g.stroke();
}

/**
 * The height between the grid's values, linear along both axes.
 * @param {(number | null)[][]} values @param {number} c @param {number} r
 */
function between(values, c, r) {
  const [r0, c0] = [Math.min(values.length - 2, Math.floor(r)), Math.min((values[0]?.length ?? 2) - 2, Math.floor(c))];
  const [f, e] = [r - r0, c - c0];
  const at = /** @param {number} i @param {number} k */ (i, k) => values[r0 + i]?.[c0 + k] ?? NaN;
  return (1 - f) * ((1 - e) * at(0, 0) + e * at(0, 1)) + f * ((1 - e) * at(1, 0) + e * at(1, 1));
}

/** Parts no longer than a cell. @param {[number, number][]} line @param {number} dx @param {number} dy */
function refine(line, dx, dy) {
  const out = line.slice(0, 1);
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1] ?? [NaN, NaN], line[i] ?? [NaN, NaN]];
    const n = Math.min(100, Math.max(1, Math.ceil(Math.max(Math.abs((b[0] - a[0]) / dx), Math.abs((b[1] - a[1]) / dy)) || 1)));
    for (let k = 1; k <= n; k++) out.push([a[0] + ((b[0] - a[0]) * k) / n, a[1] + ((b[1] - a[1]) * k) / n]);
  }
  return out;
}
