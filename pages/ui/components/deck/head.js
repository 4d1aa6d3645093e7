// The queue's line: its name, how far one has come, the pace, what is left, and whether all is saved.

import { savingMark } from "../shared/saving.js";
import { count, duration } from "../shared/words.js";
import { asksDifficulty } from "./scale.js";

export const pace = (sitting) => (sitting?.pace_s ? `${sitting.pace_s.toFixed(1)} s each` : null);

function numbers(sitting) {
  const done = sitting.total - sitting.left;
  const rest = sitting.pace_s && sitting.left ? `${duration(sitting.pace_s * sitting.left)} left` : null;
  return ["span", { class: "num far" }, ["b", {}, count(done)], ["span", { class: "dim" }, [`of ${count(sitting.total)}`, pace(sitting), rest].filter(Boolean).map((text, i) => (i ? ` · ${text}` : ` ${text}`)).join("")]];
}

const ways = (queue) => [["span", { class: "row ways" }, ...(asksDifficulty(queue) ? [] : [["button", { class: "bt small", "data-go": "list" }, "List"]]), ["button", { class: "bt small", "data-go": "queues" }, "Queues"]]];

export function headNodes({ queue, sitting }, saving, hasCard) {
  if (!queue) return [["h1", {}, "Review"], ["span", { class: "push" }], ...ways(queue)];
  const share = sitting.total ? (100 * (sitting.total - sitting.left)) / sitting.total : 0;
  return [["h1", { class: "one", dir: "auto", title: queue.name }, ["span", { class: "sr" }, "Review: "], queue.name],
    ...(asksDifficulty(queue) ? [["span", { class: "lab" }, "difficulty"]] : []), ...(queue.blind ? [["span", { class: "lab" }, "blind"]] : []), ...(queue.adjudicates ? [["span", { class: "lab" }, "adjudication"]] : []),
    ["div", { class: "pb", role: "img", "aria-label": `${count(sitting.total - sitting.left)} of ${count(sitting.total)} done` }, ["i", { style: { width: `${share.toFixed(2)}%` } }]],
    ...(sitting.arrived && hasCard ? [["button", { class: "bt small", "data-do": "arrived" }, `${count(sitting.arrived)} new, add`]] : []),
    ...(sitting.total ? [numbers(sitting)] : []), ["button", { class: "save", "data-do": "saving", title: "What is saved" }, savingMark(saving)], ...ways(queue)];
}
