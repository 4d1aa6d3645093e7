// Chips that keep some nodes in the foreground: by operation, by status, by epoch. The others are dimmed, never taken away.

import { patch } from "../shared/vdom.js";
import { markOf } from "./card.js";
import { count } from "../shared/words.js";

const KINDS = ["operation", "status", "epoch"];
const TITLES = { operation: "Operation", status: "Status", epoch: "Epoch" };
const OF = { operation: (node) => node.operation, status: (node) => markOf(node), epoch: (node) => (node.status === "seed" ? null : node.epoch) };
const ORDER = ["survived", "eliminated", "error", "waiting", "accepted", "rejected", "disputed", "set_aside"];

export function makeFilter(bar, button, { words, onChange }) {
  const chosen = { operation: new Set(), status: new Set(), epoch: new Set() };
  let nodes = [];
  const passes = (node) => KINDS.every((kind) => !chosen[kind].size || chosen[kind].has(OF[kind](node)));
  const active = () => KINDS.some((kind) => chosen[kind].size);

  function values(kind) {
    const counts = new Map();
    for (const node of nodes) {
      const value = OF[kind](node);
      if (value !== null && value !== "seed") counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const value of chosen[kind]) if (!counts.has(value)) counts.set(value, 0); // what was chosen can be let go again
    const order = kind === "operation" ? Object.keys(words.operations) : ORDER;
    const place = (value) => (kind === "epoch" ? value : order.indexOf(value));
    return [...counts].sort(([one], [other]) => place(one) - place(other));
  }

  function chip(kind, value, n) {
    const word = { operation: () => words.operations[value] ?? value, status: () => words.marks[value] ?? value, epoch: () => `Epoch ${value}` }[kind]();
    const sign = kind === "operation" ? ["span", { class: `op op-${value}` }, ["icon", { name: value }]]
      : kind === "status" ? ["span", { class: `mk mk-${value}` }, ["icon", { name: value }]] : ["b", {}, String(value)];
    const on = chosen[kind].has(value);
    return ["button", { key: `${kind}-${value}`, class: on ? "chip on" : "chip", "aria-pressed": String(on), title: `${word}: ${count(n)}`,
      "aria-label": `${word}, ${count(n)}`, "data-kind": kind, "data-value": value }, sign, ["span", { class: "num" }, count(n)]];
  }

  function draw() {
    const shown = nodes.filter(passes).length;
    const said = active() ? `${count(shown)} of ${count(nodes.length)}` : "";
    patch(button, ["Filter", ...(said ? [["span", { class: "num" }, said]] : []), ["kbd", {}, "F"]]);
    button.setAttribute("aria-expanded", String(!bar.hidden));
    button.classList.toggle("on", active());
    if (bar.hidden) return patch(bar, []);
    return patch(bar, [...KINDS.map((kind) => ["div", { class: "chips", role: "group", "aria-label": TITLES[kind] },
      ...(kind === "epoch" ? [["span", { class: "lab" }, "Epoch"]] : []), ...values(kind).map(([value, n]) => chip(kind, value, n))]),
      ...(active() ? [["button", { class: "bt q small", "data-kind": "clear" }, "Show all"]] : [])]);
  }

  bar.addEventListener("click", (event) => {
    const at = event.target.closest("[data-kind]");
    if (!at) return;
    const { kind, value } = at.dataset;
    if (kind === "clear") KINDS.forEach((one) => chosen[one].clear());
    else {
      const own = kind === "epoch" ? Number(value) : value;
      if (!chosen[kind].delete(own)) chosen[kind].add(own);
    }
    draw();
    onChange(passes);
    if (kind === "clear") button.focus();
  });

  return {
    passes,
    setNodes(now) { nodes = now; draw(); },
    turn(open = bar.hidden) {
      bar.hidden = !open;
      draw();
      if (open) bar.querySelector("button")?.focus();
      else button.focus();
    },
    draw,
  };
}
