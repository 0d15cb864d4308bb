// The logit lens: what the head would say after each block; and the bars of the next token.

import { bars } from '../web/bars.js';
import { el } from '../web/dom.js';
import { inkOn, onTheme, shade } from '../web/theme.js';
import { follow, named, reading, say } from './reading.js';

/** @typedef {{ token: string, p: number, same: boolean, right: boolean }} Guess */

/** @param {import('../web/widget.js').Widget} w */
export function says(w) {
  const body = el('tbody');
  const head = el('tr');
  const frame = el('div', { class: 'tableframe', tabindex: '0', role: 'region', 'aria-label': w.t('says.table') },
    el('table', {}, el('thead', {}, head), body));
  frame.style.position = 'relative'; // what is read aloud alone lies within what scrolls
  w.stage.append(el('p', { class: 'hint' }, w.t('says.table')), frame);
  /** @type {[HTMLElement, number][]} */
  let cells = [];
  const paint = () => {
    for (const [cell, p] of cells) {
      const rgb = shade('sequential', p);
      cell.style.background = `rgb(${rgb.join(',')})`;
      cell.style.color = inkOn(rgb);
    }
  };
  onTheme(paint);
  follow(w);
  w.onUpdate(async () => {
    const r = await w.ask('says', reading());
    const shown = /** @type {string[]} */ (r.tokens.slice(r.first));
    const label = (/** @type {string} */ scope, /** @type {string} */ text) => {
      const c = el('th', { scope }, text);
      c.style.whiteSpace = 'nowrap';
      if (scope === 'row' || text === w.t('says.after')) Object.assign(c.style, { position: 'sticky', left: '0', background: 'var(--raised)', zIndex: '1' });
      return c;
    };
    head.replaceChildren(label('col', w.t('says.after')), ...shown.map((t) => label('col', t)));
    cells = [];
    body.replaceChildren(...r.rows.map((/** @type {Guess[]} */ row, /** @type {number} */ layer) => el('tr', {},
      label('row', layer === 0 ? w.t('block.embedding') : w.t('block.stream', layer)),
      ...row.map((g) => {
        const c = el('td', { title: w.number(g.p, 3) }, (g.same ? '' : '· ') + g.token, el('span', { class: 'unseen' }, ` ${w.number(g.p, 2)}`));
        c.style.whiteSpace = 'nowrap';
        cells.push([c, g.p]);
        return c;
      }))));
    paint();
    frame.scrollLeft = frame.scrollWidth; // the end of the text is what is asked about
    const rows = /** @type {Guess[][]} */ (r.rows);
    const end = /** @type {Guess[]} */ (rows.map((row) => row.at(-1)));
    const settled = end.findIndex((_, i) => end.slice(i).every((g) => g.same));
    say(w, r, w.t('says.say', named(r.tokens, r.tokens.length - 1), end.map((g, i) => `${i === 0 ? w.t('block.embedding') : i}: ${g.token} ${w.number(g.p, 2)}`).join('　'), settled));
  });
  w.show('says', reading);
}

/** @param {import('../web/widget.js').Widget} w */
export function next(w) {
  const s = w.state({ temperature: 1 });
  const args = () => ({ ...reading(), temperature: s.temperature });
  const list = bars(w, { key: 'next', label: w.t('next.label'), text: (v) => `${w.number(100 * v, 3)} %` });
  w.slider({ key: 'temperature', min: 0.1, max: 3, step: 0.05, label: w.t('next.temperature') });
  follow(w);
  w.onUpdate(async () => {
    const r = await w.ask('next', args());
    const guesses = /** @type {Guess[]} */ (r.list);
    list.draw([...guesses.map((g) => ({ label: g.token, value: g.p })), { label: w.t('next.rest', r.vocab - guesses.length), value: r.rest, color: 8 }], 1);
    const [a, b] = guesses;
    say(w, r, w.t('next.say', named(r.tokens, r.query), a?.token ?? '', w.number(100 * (a?.p ?? 0), 3), b?.token ?? '', w.number(100 * (b?.p ?? 0), 3)));
  });
  w.show('next', args);
}
