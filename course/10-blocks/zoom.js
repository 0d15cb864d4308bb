// One computation at five magnifications: a number, a neuron, a layer, a block, a model.

import { el } from '../web/dom.js';
import { graph } from '../web/graph.js';
import { network } from '../web/network.js';
import { page } from '../web/pagedata.js';

/** @typedef {import('../web/graph.js').GraphNode} GraphNode */
/** @typedef {{ block: string, values: number[], params: number }} Stage */

/** @param {import('../web/widget.js').Widget} w */
export function zoom(w) {
  const t = w.t;
  const d = /** @type {{ x1: number, x2: number, neuron: number, weight: number }} */ (page.defaults.zoom);
  const s = w.state({ level: 'number', ...d });
  const levels = ['number', 'neuron', 'layer', 'block', 'model'];
  const top = el('div', { class: 'controls' });
  w.stage.append(top);
  w.segmented({ key: 'level', into: top, label: t('zoom.level'), options: levels.map((v) => ({ value: v, label: t('zoom.' + v) })) });
  w.slider({ key: 'x1', min: -3, max: 3, step: 0.1, label: 'x₁' });
  w.slider({ key: 'x2', min: -3, max: 3, step: 0.1, label: 'x₂' });
  const neuron = w.segmented({ key: 'neuron', label: t('zoom.which'), options: [0, 1, 2, 3].map((v) => ({ value: v, label: String(v + 1) })) });
  const weight = w.segmented({ key: 'weight', label: t('zoom.input'), options: [0, 1].map((v) => ({ value: v, label: `x${'₁₂'[v]}` })) });
  const flow = graph(w, { key: 'flow', label: t('zoom.flow') });
  const net = network(w, { key: 'net', label: t('zoom.net'), height: 260 });
  const args = () => ({ x1: s.x1, x2: s.x2, neuron: s.neuron, weight: s.weight });
  const n = /** @param {number} v */ (v) => w.number(v, 4);

  w.onUpdate(async () => {
    const z = await w.ask('zoom', args());
    neuron.el.hidden = s.level !== 'number' && s.level !== 'neuron';
    weight.el.hidden = s.level !== 'number';
    net.el.hidden = s.level !== 'layer';
    flow.el.hidden = s.level === 'layer';
    if (s.level === 'number') {
      const { w: v, x, product, bits } = z.number;
      flow.draw({
        nodes: [
          { id: 'x', kind: 'input', lines: [`x${'₁₂'[s.weight]}`, n(x)] },
          { id: 'w', kind: 'weight', lines: ['w', n(v), ...(bits ? [bits] : [])] },
          { id: 'y', kind: 'output', lines: ['w·x', n(product)] },
        ],
        edges: [{ from: 'x', to: 'y' }, { from: 'w', to: 'y' }],
      });
      w.say(t('zoom.say.number', n(v), n(x), n(product)));
    } else if (s.level === 'neuron') {
      const { x, w: ws, products, b, sum, y } = z.neuron;
      flow.draw({
        nodes: [
          ...x.map((/** @type {number} */ v, /** @type {number} */ i) => ({ id: 'x' + i, kind: 'input', lines: [`x${'₁₂'[i]}`, n(v)] })),
          ...x.map((/** @type {number} */ _, /** @type {number} */ i) => ({ id: 'p' + i, lines: [`w${'₁₂'[i]}·x${'₁₂'[i]}`, `${n(ws[i])} × ${n(x[i])}`, `= ${n(products[i])}`] })),
          { id: 'b', kind: 'weight', lines: ['b', n(b)] },
          { id: 's', lines: ['Σ', n(sum)] },
          { id: 'y', kind: 'output', lines: ['tanh', n(y)] },
        ],
        edges: [...x.flatMap((/** @type {number} */ _, /** @type {number} */ i) => [{ from: 'x' + i, to: 'p' + i }, { from: 'p' + i, to: 's' }]), { from: 'b', to: 's' }, { from: 's', to: 'y' }],
      });
      w.say(t('zoom.say.neuron', n(sum), n(y)));
    } else if (s.level === 'layer') {
      net.draw({ layers: [{ name: 'x', values: z.layer.x }, { name: 'tanh(Wx + b)', values: z.layer.y }], weights: [z.layer.w] });
      w.say(t('zoom.say.layer', z.layer.y.map(n).join(', ')));
    } else {
      const list = /** @type {Stage[]} */ (z[s.level]);
      const nodes = list.map((g, i) => /** @type {GraphNode} */ ({
        id: String(i), kind: i === 0 ? 'input' : i === list.length - 1 ? 'output' : 'op',
        lines: [g.block.startsWith('residual') ? 'residual[…]' : g.block || t('zoom.in'), ...wrapped(g.values.map((v) => w.number(v, 2))), ...(g.params > 0 ? [t('wall.params', g.params)] : [])],
      }));
      const edges = list.slice(1).map((_, i) => ({ from: String(i), to: String(i + 1) }));
      if (s.level === 'block') edges.push({ from: '0', to: String(list.length - 1) });
      flow.draw({ nodes, edges });
      w.say(t('zoom.say.' + s.level, z.stack));
    }
    const [one, two, three, four, five] = z.counts;
    if (s.level === 'model') w.certify('zoom', { one, two, three, four, five, stack: z.stack });
  });
  w.show('zoom', args);
}

/** Two numbers a line. @param {string[]} v */
function wrapped(v) {
  const lines = [];
  for (let i = 0; i < v.length; i += 2) lines.push(v.slice(i, i + 2).join('  '));
  return lines;
}
