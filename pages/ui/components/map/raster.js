// Draws points into pixels without any graphics hardware: each is a stamp, cut from its symbol.

import { mask } from "./symbols.js";

const PLAIN_DOT = 3; // px across; below it every symbol is a block

/** The pixels of a stamp as steps from its corner: those it covers, and those it touches with how much. */
function stamp(name, size, width) {
  const [full, part, share] = [[], [], []];
  const seen = size < PLAIN_DOT ? new Uint8Array(size * size).fill(255) : mask(name, size);
  seen.forEach((cover, i) => {
    const step = Math.floor(i / size) * width + (i % size);
    if (cover > 200) full.push(step);
    else if (cover > 25) { part.push(step); share.push(cover / 255); }
  });
  return { full: Int32Array.from(full), part: Int32Array.from(part), share: Float32Array.from(share) };
}

/** 0xAABBGGRR, as a little-endian canvas keeps it. */
const packed = ([r, g, b]) => (255 << 24 | b << 16 | g << 8 | r) >>> 0;

function mixed(over, [r, g, b], share) {
  const rest = 1 - share;
  const blend = (under, top) => (under * rest + top * share) | 0;
  return (255 << 24 | blend(over >> 16 & 255, b) << 16 | blend(over >> 8 & 255, g) << 8 | blend(over & 255, r)) >>> 0;
}

export function makeRaster() {
  const canvas = new OffscreenCanvas(1, 1);
  const field = canvas.getContext("2d", { alpha: false });
  let image = null;
  let cut = { key: "", stamps: [] };

  function size(width, height) {
    if (canvas.width === width && canvas.height === height && image) return;
    Object.assign(canvas, { width, height });
    image = field.createImageData(width, height);
    cut = { key: "", stamps: [] };
  }

  function stamps(symbols, across, width) {
    const key = `${symbols.join()} ${across} ${width}`;
    if (cut.key !== key) {
      const made = new Map(symbols.map((name) => [name, stamp(name, across, width)]));
      cut = { key, stamps: symbols.map((name) => made.get(name)) };
    }
    return cut.stamps;
  }

  function pass(scene, frame, wanted, look) {
    const { places, codes, state, n } = scene;
    const { width, height, x, y, scale, across } = frame;
    const pixels = new Uint32Array(image.data.buffer);
    const [right, bottom] = [width - across, height - across];
    const half = across / 2;
    for (let i = 0; i < n; i++) {
      if (state[i] !== wanted) continue;
      const left = Math.round(places[2 * i] * scale + x - half);
      const top = Math.round(places[2 * i + 1] * scale + y - half);
      if (left < 0 || top < 0 || left > right || top > bottom) continue;
      const { full, part, share } = look.stamps[codes[i]];
      const colour = look.colours[codes[i]];
      const whole = look.packed[codes[i]];
      const corner = top * width + left;
      for (let k = 0; k < full.length; k++) pixels[corner + full[k]] = whole;
      for (let k = 0; k < part.length; k++) pixels[corner + part[k]] = mixed(pixels[corner + part[k]], colour, share[k]);
    }
  }

  return {
    name: "canvas",
    setScene() {},
    draw(scene, frame) {
      size(frame.width, frame.height);
      new Uint32Array(image.data.buffer).fill(packed(scene.ground));
      const look = (colours) => ({ colours, packed: Uint32Array.from(colours, packed), stamps: stamps(scene.symbols, frame.across, frame.width) });
      for (const wanted of scene.stands) pass(scene, frame, wanted, look(wanted ? scene.colours : scene.colours.map(() => scene.faint)));
      field.putImageData(image, 0, 0);
      return canvas.transferToImageBitmap();
    },
  };
}
