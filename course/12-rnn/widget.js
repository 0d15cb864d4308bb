// Chapter 12: what its widgets show. Every number comes from the engine's calls.

import { bars } from '../web/bars.js';
import { el } from '../web/dom.js';
import { chooseRun, offer } from '../web/offer.js';
import { matrix, tokens, visible } from '../web/strips.js';
import { copy } from './copy.js';
import { chosen, watch } from './shared.js';

/** @typedef {import('../web/widget.js').Widget} Widget */

const end = 2000; // a place beyond every text: its end

/**
 * A trained model unrolled over a text.
 * @param {Widget} w
 */
async function unroll(w) {
  const s = w.state({ text: chosen.text, read: '', unit: 0, at: -1, colour: 'unit', temperature: 1 });
  chosen.text = s.text;
  const args = () => ({ run: w.run, text: s.text, read: s.read });
  const there = /** @type {{ name: string, look: number, ready: boolean, trained: boolean }[]} */ (await w.ask('texts'));

  // Where the learner chose none: what is worth a look in the example, and the end of an own text.
  const place = () => (s.at >= 0 ? s.at : s.read === '' && w.run === '' ? there.find((x) => x.name === s.text)?.look ?? end : end);

  const head = el('div', { class: 'controls' });
  w.stage.before(head);
  if (w.run === '') {
    const which = w.segmented({ key: 'text', label: w.t('unroll.text'), into: head, on: () => {
      s.read = '';
      s.at = -1;
    }, options: there.map((x) => ({ value: x.name, label: x.ready || x.trained ? w.t('unroll.' + x.name) : w.t('unroll.absent', w.t('unroll.' + x.name)), disabled: !x.ready && !x.trained })) });
    which.el.classList.add('wide');
  }
  const learnt = el('ol', { class: 'writings', 'aria-label': w.t('unroll.learnt') });
  const progress = el('p', { role: 'status' });
  const model = offer(w, { why: w.t('unroll.offer'), call: 'learn', args: () => ({ text: s.text }),
    reset: () => {
      learnt.replaceChildren();
      progress.textContent = '';
    },
    event: (v) => {
      progress.textContent = w.t('unroll.learning', v.step, v.of, w.number(v.bits, 3));
      if (v.at > 0 && String(v.at) !== /** @type {HTMLElement | null} */ (learnt.lastElementChild)?.dataset.at) {
        learnt.append(el('li', { 'data-at': v.at }, w.t('unroll.wrote', v.at, v.writing.trim() || visible(v.writing))));
      }
    },
    done: () => {
      w.update();
      watch.tell();
    } });
  w.stage.before(progress, learnt);

  const line = tokens(w, { key: 'line', label: w.t('unroll.line'), pick: (i) => w.set({ at: i }) });
  const strips = matrix(w, { key: 'strips', label: w.t('unroll.strips'), scale: 'diverging', cell: 16, pick: (row, column) => w.set({ unit: row, at: column }) });
  const likely = bars(w, { key: 'next', label: w.t('unroll.next'), text: (v) => (v < 1e-4 ? '< 0.01 %' : `${w.number(100 * v, 3)} %`) });
  w.stage.insertBefore(el('p', { class: 'hint' }, w.t('unroll.press')), strips.el);
  const title = el('p', {});
  w.stage.insertBefore(title, likely.el);
  w.textbox({ key: 'read', label: w.t('unroll.read'), lines: 2, max: 240, hint: w.t('unroll.readhint'), on: () => {
    s.at = -1;
  } });
  w.segmented({ key: 'colour', label: w.t('unroll.colour'), options: ['unit', 'bits', 'influence'].map((k) => ({ value: k, label: w.t('unroll.by.' + k) })) });
  w.slider({ key: 'unit', min: 0, max: 15, step: 1, label: w.t('unroll.unit'), text: (v) => String(v + 1) });
  w.slider({ key: 'temperature', min: 0, max: 2, step: 0.05, label: w.t('unroll.temperature') });

  w.onUpdate(async () => {
    if (chosen.text !== s.text) {
      chosen.text = s.text;
      watch.tell();
    }
    const [reading, after] = await Promise.all([w.ask('read', args()), w.ask('next', { ...args(), at: place(), temperature: s.temperature })]);
    const r = model.look(reading);
    progress.hidden = r !== null;
    if (r === null || !after.trained) return;
    const row = Math.min(s.unit, r.shown.length - 1);
    const unit = r.shown[row];
    const most = r.bits.reduce((/** @type {number} */ a, /** @type {number | null} */ v) => Math.max(a, v ?? 0), 0) || 1;
    const pull = after.influence.reduce((/** @type {number} */ a, /** @type {number} */ v) => Math.max(a, v), 0) || 1;
    const colours = s.colour === 'bits' ? { values: r.bits, min: -most, max: most }
      : s.colour === 'influence' ? { values: after.influence, min: -pull, max: pull }
      : { values: unit.values, min: -r.largest, max: r.largest };
    line.draw({ tokens: r.tokens, ...colours, picked: after.at });
    strips.draw({ values: r.shown.map((/** @type {{ values: number[] }} */ u) => u.values), rows: r.shown.map((/** @type {{ unit: number }} */ u) => `h${u.unit}`),
      columns: r.tokens.map(visible), min: -r.largest, max: r.largest, picked: [row, after.at] });
    title.textContent = w.t('unroll.after', r.tokens.slice(Math.max(0, after.at - 11), after.at + 1).map(visible).join(''), w.number(after.entropy, 3));
    likely.draw(after.tokens.slice(0, 8).map((/** @type {{ token: string, p: number }} */ c) => ({ label: visible(c.token), value: c.p, lit: c.token === after.came })), 1);
    w.say(w.t('unroll.say', r.run, r.tokens.length, w.number(r.mean, 3), w.number(r.blind, 3), visible(r.tokens[r.hardest]), r.hardest + 1, w.number(r.bits[r.hardest], 3), after.half, after.at + 1)
      + (r.cut > 0 ? ' ' + w.t('unroll.cut', r.tokens.length, r.cut) : ''));
    if (s.unit !== 0 || s.at >= 0 || s.read !== '') {
      w.certify('unroll', { run: r.run, params: w.integer(r.params), n: r.tokens.length, mean: w.number(r.mean, 3), blind: w.number(r.blind, 3), unit: `h${unit.unit}`, units: r.units, half: after.half, at: after.at + 1 });
    }
  });
  w.show('read', args);
  chooseRun(w, ['text'], w.t('unroll.own')).catch((e) => w.error(e));
}

/**
 * The model writes.
 * @param {Widget} w
 */
function write(w) {
  const s = w.state({ prompt: '', temperature: 0.8, seed: 1 });
  const args = () => ({ run: w.run, text: chosen.text, prompt: s.prompt, temperature: s.temperature, seed: s.seed });
  const model = offer(w, { why: w.t('write.offer') });
  const prompt = el('p', { class: 'prompt' });
  w.stage.append(prompt);
  const out = tokens(w, { key: 'written', label: w.t('write.out') });
  w.slider({ key: 'temperature', min: 0, max: 2, step: 0.05, label: w.t('unroll.temperature') });
  w.textbox({ key: 'prompt', label: w.t('write.prompt'), max: 80, hint: w.t('write.hint') });
  w.button({ label: w.t('write.again'), primary: true, on: () => w.set({ seed: (s.seed % 1000) + 1 }) });
  watch.add(w);
  w.onUpdate(async () => {
    const r = model.look(await w.ask('write', args()));
    if (r === null) return;
    prompt.textContent = r.prompt + '…';
    const drawn = /** @type {{ token: string, p: number }[]} */ (r.tokens).filter((c) => c.token !== '');
    out.draw({ tokens: drawn.map((c) => c.token), values: drawn.map((c) => c.p), min: -1, max: 1 });
    const text = drawn.map((c) => c.token).join('').trim();
    w.say(w.t('write.say', w.number(s.temperature, 3), drawn.length, w.number(r.bits, 3)));
    if (s.temperature !== 0.8) w.certify('write', { temperature: w.number(s.temperature, 3), bits: w.number(r.bits, 3), prompt: r.prompt, text: text.replace(/\s+/g, ' ').slice(0, 60) });
  });
  w.show('write', args);
}

export const widgets = { unroll, write, copy };
