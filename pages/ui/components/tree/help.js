// All keys of the page. What is not in this list is no key.

const GROUPS = [
  ["Move", [[["←"], "parent"], [["→"], "first child"], [["↑", "↓"], "sibling, then the next row"], [["J", "K"], "next, previous seed"], [["Space"], "fold or open"]]],
  ["See", [[["0"], "fit all"], [["+", "−"], "zoom"], [["P"], "watch it grow, stop"], [["[", "]"], "one epoch back, on"], [["F"], "filter"]]],
  ["Find", [[["/"], "find in all trees of the run"], [["N", "⇧ N"], "next, previous found node"], [["O"], "the same seed in other runs"]]],
  ["The node", [[["Q"], "request and reply"], [["L"], "path from the seed"], [["V"], "read the path as a page"], [["S"], "beside a sibling"], [["E"], "evolve again from here"]]],
  ["Take along", [[["I"], "copy the id"], [["Y"], "copy the link"], [["W"], "copy as JSON"], [["D"], "save the tree as a file"]]],
  ["Anywhere", [[["?"], "this sheet"], [["Esc"], "close what lies over the tree"]]],
];

export function showHelp(overlay) {
  const line = ([caps, what]) => ["div", { class: "kl" }, ["dt", {}, ...caps.map((cap) => ["kbd", {}, cap])], ["dd", {}, what]];
  overlay.show({ name: "help", title: "Keys", keys: { "?": () => overlay.close() } }).draw([
    ["div", { class: "keys" }, ...GROUPS.map(([title, lines]) => ["section", {}, ["h3", {}, title], ["dl", {}, ...lines.map(line)]])],
    ["p", { class: "lab" }, "Keys do nothing while you type, and nothing with Ctrl, Alt or ⌘."]]);
}
