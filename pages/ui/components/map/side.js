// Beside the map: what its colours mean (each can be switched off), and the clusters as a table for every pointer, key and reader.

import { count, countOf } from "../shared/words.js";
import { WAYS } from "./colours.js";
import { drawn } from "./symbols.js";

export const wayNodes = (chosen) => WAYS.map(([name, label], at) =>
  ["button", { key: name, class: name === chosen ? "chip on" : "chip", "aria-pressed": String(name === chosen), "data-way": name, title: `Colour by ${label.toLowerCase()} (${at + 1})` }, label]);

export function legendNodes(scene) {
  const label = WAYS.find(([name]) => name === scene.now.way)[1];
  const line = (kind) => ["li", { key: kind.code, class: scene.isOff(kind.code) ? "off" : "" },
    ["button", { class: "lg", "aria-pressed": String(!scene.isOff(kind.code)), "data-kind": kind.code, title: "Show or fade" },
      drawn(kind.symbol, kind.colour), ["span", { class: "one", dir: "auto" }, kind.label], ["span", { class: "num lab" }, count(kind.n)]],
    ["button", { class: "lk", "data-alone": kind.code, "aria-label": `Only ${kind.label}` }, "only"]];
  const lines = scene.now.way === "cluster" ? ["p", { class: "lab" }, "Numbers tell the clusters; shades only part neighbours."]
    : ["ul", { class: "lgs" }, ...scene.way().kinds.map(line)];
  return [["div", { class: "sh" }, ["h3", {}, label], ...(scene.isAnyOff ? [["button", { class: "lk push", "data-act": "all" }, "Show all"]] : [])],
    lines];
}

const PARTS = [["survived", "survived"], ["eliminated", "eliminated"], ["waiting", "waiting"]];

/** How a cluster's evolved texts fared, of all that stand on the map. */
function fates(points) {
  const found = new Map();
  const [kinds, statuses, people] = [points.head.words.kind, points.head.words.status, points.head.words.human];
  for (let i = 0; i < points.n; i++) {
    const number = points.of.cluster[i];
    if (!found.has(number)) found.set(number, { survived: 0, eliminated: 0, waiting: 0, accepted: 0, evolved: 0 });
    if (kinds[points.of.kind[i]] !== "evolved") continue;
    const one = found.get(number);
    const status = statuses[points.of.status[i]];
    one.evolved += 1;
    one[status in one ? status : "waiting"] += 1;
    one.accepted += people[points.of.human[i]] === "accepted";
  }
  return found;
}

export function clusterNodes(scene) {
  const { points, only } = scene.now;
  scene.now.fates ??= fates(points);
  const clusters = [...points.head.clusters].sort((a, b) => b.n - a.n);
  const row = (one) => {
    const fate = scene.now.fates.get(one.cluster) ?? { evolved: 0 };
    const words = PARTS.map(([part, word]) => `${count(fate[part] ?? 0)} ${word}`).join(", ");
    const bar = PARTS.filter(([part]) => fate[part]).map(([part]) => ["i", { key: part, class: `${part}-fill`, style: { "--n": fate[part] } }]);
    return ["tr", { key: one.cluster, class: only === one.cluster ? "on" : "" },
      ["th", { scope: "row" }, ["button", { class: "ck", "data-cluster": one.cluster, "aria-pressed": String(only === one.cluster) },
        ["b", {}, String(one.cluster + 1)], ["span", { dir: "auto" }, one.label || "no words"]],
      ...(one.name ? [["div", { class: "lab", dir: "auto" }, one.words.slice(0, 4).join(", ")]] : []),
      ...(bar.length ? [["div", { class: "bar thin", role: "img", "aria-label": words, title: words }, ...bar]] : [])],
      ["td", { class: "r num" }, count(one.n)], ["td", { class: "r num" }, fate.evolved ? count(fate.accepted) : "–"]];
  };
  return [["div", { class: "sh" }, ["h3", {}, countOf(clusters.length, "cluster")], ["span", { class: "lab" }, "a press shows one alone"]],
    ["table", { class: "ct" }, ["thead", {}, ["tr", {}, ["th", { scope: "col" }, "Number and words"], ["th", { scope: "col", class: "r" }, "Texts"], ["th", { scope: "col", class: "r" }, "Accepted"]]],
      ["tbody", {}, ...clusters.map(row)]]];
}

const DEEDS = [["behind", "See them"], ["list", "Open as a list"], ["queue", "New queue"], ["out", "Take out"], ["seeds", "Use as seeds"]];

/** The bar under the map: what is picked out and what can become of it. */
export function barNodes(scene, { isSending, problem }) {
  const { picked, only } = scene.now;
  if (!picked && only === null) return [];
  const n = picked ? picked.size : scene.now.shown;
  const what = picked ? `${count(n)} picked out` : `Cluster ${only + 1}: ${countOf(n, "text")}`;
  return [["b", { class: "num" }, what], ...DEEDS.map(([act, label]) => ["button", { key: act, class: "bt small", "data-deed": act, disabled: isSending || n === 0 }, label]),
    ["button", { class: "bt small q", "data-act": "clear", "aria-label": "Clear", title: "Clear (Esc)" }, ["icon", { name: "close" }]],
    ...(problem ? [["span", { class: "no", role: "alert" }, `${problem.what} ${problem.toDo}`]] : [])];
}
