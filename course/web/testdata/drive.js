// Uses the demo page as a learner would, in 360 pixels, and sends what came of it to the test: a line each.
const frame = /** @type {HTMLIFrameElement} */ (document.getElementById('page'));
let out = '';
const wait = (/** @type {number} */ ms) => new Promise((f) => setTimeout(f, ms));
const say = (/** @type {string} */ k, /** @type {unknown} */ v) => {
  out += `${k}: ${v};\n`;
};

while (frame.contentDocument?.documentElement.dataset.ready === undefined) await wait(50);
await wait(500);
const win = /** @type {any} */ (frame.contentWindow);
const doc = /** @type {Document} */ (frame.contentDocument);
const $ = (/** @type {string} */ q) => /** @type {any} */ (doc.querySelector(q));
const all = (/** @type {string} */ q) => /** @type {any[]} */ ([...doc.querySelectorAll(q)]);
const key = (/** @type {Element} */ e, /** @type {string} */ k, shiftKey = false) =>
  e.dispatchEvent(new win.KeyboardEvent('keydown', { key: k, shiftKey, bubbles: true, cancelable: true }));
try {
  say('fits', doc.documentElement.scrollWidth <= doc.documentElement.clientWidth);
  const small = all('button, select, .handle, input[type=number], input[type=range], summary, .top a, .predict label').filter((e) => {
    const r = e.getBoundingClientRect();
    return r.width > 0 && r.height < 43.5;
  });
  say('small', small.map((e) => e.outerHTML.slice(0, 80)).join(' | ') || 'none');

  const slider = $('[data-widget=curve] input[type=range]');
  slider.value = '0.6';
  slider.dispatchEvent(new win.Event('input', { bubbles: true }));
  await wait(400);
  say('slider', slider.getAttribute('aria-valuetext'));
  say('said', $('[data-widget=curve] .say').textContent);
  say('url', new URLSearchParams(win.location.search).get('curve.eta'));
  say('marks', win.performance.getEntriesByName('brick:input').length);
  say('answers', win.performance.getEntriesByName('brick:answer').length);
  say('latencies', win.performance.getEntriesByName('brick:latency').length);

  const handle = $('[data-widget=curve] .handle');
  key(handle, 'ArrowRight');
  key(handle, 'ArrowUp', true);
  say('handle', handle.getAttribute('aria-valuetext'));
  const points = () => all('[data-widget=curve] .handle').slice(1);
  key(points()[0], 'Enter');
  say('class', points()[0].getAttribute('aria-label'));
  key(points()[0], 'Delete');
  say('points', points().length);
  all('[data-widget=curve] .pointbar button')[0].click();
  say('added', points().length);
  await wait(300);
  say('points in url', new URLSearchParams(win.location.search).get('curve.points'));

  const table = $('[data-widget=curve] details.data');
  say('rows before', table.querySelectorAll('tr').length);
  table.open = true;
  await wait(100);
  say('rows after', table.querySelectorAll('tbody tr').length);

  const cells = all('[role=gridcell]');
  cells[0].focus();
  key(cells[0], 'ArrowDown');
  say('cell', doc.activeElement?.getAttribute('aria-label'));

  const pad = $('.pad');
  pad.focus();
  key(pad, ' ');
  await wait(200);
  say('pad', new URLSearchParams(win.location.search).get('strips.digit'));

  const reveal = $('.predict button');
  reveal.click();
  say('reveal before an answer', $('.predict .reveal').hidden);
  $('.predict input').click();
  reveal.click();
  say('reveal after', !$('.predict .reveal').hidden);
  $('button.theme').click();
  say('theme', doc.documentElement.dataset.theme);
  $('[data-widget=curve] .foot button').click();
  for (let i = 0; i < 100 && $('.shown code') === null; i++) await wait(50);
  say('shown', $('.shown code')?.textContent);
  say('run', $('[data-widget=run] .status').textContent);
  table.open = false;
  $('[data-widget=curve] .foot button').click();
  for (let i = 0; i < 15; i++) {
    slider.value = String(0.1 + i / 20);
    slider.dispatchEvent(new win.Event('input', { bubbles: true }));
    await wait(120);
  }
  for (const name of ['brick:answer', 'brick:latency']) {
    const ms = win.performance.getEntriesByName(name).slice(-15).map((/** @type {PerformanceMeasure} */ m) => m.duration).sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
    say(`median of ${name} in ms`, ms[7].toFixed(1));
  }

  const axe = await fetch('/axe.js');
  if (axe.ok) {
    const script = doc.createElement('script');
    script.src = '/axe.js';
    doc.head.append(script);
    while (win.axe === undefined) await wait(50);
    const { violations } = await win.axe.run(doc);
    for (const v of violations) say('violation', `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.html.slice(0, 150) + ' ' + n.failureSummary.slice(0, 300)).join(' | ')}`);
    say('violations', violations.length);
  }
} catch (e) {
  say('thrown', e);
}
say('end', 'reached');
await fetch('/drive/result', { method: 'POST', body: out });
export {};
