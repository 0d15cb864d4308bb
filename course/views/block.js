// One token's way through the blocks: the residual stream and what is added to it, and the gates of a SwiGLU.

import { bars } from '../web/bars.js';
import { el } from '../web/dom.js';
import { tokens } from '../web/strips.js';
import { table } from '../web/table.js';
import { follow, named, picked, reading, say } from './reading.js';

/** @typedef {{ layer: number, name: string, length: number, adds: boolean }} Stage */

/** @param {import('../web/widget.js').Widget} w */
export function block(w) {
  const s = w.state({ query: -1 });
  const args = () => ({ ...reading(), layer: picked().layer, query: s.query });
  const strip = tokens(w, { key: 'strip', label: w.t('block.strip'), pick: (i) => w.set({ query: i }) });
  const row = w.row();
  const stages = bars(w, { key: 'stages', label: w.t('block.stages'), into: row });
  const box = el('div');
  row.append(box);
  const units = table(w, { caption: w.t('block.units'), csv: 'swiglu', into: box, columns: [
    { key: 'unit', label: w.t('block.unit'), text: String },
    { key: 'gate', label: 'gate', digits: 3 },
    { key: 'opened', label: 'silu(gate)', digits: 3 },
    { key: 'up', label: 'up', digits: 3 },
    { key: 'out', label: 'out', digits: 3 },
  ] });

  const part = (/** @type {Stage} */ p) => {
    if (p.layer < 0) return w.t('block.embedding');
    if (p.name === 'stream') return w.t('block.stream', p.layer + 1);
    return w.t(p.name.includes('attn') ? 'block.attention' : 'block.mlp', p.layer + 1);
  };
  follow(w);
  w.onUpdate(async () => {
    const r = await w.ask('block', args());
    strip.draw({ tokens: r.tokens, picked: r.query });
    stages.draw(r.stages.map((/** @type {Stage} */ p) => ({ label: part(p), value: p.length, color: p.adds ? (p.name.includes('attn') ? 1 : 2) : 8, lit: p.layer === r.layer && p.adds })));
    units.draw(r.units.map((/** @type {{ unit: number }} */ u) => ({ ...u, unit: u.unit + 1 })));
    const first = r.stages[0].length;
    const last = r.stages.at(-1).length;
    const grows = [named(r.tokens, r.query), w.number(first, 3), w.number(last, 3), r.layer + 1];
    say(w, r, r.hidden > 0 ? w.t('block.say', ...grows, r.hidden, w.number(100 * r.off, 3)) : w.t('block.experts', ...grows));
  });
  w.show('block', args);
}
