// Where a card would be when there is none: loading, a problem, an empty queue, or the end of it.

import { count, mark } from "../shared/words.js";
import { pace } from "./head.js";

const go = (href, word) => ["a", { class: "bt", href }, word];
const todo = (project, grows) => ["div", { class: "row" }, ["button", { class: "bt", "data-go": "queues" }, "Other queues"],
  ...(grows ? [go(`/trees?project=${encodeURIComponent(project)}`, "Look at the trees"), go(`/runs?project=${encodeURIComponent(project)}&new=1`, "Grow more")] : [])];

const add = (n) => ["button", { class: "bt pri", "data-do": "arrived" }, n === 1 ? "Add it" : "Add them"];

function arrived(n) {
  return n ? [["p", {}, `${count(n)} new ${n === 1 ? "item" : "items"} arrived since you opened it.`], ["div", { class: "row" }, add(n)]] : [];
}

export function blankNodes(hand, { project, grows, decidedHere, waiting }) {
  if (hand.refusal) return [mark("error", hand.refusal.what), ["p", { class: "dim" }, hand.refusal.toDo], ["div", { class: "row" }, ["button", { class: "bt", "data-do": "retry" }, "Try again"]]];
  if (hand.isFresh || !hand.isOver) return [["p", { class: "dim" }, hand.isFresh ? "Opening the queue" : "Fetching the next ones"]];
  const { sitting, queue } = hand;
  if (!decidedHere && sitting.total === sitting.left && !sitting.decided) {
    return [["h2", { dir: "auto" }, "Nothing waits in ", ["em", {}, queue.name], "."], ...arrived(sitting.arrived), ...(sitting.arrived ? [] : [["p", { class: "dim" }, "What survives a run comes here by itself. Another queue may have more."]]), todo(project, grows)];
  }
  const today = sitting.decided ? [`${count(sitting.decided)} decided today`, pace(sitting)].filter(Boolean).join(", ") : "";
  const others = sitting.left ? [["p", { class: "dim" }, `${count(sitting.left)} more are with other people right now. What they leave comes back here.`]] : [];
  return [["h2", {}, decidedHere ? "That was the last one." : "You are through."], ...(today ? [["p", { class: "num" }, `${today}.`]] : []),
    ...(waiting ? [["p", { class: "dim" }, "The last ones are on their way to the studio."]] : []), ...others, ...arrived(sitting.arrived),
    ["p", { class: "dim" }, "U takes the last decision back. ← looks back at what you decided."], todo(project, grows)];
}
