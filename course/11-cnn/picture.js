// The picture and the kernel that all widgets of the chapter share; the first one's state holds them.

/** @typedef {import('../web/widget.js').Widget} Widget */

/** @type {{ pixels: number[], kernel: number[] }} */
export const picture = { pixels: [], kernel: [] };

/** @type {Set<Widget>} */
const watching = new Set();

export const watch = {
  /** Has a widget updated when the picture, the kernel or the trained network is another one. @param {Widget} w */
  add(w) {
    watching.add(w);
  },
  tell() {
    for (const w of watching) w.update();
  },
};
