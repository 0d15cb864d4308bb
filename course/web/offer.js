// What widgets that look into a trained model show while there is none: why, and a way to train it here.

import { runs } from './api.js';
import { el } from './dom.js';
import { flush, setQuery } from './state.js';
import { t } from './text.js';

/**
 * @typedef {object} OfferOptions
 * @property {string} why              what is missing, and how long it takes to make
 * @property {string} [call]           the stream that trains it; without one the widget only says why
 * @property {() => unknown} [args]    of the call
 * @property {(v: any) => void} [event]   each value of the stream
 * @property {() => void} [reset]
 * @property {() => void} [done]       the model is there now
 */

/**
 * A place for the offer at the top of a widget, and look(), which answers go through.
 * @param {import('./widget.js').Widget} w @param {OfferOptions} o
 */
export function offer(w, o) {
  const box = el('div', { class: 'offer', hidden: true }, el('p', {}, o.why));
  const trains = o.call !== undefined && !w.static;
  w.stage.before(box);
  if (o.call !== undefined && trains) {
    w.runner({
      call: o.call,
      args: o.args ?? (() => ({})),
      event: o.event ?? (() => {}),
      reset: o.reset,
      end: (state) => {
        if (state === 'done') o.done?.();
      },
      label: t('web.train'),
      step: false,
      into: box,
    });
  }
  /** @param {boolean} there */
  const show = (there) => {
    box.hidden = there || !trains;
    for (const e of [w.stage, w.controls, w.foot]) e.hidden = !there;
  };
  return {
    /**
     * The answer of a call that has a field `trained`, false while the chapter's own model is not there: then null.
     * @template {{ trained: boolean }} T @param {T} answer @returns {T | null}
     */
    look(answer) {
      show(answer.trained);
      if (!answer.trained) w.say(trains ? '' : o.why); // the box says it where there is one
      return answer.trained ? answer : null;
    },
  };
}

/**
 * Lets the learner choose which finished run or model file the page looks into; the page is loaded again with it.
 * @param {import('./widget.js').Widget} w @param {('text' | 'images' | 'file')[]} kinds @param {string} own  what the chapter's own model is called
 */
export async function chooseRun(w, kinds, own) {
  if (w.static) return;
  const all = (await runs() ?? []).filter((r) => kinds.some((k) => k === r.kind) && r.done && r.name !== w.run).map((r) => r.name);
  const names = w.run === '' ? all : [w.run, ...all];
  if (names.length === 0) return;
  w.select({
    label: t('web.run.which'),
    value: w.run,
    options: [{ value: '', label: own }, ...names.map((n) => ({ value: n, label: n.replace(/^file:/, '') }))],
    on: (name) => {
      setQuery('run', name === '' ? null : name);
      flush();
      location.reload();
    },
  });
}
