// Elements made node by node: text stays text, and styles are set as properties, which the content security policy allows.

/**
 * An element with attributes and children. An attribute `onname` that is a function listens to the event `name`; false, null and
 * undefined leave the attribute out; true is an empty attribute.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [attrs]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attrs = {}, ...children) {
  const e = document.createElement(tag);
  assign(e, attrs);
  for (const c of children) if (c !== null) e.append(c);
  return e;
}

/**
 * The same for a drawing: an SVG element.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [attrs]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attrs = {}, ...children) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
  assign(e, attrs);
  e.append(...children);
  return e;
}

/** @param {Element} e @param {Record<string, unknown>} attrs */
function assign(e, attrs) {
  for (const [name, v] of Object.entries(attrs)) {
    if (typeof v === 'function') e.addEventListener(name.slice(2), /** @type {EventListener} */ (v));
    else if (v === true) e.setAttribute(name, '');
    else if (v !== false && v !== null && v !== undefined) e.setAttribute(name, String(v));
  }
}

let ids = 0;

/** An id that is used once on the page, for aria-labelledby and the like. */
export function freshId() {
  ids++;
  return 'b' + ids;
}

/** Whether the reader asked for less motion. */
export function reduced() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/**
 * Saves text or bytes as a file of the reader's.
 * @param {string} name @param {string | Uint8Array<ArrayBuffer>} text @param {string} type
 */
export function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @type {Set<() => void>} */
const due = new Set(); // what runs before the next paint
let asked = false;

/**
 * Runs f before the next paint, once however often the returned function is called until then. What is asked for while the frame is
 * being made still belongs to it.
 * @param {() => void} f
 */
export function perFrame(f) {
  return () => {
    due.add(f);
    if (asked) return;
    asked = true;
    requestAnimationFrame(frame);
  };
}

function frame() {
  try {
    drawDue();
  } finally {
    asked = false;
    if (due.size > 0) {
      asked = true;
      requestAnimationFrame(frame); // one of them threw: the others have their turn
    }
  }
}

/** Runs now what would run before the next paint. */
export function drawDue() {
  for (const f of due) {
    due.delete(f);
    f();
  }
}

/**
 * How canvases are drawn: small ones that change all the time are drawn faster in memory than by commands to another process.
 * @type {CanvasRenderingContext2DSettings}
 */
export const inMemory = { willReadFrequently: true };

/**
 * Moves the single tab stop of a group of elements with the arrow keys, Home and End.
 * @param {HTMLElement | SVGElement} group
 * @param {() => (HTMLElement | SVGElement)[]} items  in reading order
 * @param {() => number} columns  1 for a row of items that is walked with any arrow
 */
export function roving(group, items, columns) {
  /** @param {number} i */
  const tabStop = (i) => items().forEach((e, k) => e.setAttribute('tabindex', k === i ? '0' : '-1'));
  group.addEventListener('keydown', (ev) => {
    const k = /** @type {KeyboardEvent} */ (ev);
    const all = items();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (at < 0) return;
    const n = columns();
    const row = at - (at % n);
    /** @type {Record<string, number>} */
    const to = {
      ArrowRight: n > 1 ? Math.min(at + 1, row + n - 1) : at + 1,
      ArrowLeft: n > 1 ? Math.max(at - 1, row) : at - 1,
      ArrowDown: at + n,
      ArrowUp: at - n,
      Home: n > 1 ? row : 0,
      End: n > 1 ? row + n - 1 : all.length - 1,
    };
    const next = all[to[k.key] ?? -1];
    if (!(k.key in to)) return;
    k.preventDefault();
    if (!next) return;
    tabStop(all.indexOf(next));
    next.focus();
  });
  group.addEventListener('focusin', (ev) => {
    const at = items().indexOf(/** @type {HTMLElement} */ (ev.target));
    if (at >= 0) tabStop(at);
  });
}
