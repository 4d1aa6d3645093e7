// What stands where: the queue's line, the card, the decisions. Built once; the parts fill it, so nothing ever jumps.

const region = (part, label, more = {}) => ["div", { class: `scr ${part}`, "data-at": part, tabindex: 0, role: "region", "aria-label": label, ...more }];

const FRAME = [
  ["header", { class: "q", "data-at": "head" }],
  ["div", { class: "dk" },
    ["section", { class: "card cd", "data-at": "card", "aria-label": "Item" },
      ["div", { class: "m", "data-at": "main" },
        ["div", { class: "mh", "data-at": "title" }],
        region("tx", "Instruction"),
        ["div", { class: "rs", "data-at": "answer" },
          ["div", { class: "rh", "data-at": "answerhead" }],
          region("rb", "Response")],
        ["div", { class: "ed", "data-at": "edit", hidden: true }]],
      region("sd", "About this item"),
      ["div", { class: "blank", "data-at": "blank", hidden: true }],
      ["div", { class: "word", "data-at": "word", role: "alert" }]]],
  ["div", { class: "ac", role: "group", "aria-label": "Decision" },
    ["div", { class: "yes", "data-at": "yes" }],
    ["div", { class: "mid" },
      ["div", { class: "rz", "data-at": "reasons", role: "group", "aria-label": "Reject" }],
      ["div", { class: "fld", "data-at": "field", hidden: true }]],
    ["div", { class: "ot", "data-at": "others" }]],
  ["div", { class: "sr", "data-at": "live", role: "status", "aria-live": "polite" }],
];

/** Draws the frame and gives its parts by name. */
export function build(root, patch) {
  patch(root, FRAME);
  return Object.fromEntries([...root.querySelectorAll("[data-at]")].map((part) => [part.dataset.at, part]));
}
