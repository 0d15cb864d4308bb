// What the server wrote into the page for its modules.

/**
 * @typedef {object} Page
 * @property {string} lang             "zh" or "en"
 * @property {string} chapter          "02-no-closed-form"; "" on the contents page
 * @property {string} token            goes with every POST
 * @property {boolean} static          a page of an export: no engine behind it
 * @property {Record<string, string>} text
 * @property {Record<string, unknown>} defaults  by call
 * @property {string[]} shows          the calls that can be shown
 * @property {Record<string, unknown>} records   answers by `call argument`, in an export
 */

/** @type {Page} */
export const page = {
  lang: 'en',
  chapter: '',
  token: '',
  static: false,
  text: {},
  defaults: {},
  shows: [],
  records: {},
  ...JSON.parse(document.getElementById('page')?.textContent ?? '{}'),
};
