// Calls into the engine.

import { page } from './pagedata.js';
import { post } from './socket.js';

/** @typedef {{ key: string, args?: (string | number)[], message: string, field?: string }} Fault */

/** An answer that the engine did not give, and why: key and args make a sentence in the page's language, message is the fallback. */
export class Refusal extends Error {
  /** @param {Fault} f @param {number} status  of HTTP; 0 where nothing answered */
  constructor(f, status) {
    super(f.message);
    this.name = 'Refusal';
    this.key = f.key;
    this.args = f.args ?? [];
    this.field = f.field ?? '';
    this.status = status;
  }
}

/**
 * JSON with sorted keys and no spaces, so that equal arguments have equal texts. Infinity is 1e999 and NaN is null, as the engine reads them.
 * @param {unknown} v
 * @returns {string}
 */
export function canonical(v) {
  if (typeof v === 'number' && !Number.isFinite(v)) return Number.isNaN(v) ? 'null' : v > 0 ? '1e999' : '-1e999';
  if (Array.isArray(v)) return '[' + v.map(canonical).join(',') + ']';
  if (v !== null && typeof v === 'object') {
    const fields = Object.entries(v)
      .filter(([, x]) => x !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, x]) => JSON.stringify(k) + ':' + canonical(x));
    return '{' + fields.join(',') + '}';
  }
  return v === undefined ? 'null' : JSON.stringify(v);
}

/**
 * The whole argument of a call: fields that are not given are those of the call's default.
 * @param {string} call @param {unknown} args
 */
export function whole(call, args) {
  const d = page.defaults[call];
  return isObject(d) && (isObject(args) || args === undefined) ? { ...d, ...args } : args ?? d ?? {};
}

/** @param {unknown} v @returns {v is Record<string, unknown>} */
function isObject(v) {
  return v !== null && typeof v === 'object' && !Array.isArray(v);
}

/** @type {Map<string, unknown> | null} */
let recorded = null;

/** @param {string} call @param {unknown} args */
function record(call, args) {
  if (recorded === null) {
    recorded = new Map();
    for (const [key, answer] of Object.entries(page.records)) {
      const at = key.indexOf(' ');
      recorded.set(key.slice(0, at) + ' ' + canonical(JSON.parse(key.slice(at + 1))), answer);
    }
  }
  const key = call + ' ' + canonical(whole(call, args));
  if (!recorded.has(key)) throw needsEngine();
  return recorded.get(key);
}

function needsEngine() {
  return new Refusal({ key: 'web.static', message: 'this needs the live engine: brick learn' }, 0);
}

/**
 * One request. It answers with what the server answered, or fails with a Refusal.
 * @param {'GET' | 'POST'} method @param {string} path @param {unknown} [body]
 */
export async function request(method, path, body) {
  if (page.static) throw needsEngine();
  const a = method === 'POST' ? await posted(path, body) : await heard(fetch(path, { cache: 'no-store', credentials: 'same-origin' }));
  const ok = a.status >= 200 && a.status < 300;
  if (ok && a.broken) throw new Refusal({ key: 'web.answer', message: `${path} answered with what is no JSON` }, a.status);
  if (ok) return a.body;
  if (isObject(a.body?.error)) throw new Refusal(/** @type {Fault} */ (/** @type {unknown} */ (a.body.error)), a.status);
  if (a.status === 503) throw new Refusal({ key: 'web.busy', message: 'the engine is busy' }, 503);
  if (a.status === 403) throw new Refusal({ key: 'web.stale', message: 'this page is older than the engine: reload it' }, 403);
  throw new Refusal({ key: 'web.status', args: [a.status], message: `${path}: ${a.status}` }, a.status);
}

/** @param {string} path @param {unknown} body */
function posted(path, body) {
  const text = canonical(body ?? {});
  return heard(post(path, page.token, text) ?? fetch(path, {
    method: 'POST', cache: 'no-store', credentials: 'same-origin', body: text,
    headers: { 'Content-Type': 'application/json', 'X-Brick-Token': page.token },
  }));
}

/**
 * The answer, by the socket or by HTTP.
 * @param {Promise<Response | import('./socket.js').Answer>} asked
 * @returns {Promise<{ status: number, body: any, broken?: boolean }>}
 */
async function heard(asked) {
  try {
    const r = await asked;
    if (!(r instanceof Response)) return r;
    const text = await r.text();
    try {
      return { status: r.status, body: text === '' ? null : JSON.parse(text) };
    } catch {
      return { status: r.status, body: null, broken: true };
    }
  } catch {
    throw new Refusal({ key: 'web.gone', message: 'the engine does not answer: is brick learn still running?' }, 0);
  }
}

const tries = 5;

/**
 * @typedef {{ call: string, args: unknown, kept: boolean, resolve: (answer: any) => void, reject: (e: unknown) => void }} Question
 * @typedef {{ busy: boolean, next: Question | null, key: string, answer: unknown }} Lane
 */

/**
 * A function that asks the engine, one question at a time a lane: while one is under way the newest waits, and those it replaces are
 * dropped, their promises never settle. A lane is the call's name if none is given. With kept, an argument equal to that of the lane's
 * last answer has the same answer without a request: for calls whose answer is a function of the argument alone.
 * @param {string} chapter
 */
export function asker(chapter) {
  /** @type {Map<string, Lane>} */
  const lanes = new Map();
  /**
   * @param {string} call @param {unknown} [args] @param {{ lane?: string, kept?: boolean }} [o]
   * @returns {Promise<any>}
   */
  return (call, args, { lane = call, kept = false } = {}) =>
    new Promise((resolve, reject) => {
      const l = lanes.get(lane) ?? { busy: false, next: null, key: '', answer: null };
      lanes.set(lane, l);
      l.next = { call, args, kept, resolve, reject };
      if (!l.busy) void answerAll(chapter, l);
    });
}

/** @param {string} chapter @param {Lane} lane */
async function answerAll(chapter, lane) {
  lane.busy = true;
  for (let q = lane.next; q !== null; q = lane.next) {
    lane.next = null;
    const key = q.kept ? canonical([q.call, q.args]) : '';
    try {
      if (key === '' || key !== lane.key) {
        const answer = page.static ? record(q.call, q.args) : await patient(chapter, q, lane);
        [lane.key, lane.answer] = [key, answer];
      }
      q.resolve(lane.answer);
    } catch (e) {
      q.reject(e);
    }
  }
  lane.busy = false;
}

// A busy engine is asked again, a little later each time, unless a newer question waits.
/** @param {string} chapter @param {Question} q @param {{ next: Question | null }} lane */
async function patient(chapter, q, lane) {
  for (let n = 1; ; n++) {
    try {
      return await request('POST', `/api/ask/${chapter}/${q.call}`, whole(q.call, q.args));
    } catch (e) {
      if (!(e instanceof Refusal) || e.status !== 503 || n === tries || lane.next !== null) throw e;
      await new Promise((f) => setTimeout(f, 200 * n));
    }
  }
}

/**
 * The command line and the Go program that give the same numbers.
 * @param {string} chapter @param {string} call @param {unknown} args
 * @returns {Promise<{ command: string, go: string }>}
 */
export function show(chapter, call, args) {
  return request('POST', `/api/show/${chapter}/${call}`, whole(call, args));
}

/**
 * The learner's own trained models.
 * @returns {Promise<{ name: string, stack: string, kind: string, done: boolean }[]>}
 */
export function runs() {
  return request('GET', '/api/runs');
}
