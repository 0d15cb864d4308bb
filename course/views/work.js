// What takes a while: losses without a part, a text written with and without a cache, and sampling.

import { bars } from '../web/bars.js';
import { el } from '../web/dom.js';
import { plot } from '../web/plot.js';
import { table } from '../web/table.js';
import { integer } from '../web/text.js';
import { certify, follow, reading, say } from './reading.js';

/** @typedef {{ layer: number, head: number, loss: number, delta: number, done: number, of: number, held: boolean, read: number, trained: boolean, name: string }} Cut */

/** @param {import('../web/widget.js').Widget} w */
export function ablate(w) {
  const list = bars(w, { key: 'cuts', label: w.t('ablate.label'), text: (v) => (v >= 0 ? '+' : '') + w.number(v, 3) });
  /** @type {Cut[]} */
  let seen = [];
  const name = (/** @type {Cut} */ c) => (c.head < 0 ? w.t('ablate.block', c.layer + 1) : w.t('ablate.head', c.layer + 1, c.head + 1));
  const draw = () => {
    const cuts = seen.filter((c) => c.layer >= 0);
    list.draw(cuts.map((c) => ({ label: name(c), value: c.delta, color: c.head < 0 ? 2 : 1, lit: c.head < 0 })));
    const whole = seen[0];
    const last = seen.at(-1);
    if (!whole || !last) {
      w.say(w.t('ablate.idle'));
      return;
    }
    w.say((whole.trained ? '' : w.t('views.untrained')) + w.t(whole.held ? 'ablate.say' : 'ablate.text', w.number(whole.loss, 4), last.done, last.of, integer(whole.read)));
  };
  w.runner({
    call: 'ablate', args: reading, event: (v) => seen.push(v), frame: draw,
    reset: () => {
      seen = [];
      draw();
    },
    end: (state) => {
      const whole = seen[0];
      if (state !== 'done' || !whole) return;
      const signed = (/** @type {number} */ v) => (v >= 0 ? '+' : '') + w.number(v, 3);
      const heads = seen.filter((c) => c.head >= 0).sort((a, b) => b.delta - a.delta);
      const [most, least] = [heads[0], heads.at(-1)];
      if (!most || !least) return;
      certify(w, { name: whole.name, trained: whole.trained, params: 0, tokens: [] }, 'ablate', {
        loss: w.number(whole.loss, 4), most: name(most), mostDelta: signed(most.delta), least: name(least), leastDelta: signed(least.delta),
        blocks: seen.filter((c) => c.layer >= 0 && c.head < 0).map((c) => `${name(c)} ${signed(c.delta)}`).join(w.t('ablate.comma')),
        all: heads.map((c) => `${name(c)} ${signed(c.delta)}`).join(w.t('ablate.comma')),
      });
    },
  });
  w.onUpdate(draw);
  w.show('ablate', reading);
}

/** @param {import('../web/widget.js').Widget} w */
export function cache(w) {
  const s = w.state({ tokens: 24 });
  const args = () => ({ ...reading(), tokens: s.tokens });
  const p = plot(w, { key: 'cache', label: w.t('cache.plot'), height: 280, x: { label: w.t('cache.tokens'), min: 0 }, y: { label: w.t('cache.products'), min: 0 } });
  const rows = table(w, { caption: w.t('cache.table'), csv: 'cache', columns: [
    { key: 'name', label: '' },
    { key: 'counted', label: w.t('cache.counted'), text: integer },
    { key: 'formula', label: w.t('cache.formula'), text: integer },
    { key: 'attended', label: w.t('cache.attended'), text: integer },
    { key: 'ms', label: w.t('cache.ms'), digits: 3 },
  ] });
  w.slider({ key: 'tokens', min: 1, max: 60, step: 1, label: w.t('cache.tokens') });
  follow(w);
  w.onUpdate(async () => {
    const r = await w.ask('cache', args());
    const curves = /** @type {number[][]} */ (r.curves);
    p.draw([
      { line: curves.map((c) => [c[0], c[2]]), name: w.t('cache.without'), color: 2 },
      { line: curves.map((c) => [c[0], c[1]]), name: w.t('cache.with'), color: 1 },
    ]);
    rows.draw([['cache.with', r.with], ['cache.without', r.without]].map(([key, c]) => ({ name: w.t(key), ...c, ms: 1000 * c.seconds })));
    const times = r.without.counted / r.with.counted;
    say(w, r, w.t(r.same ? 'cache.say' : 'cache.other', r.written, r.prompt, w.number(times, 3), r.text));
    const exact = r.with.counted === r.with.formula && r.without.counted === r.without.formula;
    if (exact && r.same) certify(w, r, 'cache', { prompt: r.prompt, written: r.written, with: integer(r.with.counted), without: integer(r.without.counted), times: w.number(times, 3) });
  });
  w.show('cache', args);
}

/** @param {import('../web/widget.js').Widget} w */
export function write(w) {
  const s = w.state({ temperature: 0.8, topK: 0, tokens: 60, seed: 1 });
  const args = () => ({ ...reading(), temperature: s.temperature, topK: s.topK, tokens: s.tokens, seed: s.seed });
  const before = el('span', { class: 'soft' });
  const after = el('strong');
  w.stage.append(el('blockquote', {}, before, after));
  w.slider({ key: 'temperature', min: 0, max: 2, step: 0.05, label: w.t('next.temperature') });
  w.slider({ key: 'topK', min: 0, max: 100, step: 1, label: w.t('write.topk'), text: (v) => (v === 0 ? w.t('write.all') : String(v)) });
  w.slider({ key: 'tokens', min: 1, max: 300, step: 1, label: w.t('cache.tokens') });
  w.numberbox({ key: 'seed', min: 0, max: 999999, step: 1, label: w.t('write.seed') });
  /** @type {{ text: string, p: number, n: number, end: string } | null} */
  let last = null;
  const draw = () => {
    before.textContent = reading().text;
    after.textContent = last?.text ?? '';
    w.say(last === null ? w.t('write.idle') : w.t(last.end === '' ? 'write.say' : last.end === 'context' ? 'write.full' : 'write.end', last.n, w.number(last.p, 3)));
  };
  w.runner({ call: 'write', args, event: (v) => {
    last = v;
  }, frame: draw, reset: () => {
    last = null;
    draw();
  } });
  follow(w);
  w.onUpdate(draw);
  w.show('write', args);
}
