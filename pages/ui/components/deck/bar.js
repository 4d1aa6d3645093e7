// The decisions: they stand in one place and never scroll. What asks back (a note, a rating) stands where the reasons do.

import { markOf } from "./card.js";
import { OPEN, scaleNodes } from "./scale.js";

const cap = (key) => ["kbd", { "aria-hidden": "true" }, key];
const DEEDS = [["edit", "Edit", "E"], ["skip", "Skip", "S"], ["flag", "Flag", "F"], ["note", "Note", "N"], ["undo", "Undo", "U"], ["help", "Help", "H"]];
const EDITING = [["save", "Save", "Ctrl ⏎"], ["escape", "Cancel", "Esc"]];

export const acceptNodes = (isOff) => [["button", { class: "bt pri L", "data-do": "accept", "aria-keyshortcuts": "A", disabled: isOff }, ["span", {}, "Accept"], cap("A")]];

export const deedNodes = (isOff, { isEditing, card, asks }) => (isEditing ? EDITING.map(([name, word, key]) => ["button", { key: name, class: "bt wide", "data-do": name }, cap(key), word])
  : DEEDS.filter(([name]) => !asks || OPEN.has(name)).map(([name, word, key]) => ["button", { key: name, class: "bt", "data-do": name, "aria-keyshortcuts": key, disabled: isOff && !["undo", "help"].includes(name),
    "aria-pressed": name === "flag" ? String(Boolean(card?.flagged)) : null }, cap(key), word]));

const words_ = (...children) => [["div", { class: "tell" }, ...children]];

function past(entry, words) {
  const reason = words.reasons.find((one) => one.value === entry.reason)?.label;
  const said = `${markOf(entry).word}${reason ? `, ${reason}` : ""}${entry.note ? `: ${entry.note}` : ""}`;
  return words_(["span", { class: "one", dir: "auto" }, ["b", {}, "You said of this: "], said], ["span", { class: "row" }, ...(entry.undone ? [] : [["button", { class: "tg", "data-do": "undo" }, "Undo", cap("U")]]),
    ["button", { class: "tg", "data-do": "forward" }, "Go on", cap("→")], ["button", { class: "tg", "data-do": "escape" }, "Back to the deck", cap("Esc")]]);
}

const rating = (card) => words_(["span", {}, ["b", {}, "How good is the response?"], " 1 is poor, 5 is excellent."], ["span", { class: "row" },
  ...[1, 2, 3, 4, 5].map((value) => ["button", { class: card.rating === value ? "bt on" : "bt", "data-rating": value, "aria-pressed": String(card.rating === value), "aria-label": `${value} of 5` }, cap(String(value))]),
  ["button", { class: "tg", "data-do": "escape" }, "Leave it", cap("Esc")]]);

/** The middle: reasons, or what stands in their place. */
export function middleNodes({ card, words, mode, entry, isOff, waits, asks }) {
  if (entry) return past(entry, words);
  if (mode === "rate") return rating(card);
  if (mode === "edit") return words_(["span", {}, ["b", {}, "You are editing."], " The original is kept; your text becomes a new revision."], ["span", { class: "lab", "data-count": "1" }, ""]);
  if (waits) return words_(["span", {}, ["b", {}, "Taken back."], " It can be decided again as soon as the studio has answered."], ["span", { class: "row" }, ["button", { class: "tg", "data-do": "forward" }, "Go on meanwhile", cap("→")]]);
  if (asks) return scaleNodes(isOff);
  return [["button", { class: "bt X", "data-do": "reject", "aria-keyshortcuts": "X", disabled: isOff }, ["span", {}, "Reject"], cap("X")],
    ...words.reasons.map(({ key, value, label, words: full }) => ["button", { class: "bt", "data-reason": value, title: full, "aria-keyshortcuts": key, disabled: isOff }, cap(key), ["span", {}, label]])];
}
