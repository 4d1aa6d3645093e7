// What stands where: seeds | the tree with its bars | the node. Built once; the parts fill it.

const key = (cap) => ["kbd", {}, cap];
const tool = (act, ...inside) => ["button", { class: "bt", "data-act": act, ...(inside[0].length === 1 ? { "aria-label": act } : {}) }, ...inside];

export const FRAME = ["div", { class: "b" },
  ["section", { class: "c1", "aria-label": "Seeds of the run" }],
  ["section", { class: "c2", "aria-label": "Tree" },
    ["div", { class: "ct" },
      ["button", { class: "bt small", "data-part": "filter" }],
      ["div", { class: "fd", hidden: true, role: "group", "aria-label": "Found in this tree" }],
      ["span", { class: "push" }],
      ["button", { class: "bt small", "data-part": "runs", title: "The same seed in other runs", "aria-label": "The same seed in other runs" }, "Runs", key("O")],
      ["button", { class: "bt small", "data-part": "save", title: "Save this tree as a file" }, "Save", key("D")],
      ["button", { class: "bt small", "data-part": "help", "aria-label": "Keys", title: "Keys" }, key("?")],
      ["div", { class: "pop", hidden: true, role: "menu", tabindex: -1, "data-pop": "runs", "aria-label": "The same seed in other runs" }],
      ["div", { class: "pop", hidden: true, role: "menu", tabindex: -1, "data-pop": "save", "aria-label": "Save this tree" }]],
    ["div", { class: "fl", hidden: true, role: "group", "aria-label": "Filter" }],
    ["div", { class: "cv" }],
    ["div", { class: "cs", hidden: true, role: "group", "aria-label": "Epochs" }],
    ["div", { class: "cf" },
      ["div", { class: "ky", "aria-hidden": "true" }, key("←"), key("→"), " parent, child ", key("↑"), key("↓"), " sibling"],
      ["div", { class: "tl" }, tool("Zoom out", "−"), tool("Zoom in", "+"), tool("fit", "Fit", key("0")), tool("fold", "Fold", key("Space"))]],
    ["div", { class: "sr", role: "status", "aria-live": "polite" }]],
  ["section", { class: "c3", "aria-label": "Node" }]];

/** The parts by name, of a frame that is built. */
export function partsOf(root) {
  const [left, middle, right] = root.firstElementChild.children;
  const one = (path) => middle.querySelector(path);
  return {
    left, middle, right, pane: one(".cv"), filterBar: one(".fl"), scrubRow: one(".cs"), findBox: one(".fd"), live: one(".sr"),
    button: (name) => one(`[data-part=${name}]`), pop: (name) => one(`[data-pop=${name}]`),
  };
}
