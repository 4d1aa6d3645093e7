// The card: what was changed, by which operation, and the response to it.

import { markdown, prose } from "../shared/prose.js";
import { added, count, countOf, mark, money, op, pieces, read } from "../shared/words.js";

const cap = (key) => ["kbd", {}, key];
const toggle = (name, word, key, isOn) => ["button", { class: isOn ? "tg on" : "tg", "data-do": name, "aria-pressed": String(isOn) }, word, cap(key)];
const VERDICTS = { accept: ["accepted", "Accepted"], reject: ["rejected", "Rejected"], skip: ["undecided", "Skipped"] };

export const markOf = (entry) => {
  const [sign, word] = entry.act === "score" ? ["undecided", `${entry.score} of 10`] : VERDICTS[entry.verdict ?? entry.act] ?? ["undecided", entry.act];
  return { sign, word: entry.undone ? `${word}, undone` : word };
};

function facts(card, words) {
  const seed = card.operation === "seed" || (card.parent_text === null && card.operation === null && card.epoch === 0);
  return [card.operation && (words.operations[card.operation] ? op(card.operation, words) : ["b", {}, card.operation_label]),
    card.epoch ? ["span", { class: "dim" }, `epoch ${card.epoch}`] : null,
    ["span", { class: "dim num" }, card.words_added === null || seed ? countOf(card.words, "word") : added(card.words_added)],
    card.rule_label ? mark("eliminated", card.rule_label) : null,
    card.flagged ? ["span", { class: "flag" }, ["icon", { name: "flag" }], "Flagged"] : null].filter(Boolean);
}

export function titleNodes(card, { words, view, entry, depth, of, isEditing, asks }) {
  const { sign, word } = entry ? markOf(entry) : {};
  const past = entry ? [mark(sign, word), ["span", { class: "dim num" }, `${depth} of ${of} back`]] : [];
  const hasDiff = card.diff !== null && card.parent_text !== null;
  return [...past, ...facts(card, words), ["span", { class: "push" }],
    ...(asks ? [toggle("markdown", "Markdown", "M", view.markdown)] : []),
    ...(hasDiff && !isEditing ? [toggle("diff", "Difference", "D", view.diff), toggle("plain", "Plain", "T", !view.diff)] : [])];
}

const sides = (card) => ["div", { class: "sides" },
  ["div", {}, ["div", { class: "lab" }, "Parent"], read("big", card.parent_text)],
  ["div", {}, ["div", { class: "lab" }, "This one, mostly rewritten"], read("big", card.text)]];

export function textNodes(card, view, rendered) {
  if (view.diff && card.rewritten && card.parent_text !== null) return [sides(card)];
  if (view.diff && card.diff) return [read("big", ...pieces(card.diff))];
  return [view.markdown ? markdown(rendered(card.revision)) : read("big", card.text)];
}

const lines = (text) => (text.match(/^```[^\n]*\n([\s\S]*?)^```/gm) ?? []).reduce((sum, one) => sum + one.split("\n").length - 2, 0);

function responseLabel(response) {
  const code = lines(response.text);
  return [countOf(response.words, "word"), code ? `${countOf(code, "line")} of code` : null].filter(Boolean).join(", ");
}

const stars = (rating) => (rating ? ["span", { class: "lab num" }, `rated ${rating} of 5`] : null);

export function answerHead(card, view) {
  if (!card.response) return [["h3", {}, "Response"]];
  const stale = card.response.stale ? [mark("error", "Answers the text before"), ["button", { class: "bt small", "data-do": "again" }, "Answer again", cap("G")]] : [];
  return [["h3", {}, "Response"], ...stale, ["span", { class: "push" }], stars(card.rating), ["span", { class: "lab num" }, responseLabel(card.response)],
    ["button", { class: "tg", "data-do": "rate" }, "Rate", cap("R")], toggle("markdown", "Markdown", "M", view.markdown)].filter(Boolean);
}

export function answerNodes(card, view, rendered) {
  if (!card.response) return [["p", { class: "dim" }, "No response."]];
  if (!card.response.text.trim()) return [["p", { class: "dim" }, "The response is empty."]];
  return view.markdown ? [markdown(rendered(card.response.revision))] : prose(card.response.text);
}

/** What a new answer may take, before anything is asked. */
export function offerNodes(offer) {
  if (offer.isAsking) return [["div", { class: "note" }, mark("waiting", offer.isAsking)]];
  if (offer.refusal) return [["div", { class: "note warn-bg", role: "alert" }, mark("error", offer.refusal.what), ["span", {}, offer.refusal.toDo]]];
  const { estimate } = offer;
  const price = estimate.worst_usd === null || estimate.worst_usd === undefined ? "no price is known" : estimate.worst_usd === 0 ? "free of cost" : `at most ${money(estimate.worst_usd)}`;
  return [["div", { class: "note" }, ["span", {}, ["b", {}, "One call"], ` to ${estimate.endpoint} (${estimate.model}): at most ${count(estimate.worst_tokens)} tokens, ${price}.`],
    ["span", { class: "push" }], ["button", { class: "bt small", "data-do": "again" }, "Ask", cap("G")], ["button", { class: "bt small", "data-do": "escape" }, "Leave it", cap("Esc")]]];
}
