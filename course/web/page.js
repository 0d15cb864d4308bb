// The entry of every page: theme, questions, widgets.

import { el } from './dom.js';
import { page } from './pagedata.js';
import { mountPredicts } from './predict.js';
import { flush } from './state.js';
import { t } from './text.js';
import { mountTheme } from './theme.js';
import { Widget, explain } from './widget.js';

/** @typedef {{ widgets: Record<string, (w: Widget) => void | Promise<void>> }} Chapter */

mountTheme();
flush(); // the links that keep the URL's state
mountPredicts();
await mountWidgets();

async function mountWidgets() {
  const sections = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('section.widget')]);
  if (sections.length === 0) return;
  /** @type {Chapter} */
  let chapter;
  try {
    chapter = await import(new URL(`../${page.chapter}/widget.js`, import.meta.url).href);
  } catch (e) {
    for (const s of sections) fail(s, e);
    return;
  }
  for (const s of sections) await mount(chapter, s);
  document.documentElement.dataset.ready = ''; // for those who wait for the widgets: the tests
}

// One widget that fails leaves the others alone.
/** @param {Chapter} chapter @param {HTMLElement} section */
async function mount(chapter, section) {
  const name = section.dataset.widget ?? '';
  try {
    const make = Object.hasOwn(chapter.widgets, name) ? chapter.widgets[name] : undefined;
    if (make === undefined) throw new Error(t('web.missing', name, Object.keys(chapter.widgets).join(', ')));
    const w = new Widget(section, name, page.chapter);
    await make(w);
    w.update();
  } catch (e) {
    fail(section, e);
  }
}

/** @param {HTMLElement} section @param {unknown} e */
function fail(section, e) {
  console.error(e);
  section.append(el('p', { class: 'error', role: 'alert' }, explain(e)));
}
