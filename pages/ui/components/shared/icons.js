// The signs of operations, of what the machine says (circles) and of what people say (squares).
// Drawn on a 16 × 16 field with the current colour; [tag, attributes] lists, never markup.

const SVG = "http://www.w3.org/2000/svg";
const solid = { fill: "currentColor", stroke: "none" };
const dot = (cx, cy, r) => ["circle", { cx, cy, r, ...solid }];
const ring = (extra = {}) => ["circle", { cx: 8, cy: 8, r: 5.8, ...extra }];
const path = (d, extra = {}) => ["path", { d, ...extra }];
const square = ["rect", { x: 2.6, y: 2.6, width: 10.8, height: 10.8, rx: 2 }];
const block = ["rect", { x: 2, y: 2, width: 12, height: 12, rx: 2.4, fill: "currentColor" }];
const cut = { stroke: "var(--card)" };

const SHAPES = {
  seed: [dot(8, 8, 3.6)],
  add_constraints: [path("M8 3v10M3 8h10")],
  deepen: [path("M8 2.5v7.5M4.6 7 8 10.4 11.4 7M3.5 13.6h9")],
  concretize: [["circle", { cx: 8, cy: 8, r: 5.3 }], dot(8, 8, 1.7)],
  increase_reasoning: [dot(8, 4.2, 1.9), dot(3.9, 11.4, 1.9), dot(12.1, 11.4, 1.9)],
  complicate_input: [path("M6 2.8c-2 0-2 1-2 2.4S3.6 7.4 2.4 8C3.6 8.6 4 9.4 4 10.8s0 2.4 2 2.4M10 2.8c2 0 2 1 2 2.4"
    + "s.4 2.2 1.6 2.8c-1.2.6-1.6 1.4-1.6 2.8s0 2.4-2 2.4")],
  mutate: [path("M2.5 8H6c2.5 0 2.5-4 6-4M6 8c2.5 0 2.5 4 6 4M10.4 2.2 12.6 4l-2.2 1.8")],
  waiting: [["circle", { cx: 8, cy: 8, r: 5.6, "stroke-dasharray": "2.2 2.6" }]],
  survived: [ring(), path("m5.5 8.2 1.8 1.8 3.3-3.7")],
  eliminated: [ring(), path("M4 12 12 4")],
  error: [path("M8 2.5 14 13.2H2z"), path("M8 6.6v3M8 11.5v.01")],
  undecided: [square],
  accepted: [block, path("m5 8.3 2.2 2.2 3.9-4.7", cut)],
  rejected: [block, path("m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8", cut)],
  disputed: [square, path("M2.6 11.4V4.6a2 2 0 0 1 2-2H8v10.8H4.600a2 2 0 0 1-2-2z", { fill: "currentColor" })],
  set_aside: [block, path("M5 8h6", cut)],
  saved: [path("m3 8.6 3.2 3.2L13 4.6")],
  open: [path("m6 4 4 4-4 4")],
  play: [path("M4.5 3v10l8-5z", solid)],
  pause: [path("M5 3.4v9.2M11 3.4v9.2", { "stroke-width": 2.6 })],
  close: [path("m4 4 8 8m0-8-8 8")],
  flag: [path("M4 14V2.6M4 3h7.8l-1.9 2.800 1.9 2.800H4")],
};

export const isIcon = (name) => Object.hasOwn(SHAPES, name);

/** An svg element for `name`; decoration only, so hidden from screen readers: words stand beside it. */
export function icon(name, attributes = {}) {
  const field = document.createElementNS(SVG, "svg");
  const frame = { viewBox: "0 0 16 16", fill: "none", stroke: "currentColor", "stroke-width": 1.7,
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", ...attributes };
  for (const [key, value] of Object.entries(frame)) field.setAttribute(key, value);
  for (const [tag, given] of SHAPES[name] ?? []) {
    const shape = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(given)) shape.setAttribute(key, value);
    field.append(shape);
  }
  return field;
}
