// The buttons of a job.

import { canonical, whole } from './api.js';
import { el, perFrame } from './dom.js';
import { Job, jobs } from './job.js';
import { t } from './text.js';

/**
 * @typedef {object} RunnerOptions
 * @property {string} call
 * @property {() => unknown} args          of the moment of the start
 * @property {(v: any) => void} event      each value, in order
 * @property {() => void} [frame]          at most once a frame, after values came: the place to draw
 * @property {() => void} [reset]          clears what the widget keeps of a run: before every start, before a replay, and at reset
 * @property {(state: import('./job.js').JobState) => void} [end]
 * @property {string} [label]              what the start button says
 * @property {boolean} [step]              false: a job that has no steps
 * @property {HTMLElement} [into]
 */

/**
 * @param {import('./widget.js').Widget} w @param {RunnerOptions} o
 */
export function runner(w, o) {
  const name = o.label ?? t('web.run.start');
  const status = el('span', { class: 'status', role: 'status' });
  const drawn = perFrame(() => o.frame?.());
  let busy = false; // between a press and the engine's word

  const job = new Job(w.chapter, o.call, {
    event: (v) => {
      try {
        o.event(v);
      } catch (e) {
        job.detach();
        w.error(e);
      }
      drawn();
    },
    state: () => paint(),
    end: (state, error) => {
      if (error !== null) w.error(error);
      o.end?.(state);
      paint();
    },
  });

  /** @param {() => Promise<void>} f */
  const press = async (f) => {
    if (busy) return;
    busy = true;
    try {
      await f();
      w.trouble.textContent = '';
    } catch (e) {
      w.error(e);
    } finally {
      busy = false;
      paint();
    }
  };
  const alive = () => job.state === 'running' || job.state === 'paused';
  /** @param {boolean} still */
  const begin = async (still) => {
    o.reset?.();
    await job.start(o.args());
    if (still) await job.tell('pause');
  };
  const start = () => press(() => begin(w.reduced && o.step !== false));
  const toggle = () => press(() => job.tell(job.state === 'paused' ? 'resume' : 'pause'));
  const step = () =>
    press(async () => {
      if (!alive()) await begin(true);
      if (job.state === 'running') await job.tell('pause');
      await job.tell('step');
    });
  const stop = () => press(() => job.tell('stop'));
  const reset = () =>
    press(async () => {
      if (alive()) await job.tell('stop');
      job.detach();
      job.state = 'idle';
      o.reset?.();
    });

  /** @param {string} label @param {() => void} f */
  const button = (label, f) => el('button', { type: 'button', onclick: f }, label);
  const buttons = {
    start: button(name, start),
    toggle: button(t('web.run.pause'), toggle),
    step: button(t('web.run.step'), step),
    stop: button(t('web.run.stop'), stop),
    reset: button(t('web.run.reset'), reset),
  };
  const texts = {
    idle: t('web.run.idle'),
    running: t('web.run.running'),
    paused: t('web.run.paused'),
    done: t('web.run.done'),
    stopped: t('web.run.stopped'),
    failed: t('web.run.failed'),
  };
  function paint() {
    buttons.toggle.textContent = job.state === 'paused' ? t('web.run.resume') : t('web.run.pause');
    // Disabling the button that has the focus would lose it, so the buttons only say that they do nothing now.
    const off = { start: alive(), toggle: !alive(), step: false, stop: !alive(), reset: job.state === 'idle' };
    for (const [k, v] of Object.entries(off)) buttons[/** @type {keyof typeof off} */ (k)].setAttribute('aria-disabled', String(v));
    buttons.start.classList.toggle('primary', !alive() && !w.reduced);
    buttons.step.classList.toggle('primary', w.reduced);
    if (status.textContent !== texts[job.state]) status.textContent = texts[job.state];
  }
  const bar = el('div', { class: 'runner', role: 'group', 'aria-label': name }, buttons.start, buttons.toggle);
  if (o.step !== false) bar.append(buttons.step);
  bar.append(buttons.stop, buttons.reset, status);
  bar.addEventListener('click', (e) => {
    const b = /** @type {Element} */ (e.target).closest('button');
    if (b?.getAttribute('aria-disabled') === 'true') e.stopPropagation();
  }, true);
  (o.into ?? w.controls).append(bar);
  paint();

  // A run that goes on, or that has ended with the arguments of now, is taken up again after a reload.
  const again = async () => {
    if (w.static) return;
    const mine = (await jobs(w.chapter)).filter((j) => j.call === o.call).at(-1);
    if (mine === undefined || alive() || busy) return;
    const goes = mine.state === 'running' || mine.state === 'paused';
    if (!goes && canonical(whole(o.call, mine.args)) !== canonical(whole(o.call, o.args()))) return;
    o.reset?.();
    job.attach(mine.id, mine.state);
  };
  again().catch((e) => w.error(e));

  return { el: bar, job, start, toggle, step, stop, reset };
}
