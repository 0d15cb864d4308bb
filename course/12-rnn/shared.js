// What the widgets of the chapter share: which text the model was trained on. The first one's state holds it.

import { page } from '../web/pagedata.js';

/** @typedef {import('../web/widget.js').Widget} Widget */

/** @type {{ text: string }} */
export const chosen = { text: page.lang === 'zh' ? 'couplets' : 'stories' };

/** @type {Set<Widget>} */
const watching = new Set();

export const watch = {
  /** Has a widget updated when the text is another one, or its model has been trained. @param {Widget} w */
  add(w) {
    watching.add(w);
  },
  tell() {
    for (const w of watching) w.update();
  },
};
