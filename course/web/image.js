// Pictures of grey values from arrays of numbers.

import { el, inMemory } from './dom.js';
import { onTheme, shades, share } from './theme.js';

/** @typedef {import('./theme.js').Scale} Scale */
/**
 * @typedef {object} Picture
 * @property {(number | null)[]} pixels   rows one after another
 * @property {number} width               in pixels; the height follows
 * @property {number} [min]               of the scale, 0 if not given; for diverging, the largest size counts
 * @property {number} [max]               1 if not given
 * @property {Scale} [scale]              grey if not given: min is black
 * @property {string} label               what it shows
 * @property {string} [caption]           below it
 * @property {{ x: number, y: number, width: number, height: number, color?: number }[]} [boxes]   frames, in pixels
 */
/**
 * @typedef {object} ImagesOptions
 * @property {string} label
 * @property {number} [size]         CSS pixels of a picture's width, 112 if not given
 * @property {(i: number) => void} [pick]    pictures become buttons
 * @property {(i: number, x: number, y: number) => void} [point]   a pixel of a picture was pressed; offer a way by keyboard, too
 * @property {HTMLElement} [into]
 */

/**
 * Pictures side by side; one picture is a list of one.
 * @param {import('./widget.js').Widget} w @param {ImagesOptions} o
 */
export function images(w, o) {
  /** @type {Picture[]} */
  let data = [];
  /** @type {number | null} */
  let chosen = null;
  const list = el('ul', { class: 'images', 'aria-label': o.label });
  (o.into ?? w.stage).append(list);
  const size = o.size ?? 112;

  /** @param {number} i */
  const item = (i) => {
    const canvas = el('canvas', { role: 'img' });
    const caption = el('span', { class: 'caption' });
    canvas.style.width = `${size}px`;
    caption.style.maxWidth = `${Math.max(size, 112)}px`;
    canvas.addEventListener('click', (e) => {
      const p = data[i];
      if (!o.point || !p) return;
      const r = canvas.getBoundingClientRect();
      w.touch();
      o.point(i, Math.floor(((e.clientX - r.left) / r.width) * canvas.width / zoom(p)), Math.floor(((e.clientY - r.top) / r.height) * canvas.height / zoom(p)));
    });
    if (!o.pick) return el('li', {}, canvas, caption);
    return el('li', {}, el('button', { type: 'button', class: 'picture', onclick: () => {
      w.touch();
      o.pick?.(i);
    } }, canvas, caption));
  };
  // Frames need finer lines than a pixel of the picture, so it is enlarged when it has some.
  const zoom = /** @param {Picture} p */ (p) => (p.boxes?.length ? Math.max(1, Math.round((2 * size) / p.width)) : 1);
  const paint = () => {
    while (list.children.length > data.length) list.lastElementChild?.remove();
    while (list.children.length < data.length) list.append(item(list.children.length));
    data.forEach((p, i) => {
      const li = list.children[i];
      const canvas = li?.querySelector('canvas');
      const caption = li?.querySelector('.caption');
      if (!canvas || !caption) return;
      canvas.setAttribute('aria-label', p.label);
      caption.textContent = p.caption ?? '';
      li?.querySelector('button')?.setAttribute('aria-pressed', String(chosen === i));
      drawPicture(canvas, p, zoom(p));
    });
  };
  onTheme(paint);
  return {
    el: list,
    /** @param {Picture[]} pictures @param {number | null} [picked]  the one that is set off */
    draw(pictures, picked = null) {
      data = pictures;
      chosen = picked;
      paint();
    },
  };
}

/** @param {HTMLCanvasElement} canvas @param {Picture} p @param {number} zoom */
function drawPicture(canvas, p, zoom) {
  const height = Math.ceil(p.pixels.length / p.width);
  const image = new ImageData(p.width, Math.max(1, height));
  const scale = p.scale ?? 'grey';
  const table = shades(scale);
  p.pixels.forEach((v, i) => {
    if (v === null || Number.isNaN(v)) return;
    const at = Math.round(255 * Math.min(1, Math.max(0, share(scale, v, p.min ?? 0, p.max ?? 1))));
    for (let k = 0; k < 3; k++) image.data[4 * i + k] = table[3 * at + k] ?? 0;
    image.data[4 * i + 3] = 255;
  });
  [canvas.width, canvas.height] = [p.width * zoom, image.height * zoom];
  const g = canvas.getContext('2d', inMemory);
  if (g === null) return;
  if (zoom === 1) {
    g.putImageData(image, 0, 0);
    return;
  }
  const small = new OffscreenCanvas(p.width, image.height);
  small.getContext('2d')?.putImageData(image, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(small, 0, 0, canvas.width, canvas.height);
  for (const b of p.boxes ?? []) {
    g.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue(`--c${b.color ?? 2}`);
    g.lineWidth = 3;
    g.strokeRect(b.x * zoom, b.y * zoom, b.width * zoom, b.height * zoom);
  }
}
