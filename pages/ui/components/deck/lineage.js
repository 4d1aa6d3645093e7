// The way from the seed to this item: each text with what the person said of it.

import { mark, op, read } from "../shared/words.js";

const HUMAN = { accept: "accepted", reject: "rejected" };

export function showLineage(overlay, card, words, project) {
  const verdict = (human) => { const name = HUMAN[human] ?? human; return name && words.marks[name] ? [mark(name, words.marks[name])] : []; };
  const step = (one) => ["li", { class: "step", "aria-current": one.id === card.instruction ? "true" : null },
    ["div", { class: "row" }, one.operation && words.operations[one.operation] ? op(one.operation, words) : ["b", {}, one.operation_label || "Step"], ["span", { class: "push" }], ...verdict(one.human)],
    read("s", one.text)];
  const address = card.run ? `/trees?project=${encodeURIComponent(project)}&run=${encodeURIComponent(card.run)}&seed=${encodeURIComponent(card.seed)}&node=${encodeURIComponent(card.instruction)}` : null;
  overlay.show({ name: "lineage", title: "Lineage", wide: true, keys: { l: () => overlay.close(), L: () => overlay.close() },
    head: address && card.operation ? [["a", { class: "bt small", href: address }, "Open in its tree"]] : [] })
    .draw([["ol", { class: "steps" }, ...card.path.map(step)]]);
}
