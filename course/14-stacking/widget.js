// Chapter 14: what its widgets show. Every number comes from the engine's calls.

import { page } from '../web/pagedata.js';
import { plot } from '../web/plot.js';
import { table } from '../web/table.js';
import { integer } from '../web/text.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ layers: number, width: number, vocab: number, context: number }} Sizes */
/** @typedef {{ name: string, year: number, in: Sizes, published: string, exact: number, formula: number }} GPT */

/**
 * The sliders of a GPT, its count, and three that were published.
 * @param {Widget} w
 */
function sizes(w) {
  const d = /** @type {Sizes} */ (page.defaults.count);
  const s = w.state({ layers: d.layers, width: d.width, vocab: d.vocab, context: d.context });
  const args = () => ({ layers: s.layers, width: s.width, vocab: s.vocab, context: s.context });
  const bars = plot(w, { key: 'parts', label: w.t('sizes.plot'), height: 200, x: { label: w.t('sizes.axis'), min: 0 }, y: { min: 0, max: 4, ticks: [] } });
  w.slider({ key: 'layers', min: 1, max: 120, step: 1, label: w.t('sizes.layers') });
  w.slider({ key: 'width', values: [64, 128, 256, 384, 512, 640, 768, 1024, 1280, 1600, 2048, 2560, 4096, 5120, 6144, 8192, 12288, 16384], label: w.t('sizes.width'), text: integer });
  w.slider({ key: 'vocab', min: 256, max: 256000, log: true, label: w.t('sizes.vocab'), text: (v) => integer(Math.round(v)) });
  w.slider({ key: 'context', values: [64, 128, 256, 512, 1024, 2048, 4096, 8192, 32768, 131072], label: w.t('sizes.context'), text: integer });
  const rows = table(w, {
    caption: w.t('sizes.table'), csv: 'gpts',
    columns: [
      { key: 'name', label: w.t('sizes.name') },
      { key: 'year', label: w.t('sizes.year'), text: String },
      { key: 'layers', label: w.t('sizes.layers'), text: integer },
      { key: 'width', label: w.t('sizes.width'), text: integer },
      { key: 'published', label: w.t('sizes.published') },
      { key: 'formula', label: w.t('sizes.formula'), text: integer },
      { key: 'exact', label: w.t('sizes.exact'), text: integer },
    ],
  });
  /** @type {GPT[]} */
  let known = [];
  const picks = w.row();

  w.onUpdate(async () => {
    if (known.length === 0) {
      known = await w.ask('gpts');
      rows.draw(known.map((g) => ({ ...g, layers: g.in.layers, width: g.in.width })));
      for (const g of known) w.button({ label: w.t('sizes.pick', g.name), on: () => w.set({ ...g.in }), into: picks });
      const [a, b, c] = /** @type {[GPT, GPT, GPT]} */ (known);
      const off = Math.max(...known.map((g) => Math.abs(g.exact - g.formula) / g.exact));
      w.certify('sizes', {
        f1: integer(a.formula), e1: integer(a.exact), f2: integer(b.formula), e2: integer(b.exact), f3: integer(c.formula), e3: integer(c.exact), worst: w.number(100 * off, 2),
      });
    }
    const r = await w.ask('count', { ...args(), vocab: Math.round(s.vocab) });
    const parts = [r.blocks, r.embed, r.exact - r.formula];
    bars.draw(['sizes.blocks', 'sizes.embed', 'sizes.rest'].map((key, i) => ({
      area: { x: [0, parts[i]], low: [3 - i + 0.1, 3 - i + 0.1], high: [3.9 - i, 3.9 - i] }, name: w.t(key),
    })));
    w.say(w.t('sizes.say', r.stack, integer(r.formula), integer(r.exact), w.number(r.missing, 2), w.number(r.bytes / 1e9, 3), w.number(r.flops, 3)));
  });
  w.show('count', args);
}

/** @typedef {{ model: string, layers: number, params: number, step: number, of: number, loss: number, mark: string }} Grown */

/**
 * A small GPT that gets a block more.
 * @param {Widget} w
 */
function grow(w) {
  const d = /** @type {{ layers: number, width: number, steps: number, seed: number }} */ (page.defaults.grow);
  const s = w.state({ layers: d.layers, width: d.width, steps: d.steps });
  const args = () => ({ layers: s.layers, width: s.width, steps: s.steps });
  const p = plot(w, { key: 'loss', label: w.t('grow.plot'), x: { label: w.t('grow.step'), min: 0 }, y: { label: w.t('grow.plot') }, height: 360 });
  w.slider({ key: 'layers', min: 1, max: 6, step: 1, label: w.t('grow.layers') });
  w.slider({ key: 'width', min: 16, max: 96, step: 16, label: w.t('grow.width') });
  w.slider({ key: 'steps', min: 100, max: 4000, step: 100, label: w.t('grow.steps') });

  /** @type {Grown[]} */
  let seen = [];
  const curve = (/** @type {string} */ model) => seen.filter((g) => g.model === model && g.mark === '').map((g) => [g.step, g.loss]);
  const marks = () => seen.filter((g) => g.mark !== '');
  const draw = () => {
    const l = seen[0]?.layers ?? s.layers;
    p.draw([
      { line: curve('before'), name: w.t('grow.before', l), color: 1 },
      { line: curve('same'), name: w.t('grow.same', l), color: 1, dash: true },
      { line: curve('more'), name: w.t('grow.more', l + 1), color: 2 },
      { points: marks().map((g) => [g.step, g.loss]), name: w.t('grow.held'), shape: 'diamond', size: 7, color: 3, labels: marks().map((g) => w.number(g.loss, 4)) },
    ]);
    const last = seen.at(-1);
    if (last === undefined) w.say(w.t('grow.idle', s.layers));
    else if (last.mark === 'added') w.say(w.t('grow.added', w.number(last.loss, 4)));
    else w.say(w.t('grow.say', last.layers, last.step, w.number(last.loss, 4)));
  };
  w.runner({
    call: 'grow', args,
    event: (v) => seen.push(v),
    frame: draw,
    reset: () => {
      seen = [];
    },
    end: () => {
      draw();
      const at = (/** @type {string} */ model, /** @type {string} */ mark) => seen.find((g) => g.model === model && g.mark === mark);
      const [before, same, more] = [at('before', 'trained'), at('same', 'end'), at('more', 'end')];
      if (!before || !same || !more) return;
      w.certify('grow', {
        layers: before.layers, before: w.number(before.loss, 4), same: w.number(same.loss, 4), more: w.number(more.loss, 4),
        params: integer(more.params - before.params), gain: w.number((100 * (same.loss - more.loss)) / same.loss, 2),
      });
    },
  });
  w.onUpdate(draw);
  w.show('grow', args);
}

export const widgets = { sizes, grow };
