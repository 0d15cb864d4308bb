// The palette: kinds of bricks by group, to add with a press or to drag onto the wall.

import { el } from '../web/dom.js';
import { hasText, t } from '../web/text.js';
import { drags } from './wall.js';

/** @typedef {{ name: string, kind: string, default: string, doc: string, words: string[] | null }} Slot */
/** @typedef {{ name: string, group: string, brick: import('./tree.js').Brick, usage: string, doc: string, args: Slot[] }} Kind */

/** What a block does, in the page's language, else in the engine's words. @param {Kind} k */
export function blockDoc(k) {
  return hasText('block.' + k.name) ? t('block.' + k.name) : k.doc;
}

/**
 * @param {HTMLElement} into @param {Kind[]} kinds
 * @param {{ group: string, open: (group: string) => void, add: (kind: Kind) => void, hint: (text: string) => void }} o
 */
export function palette(into, kinds, o) {
  const groups = [...new Set(kinds.map((k) => k.group))];
  const tabs = groups.map((g) => el('button', { type: 'button', 'aria-pressed': 'false', onclick: () => o.open(g) }, t('group.' + g)));
  const list = el('div', { class: 'chips', role: 'group', 'aria-label': t('palette') });
  into.append(el('div', { class: 'tabs', role: 'group', 'aria-label': t('palette.groups') }, ...tabs), list);
  /** @param {string} group */
  const draw = (group) => {
    const g = groups.includes(group) ? group : groups[0];
    tabs.forEach((b, i) => b.setAttribute('aria-pressed', String(groups[i] === g)));
    list.replaceChildren(...kinds.filter((k) => k.group === g).map((k) => {
      const b = el('button', { type: 'button', class: `chip kind-${k.name}`, title: `${k.usage}: ${blockDoc(k)}`, onclick: () => o.add(k) }, k.name);
      b.addEventListener('focus', () => o.hint(`${k.usage}: ${blockDoc(k)}`));
      b.addEventListener('pointerenter', () => o.hint(`${k.usage}: ${blockDoc(k)}`));
      drags(b, () => k.brick);
      return b;
    }));
  };
  draw(o.group);
  return { draw };
}
