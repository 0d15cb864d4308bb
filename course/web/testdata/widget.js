// A widget of each kind, over the engine of browser_test.go.
import { bars } from '/web/bars.js';
import { graph } from '/web/graph.js';
import { images } from '/web/image.js';
import { network } from '/web/network.js';
import { pad } from '/web/pad.js';
import { plot } from '/web/plot.js';
import { matrix, tokens } from '/web/strips.js';
import { surface } from '/web/surface.js';
import { table } from '/web/table.js';

/** @typedef {import('/web/widget.js').Widget} Widget */

/** @param {Widget} w */
function curve(w) {
  const s = w.state({ eta: 0.342, x: 0.5, y: 0.1, method: 'ascent', deep: false, points: [1, 0.2, 0, 1.6, -0.4, 1, 2.2, 0.3, 0], size: 64 });
  const p = plot(w, { key: 'curve', label: 'sine and points', x: { min: 0, max: 3, label: '横轴 x' }, y: { min: -1, max: 1.2, label: 'f(x)' } });
  const q = plot(w, { key: 'loss', label: 'loss by size', x: { log: true, label: 'N' }, y: { log: true, label: 'loss' }, height: 320 });
  w.row(p.el, q.el);
  p.handle({ x: 'x', y: 'y', label: 'start', color: 4, shape: 'diamond', step: [0.01, 0.01] });
  p.points({ key: 'points', label: '点 Points', classes: ['甲', '乙'] });
  w.slider({ key: 'eta', min: 0.01, max: 1, step: 0.001, label: '学习率 η', text: (v) => `η = ${w.number(v)}` });
  w.slider({ key: 'size', values: [16, 32, 64, 128], label: 'width' });
  w.segmented({ key: 'method', label: 'method', options: ['ascent', 'newton', { value: 'exact', label: '精确解', disabled: true }] });
  w.select({ key: 'size', label: 'size', options: [16, 32, 64, 128] });
  w.checkbox({ key: 'deep', label: 'deep' });
  w.numberbox({ key: 'x', label: 'x', min: 0, max: 3, step: 0.01, hint: '0 … 3' });
  w.button({ label: 'Reset', on: () => w.reset() });
  w.onUpdate(async () => {
    const a = await w.ask('curve', { eta: s.eta, x: s.x });
    p.draw([
      { area: a.band, name: 'band', color: 3 },
      { line: a.curve, name: 'sine' },
      { points: a.steps, name: 'steps', color: 2, shape: 'triangle' },
      { arrows: [[0.2, 0, 0.8, 0.6]], name: 'gradient', color: 4 },
      { hline: 0, color: 7, dash: true },
      { vline: s.x, color: 5 },
      { label: 'x₀', at: [1.57, 1.05] },
    ]);
    q.draw([{ line: a.loss, name: 'law', dash: true, color: 5 }, { points: a.loss, name: 'measured', color: 1 }]);
    w.say(`η ${w.number(s.eta)}: ${a.steps.length} steps, 一共 ${w.integer(1234567)}`);
    if (s.eta > 0.3) w.certify('demo', { x0: w.number(a.x0, 16), f: w.number(-3.2e-7) });
  });
  w.show('curve', () => ({ eta: s.eta, x: s.x }));
}

/** @param {Widget} w */
function valley(w) {
  const s = w.state({ fog: true, px: 0.8, py: 0.7 });
  const f = surface(w, { key: 'valley', label: 'a valley' });
  const p = plot(w, { key: 'map', label: 'map of the valley', equal: true, x: { min: -1.5, max: 1.5, label: 'w' }, y: { min: -1.5, max: 1.5, label: 'b' }, height: 360 });
  w.row(f.el, p.el);
  p.handle({ x: 'px', y: 'py', label: 'you', step: [0.05, 0.05], color: 2 });
  w.checkbox({ key: 'fog', label: 'fog' });
  w.onUpdate(async () => {
    const a = await w.ask('valley', {});
    const fog = { at: /** @type {[number, number]} */ ([s.px, s.py]), radius: 0.6, lifted: !s.fog };
    f.draw({ grid: a.grid, fog, paths: [{ line: a.path, name: 'path' }], points: [{ at: [s.px, s.py], name: 'you' }] });
    p.draw([{ heat: a.grid }, { contour: a.grid, levels: 10, color: 7 }, { line: a.path, name: 'path', color: 2, markers: true }, { fog }]);
  });
}

/** @param {Widget} w */
function net(w) {
  const s = w.state({ at: 0 });
  const n = network(w, { key: 'net', label: 'a net', pick: (l, i) => w.set({ at: 10 * l + i }) });
  const g = graph(w, { key: 'graph', label: 'an expression', pick: () => w.say('picked') });
  w.row(n.el, g.el);
  w.onUpdate(() => {
    n.draw({
      layers: [{ name: '输入', values: [0.5, -1], labels: ['x₁', 'x₂'] }, { name: '隐藏', values: [0.3, -0.8, 1.2] }, { name: '输出', values: [0.7], labels: ['y'] }],
      weights: [[[1, -0.5, 0.2], [0.3, 2, -1]], [[1], [-2], [0.5]]], picked: [Math.floor(s.at / 10), s.at % 10],
    });
    g.draw({
      nodes: [{ id: 'a', lines: ['a', '2', '∂ 3'], kind: 'input' }, { id: 'b', lines: ['b', '3', '∂ 2'], kind: 'weight' }, { id: 'm', lines: ['a·b', '6'], badge: '①' }, { id: 's', lines: ['m + a', '8'], kind: 'output' }],
      edges: [{ from: 'a', to: 'm' }, { from: 'b', to: 'm' }, { from: 'm', to: 's' }, { from: 'a', to: 's', back: true }], lit: ['m'],
    });
  });
}

/** @param {Widget} w */
function strips(w) {
  const s = w.state({ row: 1, column: 1, digit: /** @type {number[]} */ ([]), text: 'hello' });
  const m = matrix(w, { key: 'attention', label: 'attention', pick: (row, column) => w.set({ row, column }) });
  const b = bars(w, { key: 'next', label: 'next token' });
  w.row(m.el, b.el);
  const line = tokens(w, { key: 'text', label: 'text', pick: (i) => w.say(`token ${i}`) });
  const d = pad(w, { key: 'digit', n: 12, label: 'digit' });
  const im = images(w, { label: 'pictures', pick: (i) => w.say(`picture ${i}`) });
  w.row(d.el, im.el);
  const rows = table(w, { caption: '成绩 Results', csv: 'results', columns: [{ key: 'name', label: 'name' }, { key: 'loss', label: 'loss', digits: 6 }] });
  w.textbox({ key: 'text', label: 'text', lines: 2 });
  w.onUpdate(() => {
    const words = ['床前', '明月', '光', ' '];
    m.draw({ values: [[1, null, null, null], [0.3, 0.7, null, null], [0.2, 0.2, 0.6, null], [0.1, 0.4, 0.1, 0.4]], rows: words, columns: words, picked: [s.row, s.column] });
    b.draw([{ label: '霜', value: 0.61, lit: true }, { label: '光', value: 0.2 }, { label: 'the', value: -0.05, color: 2 }]);
    line.draw({ tokens: words, values: [0.2, -0.9, 0.4, 0], picked: 1 });
    const pixels = Array.from({ length: 64 }, (_, i) => (i % 8) / 8);
    im.draw([{ pixels, width: 8, label: 'ramp', caption: 'ramp', boxes: [{ x: 1, y: 1, width: 3, height: 3 }] }, { pixels: pixels.map((v) => v - 0.5), width: 8, scale: 'diverging', max: 0.5, label: 'kernel', caption: '核' }]);
    rows.draw([{ name: 'SGD', loss: 0.123456789 }, { name: 'Adam', loss: 1.5e-8, class: 'best' }]);
  });
}

/** @param {Widget} w */
function run(w) {
  const p = plot(w, { key: 'losses', label: 'loss by step', x: { label: 'step' }, y: { label: 'loss', zero: true }, height: 220 });
  /** @type {[number, number][]} */
  let seen = [];
  w.runner({
    call: 'train', args: () => ({ steps: 20 }),
    event: (v) => seen.push([v.step, v.loss]),
    frame: () => p.draw([{ line: seen, name: 'loss' }]),
    reset: () => {
      seen = [];
      p.draw([]);
    },
  });
}

export const widgets = { curve, valley, net, strips, run };
