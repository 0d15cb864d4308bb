// Lines of equal height of a grid, by marching squares: each cell's four corners say which of its sides a line crosses.

/**
 * The segments of a level, four numbers each (x0, y0, x1, y1) in cells: 0 is the first column or row, fractions lie between.
 * A cell with a value that is not finite has no line. In the two ambiguous cases the mean of the corners decides.
 * @param {(number | null)[][]} values  rows
 * @param {number} level
 * @returns {number[]}
 */
export function segments(values, level) {
  /** @type {number[]} */
  const out = [];
  for (let r = 0; r + 1 < values.length; r++) {
    const low = values[r] ?? [];
    const high = values[r + 1] ?? [];
    for (let c = 0; c + 1 < low.length; c++) {
      const a = low[c] ?? NaN; // a b   at r
      const b = low[c + 1] ?? NaN;
      const d = high[c + 1] ?? NaN; // e d   at r+1
      const e = high[c] ?? NaN;
      const kind = Number(a > level) | (Number(b > level) << 1) | (Number(d > level) << 2) | (Number(e > level) << 3);
      if (kind === 0 || kind === 15 || !Number.isFinite(a + b + d + e)) continue;
      const bottom = () => [c + (level - a) / (b - a), r];
      const right = () => [c + 1, r + (level - b) / (d - b)];
      const top = () => [c + (level - e) / (d - e), r + 1];
      const left = () => [c, r + (level - a) / (e - a)];
      const middle = (a + b + d + e) / 4 > level;
      switch (kind) {
        case 1: case 14: out.push(...left(), ...bottom()); break;
        case 2: case 13: out.push(...bottom(), ...right()); break;
        case 3: case 12: out.push(...left(), ...right()); break;
        case 4: case 11: out.push(...right(), ...top()); break;
        case 6: case 9: out.push(...bottom(), ...top()); break;
        case 7: case 8: out.push(...left(), ...top()); break;
        case 5: // a and d are high
          if (middle) out.push(...left(), ...top(), ...bottom(), ...right());
          else out.push(...left(), ...bottom(), ...right(), ...top());
          break;
        case 10: // b and e are high
          if (middle) out.push(...left(), ...bottom(), ...right(), ...top());
          else out.push(...left(), ...top(), ...bottom(), ...right());
          break;
      }
    }
  }
  return out;
}

/**
 * Levels for a grid: n that cut its values into parts of equal count, so that a valley shows as well as a cliff.
 * @param {(number | null)[][]} values @param {number} n
 */
export function levels(values, n) {
  const all = values.flat().filter((v) => v !== null && Number.isFinite(v)).sort((a, b) => Number(a) - Number(b));
  /** @type {number[]} */
  const out = [];
  for (let i = 1; i <= n; i++) {
    const v = all[Math.floor((i * all.length) / (n + 1))];
    if (v !== undefined && v !== null && v !== out.at(-1)) out.push(v);
  }
  return out;
}
