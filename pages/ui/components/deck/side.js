// Beside the text: difficulty, what the checks found, what others said, where it grew from, what one decided last.

import { mark, op, verdictMark } from "../shared/words.js";
import { markOf } from "./card.js";

const cap = (key) => ["kbd", {}, key];
const part = (title, right, ...inside) => ["section", { class: "sec" }, ["div", { class: "sh" }, ["h3", {}, title], ...right], ...inside];
const HUMAN = { accept: "accepted", reject: "rejected" };

function difficulty({ difficulty: now }) {
  if (!now || now.own === null) return [];
  const before = [["parent", now.parent], ["seed", now.seed]].filter(([, value]) => value !== null && value !== undefined).map(([who, value]) => `${who} ${value.toFixed(1)}`).join(" · ");
  return [part("Difficulty", [], ["div", { class: "big" }, now.own.toFixed(1), ["span", {}, before]])];
}

const checks = (card, words) => (card.checks.length ? [part("Checks", [], ["ul", {}, ...card.checks.map((check) => ["li", { class: "ck" }, ["span", {}, check.label], verdictMark(check, words),
  ...(check.evidence && check.verdict !== "pass" ? [["p", { class: "proof", dir: "auto" }, check.evidence]] : [])])])] : []);

function others(card, words) {
  if (!card.others.length) return [];
  const reason = (one) => words.reasons.find((reason_) => reason_.value === one.reason)?.label ?? one.reason;
  const line = (one) => ["li", { class: "ck" }, ["b", { dir: "auto" }, one.name], mark(HUMAN[one.verdict] ?? "undecided", words.marks[HUMAN[one.verdict]] ?? one.verdict),
    ...(one.reason || one.note ? [["p", { class: "proof", dir: "auto" }, [one.reason && reason(one), one.note].filter(Boolean).join(": ")]] : [])];
  return [part("Verdicts", [], ["ul", {}, ...card.others.map(line)])];
}

const sign = (human, words) => { const name = HUMAN[human] ?? human ?? "undecided"; return ["span", { class: `mk mk-${name}`, role: "img", "aria-label": words.marks[name] ?? name, title: words.marks[name] ?? name }, ["icon", { name }]]; };

function lineage(card, words) {
  if (card.path.length < 2) return [];
  const step = (one) => ["li", { "aria-current": one.id === card.instruction ? "true" : null },
    one.operation && words.operations[one.operation] ? op(one.operation, words) : ["span", { class: "dim" }, one.operation_label || "Step"], sign(one.human, words)];
  return [part("Lineage", [["button", { class: "tg", "data-do": "lineage", "aria-label": "Lineage" }, cap("L")]], ["ol", { class: "pt" }, ...card.path.map(step)])];
}

/** Each shows on its own whether it is saved: faint until it is. */
function lastFive(list, words) {
  const signs = list.slice(0, 5).map((entry) => {
    const { sign: name, word } = markOf(entry);
    const reason = words.reasons.find((one) => one.value === entry.reason)?.label;
    const state = { saving: "saving", saved: "saved", refused: "not taken" }[entry.state];
    const said = [`${word}${reason ? `, ${reason}` : ""}`, state].join(": ");
    if (entry.act === "score") return ["b", { key: entry.key, class: `num ${entry.undone ? "gone" : ""} ${entry.state}`, role: "img", "aria-label": said, title: said }, String(entry.score)];
    return ["span", { key: entry.key, class: `mk mk-${entry.undone ? "undecided" : name} ${entry.state}`, role: "img", "aria-label": said, title: said },
      ["icon", { name: entry.state === "refused" ? "error" : entry.undone ? "undecided" : name }]];
  });
  return part("Last five", [["button", { class: "tg", "data-do": "undo" }, "Undo", cap("U")]], ["div", { class: "five" }, ...(signs.length ? signs : [["span", { class: "lab" }, "Nothing yet"]])]);
}

export const sideNodes = (card, { words, list, line }) => [...difficulty(card), ...checks(card, words), ...others(card, words), ...lineage(card, words),
  ...(card.note ? [part("Note", [], ["p", { class: "proof", dir: "auto" }, card.note])] : []), lastFive(list, words),
  ["p", { class: "lab said", dir: "auto" }, line]];
