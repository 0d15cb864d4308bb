// How far back each kind of network remembers: a table that fills while they are trained.

import { plot } from '../web/plot.js';
import { table } from '../web/table.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ step: number, right: number | null, done: boolean }} Cell */
/** @typedef {{ distances: number[], guess: number, rows: { net: string, params: number, cells: Cell[], reach: number }[], done: boolean }} Table */

const distances = [5, 10, 20, 50, 100, 200];

/** @param {Widget} w */
export function copy(w) {
  const s = w.state({ longest: 200, seed: 1 });
  /** @type {Table | null} */
  let now = null;
  const p = plot(w, { key: 'copy', label: w.t('copy.plot'), height: 260,
    x: { min: 4.5, max: 225, log: true, label: w.t('copy.distance'), ticks: distances }, y: { min: 0, max: 105, label: w.t('copy.right') } });
  const rows = table(w, { caption: w.t('copy.table'), csv: 'copy', columns: [
    { key: 'net', label: w.t('copy.net') },
    { key: 'params', label: w.t('copy.params'), text: (v) => (v > 0 ? w.integer(v) : '·') },
    ...distances.map((d) => ({ key: String(d), label: String(d), text: (/** @type {string | number | null} */ v) => (typeof v === 'number' ? `${w.number(100 * v, 3)} %` : v ?? '·') })),
    { key: 'reach', label: w.t('copy.reach'), text: (v) => (v === null ? '·' : String(v)) },
  ] });
  w.slider({ key: 'longest', values: distances, label: w.t('copy.longest') });
  w.slider({ key: 'seed', min: 1, max: 9, step: 1, label: w.t('copy.seed') });

  const draw = () => {
    const t = now;
    if (t === null) {
      rows.draw(['RNN', 'LSTM', 'GRU', 'attention'].map((net) => ({ net: w.t('copy.' + net), params: 0, reach: null })));
      p.draw([]);
      return;
    }
    const named = /** @param {string} net */ (net) => w.t('copy.' + net);
    rows.draw(t.rows.map((r) => ({ net: named(r.net), params: r.params, reach: t.done ? r.reach : null,
      ...Object.fromEntries(t.distances.map((d, i) => {
        const c = r.cells[i];
        return [String(d), !c || c.step === 0 ? null : c.done ? c.right : w.t('copy.step', c.step)];
      })) })));
    p.draw([
      ...t.rows.map((r) => ({ line: t.distances.flatMap((d, i) => (r.cells[i]?.done ? [[d, 100 * (r.cells[i]?.right ?? NaN)]] : [])), name: named(r.net), markers: true })),
      { hline: 100 * t.guess, name: w.t('copy.guess'), dash: true },
    ]);
  };
  w.runner({ call: 'remember', args: () => ({ longest: s.longest, seed: s.seed }), step: false,
    event: (v) => {
      now = v;
    },
    frame: draw,
    reset: () => {
      now = null;
      draw();
    },
    end: () => {
      draw();
      if (now === null || !now.done) return;
      const reach = /** @param {string} net */ (net) => now?.rows.find((r) => r.net === net)?.reach ?? 0;
      w.say(w.t('copy.say', reach('RNN'), reach('LSTM'), reach('GRU'), reach('attention')));
      w.certify('copy', { longest: now.distances.at(-1) ?? 0, rnn: reach('RNN'), lstm: reach('LSTM'), gru: reach('GRU'), attention: reach('attention'), guess: w.number(100 * now.guess, 3) });
    } });
  w.onUpdate(() => {
    if (now === null) w.say(w.t('copy.before'));
    draw();
  });
  w.show('remember', () => ({ longest: s.longest, seed: s.seed }));
}
