// The editor of one brick: its arguments, its count, and what can be done with it.

import { el, freshId } from '../web/dom.js';
import { t } from '../web/text.js';
import { blockDoc } from './palette.js';

/** @typedef {import('./tree.js').Brick} Brick */
/** @typedef {import('./palette.js').Kind} Kind */
/** @typedef {{ change: (path: string, f: (b: Brick) => void) => void, act: (path: string, what: string) => void }} EditorOptions */

/** @param {HTMLElement} into @param {EditorOptions} o */
export function editor(into, o) {
  const box = el('fieldset', { class: 'editor', hidden: true });
  into.append(box);
  let shown = '';

  /** @param {string} label @param {HTMLElement} input */
  const field = (label, input) => {
    input.id = freshId();
    return el('div', { class: 'control' }, el('label', { for: input.id }, label), input);
  };

  return {
    el: box,
    focus() {
      box.querySelector('input')?.focus();
    },
    /** @param {Brick | null} b @param {Kind | undefined} kind */
    draw(b, kind) {
      box.hidden = b === null;
      if (b === null) {
        shown = '';
        return;
      }
      const now = JSON.stringify([b.path, b.name, b.count, b.args, kind?.name]);
      if (now === shown) return;
      // A field that is being typed into keeps its place.
      const at = box.contains(document.activeElement) ? [...box.querySelectorAll('input, select, button')].indexOf(/** @type {Element} */ (document.activeElement)) : -1;
      shown = now;
      const { path } = b;
      const count = el('input', { type: 'number', min: 1, max: 1000000, value: b.count, onchange: () => {
        const n = Number(count.value);
        if (Number.isInteger(n) && n >= 1 && n <= 1e6) o.change(path, (x) => void (x.count = n));
      } });
      const fields = [field(t('editor.count'), count)];
      if (kind && b.name === 'reshape') fields.push(raw(b, kind));
      else if (kind) for (const [i, slot] of kind.args.entries()) fields.push(one(b, kind, slot, i));
      const button = /** @param {string} what @param {string} label @param {boolean} [off] */ (what, label, off) =>
        el('button', { type: 'button', 'aria-disabled': String(off === true), onclick: () => !off && o.act(path, what) }, label);
      const acts = el('div', { class: 'acts' },
        button('up', t('editor.up')), button('down', t('editor.down')), button('double', t('editor.double')),
        b.holds ? button('open', t('editor.open')) : button('group', t('editor.group')),
        b.name === 'residual' ? null : button('residual', t('editor.residual')),
        button('remove', t('editor.remove')), button('done', t('editor.done')));
      box.replaceChildren(el('legend', {}, b.name || t('wall.group')), el('p', { class: 'hint' }, kind ? blockDoc(kind) : t('editor.bracket')), el('div', { class: 'fields' }, ...fields), acts);
      if (at >= 0) /** @type {HTMLElement | undefined} */ ([...box.querySelectorAll('input, select, button')][at])?.focus();
    },
  };

  /** All arguments in one box. @param {Brick} b @param {Kind} kind */
  function raw(b, kind) {
    const input = el('input', { type: 'text', class: 'mono', value: b.args.map((a) => a.value).join(','), onchange: () =>
      o.change(b.path, (x) => void (x.args = input.value.split(',').map((v) => ({ key: '', value: v.trim() })))) });
    return field(kind.args[0]?.name ?? '', input);
  }

  /** @param {Brick} b @param {Kind} kind @param {Kind['args'][number]} slot @param {number} i */
  function one(b, kind, slot, i) {
    const value = (b.args.find((a) => a.key === slot.name) ?? (b.args[i]?.key === '' ? b.args[i] : undefined))?.value ?? '';
    const put = /** @param {string} v */ (v) => o.change(b.path, (x) => void (x.args = withArg(x.args, kind, slot.name, v)));
    const words = slot.kind === 'flag' ? ['true', 'false'] : slot.kind === 'word' ? slot.words ?? [] : null;
    if (words !== null) {
      const input = el('select', { title: slot.default, onchange: () => put(input.value) }, el('option', { value: '' }, t('editor.default')), ...words.map((x) => el('option', { value: x }, x)));
      input.value = value;
      return field(slot.name, input);
    }
    const input = el('input', { type: 'text', inputmode: 'decimal', class: 'mono', maxlength: 12, value, placeholder: slot.default, onchange: () => put(input.value.trim().replace(/[^\w.-]/g, '')) });
    return field(slot.name, input);
  }
}

/**
 * Arguments with one set, or taken away by an empty value: in the order of the block's own, the first and those that must be given by
 * their place, the others by name.
 * @param {import('./tree.js').Arg[]} args @param {Kind} kind @param {string} name @param {string} value
 */
function withArg(args, kind, name, value) {
  const given = new Map(args.map((a, k) => [a.key || (kind.args[k]?.name ?? ''), a.value]));
  if (value === '') given.delete(name);
  else given.set(name, value);
  let placed = true;
  return kind.args.flatMap((slot, k) => {
    const v = given.get(slot.name);
    placed &&= v !== undefined && (k === 0 || slot.default === '');
    return v === undefined ? [] : [{ key: placed ? '' : slot.name, value: v }];
  });
}
