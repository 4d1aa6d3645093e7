// All keys of the page.

import { showKeys } from "../shared/help.js";

const GROUPS = [
  ["Move", [[["←"], "parent"], [["→"], "first child"], [["↑", "↓"], "sibling, then the next row"], [["J", "K"], "next, previous seed"], [["Space"], "fold or open"]]],
  ["See", [[["0"], "fit all"], [["+", "−"], "zoom"], [["P"], "watch it grow, stop"], [["[", "]"], "one epoch back, on"], [["F"], "filter"]]],
  ["Find", [[["/"], "find in all trees of the run"], [["N", "⇧ N"], "next, previous found node"], [["O"], "the same seed in other runs"]]],
  ["The node", [[["Q"], "request and reply"], [["L"], "path from the seed"], [["V"], "read the path as a page"], [["S"], "beside a sibling"], [["E"], "evolve again from here"]]],
  ["Take along", [[["I"], "copy the id"], [["Y"], "copy the link"], [["W"], "copy as JSON"], [["D"], "save the tree as a file"]]],
  ["Anywhere", [[["?"], "this sheet"], [["Esc"], "close what lies over the tree"]]],
];

export const showHelp = (overlay) => showKeys(overlay, GROUPS, "Keys do nothing while you type, and nothing with Ctrl, Alt or ⌘.", ["?"]);
