// What stands where: the study's line, the prompt, the responses, the decision. Built once; the parts fill it, so nothing ever jumps.

const FRAME = [
  ["header", { class: "q", "data-at": "head" }],
  ["div", { class: "jd", "data-at": "main" },
    ["section", { class: "pr", "data-at": "top", "aria-label": "Prompt" },
      ["div", { class: "scr pt", "data-at": "prompt", tabindex: 0, role: "region", "aria-label": "Prompt" }],
      ["div", { class: "pw", "data-at": "ways" }]],
    ["div", { class: "qs", "data-at": "questions" }],
    ["div", { class: "cs", "data-at": "texts" }],
    ["div", { class: "vd", "data-at": "verdict", role: "group", "aria-label": "Which is better?" }],
    ["div", { class: "blank", "data-at": "blank", hidden: true }],
    ["div", { class: "word", "data-at": "word", role: "alert" }]],
  ["div", { class: "ac", "data-at": "bar" },
    ["div", { class: "br", "data-at": "deeds" }],
    ["div", { class: "fld", "data-at": "field", hidden: true }]],
  ["div", { class: "sr", "data-at": "live", role: "status", "aria-live": "polite" }],
];

/** Draws the frame and gives its parts by name. */
export function build(root, patch) {
  patch(root, FRAME);
  return Object.fromEntries([...root.querySelectorAll("[data-at]")].map((part) => [part.dataset.at, part]));
}
