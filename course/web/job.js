// A job of the engine: work that streams its values, and can be paused, stepped, stopped and found again after a reload.

import { Refusal, request, whole } from './api.js';

/** @typedef {'running' | 'paused' | 'done' | 'stopped' | 'failed'} JobState */
/** @typedef {{ id: string, call: string, args: unknown, state: JobState }} JobInfo */
/**
 * @typedef {object} JobEvents
 * @property {(v: any) => void} event    each value of the stream
 * @property {(s: JobState) => void} [state]
 * @property {(s: JobState, error: Refusal | null) => void} [end]
 */

const patience = 4; // lost connections in a row after which the engine is said to be gone

export class Job {
  /** @param {string} chapter @param {string} call @param {JobEvents} on */
  constructor(chapter, call, on) {
    this.chapter = chapter;
    this.call = call;
    this.on = on;
    this.id = '';
    /** @type {JobState | 'idle'} */
    this.state = 'idle';
    /** @type {EventSource | null} */
    this.source = null;
  }

  /** Starts the call with args, which ends an older job of it. @param {unknown} args */
  async start(args) {
    this.detach();
    const { id } = await request('POST', `/api/start/${this.chapter}/${this.call}`, whole(this.call, args));
    this.attach(id, 'running');
  }

  /**
   * Listens to a job that was started before: what the engine kept of its values comes again.
   * @param {string} id @param {JobState} state
   */
  attach(id, state) {
    this.detach();
    this.id = id;
    this.#to(state);
    const source = new EventSource(`/api/job/${encodeURIComponent(id)}/events`);
    this.source = source;
    let lost = 0;
    source.onopen = () => {
      lost = 0;
    };
    source.onmessage = (m) => this.on.event(JSON.parse(m.data));
    source.addEventListener('state', (m) => this.#to(JSON.parse(/** @type {MessageEvent} */ (m).data).state));
    source.addEventListener('end', (m) => {
      const v = JSON.parse(/** @type {MessageEvent} */ (m).data);
      this.#end(v.state, v.error ? new Refusal(v.error, 200) : null);
    });
    source.onerror = () => {
      lost++;
      if (source.readyState !== EventSource.CLOSED && lost < patience) return;
      this.#end('failed', new Refusal({ key: 'web.gone', message: 'the engine does not answer: is brick learn still running?' }, 0));
    };
  }

  /** @param {'pause' | 'resume' | 'step' | 'stop'} what */
  async tell(what) {
    const { state } = await request('POST', `/api/job/${encodeURIComponent(this.id)}/${what}`);
    if (this.source !== null && state !== 'done' && state !== 'failed' && state !== 'stopped') this.#to(state);
  }

  /** Listens no longer; the job goes on until its page has been gone for a while. */
  detach() {
    this.source?.close();
    this.source = null;
  }

  /** @param {JobState} state */
  #to(state) {
    if (state === this.state) return;
    this.state = state;
    this.on.state?.(state);
  }

  /** @param {JobState} state @param {Refusal | null} error */
  #end(state, error) {
    this.detach();
    this.#to(state);
    this.on.end?.(state, error);
  }
}

/** The jobs of this session in a chapter, oldest first. @param {string} chapter @returns {Promise<JobInfo[]>} */
export async function jobs(chapter) {
  return (await request('GET', '/api/jobs?chapter=' + encodeURIComponent(chapter))) ?? [];
}
