// The model that is looked into, and the text it reads.

import { chooseRun } from '../web/offer.js';
import { tokens } from '../web/strips.js';
import { integer } from '../web/text.js';
import { examples, follow, read, reading } from './reading.js';

/** @param {import('../web/widget.js').Widget} w */
export function source(w) {
  const start = reading();
  const s = w.state({ model: 'learn-llama', text: '' });
  const text = () => (s.text !== '' ? s.text : examples[s.model] ?? start.text);
  const strip = tokens(w, { key: 'tokens', label: w.t('source.tokens') });
  if (w.run === '') {
    w.segmented({ key: 'model', label: w.t('source.model'), options: [
      { value: 'learn-llama', label: w.t('source.stories') },
      { value: 'learn-couplets', label: w.t('source.couplets') },
    ], on: () => {
      s.text = '';
      box.set(text());
    } });
  }
  const box = w.textbox({ value: text(), label: w.t('source.text'), lines: 3, max: 4000, on: (v) => {
    s.text = v === examples[s.model] ? '' : String(v);
  } });
  void chooseRun(w, ['text', 'file'], w.t('source.own')).catch((e) => w.error(e));
  follow(w);
  w.onUpdate(async () => {
    read(w, { run: w.run !== '' ? w.run : s.model, text: text() });
    const r = await w.ask('source', reading());
    strip.draw({ tokens: r.tokens });
    w.say(w.t(r.trained ? 'source.say' : 'source.before', r.name, integer(r.params), r.stack, r.tokens.length, integer(r.vocab)));
  });
  w.show('source', reading);
}
