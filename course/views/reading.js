// What all views of a page look at: one model and one text. The source sets them, the others follow.

import { query } from '../web/state.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ run: string, text: string }} Reading */
/** @typedef {{ name: string, trained: boolean, params: number, tokens: string[] }} Info   of every answer */

/** Texts that fit the small models. @type {Record<string, string>} */
export const examples = {
  'learn-llama': 'Anna had a red ball. Anna met Tom in the garden and gave it to Tom. Who has the red ball now? Tom has the red',
  'learn-couplets': '春风吹绿路，秋月照红山。朝山绕',
};

const own = query('run') ?? '';
const model = own !== '' ? own : (query('source.model') ?? 'learn-llama');
/** @type {Reading} */
let now = { run: model, text: query('source.text') ?? examples[model] ?? examples['learn-llama'] ?? '' };
const followers = /** @type {Set<() => void>} */ (new Set());

/** The model and the text of the moment, as every call takes them. @returns {Reading} */
export function reading() {
  return { ...now };
}

/** Sets them; the other views follow. @param {Reading} next */
export function read(next) {
  if (next.run === now.run && next.text === now.text) return;
  now = next;
  for (const f of followers) f();
}

/** Has a view updated when another text or model is read. @param {Widget} w */
export function follow(w) {
  followers.add(() => w.update());
}

/** The model has been trained: all views look again. */
export function again() {
  for (const f of followers) f();
}

/** A certificate, on pages that have it; an untrained model earns none. @param {Widget} w @param {Info} info @param {string} name @param {Record<string, string | number>} values */
export function certify(w, info, name, values) {
  if (info.trained && document.querySelector(`[data-certificate="${name}"]`) !== null) w.certify(name, values);
}

/** The summary, which says first that a model is untrained. @param {Widget} w @param {Info} info @param {string} text */
export function say(w, info, text) {
  w.say(info.trained ? text : w.t('views.untrained') + text);
}

/** A token by its place, for sliders. @param {string[]} tokens @param {number} i */
export function named(tokens, i) {
  return `${i + 1} ${tokens[i] ?? ''}`;
}
