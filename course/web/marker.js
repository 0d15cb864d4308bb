// Shapes that tell series apart without their colours.

/** @typedef {'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'plus' | 'down' | 'star'} Shape */

export const shapes = /** @type {Shape[]} */ (['circle', 'square', 'triangle', 'diamond', 'cross', 'plus', 'down', 'star']);

/** @type {Record<Shape, [number, number][]>} */
const corners = {
  circle: [],
  square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  triangle: [[0, -1.1], [1, 0.75], [-1, 0.75]],
  down: [[0, 1.1], [1, -0.75], [-1, -0.75]],
  diamond: [[0, -1.2], [1, 0], [0, 1.2], [-1, 0]],
  cross: [],
  plus: [],
  star: Array.from({ length: 10 }, (_, i) => {
    const r = i % 2 === 0 ? 1.25 : 0.55;
    return [r * Math.sin((i * Math.PI) / 5), -r * Math.cos((i * Math.PI) / 5)];
  }),
};

/**
 * Draws a shape of radius r in the context's fill and stroke colours.
 * @param {CanvasRenderingContext2D} g @param {Shape} shape @param {number} x @param {number} y @param {number} r @param {boolean} [hollow]
 */
export function marker(g, shape, x, y, r, hollow) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  g.beginPath();
  if (shape === 'circle') g.arc(x, y, r, 0, 2 * Math.PI);
  else if (shape === 'cross' || shape === 'plus') {
    const d = shape === 'cross' ? 0.8 * r : 0;
    const e = shape === 'cross' ? 0.8 * r : 1.1 * r;
    g.moveTo(x - e, y - d);
    g.lineTo(x + e, y + d);
    g.moveTo(x - d, y + e);
    g.lineTo(x + d, y - e);
    g.lineWidth = Math.max(2, r / 2.2);
    g.stroke();
    return;
  } else {
    for (const [a, b] of corners[shape]) g.lineTo(x + a * r, y + b * r);
    g.closePath();
  }
  g.lineWidth = 2;
  if (hollow) g.stroke();
  else g.fill();
}
