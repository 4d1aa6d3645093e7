// One card of the tree, as nodes for the shared drawing (../shared/vdom.js).

const DEAD = new Set(["eliminated", "error"]);

export const isDead = ({ node }) => DEAD.has(node.status) || node.human === "rejected";

/** Which mark a card carries: what a person decided counts before what the machine says; seeds have none of their own. */
export function markOf(node) {
  if (node.set_aside) return "set_aside";
  if (node.human !== "undecided") return node.human;
  return node.status === "seed" ? null : node.status;
}

export function matches(node, show) {
  if (show === "survivors") return node.status === "survived" || node.status === "seed";
  if (show === "eliminated") return node.status === "eliminated" || node.human === "rejected";
  if (show === "undecided") return node.status === "survived" && node.human === "undecided";
  return true;
}

/** What a screen reader says of a card, and what its mark says on hover. */
function statusWords(node, words) {
  const said = [];
  if (node.status !== "seed") said.push(words.marks[node.status] + (node.rule ? `: ${node.rule}` : ""));
  if (node.human !== "undecided") said.push(words.marks[node.human]);
  if (node.set_aside) said.push(words.marks.set_aside);
  if (node.by_hand) said.push("asked for by hand");
  return said.join(", ");
}

export const emptyText = (node) => (node.status === "waiting" ? "…" : "(no text)");

/** `faint`: the filter puts it into the background; `hit`: a search found it; `fresh`: it has just grown;
 *  `reach`: the one that Tab leads to. */
export function card(item, { words, selected, folded, faint, hit, fresh, reach }) {
  const { node } = item;
  const operation = words.operations[node.operation] ?? node.operation;
  const status = statusWords(node, words);
  const mark = markOf(node);
  const classes = ["nd", `op-${node.operation}`, isDead(item) && "bad", selected && "sel", !mark && "bare", !selected && faint && "faint", hit && "hit", fresh && "fresh"];
  const about = {
    key: item.id, class: classes.filter(Boolean).join(" "), "data-id": item.id, role: "treeitem",
    tabindex: reach ? 0 : -1, "aria-level": item.level + 1, "aria-selected": String(selected),
    "aria-label": [operation, status, hit && "found", node.text].filter(Boolean).join(". "),
    style: { "--x": `${item.x}px`, "--y": `${item.y}px`, "--w": `${item.width}px` },
  };
  if (item.children.length) about["aria-expanded"] = String(!folded);
  return ["div", about,
    ["div", { class: "nt" },
      ["icon", { name: node.operation }],
      ["span", { class: "opn" }, node.by_hand ? `${operation} · by hand` : operation],
      ...(mark ? [["span", { class: `mk mk-${mark}`, title: status, role: "img", "aria-label": status }, ["icon", { name: mark }]]] : [])],
    ["div", { class: "tx", dir: "auto" }, node.text || emptyText(node)],
    ...(item.children.length ? [foldButton(item, folded)] : [])];
}

function foldButton(item, folded) {
  const label = folded ? `Show ${item.below} below` : `Fold ${item.below} below`;
  return ["button", { class: folded ? "fold more" : "fold", tabindex: -1, "data-fold": item.id, title: label, "aria-label": label },
    folded ? `+${item.below}` : "−"];
}
