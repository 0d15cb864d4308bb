// Predict first: the question, the learner's answer, then the reveal.

import { el, freshId } from './dom.js';
import { page } from './pagedata.js';
import { query, setQuery, storageKey } from './state.js';
import { t } from './text.js';

const longest = 400; // characters of an answer that the URL keeps

/**
 * The answer to a question: the option's number from 0, the number or the text as typed; null before it is given.
 * @param {string} chapter @param {string} key
 * @returns {string | null}
 */
export function answerOf(chapter, key) {
  const q = chapter === page.chapter ? query('p.' + key) : null;
  if (q !== null) return q;
  try {
    return localStorage.getItem(`brick.${chapter}.p.${key}`);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} answer @param {boolean} store */
function keep(key, answer, store) {
  setQuery('p.' + key, answer === '' || answer.length > longest ? null : answer);
  if (!store) return;
  try {
    localStorage.setItem(storageKey('p.' + key), answer);
  } catch {
    // the URL has what fits
  }
}

/** Gives every question on the page its behaviour. */
export function mountPredicts() {
  for (const f of document.querySelectorAll('fieldset.predict')) mount(/** @type {HTMLElement} */ (f));
}

/** @param {HTMLElement} f */
function mount(f) {
  const key = f.dataset.predict ?? '';
  const reveal = /** @type {HTMLElement | null} */ (f.querySelector('.reveal:not(button)'));
  const button = /** @type {HTMLButtonElement | null} */ (f.querySelector('button'));
  if (reveal === null || button === null) return;
  const radios = /** @type {NodeListOf<HTMLInputElement>} */ (f.querySelectorAll('input[type=radio]'));
  const box = /** @type {HTMLInputElement | HTMLTextAreaElement | null} */ (f.querySelector('input[type=number], textarea, input[type=text]'));
  // What is written in own words has no right answer to look at.
  const own = box instanceof HTMLTextAreaElement;
  button.textContent = own ? t('web.predict.keep') : t('web.predict.reveal');
  const hint = el('small', { class: 'hint', id: freshId() }, own ? t('web.predict.write') : t('web.predict.first'));
  button.after(hint);
  button.setAttribute('aria-describedby', hint.id);

  const answer = () => (box ? box.value.trim() : String([...radios].findIndex((r) => r.checked)));
  const answered = () => (box ? box.value.trim() !== '' && box.checkValidity() : [...radios].some((r) => r.checked));
  const paint = () => {
    button.setAttribute('aria-disabled', String(!answered()));
    hint.hidden = answered();
  };
  const open = () => {
    reveal.hidden = false;
    button.hidden = true;
    for (const [i, r] of radios.entries()) {
      const label = r.closest('label');
      const right = f.dataset.right === String(i);
      label?.classList.toggle('right', right);
      label?.classList.toggle('wrong', r.checked && !right);
      if (right) label?.append(el('span', { class: 'verdict' }, t('web.predict.right')));
      else if (r.checked) label?.append(el('span', { class: 'verdict' }, t('web.predict.wrong')));
      r.disabled = true;
    }
  };

  const given = answerOf(page.chapter, key);
  if (given !== null && box) box.value = given;
  if (given !== null) {
    const r = radios[Number(given)];
    if (r) r.checked = true;
  }
  f.addEventListener('input', () => {
    if (box && !box.checkValidity()) return paint();
    keep(key, answer(), box !== null);
    paint();
  });
  button.addEventListener('click', () => {
    if (!answered()) return;
    setQuery('r.' + key, '1');
    open();
    reveal.tabIndex = -1;
    reveal.focus();
  });
  paint();
  if (query('r.' + key) === '1' && answered()) open();
}
