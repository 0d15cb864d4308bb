// Requests by a WebSocket: the answer of a slider is there in a third of the time that a request of its own takes.

/** @typedef {{ status: number, body: any }} Answer */

/** @type {WebSocket | null} */
let socket = null;
let last = 0; // number of the last request
let failed = -Infinity; // when the last one was closed before it was open
const patience = 10_000; // ms until another is tried then
/** @type {Map<number, { resolve: (a: Answer) => void, reject: (e: unknown) => void }>} */
const waiting = new Map();

/**
 * Posts by the socket. It gives null where there is none yet, which begins to open it: the request is then one of its own.
 * @param {string} path @param {string} token @param {string} body  JSON
 * @returns {Promise<Answer> | null}
 */
export function post(path, token, body) {
  if (socket === null && performance.now() - failed > patience) open();
  if (socket?.readyState !== WebSocket.OPEN) return null;
  const id = ++last;
  socket.send(`{"id":${id},"path":${JSON.stringify(path)},"token":${JSON.stringify(token)},"body":${body}}`);
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

function open() {
  const s = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/socket`);
  socket = s;
  let opened = false;
  s.onopen = () => {
    opened = true;
  };
  s.onmessage = (e) => {
    const a = JSON.parse(e.data);
    waiting.get(a.id)?.resolve(a);
    waiting.delete(a.id);
  };
  s.onclose = () => {
    socket = null; // the next request opens another
    if (!opened) failed = performance.now();
    for (const w of waiting.values()) w.reject(new Error('the socket was closed'));
    waiting.clear();
  };
}
