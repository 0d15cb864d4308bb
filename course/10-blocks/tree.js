// A stack as a tree of bricks that can be edited, and its notation. What the notation means is the engine's business.

/** @typedef {{ key: string, value: string }} Arg */
/**
 * @typedef {object} Brick
 * @property {string} path     place in the tree: 2.0 is the first in the brackets of the third
 * @property {number} count
 * @property {string} name     "" for a bare bracket
 * @property {Arg[]} args
 * @property {boolean} holds
 * @property {Brick[] | null} body
 * @property {number[] | null} [out]
 * @property {number} [params]
 * @property {number} [flops]
 */

/** The notation of a list of bricks. @param {Brick[]} list @returns {string} */
export function notation(list) {
  return list.map(one).join(' ');
}

/** @param {Brick} b */
function one(b) {
  const count = b.count > 1 ? `${b.count}*` : '';
  const args = b.args.length > 0 ? `(${b.args.map((a) => (a.key ? `${a.key}=${a.value}` : a.value)).join(',')})` : '';
  const body = b.holds ? `[${notation(b.body ?? [])}]` : '';
  return count + b.name + args + body;
}

/** @param {Brick[]} list @returns {Brick[]} */
export const copy = (list) => structuredClone(list);

/** The list that a path's brick stands in, and its place there; null where there is none. @param {Brick[]} root @param {string} path */
export function find(root, path) {
  const parts = path === '' ? [] : path.split('.').map(Number);
  let list = root;
  for (const [depth, i] of parts.entries()) {
    const b = list[i];
    if (b === undefined) return null;
    if (depth === parts.length - 1) return { list, i, brick: b, parent: parts.slice(0, -1).join('.') };
    list = b.body ?? [];
  }
  return null;
}

/** Every brick in reading order. @param {Brick[]} list @returns {Brick[]} */
export function flat(list) {
  return list.flatMap((b) => [b, ...flat(b.body ?? [])]);
}

/** @param {string} parent @param {number} i */
const join = (parent, i) => (parent === '' ? String(i) : `${parent}.${i}`);

/**
 * Puts bricks into the list of a parent ("" is the stack) before its i-th; gives the path of the first.
 * @param {Brick[]} root @param {string} parent @param {number} i @param {Brick[]} bricks
 */
export function insert(root, parent, i, bricks) {
  const list = parent === '' ? root : find(root, parent)?.brick.body;
  if (!list) return '';
  const at = Math.max(0, Math.min(i, list.length));
  list.splice(at, 0, ...bricks);
  return join(parent, at);
}

/** Takes a brick out, with brackets that it leaves empty. Gives the path of what stands there now. @param {Brick[]} root @param {string} path @returns {string} */
export function remove(root, path) {
  const f = find(root, path);
  if (f === null) return '';
  f.list.splice(f.i, 1);
  if (f.list.length === 0 && f.parent !== '') return remove(root, f.parent);
  return f.list.length === 0 ? '' : join(f.parent, Math.min(f.i, f.list.length - 1));
}

/**
 * Moves a brick before the i-th of a parent's list, places counted before it is taken out. Gives its new path, or null where it
 * would stand in itself.
 * @param {Brick[]} root @param {string} path @param {string} parent @param {number} i
 */
export function move(root, path, parent, i) {
  const f = find(root, path);
  const to = parent === '' ? root : find(root, parent)?.brick.body;
  if (f === null || !to || parent === path || parent.startsWith(path + '.')) return null;
  const mark = { ...f.brick };
  f.list[f.i] = mark; // stays until the new place is taken, so that places mean what they did
  to.splice(i, 0, f.brick);
  f.list.splice(f.list.indexOf(mark), 1);
  const empty = f.list.length === 0 && f.parent !== '' ? find(root, f.parent) : null;
  if (empty !== null) empty.list.splice(empty.i, 1);
  return pathOf(root, f.brick);
}

/** @param {Brick[]} list @param {Brick} b @param {string} [under] @returns {string | null} */
export function pathOf(list, b, under = '') {
  for (const [i, x] of list.entries()) {
    const path = join(under, i);
    if (x === b) return path;
    const inner = pathOf(x.body ?? [], b, path);
    if (inner !== null) return inner;
  }
  return null;
}

/**
 * One place up or down in reading order: past a neighbour, into brackets that are next, or out of brackets at their end.
 * @param {Brick[]} root @param {string} path @param {-1 | 1} step
 */
export function shift(root, path, step) {
  const f = find(root, path);
  if (f === null) return null;
  const next = f.list[f.i + step];
  if (next === undefined) {
    const out = f.parent === '' ? null : find(root, f.parent);
    return out === null ? null : move(root, path, parentOf(f.parent), out.i + (step > 0 ? 1 : 0));
  }
  if (next.holds) return move(root, path, join(f.parent, f.i + step), step > 0 ? 0 : next.body?.length ?? 0);
  return move(root, path, f.parent, step > 0 ? f.i + 2 : f.i - 1);
}

/** @param {string} path */
const parentOf = (path) => path.split('.').slice(0, -1).join('.');

/** A new brick goes before the last layer, whose size comes from the data. @param {Brick[]} root */
export function placeAtEnd(root) {
  const last = root.at(-1);
  return last?.name === 'linear' && last.args.length === 0 ? root.length - 1 : root.length;
}
