// A graph of an expression: nodes with lines of text, arrows along the way of the values, laid out in columns by their distance from the start.

import { el, freshId, roving, svg } from './dom.js';
import { dataTable } from './table.js';

/**
 * @typedef {object} GraphNode
 * @property {string} id
 * @property {string[]} lines     the first is the name, in bold
 * @property {string} [say]       what is read aloud instead of the lines; it should contain them
 * @property {'input' | 'op' | 'output' | 'weight'} [kind]
 * @property {string} [badge]     a small mark in the corner, such as its place in the order
 */
/**
 * @typedef {object} GraphData
 * @property {GraphNode[]} nodes
 * @property {{ from: string, to: string, label?: string, back?: boolean }[]} edges   back: drawn dashed, with its arrow at from
 * @property {string[]} [lit]     nodes that are set off: what happens now
 * @property {string[]} [dim]     nodes whose turn has not come
 */
/**
 * @typedef {object} GraphOptions
 * @property {string} key
 * @property {string} label
 * @property {(id: string) => void} [pick]
 * @property {HTMLElement} [into]
 */

const gap = { x: 56, y: 18 };
const line = 18;

/** @param {import('./widget.js').Widget} w @param {GraphOptions} o */
export function graph(w, o) {
  /** @type {GraphData} */
  let data = { nodes: [], edges: [] };
  const root = svg('svg', { class: 'graph', role: 'group', 'aria-label': o.label });
  const rows = dataTable(w, o.label, () => ({
    columns: ['', '', '←'],
    rows: data.nodes.map((n) => [n.lines[0] ?? n.id, n.lines.slice(1).join('; '), data.edges.filter((e) => e.to === n.id).map((e) => e.from).join(', ')]),
  }));
  const box = el('figure', { class: 'plot' }, el('div', { class: 'scroll' }, root), rows.el);
  (o.into ?? w.stage).append(box);
  const nodes = () => /** @type {SVGElement[]} */ ([...root.querySelectorAll('g.node')]);
  roving(root, nodes, () => 1);
  return {
    el: box,
    /** @param {GraphData} d */
    draw(d) {
      data = d;
      const held = document.activeElement?.getAttribute('data-id') ?? d.lit?.[0];
      const had = root.contains(document.activeElement);
      const { parts, width, height, top } = paint(d, o);
      root.replaceChildren(...parts);
      root.setAttribute('viewBox', `0 ${top} ${width} ${height}`);
      root.setAttribute('width', String(width));
      root.setAttribute('height', String(height));
      const at = Math.max(0, nodes().findIndex((n) => n.getAttribute('data-id') === held));
      nodes().forEach((n, i) => n.setAttribute('tabindex', i === at ? '0' : '-1'));
      if (had) nodes()[at]?.focus();
      rows.draw();
    },
  };
}

/**
 * Columns: a node stands one to the right of the farthest of those it takes from. Within a column, nodes are ordered by the mean
 * place of their neighbours to the left.
 * @param {GraphData} d
 * @returns {GraphNode[][]}
 */
export function columns(d) {
  /** @type {Map<string, number>} */
  const depth = new Map(d.nodes.map((n) => [n.id, 0]));
  for (let round = 0, moved = true; moved; round++) {
    if (round > d.nodes.length) throw new Error('a graph that goes in a circle');
    moved = false;
    for (const { from, to } of d.edges) {
      const [a, b] = [depth.get(from), depth.get(to)];
      if (a === undefined || b === undefined) throw new Error(`an edge ${from} → ${to} of no node`);
      if (b <= a) {
        depth.set(to, a + 1);
        moved = true;
      }
    }
  }
  // What is used far to the right begins there, not at the far left.
  for (const n of d.nodes) {
    if (d.edges.some((e) => e.to === n.id)) continue;
    const next = d.edges.filter((e) => e.from === n.id).map((e) => depth.get(e.to) ?? 1);
    if (next.length > 0) depth.set(n.id, Math.min(...next) - 1);
  }
  /** @type {GraphNode[][]} */
  const out = [];
  /** @type {Map<string, number>} */
  const place = new Map();
  const last = Math.max(0, ...depth.values());
  for (let c = 0; c <= last; c++) {
    const here = d.nodes.filter((n) => depth.get(n.id) === c);
    const mean = /** @param {GraphNode} n */ (n) => {
      const from = d.edges.filter((e) => e.to === n.id).map((e) => place.get(e.from) ?? 0);
      return from.length === 0 ? d.nodes.indexOf(n) / d.nodes.length : from.reduce((a, b) => a + b, 0) / from.length;
    };
    here.sort((a, b) => mean(a) - mean(b));
    here.forEach((n, i) => place.set(n.id, (i + 0.5) / here.length));
    out.push(here);
  }
  return out;
}

/** @param {GraphData} d @param {GraphOptions} o */
function paint(d, o) {
  const cols = columns(d);
  const wide = /** @param {string} s */ (s) => [...s].reduce((n, c) => n + (c > '\u2e80' ? 14 : 7.6), 0);
  const widthOf = /** @param {GraphNode[]} c */ (c) => Math.max(56, ...c.flatMap((n) => n.lines.map((s) => wide(s) + 22)));
  const heightOf = /** @param {GraphNode} n */ (n) => Math.max(44, n.lines.length * line + 14);
  const tall = /** @param {GraphNode[]} c */ (c) => c.reduce((s, n) => s + heightOf(n) + gap.y, 0);
  const height = Math.max(60, ...cols.map(tall)) + gap.y;
  /** @type {Map<string, { x: number, y: number, w: number, h: number }>} */
  const at = new Map();
  let x = 12;
  for (const c of cols) {
    const w = widthOf(c);
    let y = (height - tall(c) + gap.y) / 2;
    for (const n of c) {
      at.set(n.id, { x, y, w, h: heightOf(n) });
      y += heightOf(n) + gap.y;
    }
    x += w + gap.x;
  }
  const tip = freshId();
  const parts = [svg('defs', {}, svg('marker', { id: tip, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 11, markerHeight: 11, markerUnits: 'userSpaceOnUse', orient: 'auto-start-reverse' }, svg('path', { d: 'M0 0L8 4L0 8z', class: 'tip' })))];
  /** @type {SVGElement[]} */
  const drawn = [];
  let top = 0;
  for (const e of d.edges) {
    const [a, b] = [at.get(e.from), at.get(e.to)];
    if (!a || !b) continue;
    const [x1, y1, x2, y2] = [a.x + a.w, a.y + a.h / 2, b.x, b.y + b.h / 2];
    const bend = Math.max(24, (x2 - x1) / 2);
    // An edge that would run behind a node goes over it.
    const over = [...at.values()].filter((p) => {
      const y = y1 + ((p.x + p.w / 2 - x1) / (x2 - x1)) * (y2 - y1);
      return p.x > x1 && p.x + p.w < x2 && y > p.y - 3 && y < p.y + p.h + 3;
    });
    const high = over.length > 0 ? Math.min(...over.map((p) => p.y)) - 14 : null;
    if (high !== null) top = Math.min(top, high - 20);
    const way = high === null ? `C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
      : `C${x1 + 30} ${y1} ${x1 + 16} ${high} ${x1 + 48} ${high}L${x2 - 48} ${high}C${x2 - 16} ${high} ${x2 - 30} ${y2} ${x2} ${y2}`; // up and down between columns
    const lit = d.lit?.includes(e.back ? e.from : e.to) ? ' lit' : '';
    drawn.push(svg('path', { d: `M${x1} ${y1}${way}`, class: `edge${e.back ? ' back' : ''}${lit}`, [e.back ? 'marker-start' : 'marker-end']: `url(#${tip})` }));
    if (e.label) drawn.push(svg('text', { x: (x1 + x2) / 2, y: (high ?? (y1 + y2) / 2) - 6, 'text-anchor': 'middle', class: 'edgelabel' }, e.label));
  }
  for (const n of d.nodes) {
    const p = at.get(n.id);
    if (!p) continue;
    const kind = `node ${n.kind ?? 'op'}${d.lit?.includes(n.id) ? ' lit' : ''}${d.dim?.includes(n.id) ? ' dim' : ''}`;
    const g = svg('g', { class: kind, 'data-id': n.id, role: o.pick ? 'button' : 'img', 'aria-label': n.say ?? [...n.lines, n.badge ?? ''].join(' ').trim(), tabindex: '-1' },
      svg('rect', { x: p.x, y: p.y, width: p.w, height: p.h, rx: n.kind === 'op' || !n.kind ? 14 : 4 }));
    n.lines.forEach((s, i) => g.append(' ', svg('text', { x: p.x + p.w / 2, y: p.y + p.h / 2 + (i - (n.lines.length - 1) / 2) * line, 'text-anchor': 'middle', 'dominant-baseline': 'central', class: i === 0 ? 'first' : null }, s)));
    if (n.badge) g.append(' ', svg('text', { x: p.x + p.w - 4, y: p.y - 4, 'text-anchor': 'end', class: 'badge' }, n.badge));
    const { pick } = o;
    if (pick) {
      g.addEventListener('click', () => pick(n.id));
      g.addEventListener('keydown', (ev) => {
        if (ev.key !== 'Enter' && ev.key !== ' ') return;
        ev.preventDefault();
        pick(n.id);
      });
    }
    drawn.push(g);
  }
  return { parts: [...parts, ...drawn], width: x - gap.x + 12, height: height - top, top };
}
