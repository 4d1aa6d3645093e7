// Where the responses would be when there are none: loading, a problem, nothing to judge, or the end.

import { count, mark } from "../shared/words.js";

const button = (name, word, more = {}) => ["button", { class: "bt", ...more, "data-do": name }, word];
const list = ["div", { class: "row" }, ["button", { class: "bt", "data-go": "studies" }, "All studies"]];

export function blankNodes(hand, { isPreview, judgedHere, waiting }) {
  if (hand.refusal) return [mark("error", hand.refusal.what), ["p", { class: "dim" }, hand.refusal.toDo], ["div", { class: "row" }, button("retry", "Try again"), ["button", { class: "bt", "data-go": "studies" }, "All studies"]]];
  if (isPreview) return [["h2", {}, "This is what people will see."], ["p", { class: "dim" }, "Nothing of it was saved."], ["div", { class: "row" }, button("again", "Once more")]];
  if (hand.isFresh || !hand.isOver) return [["p", { class: "dim" }, hand.isFresh ? "Opening the study" : "Fetching the next ones"]];
  if (!hand.total && !hand.judged) return [["h2", {}, "There is nothing for you to judge here."], ["p", { class: "dim" }, "Other people have judged everything. If somebody leaves, what was theirs comes here by itself."], list];
  const rest = hand.total - hand.judged;
  return [["h2", {}, judgedHere ? "That was the last one. Thank you." : "You are through. Thank you."],
    ["p", { class: "num" }, `${count(hand.judged)} of ${count(hand.total)} judged.`],
    ...(waiting ? [["p", { class: "dim" }, "The last ones are on their way to the studio: leave this page open until they are saved."]] : []),
    ...(rest > 0 && !waiting ? [["p", { class: "dim" }, `${count(rest)} more may come: other people hold them right now. What they leave comes here by itself.`]] : []),
    ["p", { class: "dim" }, "B goes back to what you judged, until the study is closed."], list];
}
