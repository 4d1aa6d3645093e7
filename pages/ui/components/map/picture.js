// The map to take along: what is in view as a picture with its legend, and all points as a table.

import { count } from "../shared/words.js";
import { SYMBOLS } from "./symbols.js";

const FOOT = 30; // px a line of the legend
const FONT = "'Hanken Grotesk', system-ui, sans-serif";
const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

function offer(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function symbol(field, { symbol: name, colour }, x, y, rgb) {
  const { d, stroke } = SYMBOLS[name];
  field.save();
  field.translate(x, y);
  field.scale(0.8, 0.8);
  Object.assign(field, { fillStyle: css(rgb(colour)), strokeStyle: css(rgb(colour)), lineWidth: stroke ?? 1 });
  if (stroke) field.stroke(new Path2D(d));
  else field.fill(new Path2D(d));
  field.restore();
}

/** Where each kind of the legend stands: as many lines as they need. */
function laidOut(field, kinds, width) {
  let [x, line] = [16, 0];
  return kinds.map((kind) => {
    const text = `${kind.label}  ${count(kind.n)}`;
    const wide = field.measureText(text).width + 44;
    if (x + wide > width && x > 16) [x, line] = [16, line + 1];
    const place = { kind, text, x, line };
    x += wide;
    return place;
  });
}

export function savePicture({ pane, surface, labels, camera, kinds, rgb, name }) {
  const [width, height] = [pane.clientWidth, pane.clientHeight];
  const canvas = document.createElement("canvas");
  const field = canvas.getContext("2d");
  field.font = `13px ${FONT}`;
  const legend = laidOut(field, kinds, width);
  const density = Math.max(2, devicePixelRatio || 1);
  const foot = FOOT * ((legend.at(-1)?.line ?? 0) + 1) + 10;
  Object.assign(canvas, { width: width * density, height: (height + foot) * density });
  field.scale(density, density);
  field.fillStyle = css(rgb("var(--card)"));
  field.fillRect(0, 0, width, height + foot);
  field.save();
  field.beginPath();
  field.rect(0, 0, width, height);
  field.clip();
  surface.copyTo(field);
  Object.assign(field, { font: `600 13px ${FONT}`, textAlign: "center", textBaseline: "middle", lineWidth: 4, lineJoin: "round", strokeStyle: css(rgb("var(--card)")), fillStyle: css(rgb("var(--ink)")) });
  for (const { number, text, x, y } of labels.shown()) {
    const [left, top] = camera.screenOf(x, y);
    field.strokeText(`${number} ${text}`, left, top - 17);
    field.fillText(`${number} ${text}`, left, top - 17);
  }
  field.restore();
  Object.assign(field, { font: `13px ${FONT}`, textAlign: "left", textBaseline: "middle" });
  for (const { kind, text, x, line } of legend) {
    const y = height + 10 + line * FOOT + FOOT / 2;
    symbol(field, kind, x, y - 6.4, rgb);
    field.fillStyle = css(rgb("var(--ink)"));
    field.fillText(text, x + 20, y);
  }
  return new Promise((done) => { canvas.toBlob((blob) => { offer(`${name}.png`, blob); done(); }, "image/png"); });
}

/** Quoted where it must be; what a spreadsheet would take for a formula is kept as text. */
function cell(value) {
  const text = String(value ?? "");
  const harmless = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const COLUMNS = ["seq", "kind", "source", "operation", "epoch", "status", "people", "cluster", "cluster_label", "x", "y"];

/** All points, as the projection placed them. */
export function tableOf({ head, of, n }) {
  const labels = new Map(head.clusters.map((one) => [one.cluster, one.label]));
  const word = (name, i) => head.words[name][of[name][i]];
  const lines = [COLUMNS.join(",")];
  for (let i = 0; i < n; i++) {
    lines.push([of.seq[i], word("kind", i), word("source", i), word("operation", i), of.epoch[i], word("status", i), word("human", i),
      labels.has(of.cluster[i]) ? of.cluster[i] + 1 : "", labels.get(of.cluster[i]), of.x[i], of.y[i]].map(cell).join(","));
  }
  return `${lines.join("\n")}\n`;
}

export const saveTable = (points, name) => offer(`${name}.csv`, new Blob([tableOf(points)], { type: "text/csv;charset=utf-8" }));
