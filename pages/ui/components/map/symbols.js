// The shapes of points, on a 16 × 16 field: what is drawn on the map and in its legend. Machine's marks are circles, people's are squares.

const stroke = (d, width = 3) => ({ d, stroke: width });
const fill = (d) => ({ d });
const circle = (r) => `M${8 - r} 8a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
const square = (r) => `M${8 - r} ${8 - r}h${2 * r}v${2 * r}h${-2 * r}z`;

export const SYMBOLS = {
  dot: fill(circle(6)),
  small: fill(circle(3.6)),
  cross: stroke("M8 1.5v13M1.500 8h13", 4.2),
  down: fill("M1 2.500h14L8 15z"),
  target: stroke(`${circle(5.6)}M8 7.400v1.200`, 2.6),
  star: fill("M8 .500 10.4 5.500 15.800 6 11.8 9.800 12.900 15.200 8 12.400 3.100 15.200 4.200 9.800 .200 6 5.600 5.500z"),
  open: stroke(square(5.6), 2.8),
  diamond: fill("M8 .500 15.500 8 8 15.500.500 8z"),
  ring: stroke(circle(5.6), 2.6),
  slashed: stroke(`${circle(5.6)}M4 12 12 4`, 2.2),
  square: fill(square(6)),
  crossed: stroke(`${square(5.8)}M4.500 4.500l7 7m0-7-7 7`, 2.2),
  half: stroke(`${square(5.6)}M5.500 3v10`, 2.8),
  minus: stroke("M1.500 8h13", 5),
  up: fill("M1 13.500h14L8 1z"),
};
export const NAMES = Object.keys(SYMBOLS);

/** How much of each pixel of a `size` × `size` field the symbol covers, 0 to 255. */
export function mask(name, size) {
  const field = new OffscreenCanvas(size, size).getContext("2d", { willReadFrequently: true });
  const { d, stroke: width } = SYMBOLS[name];
  const path = new Path2D(d);
  field.scale(size / 16, size / 16);
  if (width) {
    field.lineWidth = Math.max(width, 16 / size);
    field.stroke(path);
  } else field.fill(path);
  const seen = field.getImageData(0, 0, size, size).data;
  return Uint8Array.from({ length: size * size }, (_, i) => seen[4 * i + 3]);
}

/** The symbol as a node for a legend. */
export const drawn = (name, colour) => {
  const { d, stroke: width } = SYMBOLS[name];
  return ["svg", { viewBox: "0 0 16 16", class: "sy", "aria-hidden": "true", style: { "--c": colour } },
    ["path", width ? { class: "st", d, "stroke-width": width } : { class: "fi", d }]];
};
