// Chapter 0: what its widgets show. Every number comes from the engine's calls.

import { bars } from '../web/bars.js';
import { el } from '../web/dom.js';
import { page } from '../web/pagedata.js';
import { table } from '../web/table.js';
import { walls } from './wall.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/**
 * @typedef {object} Model
 * @property {string} name
 * @property {number} year
 * @property {number} layers
 * @property {number} [width]
 * @property {number} parameters
 * @property {number} [exact]
 * @property {number} stated
 * @property {number | null} off
 * @property {number} times
 * @property {string} [status]
 * @property {{ of: string, title: string, url: string }[]} from
 */

/** A number of parameters in a word: 117 M, 1.5 B, 1.8 T. @param {Widget} w @param {number} n */
function short(w, n) {
  const [unit, sign] = n >= 1e12 ? [1e12, 'T'] : n >= 1e9 ? [1e9, 'B'] : [1e6, 'M'];
  return `${w.number(n / unit, 3)} ${sign}`;
}

/**
 * GPT-1 to GPT-4, drawn to scale, with what is published and what is counted.
 * @param {Widget} w
 */
function ladder(w) {
  const s = w.state({ scale: 'linear' });
  const top = el('div');
  w.stage.append(top);
  w.segmented({ key: 'scale', label: w.t('ladder.scale'), into: top, options: [
    { value: 'linear', label: w.t('ladder.linear') },
    { value: 'log', label: w.t('ladder.log') },
  ] });
  const drawing = walls(w.t('ladder.drawing'));
  w.stage.append(drawing.el);
  const rows = table(w, { caption: w.t('ladder.table'), csv: 'gpt', columns: [
    { key: 'name', label: w.t('ladder.name') },
    { key: 'year', label: w.t('ladder.year') },
    { key: 'layers', label: w.t('ladder.layers') },
    { key: 'width', label: w.t('ladder.width') },
    { key: 'stated', label: w.t('ladder.stated') },
    { key: 'exact', label: w.t('ladder.exact') },
    { key: 'off', label: w.t('ladder.off') },
  ] });
  const sources = el('ul');
  w.stage.append(el('details', {}, el('summary', {}, w.t('ladder.sources')), sources));
  // The question above is answered on the page, not in the widget.
  document.addEventListener('change', (e) => {
    if (e.target instanceof Element && e.target.closest('fieldset[data-predict="guess"]')) w.update();
  });

  w.onUpdate(async () => {
    const { scale } = s;
    const list = /** @type {Model[]} */ (await w.ask('ladder'));
    drawing.draw(list.map((m) => ({ name: m.name.split(' ')[0] ?? '', size: short(w, m.stated), parameters: m.parameters, sure: !m.status, note: m.status ? w.t('ladder.unsure') : '' })), scale === 'log');
    rows.draw(list.map((m) => ({
      name: m.name, year: String(m.year), layers: m.layers + (m.status ? ' *' : ''), width: m.width ? String(m.width) : '—',
      stated: short(w, m.stated) + (m.status ? ' *' : ''), exact: m.exact ? w.integer(m.exact) : w.t('ladder.none'), off: m.off === null ? '—' : w.number(100 * m.off, 2) + ' %',
    })));
    sources.replaceChildren(...list.flatMap((m) => m.from.map((f) =>
      el('li', {}, `${m.name}${w.t('ladder.colon')}${w.t('source.' + f.of)} — `, el('a', { href: f.url, rel: 'noreferrer external', class: 'external' }, f.title)))));
    const [first, second, third, last] = list;
    if (!first || !second || !third || !last) return;
    w.say(w.t('ladder.say.' + scale, w.number(second.times, 3), w.integer(third.times), w.integer(last.times)));
    if (scale === 'log') {
      w.certify('ladder', { first: w.integer(first.exact ?? 0), second: w.integer(second.exact ?? 0), third: w.integer(third.exact ?? 0), times: w.integer(third.times) });
    }
    const guess = w.predicted('guess');
    if (guess) w.certify('guess', { guess: guess.length > 120 ? guess.slice(0, 120) + '…' : guess });
  });
  w.show('ladder', () => ({}));
}

/**
 * A GPT of any size, counted by its parts.
 * @param {Widget} w
 */
function count(w) {
  const d = /** @type {{ layers: number, width: number }} */ (page.defaults.count);
  const s = w.state({ layers: d.layers, width: d.width });
  const args = () => ({ layers: s.layers, width: s.width });
  const like = [[12, 768], [48, 1600], [96, 12288]].map(([layers = 1, width = 64]) =>
    ({ layers, width, button: w.button({ label: w.t('count.like', layers, width), on: () => w.set({ layers, width }) }) }));
  w.slider({ key: 'layers', min: 1, max: 128, step: 1, label: w.t('count.layers'), text: String });
  w.slider({ key: 'width', min: 64, max: 16384, step: 64, label: w.t('count.width'), text: String });
  const stack = el('pre', { tabindex: '0' });
  w.stage.append(stack);
  const parts = bars(w, { key: 'parts', label: w.t('count.parts'), text: (v) => short(w, v) });

  w.onUpdate(async () => {
    const { layers, width } = s;
    for (const l of like) l.button.setAttribute('aria-pressed', String(l.layers === layers && l.width === width));
    const r = await w.ask('count', args());
    const p = r.params;
    stack.textContent = r.stack;
    parts.draw([
      { label: w.t('count.feed'), value: p.feed_forward, color: 1 },
      { label: w.t('count.attention'), value: p.attention, color: 2 },
      { label: w.t('count.embedding'), value: p.embedding, color: 3 },
      { label: w.t('count.positions'), value: p.positions ?? 0, color: 4 },
      { label: w.t('count.norms'), value: p.norms, color: 5 },
    ]);
    w.say(w.t('count.say', w.integer(p.total), w.integer(r.rule), w.integer(r.deeper), w.integer(r.wider)));
    w.certify('count', { layers, width, total: w.integer(p.total), deeper: w.number(r.deeper / p.total, 3), wider: w.number(r.wider / p.total, 3) });
  });
  w.show('count', args);
}

export const widgets = { ladder, count };
