// The texts to judge, side by side or one below the other, and what each may get. Nothing here says how long a text is.

import { markdown, prose } from "../shared/prose.js";
import { countOf, read } from "../shared/words.js";
import { choices, isPair, isScored, letter, noun, summary } from "./said.js";

const cap = (key) => ["kbd", { "aria-hidden": "true" }, key];
const toggle = (name, word, key, isOn = null) => ["button", { class: isOn ? "tg on" : "tg", "data-do": name, "aria-keyshortcuts": key, "aria-pressed": isOn === null ? null : String(isOn) }, word, cap(key)];

/** `text` as it is read; `nodes`: the same as Markdown, if that is wanted. */
export function textNodes(text, isMarkdown, nodes, said) {
  if (!text.trim()) return [["p", { class: "dim" }, said]];
  return isMarkdown ? [markdown(nodes)] : prose(text);
}

export const promptNodes = (study, trial, view, nodes) => [...(study.task === "siblings" ? [["div", { class: "lab" }, "They all grew out of this one"]] : []),
  ...(trial.prompt.trim() ? [view.markdown ? markdown(nodes) : read("prompt", trial.prompt)] : [["p", { class: "dim" }, "(empty prompt)"]])];

export const wayNodes = (study, trial, { view, isStack, hasMarkdown }) => [toggle("guidelines", "Guidelines", "G"), ...(trial.texts.length > 1 ? [toggle("stack", "Stack", "S", isStack)] : []),
  ...(hasMarkdown ? [toggle("markdown", "Markdown", "M", view.markdown)] : []), toggle("help", "Keys", "H")];

/** The questions of a study that asks several: where one is, and what one said. */
export function questionNodes(study, values, step) {
  const now = study.criteria[step];
  const about = now.description ? [["p", { class: "about one", title: now.description, dir: "auto" }, now.description]] : [];
  if (study.criteria.length < 2) return about;
  const tab = ({ key, label }, i) => ["button", { key, class: i === step ? "qt on" : "qt", "data-step": i, "aria-current": i === step ? "step" : null },
    ["b", { class: "one", dir: "auto" }, label], ["span", { class: "lab one" }, summary(study, values[key]) || "–"]];
  return [["div", { class: "tabs", role: "group", "aria-label": countOf(study.criteria.length, "question") }, ...study.criteria.map(tab),
    ["span", { class: "qk lab" }, "next", cap("Q")]], ["p", { class: "about one", title: now.description, dir: "auto" }, now.description || " "]];
}

/** The choices of one text; key caps only where a key would land. */
function choiceNodes({ study, trial, list, isOff }, i, isOn) {
  const name = `${noun(study)} ${letter(i)}`;
  const button = ({ value, long, short }) => ["button", { class: list[i] === value ? "bt on" : "bt", "data-position": i, "data-value": value, disabled: isOff,
    "aria-pressed": String(list[i] === value), "aria-label": isScored(study) ? `${name}: ${value} of 5` : `${name}: ${long.toLowerCase()}` },
  ...(isScored(study) ? [isOn ? cap(short) : ["span", {}, short]] : [["span", { class: "lng" }, long], ["span", { class: "sht" }, short], ...(isOn ? [cap(String(value))] : [])])];
  return ["div", { class: "rk", role: "group", "aria-label": `${isScored(study) ? "Score" : "Rank"} of ${name.toLowerCase()}` }, ...choices(study, trial).map(button)];
}

const verdictClass = (study, list, i) => (isPair(study) && ((i === 0 && list[0] === "left") || (i === 1 && list[0] === "right")) ? " won" : "");

function headOf({ study, trial }, i, isOn) {
  return ["div", { class: "rh" }, ["h2", {}, trial.texts.length > 1 ? `${noun(study)} ${letter(i)}` : noun(study)], ...(isOn && trial.texts.length > 1 ? [["span", { class: "lab" }, "←→"]] : [])];
}

const bodyOf = ({ study }, i, nodes, extra = {}) => ["div", { class: "rb", role: "region", "aria-label": `Text of ${noun(study).toLowerCase()} ${letter(i)}`, ...extra }, ...nodes];

/** `shown(i)`: the nodes of the text at a position. */
export function sideNodes(now, focus, shown) {
  const { study, trial, list } = now;
  return trial.texts.map((_, i) => {
    const isOn = !isPair(study) && i === focus;
    return ["section", { key: `${trial.trial} ${i}`, class: `card rc${isOn ? " on" : ""}${verdictClass(study, list, i)}`, "data-text": i, "aria-current": isOn ? "true" : null },
      headOf(now, i, isOn), bodyOf(now, i, shown(i), { class: "rb scr", tabindex: 0 }), ...(isPair(study) ? [] : [choiceNodes(now, i, isOn)])];
  });
}

export function stackNodes(now, focus, shown) {
  const { study, trial, list } = now;
  const isOn = (i) => !isPair(study) && i === focus;
  const text = (_, i) => ["section", { class: `sc${isOn(i) ? " on" : ""}${verdictClass(study, list, i)}`, "data-text": i, "aria-current": isOn(i) ? "true" : null }, headOf(now, i, isOn(i)), bodyOf(now, i, shown(i))];
  const rail = (_, i) => ["section", { class: `card rl${isOn(i) ? " on" : ""}`, "data-text": i, "data-rail": i }, headOf(now, i, isOn(i)), choiceNodes(now, i, isOn(i))];
  return [["div", { key: trial.trial, class: "card scr all", tabindex: 0, role: "region", "aria-label": `${noun(study)}s` }, ...trial.texts.map(text)],
    ...(isPair(study) ? [] : [["div", { class: "scr rail" }, ...trial.texts.map(rail)]])];
}

const VERDICTS = [["left", "A is better", ["1", "←"]], ["tie", "Tie", ["3"]], ["both_bad", "Both bad", ["4"]], ["right", "B is better", ["2", "→"]]];

/** The verdict on a pair, under both of its texts. */
export const verdictNodes = ({ study, list, isOff }) => (isPair(study) ? VERDICTS.map(([value, words, keys]) => ["button", { class: list[0] === value ? "bt on" : "bt", "data-verdict": value, disabled: isOff,
  "aria-pressed": String(list[0] === value) }, ["span", {}, words], ...keys.map(cap)]) : []);
