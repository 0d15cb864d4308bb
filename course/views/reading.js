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
/** The head that is looked at, counted from 0; beyond the last one of a model it is the last one. */
let head = { layer: Number(query('attend.layer') ?? 0), head: Number(query('attend.head') ?? 0) };
const followers = /** @type {Set<Widget>} */ (new Set());

/** The model and the text of the moment, as every call takes them: "" is the first small model. @returns {Reading} */
export function reading() {
  return { ...now, run: now.run === 'learn-llama' ? '' : now.run };
}

/** The layer and the head that were picked, for the calls that look at one. */
export function picked() {
  return { ...head };
}

/** Sets model and text; the other views follow. @param {Widget} w @param {Reading} next */
export function read(w, next) {
  if (next.run === now.run && next.text === now.text) return;
  now = next;
  tell(w);
}

/** Sets the head; the other views follow. @param {Widget} w @param {{ layer: number, head: number }} next */
export function pick(w, next) {
  if (next.layer === head.layer && next.head === head.head) return;
  head = next;
  tell(w);
}

/** @param {Widget} [but] */
function tell(but) {
  for (const w of followers) if (w !== but) w.update();
}

/** Has a view updated when another text or model is read. @param {Widget} w */
export function follow(w) {
  followers.add(w);
}

/** The model has been trained: all views look again. */
export function again() {
  tell();
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
