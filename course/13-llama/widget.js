// Chapter 13: the small model is trained here; everything else is one of the views.

import { plot } from '../web/plot.js';
import { again, reading } from '../views/reading.js';
import { views } from '../views/views.js';

/** @typedef {{ model: string, step: number, of: number, loss: number | null, valid: number | null, blind: number, text: string, asked: string }} Learning */

/**
 * The small models, trained on the page.
 * @param {import('../web/widget.js').Widget} w
 */
function learn(w) {
  const s = w.state({ model: 'learn-llama' });
  const args = () => ({ model: s.model });
  const p = plot(w, { key: 'loss', label: w.t('learn.plot'), height: 260, x: { label: w.t('learn.step'), min: 0 }, y: { label: w.t('learn.plot'), min: 0 } });
  w.segmented({ key: 'model', label: w.t('source.model'), options: [
    { value: 'learn-llama', label: w.t('source.stories') },
    { value: 'learn-couplets', label: w.t('source.couplets') },
  ] });
  /** @type {Learning[]} */
  let seen = [];
  const draw = () => {
    const last = seen.at(-1);
    p.draw([
      { line: seen.map((v) => [v.step, v.loss]), name: w.t('learn.loss'), color: 1, width: 1 },
      { points: seen.filter((v, i) => v.valid !== null && v.valid !== seen[i - 1]?.valid).map((v) => [v.step, v.valid]), name: w.t('learn.valid'), color: 2, shape: 'diamond' },
    ]);
    if (!last) w.say(w.t('learn.idle'));
    else if (last.text === '') w.say(w.t('learn.say', last.step, last.of, w.number(last.loss, 4)));
    else w.say(w.t('learn.done', w.number(last.valid, 4), w.number(last.blind, 4), last.asked, last.text));
  };
  w.runner({
    call: 'learn', args, event: (v) => seen.push(v), frame: draw, step: false,
    reset: () => {
      seen = [];
      draw();
    },
    end: (state) => {
      const last = seen.at(-1);
      if (state !== 'done' || !last) return;
      draw();
      w.certify('learn', { steps: last.of, blind: w.number(last.blind, 4), loss: w.number(last.valid, 4), asked: last.asked, text: last.text });
      if ((reading().run || 'learn-llama') === last.model) again();
    },
  });
  w.onUpdate(draw);
  w.show('learn', args);
}

export const widgets = { learn, ...views };
