// Chapter 10: the zoom, and the stack builder.

import { canonical } from '../web/api.js';
import { el } from '../web/dom.js';
import { page } from '../web/pagedata.js';
import { editor } from './editor.js';
import { insideView } from './inside.js';
import { palette } from './palette.js';
import { screen } from './screen.js';
import { takeAlong } from './take.js';
import { copy, find, insert, move, notation, placeAtEnd, remove, shift } from './tree.js';
import { brief, caret, shapeText, wall } from './wall.js';
import { zoom } from './zoom.js';

document.head.append(el('link', { rel: 'stylesheet', href: new URL('blocks.css', import.meta.url).href }));

/** @typedef {import('../web/widget.js').Widget} Widget */
/** @typedef {import('./tree.js').Brick} Brick */
/** @typedef {import('./palette.js').Kind} Kind */
/** @typedef {{ name: string, kind: string, ready: boolean, stack: string, lr: number, batch: number, steps: number }} Source */
/** @typedef {{ stack: string, data: string, optim: string, lr: number, batch: number, steps: number, seed: number, slow: boolean }} Design */
/**
 * @typedef {object} Planned
 * @property {Brick[] | null} bricks
 * @property {{ kind: string, column: number, brick: string, what: string, fits: string } | null} fault
 * @property {number[]} in
 * @property {number[] | null} out
 * @property {number} params
 * @property {number} forward
 * @property {number} step
 * @property {number} memory
 * @property {number} blocks
 * @property {string} large
 * @property {string} printed
 * @property {boolean} same
 * @property {number} tensors
 */

/** @param {Widget} w */
async function builder(w) {
  const t = w.t;
  const first = /** @type {Design} */ (page.defaults.plan);
  const s = w.state({ ...first, at: '', group: 'layer', look: false, param: 0, example: 0 });
  const design = () => ({ stack: s.stack, data: s.data, optim: s.optim, lr: s.lr, batch: s.batch, steps: s.steps, seed: s.seed, slow: s.slow });
  /** @type {{ sources: Source[], blocks: Kind[], starts: { key: string, stack: string, data: string }[], optimizers: { name: string, lr: number }[] }} */
  const p = await w.ask('palette');
  const sourceOf = /** @param {string} name */ (name) => p.sources.find((x) => x.name === name) ?? p.sources[0];
  /** @type {Brick[]} */
  let tree = [];
  let stack = ''; // that the tree was read from
  let kind = sourceOf(s.data)?.kind;
  let shown = ''; // whose examples are
  let enter = false; // a brick was opened by a key: its first field is next

  /** Settings that suit a data set. @param {string} name */
  const suited = (name) => {
    const { lr, batch, steps } = sourceOf(name) ?? first;
    return { data: name, optim: first.optim, lr, batch, steps };
  };
  /** A change of the tree: the text follows, and the text is what counts. @param {(root: Brick[]) => string | null} f  gives the brick to select */
  const edit = (f) => {
    const root = copy(tree);
    const at = f(root);
    if (at === null) return;
    keep();
    tree = root;
    w.set({ stack: notation(root), at });
  };
  /** What was there before the last changes, the newest at the end. @type {{ stack: string, data: string, at: string }[]} */
  const past = [];
  const keep = () => {
    past.push({ stack: s.stack, data: s.data, at: s.at });
    if (past.length > 100) past.shift();
  };
  // What to begin with, and what to learn.
  const starts = el('div', { class: 'starts', role: 'group', 'aria-label': t('start') }, el('span', { class: 'hint' }, t('start')));
  for (const x of p.starts) w.button({ label: t('start.' + x.key), into: starts, on: () => {
    keep();
    w.set({ stack: x.stack, at: '', ...suited(x.data) });
  } });
  const top = el('div', { class: 'controls' });
  w.stage.append(starts, top);
  w.select({ key: 'data', label: t('data'), into: top, options: p.sources.map((x) => ({ value: x.name, label: t('data.' + x.name) + (x.ready ? '' : ' ' + t('data.absent')), disabled: !x.ready })), on: (name) => {
    const next = sourceOf(name);
    if (next && next.kind !== kind) w.set({ stack: next.stack, at: '', ...suited(name) });
  } });
  w.textbox({ key: 'stack', label: t('notation'), max: 2000, lines: 2, mono: true, into: top, on: () => {
    s.at = '';
  } });
  const fault = el('pre', { class: 'fault', role: 'alert' });
  const totals = el('p', { class: 'totals' });
  w.stage.append(fault, totals);

  const bench = el('div', { class: 'bench' });
  const left = el('div', { class: 'palette' });
  const middle = el('div', { class: 'yard' });
  bench.append(left, middle);
  const hint = el('p', { class: 'hint brickhint' }, t('palette.hint'));
  const kinds = palette(left, p.blocks, {
    group: s.group,
    open: (group) => w.set({ group }),
    hint: (text) => {
      hint.textContent = text;
    },
    add: (kind) => edit((root) => {
      const f = find(root, s.at);
      return f === null ? insert(root, '', placeAtEnd(root), copy([kind.brick])) : insert(root, f.parent, f.i + 1, copy([kind.brick]));
    }),
  });
  left.append(hint);
  w.stage.append(bench);
  const bricks = wall(middle, {
    select: (path, byKey) => {
      w.set({ at: s.at === path ? '' : path });
      enter = byKey && s.at === path;
    },
    shift: (path, step) => edit((root) => shift(root, path, step)),
    remove: (path) => edit((root) => remove(root, path)),
    count: (path, step) => edit((root) => {
      const b = find(root, path)?.brick;
      if (!b) return null;
      b.count = Math.min(1e6, Math.max(1, b.count + step));
      return path;
    }),
    drop: (what, parent, i) => edit((root) => (typeof what === 'string' ? move(root, what, parent, i) : insert(root, parent, i, copy([what])))),
  });
  const bar = el('div', { class: 'acts' });
  middle.append(bar, el('p', { class: 'hint' }, t('wall.keys')));
  w.button({ label: t('wall.undo'), into: bar, on: () => {
    const before = past.pop();
    if (before) w.set({ ...before, ...(before.data === s.data ? {} : suited(before.data)) });
  } });
  const edits = editor(left, {
    change: (path, f) => edit((root) => {
      const b = find(root, path)?.brick;
      if (!b) return null;
      f(b);
      return path;
    }),
    act: (path, what) => {
      if (what === 'done') {
        w.set({ at: '' });
        bricks.focus();
        return;
      }
      edit((root) => {
        const f = find(root, path);
        if (f === null) return null;
        if (what === 'up' || what === 'down') return shift(root, path, what === 'up' ? -1 : 1);
        if (what === 'remove') return remove(root, path);
        if (what === 'double') return insert(root, f.parent, f.i + 1, copy([f.brick]));
        if (what === 'open') {
          f.list.splice(f.i, 1, ...(f.brick.body ?? []));
          return path;
        }
        f.list[f.i] = { path: '', count: 1, name: what === 'residual' ? 'residual' : '', args: [], holds: true, body: [f.brick] };
        return path;
      });
    },
  });

  // How it is trained, and what is seen.
  const how = el('div', { class: 'controls' });
  const running = el('div', { class: 'controls' });
  const seen = el('div', {});
  w.stage.append(el('h3', {}, t('train')), how, running, seen);
  w.select({ key: 'optim', label: t('optim'), into: how, options: p.optimizers.map((x) => ({ value: x.name, label: x.name })), on: (name) => {
    s.lr = p.optimizers.find((x) => x.name === name)?.lr ?? s.lr;
  } });
  w.slider({ key: 'lr', min: 1e-5, max: 1, log: true, label: t('lr'), into: how });
  w.slider({ key: 'batch', values: [1, 4, 8, 16, 32, 64, 128, 256], label: t('batch'), into: how });
  w.slider({ key: 'steps', values: [50, 100, 200, 400, 1000, 2000, 5000, 10000], label: t('steps'), into: how });
  w.slider({ key: 'seed', min: 1, max: 20, step: 1, label: t('seed'), into: how });
  w.checkbox({ key: 'slow', label: t('slow'), into: how });
  const view = screen(w, seen);
  const stale = el('p', { class: 'hint', role: 'status' });
  /** @type {import('./screen.js').Event | null} */
  let event = null;
  let begun = '';
  /** @type {Planned | null} */
  let plan = null;
  w.runner({
    call: 'train', into: running, args: design, label: t('train.start'),
    reset: () => {
      event = null;
      begun = canonical(design());
      view.show(null);
    },
    event: (v) => {
      event = v;
    },
    frame: () => {
      view.show(event);
      report();
      void look.refresh().catch((e) => w.error(e));
    },
  });
  running.append(stale);
  const look = insideView(w, seen, s);
  takeAlong(w, w.stage, design);

  const report = () => {
    stale.textContent = event !== null && begun !== canonical(design()) ? t('train.stale') : '';
    if (event === null || plan === null) return;
    const right = w.number(100 * (event.right ?? 0), 3);
    w.say(t('train.say', event.step, w.number(event.loss ?? NaN, 4), w.number(event.held ?? NaN, 4), right));
    if (event.finished && plan.same && begun === canonical(design())) {
      w.certify('built', { printed: plan.printed, tensors: plan.tensors, params: w.integer(plan.params), data: t('data.' + s.data), steps: event.step, right, held: w.number(event.held ?? NaN, 4) });
    }
  };

  w.onUpdate(async () => {
    kind = sourceOf(s.data)?.kind;
    const of = { data: s.data, seed: s.seed };
    const fresh = shown === canonical(of) ? null : w.ask('examples', of);
    const [a, e] = await Promise.all([w.ask('plan', design()), fresh]);
    plan = /** @type {Planned} */ (a);
    if (plan.bricks !== null) {
      tree = plan.bricks;
      stack = s.stack;
    }
    kinds.draw(s.group);
    middle.classList.toggle('unread', plan.bricks === null);
    bricks.draw(tree, s.at, plan.fault?.brick ?? '', plan.in, plan.out);
    const picked = find(tree, s.at)?.brick ?? null;
    edits.draw(picked, p.blocks.find((k) => k.name === picked?.name));
    if (enter && picked) edits.focus();
    enter = false;
    fault.hidden = plan.fault === null;
    const mistake = plan.fault === null ? '' : t('fault.' + plan.fault.kind, plan.fault.column, find(tree, plan.fault.brick)?.brick.name || t('wall.group'));
    if (plan.fault !== null) fault.replaceChildren(`${caret(s.stack, plan.fault.column)}\n${mistake}\n`, el('span', { lang: 'en' }, plan.fault.what), plan.fault.fits ? `\n${t('fits', plan.fault.fits)}` : '');
    totals.textContent = plan.fault !== null ? '' : summary(plan);
    if (e !== null) {
      shown = canonical(of);
      view.examples(e);
    }
    if (event === null && plan.fault === null) w.say(summary(plan));
    if (event === null && plan.fault !== null) w.say(mistake);
    report();
    await look.refresh();
    if (plan.same && (s.stack !== first.stack || s.data !== first.data)) {
      w.certify('printed', { stack: stack.trim(), printed: plan.printed, tensors: plan.tensors, params: w.integer(plan.params) });
    }
  });
  w.show('plan', design, t('show.plan'));
  w.show('train', design, t('show.train'));

  /** @param {Planned} x */
  function summary(x) {
    const counted = x.large === '' ? '' : ' ' + t('large.' + x.large);
    if (x.forward === 0) return t('totals.count', brief(x.params), w.integer(x.blocks)) + counted;
    return t('totals', x.params < 1e7 ? w.integer(x.params) : brief(x.params), brief(x.forward), brief(x.step), x.memory < 2 ** 20 ? `${w.number(x.memory / 2 ** 10, 3)} KiB` : `${w.number(x.memory / 2 ** 20, 3)} MiB`, shapeText(x.out)) + counted;
  }
}

export const widgets = { zoom, builder };
