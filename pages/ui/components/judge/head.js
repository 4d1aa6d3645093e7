// The study's line: its title, how far one has come, what is left, and whether all is saved.

import { savingMark } from "../shared/saving.js";
import { count, duration, mark } from "../shared/words.js";

function numbers({ total, judged, pace_s }) {
  const rest = pace_s && total > judged ? ` · about ${duration(pace_s * (total - judged))} left` : "";
  return ["span", { class: "num far" }, ["b", {}, count(judged)], ["span", { class: "dim" }, ` of ${count(total)}${rest}`]];
}

export function headNodes(hand, { saving, hasDraft, isPreview, several }) {
  const { study, total, judged } = hand;
  if (!study) return [["h1", {}, "Judge"], ["span", { class: "push" }]];
  const save = hasDraft && saving[0] === "saved" ? mark("saved", "Draft saved") : savingMark(saving);
  return [[isPreview ? "h2" : "h1", { class: "one", dir: "auto", title: study.title }, ["span", { class: "sr" }, "Judge: "], study.title],
    ...(study.is_pilot && !isPreview ? [["span", { class: "lab", title: "A pilot: these judgments are kept apart from the study's own" }, "pilot"]] : []),
    ["div", { class: "pb", role: "img", "aria-label": `${count(judged)} of ${count(total)} judged` }, ["i", { style: { width: `${(total ? (100 * judged) / total : 0).toFixed(2)}%` } }]],
    ...(total ? [numbers(hand)] : []),
    isPreview ? ["span", { class: "lab" }, "Preview: nothing is saved"] : ["button", { class: "save", "data-do": "saving", title: "What is saved" }, save],
    ...(several ? [["button", { class: "bt small", "data-go": "studies" }, "Studies"]] : [])];
}
