// The decision: one step back, what is said so far, the reason, and the way on. It stands in one place and never scrolls.

import { isPair, isScored, isWhole, lacking, summary } from "./said.js";

const cap = (key) => ["kbd", { "aria-hidden": "true" }, key];
const deed = (name, key, word, more = {}) => ["button", { key: name, class: "bt", "data-do": name, "aria-keyshortcuts": key, ...more }, cap(key), word];

function hint(study, trial) {
  if (isPair(study)) return [];
  const most = isScored(study) ? 5 : trial.texts.length;
  const moves = trial.texts.length > 1 ? [cap("←"), cap("→"), ["span", {}, "response"]] : [];
  return [["span", { class: "lab hint" }, ...moves, ...Array.from({ length: most }, (_, i) => cap(String(i + 1))), ["span", {}, isScored(study) ? "score" : "rank"]]];
}

/** What is said under the question that is asked, and beside it what is missing or what the numbers mean. */
function sum({ study, values, step, line }) {
  const { key } = study.criteria[step];
  const usual = isPair(study) ? "" : isScored(study) ? "1 is poor, 5 is excellent" : "equal ranks are a tie";
  const lack = lacking(study, values, key);
  const said = summary(study, values[key]);
  return ["span", { class: "sum" }, ["b", {}, said], line ? ["span", {}, line] : ["span", { class: "dim" }, said && lack ? lack : usual]];
}

const primary = (word, isOff) => ["button", { key: "submit", class: isOff ? "bt pri off" : "bt pri", "data-do": "submit", "aria-keyshortcuts": "Enter", "aria-disabled": isOff ? "true" : null }, word, cap("Enter")];
const reason = (study, note) => (study.asks_reason ? [deed("reason", "N", note ? "Reason ✓" : "Reason", { title: note || null })] : []);

export function barNodes(now) {
  const { study, trial, values, note, isPast, isChanged, mayGoBack } = now;
  if (!trial) return mayGoBack ? [deed("back", "B", "Back"), ["span", { class: "push" }], ["span", { class: "dim" }, now.line]] : [];
  const back = mayGoBack ? [deed("back", "B", "Back")] : [];
  const middle = isPast ? ["span", { class: "lab past" }, ["b", {}, "You judged this. "], isChanged ? "Your new answer replaces the old one." : "Change it, or go on."] : null;
  return [...back, ...(middle ? [middle, deed("escape", "Esc", "Leave it")] : hint(study, trial)), ["span", { class: "push" }], sum(now), ...reason(study, note),
    isPast ? primary(isChanged ? "Save and go on" : "Go on", !isWhole(values)) : primary("Submit and next", !isWhole(values))];
}
