// A net of layers: nodes with their values, weights as lines whose width is the size, whose colour and dash are the sign.

import { el, perFrame, roving, svg } from './dom.js';
import { dataTable } from './table.js';
import { number, t } from './text.js';
import { inkOn, onTheme, shade, share } from './theme.js';

/**
 * @typedef {object} NetworkOptions
 * @property {string} key
 * @property {string} label
 * @property {number} [height]   CSS pixels, 300 if not given
 * @property {number} [most]     nodes of a layer that are drawn, 12 if not given
 * @property {(layer: number, node: number) => void} [pick]   a node was chosen, by pointer or with Enter
 * @property {HTMLElement} [into]
 */
/**
 * @typedef {object} NetworkData
 * @property {{ name: string, values?: (number | null)[], labels?: string[], size?: number }[]} layers  size where there are no values
 * @property {(number | null)[][][]} weights   [layer][from][to], one layer less than there are layers
 * @property {number} [range]     the weight drawn widest; the largest if not given
 * @property {[number, number] | null} [picked]   layer and node that are set off
 */

// Units from layer to layer: as many as there are pixels, within these, so that words are drawn about as large as they are.
const [narrowest, widest] = [92, 150];

/** @param {import('./widget.js').Widget} w @param {NetworkOptions} o */
export function network(w, o) {
  const most = o.most ?? 12;
  const height = o.height ?? 300;
  /** @type {NetworkData | null} */
  let data = null;
  const root = svg('svg', { class: 'network', role: 'group', 'aria-label': o.label });
  const rows = dataTable(w, o.label, () => ({ columns: [t('web.series'), '→', t('web.value')], rows: data === null ? [] : weightRows(data) }));
  const frame = el('div', { class: 'scroll' }, root);
  const box = el('figure', { class: 'plot' }, frame, rows.el);
  (o.into ?? w.stage).append(box);
  const nodes = () => /** @type {SVGElement[]} */ ([...root.querySelectorAll('g.node')]);
  roving(root, nodes, () => 1);
  let width = 0; // of the frame: to ask it for each drawing would lay the page out
  const redraw = () => {
    if (data === null) return;
    const held = nodes().findIndex((n) => n === document.activeElement);
    const n = data.layers.length;
    const pitch = Math.min(widest, Math.max(narrowest, width / n));
    root.replaceChildren(...paint(data, height, most, pitch, o));
    root.setAttribute('viewBox', `0 0 ${n * pitch} ${height}`);
    root.style.minWidth = `${n * narrowest}px`;
    root.style.maxWidth = `${n * 180}px`;
    nodes().forEach((n, i) => n.setAttribute('tabindex', i === Math.max(0, held) ? '0' : '-1'));
    if (held >= 0) nodes()[held]?.focus();
  };
  const resized = perFrame(redraw);
  new ResizeObserver(([e]) => {
    if (e === undefined || e.contentRect.width === width) return;
    width = e.contentRect.width;
    resized();
  }).observe(frame);
  onTheme(redraw);
  return {
    el: box,
    /** @param {NetworkData} d */
    draw(d) {
      data = d;
      redraw();
      rows.draw();
    },
  };
}

/** @param {NetworkData['layers'][number]} l */
const sizeOf = (l) => l.values?.length ?? l.labels?.length ?? l.size ?? 0;

/** @param {NetworkData} d @returns {import('./table.js').Cell[][]} */
function weightRows(d) {
  return d.weights.flatMap((m, l) =>
    m.flatMap((row, i) => row.map((v, k) => [`${d.layers[l]?.name ?? l} ${i + 1}`, `${d.layers[l + 1]?.name ?? l + 1} ${k + 1}`, v])),
  );
}

/** @param {NetworkData} d @param {number} height @param {number} most @param {number} pitch @param {NetworkOptions} o */
function paint(d, height, most, pitch, o) {
  const shown = d.layers.map((l) => Math.min(most, sizeOf(l)));
  const top = 30;
  const step = /** @param {number} l */ (l) => (height - top - 24) / Math.max(1, shown[l] ?? 1);
  const radius = Math.min(20, ...shown.map((_, l) => step(l) * 0.44));
  const at = /** @param {number} l @param {number} i */ (l, i) => [pitch * (l + 0.5), top + step(l) * (i + 0.5)];
  const all = d.weights.flat(2).map((v) => Math.abs(v ?? 0));
  const heaviest = d.range ?? (all.reduce((a, b) => Math.max(a, b), 0) || 1);
  const edges = d.weights.flatMap((m, l) =>
    m.slice(0, shown[l]).flatMap((row, i) =>
      row.slice(0, shown[l + 1]).map((v, k) => {
        const [[x1 = 0, y1 = 0], [x2 = 0, y2 = 0]] = [at(l, i), at(l + 1, k)];
        const f = Math.min(1, Math.abs(v ?? 0) / heaviest);
        const held = d.picked && ((d.picked[0] === l && d.picked[1] === i) || (d.picked[0] === l + 1 && d.picked[1] === k));
        return svg('line', { x1, y1, x2, y2, class: `weight ${(v ?? 0) < 0 ? 'negative' : 'positive'}${held ? ' held' : ''}`, 'stroke-width': 0.5 + 5.5 * f,
          'stroke-opacity': held ? 1 : 0.25 + 0.65 * f });
      }),
    ),
  );
  const parts = d.layers.flatMap((layer, l) => {
    const [x = 0] = at(l, 0);
    const finite = (layer.values ?? []).map((v) => Math.abs(v ?? 0));
    const reach = finite.reduce((a, b) => Math.max(a, b), 0) || 1;
    const out = [...Array(shown[l] ?? 0).keys()].map((i) => {
      const [, y = 0] = at(l, i);
      const v = layer.values?.[i];
      const label = layer.labels?.[i];
      const rgb = v === undefined ? null : shade('diverging', share('diverging', v ?? 0, -reach, reach));
      const says = `${label ?? t('web.node', layer.name, i + 1)}${v === undefined ? '' : ': ' + number(v, 2)}`;
      const held = d.picked?.[0] === l && d.picked[1] === i;
      const g = svg('g', { class: `node${held ? ' held' : ''}`, role: o.pick ? 'button' : 'img', 'aria-label': says, tabindex: '-1' },
        svg('circle', { cx: x, cy: y, r: radius, fill: rgb ? `rgb(${rgb.join(',')})` : null }));
      // The spaces keep the words apart for those who hear them.
      if (label) g.append(' ', svg('text', l === 0 ? { x: x - radius - 6, y, 'text-anchor': 'end', 'dominant-baseline': 'central' } : { x: x + radius + 6, y, 'text-anchor': 'start', 'dominant-baseline': 'central' }, label));
      if (v !== undefined && radius >= 11) g.append(' ', svg('text', { x, y, fill: rgb ? inkOn(rgb) : null, 'text-anchor': 'middle', 'dominant-baseline': 'central', 'font-size': Math.min(12, radius * 0.62) }, number(v, 2)));
      if (o.pick) {
        const pick = () => o.pick?.(l, i);
        g.addEventListener('click', pick);
        g.addEventListener('keydown', (e) => {
          if (e.key !== 'Enter' && e.key !== ' ') return;
          e.preventDefault();
          pick();
        });
      }
      return g;
    });
    const more = sizeOf(layer) - (shown[l] ?? 0);
    const words = [svg('text', { x, y: 16, 'text-anchor': 'middle', class: 'layer' }, layer.name)];
    if (more > 0) words.push(svg('text', { x, y: height - 6, 'text-anchor': 'middle', class: 'more' }, t('web.hidden', more)));
    return [...words, ...out];
  });
  return [...edges, ...parts];
}
