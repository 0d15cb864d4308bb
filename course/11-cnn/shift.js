// A picture that is moved: what the map does, and what the blocks of a trained network do.

import { el } from '../web/dom.js';
import { images } from '../web/image.js';
import { offer } from '../web/offer.js';
import { page } from '../web/pagedata.js';
import { table } from '../web/table.js';
import { picture, watch } from './picture.js';

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {{ name: string, p: number }} Class */
/** @typedef {{ block: string, jump: number, whole: boolean, compared: number, apart: number | null }} Block */

/** @param {Widget} w */
function sliders(w) {
  w.slider({ key: 'dx', min: -8, max: 8, step: 1, label: w.t('shift.dx') });
  w.slider({ key: 'dy', min: -8, max: 8, step: 1, label: w.t('shift.dy') });
}

/** @param {Widget} w */
export function shift(w) {
  const d = /** @type {{ dx: number, dy: number }} */ (page.defaults.shift);
  const s = w.state({ dx: d.dx, dy: d.dy });
  const args = () => ({ pixels: picture.pixels, kernel: picture.kernel, dx: s.dx, dy: s.dy });
  const list = images(w, { label: w.t('shift.pictures'), size: 168 });
  sliders(w);
  watch.add(w);
  w.onUpdate(async () => {
    const r = await w.ask('shift', args());
    const map = { width: 26, min: -r.largest, max: r.largest, scale: /** @type {const} */ ('diverging') };
    list.draw([
      { pixels: picture.pixels, width: 28, label: w.t('shift.was'), caption: w.t('shift.was') },
      { ...map, pixels: r.map, label: w.t('shift.map'), caption: w.t('shift.map') },
      { pixels: r.moved, width: 28, label: w.t('shift.is'), caption: w.t('shift.is') },
      { ...map, pixels: r.movedMap, label: w.t('shift.movedmap'), caption: w.t('shift.movedmap') },
    ]);
    w.say(w.t('shift.say', s.dx, s.dy, r.compared, w.number(r.apart, 3), w.number(r.stayed, 3)));
    if (s.dx !== d.dx || s.dy !== d.dy) w.certify('shift', { dx: s.dx, dy: s.dy, compared: r.compared, apart: w.number(r.apart, 3), stayed: w.number(r.stayed, 3) });
  });
  w.show('shift', args);
}

/** @param {Widget} w */
export function moved(w) {
  const d = /** @type {{ dx: number, dy: number }} */ (page.defaults.moved);
  const s = w.state({ dx: d.dx, dy: d.dy });
  const args = () => ({ run: w.run, pixels: picture.pixels, dx: s.dx, dy: s.dy });
  const model = offer(w, { why: w.t('field.offer') });
  const rows = table(w, { caption: w.t('moved.table'), csv: 'moved', columns: [
    { key: 'block', label: w.t('moved.block') },
    { key: 'jump', label: w.t('moved.jump') },
    { key: 'whole', label: w.t('moved.whole') },
    { key: 'compared', label: w.t('moved.compared') },
    { key: 'apart', label: w.t('moved.apart'), text: (v) => (v === null ? '–' : w.number(v, 3)) },
  ] });
  const after = el('p');
  w.stage.append(after);
  sliders(w);
  watch.add(w);
  w.onUpdate(async () => {
    const r = model.look(await w.ask('moved', args()));
    if (r === null) return;
    const blocks = /** @type {Block[]} */ (r.blocks);
    rows.draw(blocks.map((b) => ({ ...b, whole: w.t(b.whole ? 'moved.yes' : 'moved.no') })));
    const first = /** @param {Class[]} c */ (c) => w.t('moved.class', c[0]?.name ?? '', w.number(100 * (c[0]?.p ?? NaN), 4));
    after.textContent = w.t('moved.answer', first(r.before), first(r.after));
    w.say(w.t('moved.say', s.dx, s.dy, r.along, blocks.length, w.number(r.apart, 2)));
    if (s.dx !== d.dx || s.dy !== d.dy) {
      w.certify('moved', { dx: s.dx, dy: s.dy, along: r.along, blocks: blocks.length, apart: w.number(r.apart, 2), before: first(r.before), after: first(r.after) });
    }
  });
  w.show('moved', args);
}
