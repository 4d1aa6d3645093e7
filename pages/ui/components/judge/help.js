// The sheets of the judge: its keys, and the study's guidelines.

import { showKeys } from "../shared/help.js";
import { isPair, isScored } from "./said.js";

const say = (study) => (isPair(study) ? [[["1", "←"], "A is better"], [["2", "→"], "B is better"], [["3"], "a tie: they are equally good"], [["4"], "both are bad"]]
  : [[["1", "… 5"], isScored(study) ? "score of the response in focus, 5 is excellent" : "rank of the response in focus, 1 is the best; equal ranks are a tie"], [["←", "→"], "response before, next response"]]);

const groups = (study, mayGoBack) => [
  ["Judge", [...say(study), ...(study.criteria.length > 1 ? [[["Q"], "next question"]] : []), ...(study.asks_reason ? [[["N"], "write down why"]] : []), [["Enter"], "submit, and the next one"]]],
  ...(mayGoBack ? [["Take back", [[["B"], "back to what you judged before, to change it"], [["Esc"], "leave it as it was"]]]] : []),
  ["See", [[["S"], "one below the other, or side by side"], [["M"], "Markdown and formulas, or as written"], [["↑", "↓"], "scroll"]]],
  ["Anywhere", [[["G"], "guidelines"], [["H"], "this sheet"]]],
];

export const showHelp = (overlay, study, mayGoBack) => showKeys(overlay, groups(study, mayGoBack),
  "Keys do nothing while you type, nothing with Ctrl, Alt or ⌘, and nothing while they are held down.", ["h", "H", "?"]);

/** What raters are asked to do and by what; `isFirst`: before the first trial. */
export function showGuidelines(overlay, study, { isFirst, onClose }) {
  const close = () => overlay.close();
  const criterion = ({ label, description }) => ["div", { class: "cr" }, ["dt", { dir: "auto" }, label], ["dd", { dir: "auto" }, description || " "]];
  const described = study.criteria.filter(({ description }) => description);
  overlay.show({ name: "guidelines", title: isFirst ? study.title : "Guidelines", keys: { g: close, G: close, ...(isFirst ? { Enter: close } : {}) }, onClose }).draw([
    ["p", { class: "guide", dir: "auto" }, study.guidelines.trim() || "This study has no guidelines of its own: judge by what helps the person who asked."],
    ...(described.length ? [["h3", {}, described.length === 1 ? "What is asked" : "What you judge by"], ["dl", { class: "crs" }, ...described.map(criterion)]] : []),
    ["p", { class: "dim" }, "You do not learn which system wrote what, and the order changes from prompt to prompt. What you submit can be changed until the study is closed."],
    ...(isFirst ? [["div", { class: "row" }, ["button", { class: "bt pri", "data-close": "1" }, "Begin", ["kbd", {}, "Enter"]]]] : [])]);
}
