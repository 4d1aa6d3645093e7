// All keys of the deck.

import { showKeys } from "../shared/help.js";

const groups = (words) => [
  ["Decide", [[["A"], "accept, also against a rule that eliminated it"], [["X"], "reject"], ...words.reasons.map(({ key, words: full }) => [[key], full])]],
  ["More", [[["S"], "skip: it comes again last"], [["F"], "flag it"], [["N"], "write a note"], [["E"], "edit: a new revision, the original is kept"], [["R", "1–5"], "rate the response"], [["G"], "answer an edited instruction again"]]],
  ["Take back", [[["U"], "undo: your newest decision here, then the one before"], [["←", "→"], "look back at what you decided, and forward"]]],
  ["See", [[["D", "T"], "difference, plain text"], [["M"], "Markdown and formulas, or as written"], [["L"], "lineage from the seed"], [["↑", "↓"], "scroll"]]],
  ["Anywhere", [[["H"], "this sheet"], [["Esc"], "leave what is open"]]],
];

const OF_DIFFICULTY = [
  ["How difficult is it?", [[["1"], "anybody answers it well, at once"], [["2", "…", "9"], "in between"], [["0"], "ten: it takes an expert, at length"]]],
  ["More", [[["S"], "skip: it comes again last"], [["N"], "write a note"]]],
  ["Take back", [[["U"], "undo: what you said last here, then the one before"], [["←", "→"], "look back at what you said, and forward"]]],
  ["See", [[["M"], "Markdown and formulas, or as written"], [["↑", "↓"], "scroll"]]],
  ["Anywhere", [[["H"], "this sheet"], [["Esc"], "leave what is open"]]],
];

export const showHelp = (overlay, words, asks) => showKeys(overlay, asks ? OF_DIFFICULTY : groups(words),
  "Keys do nothing while you type, nothing with Ctrl, Alt or ⌘, and nothing while they are held down.", ["h", "H", "?"]);
