// Chapter 9: the graph of an expression, step by step, and what gradients cost.

import { el } from '../web/dom.js';
import { graph } from '../web/graph.js';
import { page } from '../web/pagedata.js';
import { table } from '../web/table.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {import('../web/graph.js').GraphNode} GraphNode */
/** @typedef {{ op: string, name: string, in: number[] | null, value: number | null, grad: number | null, numeric: number | null, agrees: boolean, uses: number, const: boolean }} Node */
/** @typedef {{ to: number, piece: number | null, sum: number | null, nth: number }} Add */
/** @typedef {{ back: boolean, node: number, adds: Add[] | null }} Step */
/** @typedef {{ names: string[], values: number[], nodes: Node[], steps: Step[], inputs: number, ops: number, wrong: number, checks: number, worst: number | null }} Tape */

const examples = ['(w*x + b - t)^2', 'x*x + x', 'a = x*y; sin(a) + a*a', 'tanh(w*x + u*y + b)', '-ln(sigmoid(x))', 'exp(-x^2)', 'relu(x) + relu(-x)'];
const signs = /** @type {Record<string, string>} */ ({ '*': '×', '-': '−', '/': '÷', neg: '−( )', '^': 'xʸ' });
const last = 999; // of steps: as far as there are any

/** @param {Widget} w */
async function expression(w) {
  const t = w.t;
  const d = /** @type {{ expr: string, values: number[] }} */ (page.defaults.tape);
  const s = w.state({ expr: d.expr, values: d.values, step: last });
  const args = () => ({ expr: s.expr, values: s.values });
  const shelf = el('div', { class: 'runner', role: 'group', 'aria-label': t('expr.examples') }, el('span', { class: 'hint' }, t('expr.examples')));
  const top = el('div', { class: 'controls' });
  w.stage.append(shelf, top);
  for (const e of examples) w.button({ label: e, into: shelf, on: () => w.set({ expr: e, values: [], step: last }) });
  w.textbox({ key: 'expr', label: t('expr.text'), hint: t('expr.hint'), max: 200, mono: true, into: top, on: () => {
    s.step = last;
  } });
  const flow = graph(w, { key: 'graph', label: t('expr.graph') });
  const bar = el('div', { class: 'runner', role: 'group', 'aria-label': t('step.bar') });
  w.stage.append(bar);
  /** @type {Tape | null} */
  let now = null;
  const at = () => Math.min(s.step, now?.steps.length ?? 0);
  const go = /** @param {number} step */ (step) => w.set({ step: Math.max(0, step) });
  w.button({ label: t('step.first'), into: bar, on: () => go(0) });
  w.button({ label: t('step.back'), into: bar, on: () => go(at() - 1) });
  w.button({ label: t('step.next'), into: bar, primary: true, on: () => go(Math.min(at() + 1, now?.steps.length ?? 0)) });
  w.button({ label: t('step.turn'), into: bar, on: () => go(now?.nodes.length ?? 0) });
  w.button({ label: t('step.last'), into: bar, on: () => go(last) });
  const count = el('span', { class: 'status' });
  bar.append(count);
  const dials = el('div', { class: 'controls' });
  w.stage.append(dials);
  const rows = table(w, { caption: t('check'), csv: 'gradients', columns: [
    { key: 'order', label: t('check.order') }, { key: 'node', label: t('check.node') }, { key: 'value', label: t('check.value'), digits: 6 },
    { key: 'grad', label: t('check.grad'), digits: 6 }, { key: 'numeric', label: t('check.numeric'), digits: 6 }, { key: 'same', label: t('check.same') },
  ] });

  let made = '';
  /** A slider for each variable. @param {Tape} a */
  const sliders = (a) => {
    if (a.names.join() !== made) {
      made = a.names.join();
      dials.replaceChildren();
      knobs = a.names.map((name, i) => w.slider({ label: name, min: -3, max: 3, step: 0.05, value: a.values[i] ?? 1, into: dials, on: (v) => {
        const all = [...(now?.values ?? [])];
        all[i] = v;
        s.values = all;
      } }));
    } else knobs.forEach((k, i) => k.set(a.values[i] ?? 1));
  };
  /** @type {import('../web/controls.js').Control<number>[]} */
  let knobs = [];

  const n = /** @param {number | null} v */ (v) => w.number(v ?? NaN, 4);
  /** @param {Node} x */
  const title = (x) => x.op === 'var' ? x.name : x.op === 'const' ? n(x.value) : (signs[x.op] ?? x.op) + (x.name ? `  (${x.name})` : '');

  /** @param {Tape} a */
  const draw = (a) => {
    const done = Math.min(s.step, a.steps.length);
    const current = a.steps[done - 1];
    /** @type {Map<number, Add>} */
    const sums = new Map();
    const known = new Set();
    for (const st of a.steps.slice(0, done)) {
      if (!st.back) known.add(st.node);
      for (const x of st.adds ?? []) sums.set(x.to, x);
    }
    const turned = current?.back === true;
    const lit = current === undefined ? [] : turned ? [current.node, ...(current.adds ?? []).map((x) => x.to)] : [current.node];
    flow.draw({
      nodes: a.nodes.map((x, i) => {
        const g = sums.get(i);
        const lines = [title(x)];
        if (x.op !== 'const') lines.push(known.has(i) ? `= ${n(x.value)}` : '=  …');
        if (!x.const) lines.push(g ? `∂ ${n(g.sum)}${x.uses > 1 ? `  (${g.nth}/${x.uses})` : ''}` : '∂  …');
        return /** @type {GraphNode} */ ({ id: String(i), lines, badge: String(i + 1), kind: x.op === 'var' ? 'weight' : x.op === 'const' ? 'input' : i === a.nodes.length - 1 ? 'output' : 'op' });
      }),
      edges: a.nodes.flatMap((x, i) => [...new Set(x.in ?? [])].map((from) => {
        const here = turned && current.node === i && (i < a.nodes.length - 1 || done > a.nodes.length + 1);
        const pieces = here ? (current.adds ?? []).filter((q) => q.to === from).map((q) => n(q.piece)) : [];
        return { from: String(from), to: String(i), back: here, label: pieces.length > 0 ? `+ ${pieces.join(' + ')}` : undefined };
      })),
      lit: [...new Set(lit)].map(String),
      dim: a.nodes.flatMap((_, i) => (known.has(i) ? [] : [String(i)])),
    });
    count.textContent = t('step.count', done, a.steps.length);
    rows.draw(a.nodes.map((x, i) => ({ order: i + 1, node: title(x), value: known.has(i) ? x.value : '', grad: x.const ? '' : sums.get(i)?.sum ?? '', numeric: x.const ? '' : x.numeric, same: x.const || !sums.has(i) ? '' : x.agrees ? '✓' : '✗' })));
    if (current === undefined) w.say(t('say.start', a.nodes.length));
    else if (done === a.steps.length && a.worst === null) w.say(t('say.none'));
    else if (done === a.steps.length) w.say(t('say.all', a.ops, a.checks - a.wrong, a.checks, w.number(a.worst ?? NaN, 2)));
    else if (!turned) w.say(t('say.forward', current.node + 1, title(a.nodes[current.node] ?? /** @type {Node} */ (a.nodes[0])), n(a.nodes[current.node]?.value ?? null)));
    else if (done === a.nodes.length + 1) w.say(t('say.turn'));
    else {
      const parts = (current.adds ?? []).map((x) => {
        const y = a.nodes[x.to];
        return t(x.nth > 1 ? 'say.more' : 'say.piece', y ? title(y) : '', x.to + 1, n(x.piece), n(x.sum));
      });
      w.say(t('say.back', current.node + 1, n(sums.get(current.node)?.sum ?? null), parts.join(t('say.and'))));
    }
  };

  const show = async () => {
    now = /** @type {Tape} */ (await w.known('tape', args()));
    sliders(now);
    draw(now);
    const twice = now.nodes.findIndex((x) => x.uses > 1 && !x.const);
    const x = now.nodes[twice];
    if (x && now.wrong === 0 && at() === now.steps.length) {
      w.certify('tape', { expr: s.expr, node: title(x), order: twice + 1, uses: x.uses, grad: n(x.grad), checks: now.checks, worst: w.number(now.worst ?? NaN, 2) });
    }
  };
  w.onUpdate(show);
  w.show('tape', args);
  try {
    await show(); // so that the sliders are there when the page is ready
  } catch (e) {
    w.error(e);
  }
}

/** @typedef {{ op: string, name: string, shape: number[], in: number[], value: number | null, grad: number | null, uses: number }} ArrayNode */

/** @param {Widget} w */
function layer(w) {
  const t = w.t;
  const d = /** @type {{ layer: string, width: number }} */ (page.defaults.layer);
  const s = w.state({ layer: d.layer, width: d.width, raced: false });
  const args = () => ({ layer: s.layer, width: s.width });
  const top = el('div', { class: 'controls' });
  w.stage.append(top);
  w.segmented({ key: 'layer', into: top, label: t('layer.which'), options: ['neuron', 'mlp', 'residual', 'deep'].map((v) => ({ value: v, label: t('layer.' + v) })) });
  w.slider({ key: 'width', into: top, min: 1, max: 40, step: 1, label: t('layer.width') });
  const flow = graph(w, { key: 'arrays', label: t('layer.graph') });
  const bar = el('div', { class: 'runner' });
  w.stage.append(bar);
  w.button({ label: t('race.run'), primary: true, into: bar, on: () => w.set({ raced: true }) });
  const rows = table(w, { caption: t('race'), csv: 'race', columns: [
    { key: 'way', label: t('race.way') }, { key: 'passes', label: t('race.passes') }, { key: 'time', label: t('race.time'), digits: 3 },
  ] });
  const n = /** @param {number | null} v */ (v) => w.number(v ?? NaN, 3);

  w.onUpdate(async () => {
    const a = await w.known('layer', args());
    const nodes = /** @type {ArrayNode[]} */ (a.nodes);
    flow.draw({
      nodes: nodes.map((x, i) => ({
        id: String(i), badge: String(i + 1), kind: x.op === 'weight' ? 'weight' : x.op === 'input' || x.op === 'target' ? 'input' : i === nodes.length - 1 ? 'output' : 'op',
        lines: [x.op === 'weight' ? x.name : x.op === 'input' ? t('layer.input') : x.op === 'target' ? t('layer.target') : x.op, `(${x.shape.join(' × ')})`, `|y| ${n(x.value)}`, ...(x.grad === null ? [] : [`|∂| ${n(x.grad)}`])],
      })),
      edges: nodes.flatMap((x, i) => [...new Set(x.in)].map((from) => ({ from: String(from), to: String(i) }))),
    });
    rows.el.hidden = !s.raced;
    if (!s.raced) {
      w.say(t('layer.say', a.stack, w.integer(a.params), w.integer(a.params + 1)));
      return;
    }
    const r = await w.ask('race', args());
    rows.draw([
      { way: t('race.back'), passes: r.passes, time: r.passTime, class: 'best' },
      { way: t('race.differences'), passes: r.evaluations, time: r.evalTime },
    ]);
    w.say(t('race.say', w.integer(r.params), w.integer(r.evaluations), w.number(r.evalTime / r.passTime, 3), w.number(100 * r.differs, 2)));
    w.certify('race', { stack: a.stack, params: w.integer(r.params), passes: r.passes, evaluations: w.integer(r.evaluations), fast: w.number(r.passTime, 3), slow: w.number(r.evalTime, 3), differs: w.number(100 * r.differs, 2) });
  });
  w.show('layer', args);
  w.show('race', args);
}

export const widgets = { expression, layer };
