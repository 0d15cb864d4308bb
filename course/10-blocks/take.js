// What can be taken along: the notation, a Go program, a run file, the weights.

import { download, el } from '../web/dom.js';

/** @typedef {import('../web/widget.js').Widget} Widget */

/** @param {Widget} w @param {HTMLElement} into @param {() => unknown} design */
export function takeAlong(w, into, design) {
  const t = w.t;
  const box = el('details', { class: 'fold' }, el('summary', {}, t('take')));
  into.append(box);
  const row = el('div', { class: 'acts' });
  const out = el('pre', { tabindex: '0', hidden: true });
  const said = el('p', { class: 'hint', role: 'status' });
  box.append(el('p', { class: 'hint' }, t('take.hint')), row, said, out);

  /** @param {string} text @param {string} what */
  const show = (text, what) => {
    out.hidden = false;
    out.textContent = text;
    said.textContent = what;
  };
  const written = () => w.ask('export', design());
  /** @param {string} label @param {() => Promise<void>} on */
  const act = (label, on) => w.button({ label, on, into: row });
  act(t('take.stack'), async () => show((await written()).stack, t('take.stack.said')));
  act(t('take.go'), async () => {
    const e = await written();
    show(e.go, t('take.go.said'));
    download('main.go', e.go, 'text/x-go');
  });
  act(t('take.yaml'), async () => {
    const e = await written();
    show(e.yaml, t('take.yaml.said'));
    download('run.yaml', e.yaml, 'application/yaml');
  });
  act(t('take.weights'), async () => {
    const a = await w.ask('weights');
    const bytes = Uint8Array.from(atob(a.bytes), (c) => c.charCodeAt(0));
    download(a.name, bytes, 'application/octet-stream');
    said.textContent = t('take.weights.said', a.name, w.integer(bytes.length), a.step);
  });
  act(t('take.link'), async () => {
    await navigator.clipboard.writeText(location.href);
    said.textContent = t('take.link.said');
  });
}
