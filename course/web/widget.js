// What a widget of a chapter works with.

import { Refusal, asker, show as showCall } from './api.js';
import * as controls from './controls.js';
import { drawDue, el, reduced } from './dom.js';
import { Job } from './job.js';
import { page } from './pagedata.js';
import { answerOf } from './predict.js';
import { runner } from './runner.js';
import { query, state } from './state.js';
import { fill, hasText, integer, number, t } from './text.js';

const sayEvery = 1000; // ms between two texts that are read aloud

export class Widget {
  /**
   * @param {HTMLElement} section
   * @param {string} name
   * @param {string} chapter
   */
  constructor(section, name, chapter) {
    this.el = section;
    this.name = name;
    this.chapter = chapter;
    this.lang = page.lang;
    this.static = page.static;
    /** @type {Record<string, any>} */
    this.options = JSON.parse(section.dataset.options ?? '{}');
    this.stage = el('div', { class: 'stage' });
    this.controls = el('div', { class: 'controls' });
    this.t = t;
    this.number = number;
    this.integer = integer;
    this.reduced = reduced();
    /** The name of the learner's own run that the page looks into, "" for none. */
    this.run = query('run') ?? '';
    this.ask = asker(chapter);
    /** @type {import('./state.js').State<any> | null} */
    this.store = null;
    /** When the learner last moved something that has not been answered yet; 0 for nothing. */
    this.touched = 0;
    /** @type {(() => void | Promise<void>)[]} */
    this.updates = [];
    /** @type {(() => void)[]} */
    this.settled = [];
    this.summary = el('p', { class: 'say', 'aria-hidden': 'true' });
    this.aloud = el('p', { class: 'unseen', role: 'status' });
    this.trouble = el('p', { class: 'error', role: 'alert' });
    this.foot = el('div', { class: 'foot' });
    this.saidAt = -Infinity;
    this.saying = 0;
    if (page.static) this.foot.append(el('p', { class: 'hint' }, t('web.recorded')));
    section.ariaBusy = 'true'; // until its first answer: a change for each input would cost a millisecond
    section.append(this.stage, this.controls, this.trouble, this.summary, this.aloud, this.foot);
  }

  /**
   * The widget's part of the URL as an object with the defaults' keys: reading gives what the URL says, writing changes it (not more
   * than ten times a second) without an update. Numbers, strings, booleans and arrays of numbers; replace arrays, don't change them.
   * @template {Record<string, import('./state.js').Value>} T
   * @param {T} defaults
   * @returns {T}
   */
  state(defaults) {
    if (this.store !== null) throw new Error(`${this.name} has its state already`);
    const s = state(this.name, defaults);
    this.store = s;
    return s.view;
  }

  /** Sets state by key and updates, as a control does. @param {Record<string, import('./state.js').Value>} values */
  set(values) {
    if (this.store === null) throw new Error(`${this.name} has no state: call w.state first`);
    this.touch();
    for (const [k, v] of Object.entries(values)) this.store.set(k, v);
    this.update();
  }

  /** The state's defaults again, and an update. */
  reset() {
    this.touch();
    this.store?.reset();
    this.update();
  }

  /** Asks a call whose answer is a function of its argument alone: as long as that stays the same, the last answer does. @param {string} call @param {unknown} [args] */
  known(call, args) {
    return this.ask(call, args, { kept: true });
  }

  /** Marks the moment of an input, from which the answer's delay is measured. */
  touch() {
    performance.mark('brick:input', { detail: this.name });
    if (this.touched === 0) this.touched = performance.now();
  }

  /** Has f run once after the widget is built, and at every update. @param {() => void | Promise<void>} f */
  onUpdate(f) {
    this.updates.push(f);
  }

  /** Runs what onUpdate was given. What it throws is shown, and gone with the next run that throws nothing. */
  update() {
    const from = this.touched;
    this.touched = 0;
    const settle = () => {
      if (this.el.ariaBusy === 'true') this.el.ariaBusy = null;
    };
    void Promise.all(this.updates.map(async (f) => f())).then(
      () => {
        settle();
        this.trouble.textContent = '';
        for (const f of this.settled) f();
        if (from > 0) {
          drawDue(); // not in the next frame, which then has less to do
          measure(this.name, from);
        }
      },
      (e) => {
        settle();
        this.error(e);
      },
    );
  }

  /** A job of a call, for those who need more than a runner. @param {string} call @param {import('./job.js').JobEvents} on */
  job(call, on) {
    return new Job(this.chapter, call, on);
  }

  /** Start, pause, step, stop and reset for a job. @param {import('./runner.js').RunnerOptions} o */
  runner(o) {
    return runner(this, o);
  }

  /** The learner's answer to the question of a page, this one if no other is named; null before it is given.
   * @param {string} key @param {string} [chapter] */
  predicted(key, chapter = this.chapter) {
    return answerOf(chapter, key);
  }

  /**
   * A text summary of what is seen. It is shown at once and read aloud at most once a second.
   * @param {string} text
   */
  say(text) {
    if (text === this.summary.textContent) return;
    this.summary.textContent = text;
    if (this.saying !== 0) return;
    this.saying = window.setTimeout(
      () => {
        this.saying = 0;
        this.saidAt = performance.now();
        this.aloud.textContent = this.summary.textContent;
      },
      Math.max(0, this.saidAt + sayEvery - performance.now()),
    );
  }

  /**
   * Shows an error beside the widget: a refusal in the page's language when there is a text of its key, a string as it is.
   * @param {unknown} e
   */
  error(e) {
    this.trouble.textContent = explain(e);
    if (e instanceof Error && !(e instanceof Refusal)) console.error(e);
  }

  /**
   * Earns the certificate: its line with {name} replaced by values.name.
   * @param {string} name @param {Record<string, string | number>} values
   */
  certify(name, values) {
    const all = [...document.querySelectorAll('.certificate')];
    const c = /** @type {HTMLElement | undefined} */ (all.find((x) => /** @type {HTMLElement} */ (x).dataset.certificate === name));
    if (c === undefined) throw new Error(`the page has no certificate "${name}"`);
    const line = fill(c.dataset.template ?? '', values);
    if (c.dataset.line === line) return;
    c.dataset.line = line;
    c.classList.add('earned');
    c.replaceChildren(el('span', { class: 'seal', role: 'img', 'aria-label': t('web.earned') }, '✓'), el('span', {}, line));
  }

  /**
   * The button that shows the command line and the Go code of a call with the arguments of the moment.
   * @param {string} call @param {() => unknown} argsOf @param {string} [label] for a widget with several
   */
  show(call, argsOf, label = t('web.show')) {
    if (!page.shows.includes(call)) throw new Error(`the call "${call}" cannot be shown, only ${page.shows.join(', ')}`);
    const out = el('div', { class: 'shown', hidden: true });
    const fetchIt = async () => {
      try {
        const s = await showCall(this.chapter, call, argsOf());
        out.replaceChildren(listing(t('web.show.command'), s.command), listing(t('web.show.go'), s.go));
      } catch (e) {
        out.replaceChildren(el('p', { class: 'error' }, explain(e)));
      }
    };
    const b = el('button', { type: 'button', class: 'show', 'aria-expanded': 'false', onclick: () => {
      out.hidden = !out.hidden;
      b.setAttribute('aria-expanded', String(!out.hidden));
      if (!out.hidden) void fetchIt();
    } }, label);
    this.settled.push(() => {
      if (!out.hidden) void fetchIt();
    });
    this.foot.append(b, out);
  }

  /** A row of the stage whose parts stand side by side where there is room. @param {...HTMLElement} parts */
  row(...parts) {
    const r = el('div', { class: 'row' }, ...parts);
    this.stage.append(r);
    return r;
  }

  /** @param {controls.SliderOptions} o */
  slider(o) {
    return controls.slider(this, o);
  }
  /** @param {controls.ChoiceOptions} o */
  select(o) {
    return controls.select(this, o);
  }
  /** @param {controls.ChoiceOptions} o */
  segmented(o) {
    return controls.segmented(this, o);
  }
  /** @param {controls.CheckboxOptions} o */
  checkbox(o) {
    return controls.checkbox(this, o);
  }
  /** @param {controls.NumberOptions} o */
  numberbox(o) {
    return controls.numberbox(this, o);
  }
  /** @param {controls.TextboxOptions} o */
  textbox(o) {
    return controls.textbox(this, o);
  }
  /** @param {controls.ButtonOptions} o */
  button(o) {
    return controls.button(this, o);
  }
}

/** What went wrong, in the page's language where it has the words. @param {unknown} e */
export function explain(e) {
  if (e instanceof Refusal) return hasText(e.key) ? t(e.key, ...e.args) : e.message;
  return e instanceof Error ? t('web.broken', e.message) : String(e);
}

/** @param {string} title @param {string} code */
function listing(title, code) {
  const copy = el('button', { type: 'button', onclick: async () => {
    await navigator.clipboard.writeText(code);
    copy.textContent = t('web.copied');
  } }, t('web.copy'));
  return el('figure', { class: 'listing' }, el('figcaption', {}, title, copy), el('pre', { tabindex: '0' }, el('code', {}, code)));
}

// The delay from an input to its answer, and to the end of the frame that shows it. Browser tests read the medians.
/** @param {string} name @param {number} start */
function measure(name, start) {
  performance.measure('brick:answer', { start, detail: name });
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      performance.measure('brick:latency', { start, detail: name });
      port1.close();
    };
    port2.postMessage(null); // comes after the paint
  });
}
