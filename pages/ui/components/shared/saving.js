// How saving goes, in the words that stand beside the work and at the frame's foot, and the sheet that says more.

import { forget, send, state, watch } from "./outbox.js";
import { countOf, mark } from "./words.js";

const CALM_MS = 150; // what is saved sooner is never said to be on its way

/** "3 decisions", "1 judgment": what they all are, or answers if they differ. */
function countOfKinds(n, entries) {
  const kinds = [...new Set(entries.map((entry) => entry.kind))];
  return countOf(n, kinds.length === 1 ? kinds[0] : "answer");
}

export function savingWords(now, saved = "Saved") {
  const where = now.lasting ? "kept in this browser" : "kept until this window is closed";
  if (now.refused.length) return ["error", `${countOfKinds(now.refused.length, now.refused)} not taken`];
  if (!now.waiting) return ["saved", saved];
  return now.failing ? ["error", `${now.waiting} not saved yet, ${where}`] : ["waiting", `Saving ${now.waiting}`];
}

export const savingMark = (words) => mark(...words);

/** Calls `draw(words)` now and whenever the words change, except for what lasts a moment only. Returns how to stop. */
export function watchSaving(draw, saved) {
  let [shown, timer] = ["", 0];
  const show = () => {
    const words = savingWords(state(), saved);
    if (shown === words.join()) return;
    shown = words.join();
    draw(words, state());
  };
  const stop = watch(() => {
    clearTimeout(timer);
    const [sign] = savingWords(state(), saved);
    if (sign === "waiting") timer = setTimeout(show, CALM_MS);
    else show();
  });
  show();
  return () => { clearTimeout(timer); stop(); };
}

const named = ({ kind, body }) => ({ judgment: "Judgment", rating: "Rating" }[kind] ?? body.act);

/** The sheet: what waits, what was not taken and why, and what a person can do about it. */
export function showSaving(overlay) {
  const { refused, waiting, problem } = state();
  const open = overlay.show({ name: "saving", title: "What is saved" });
  const kept = waiting - refused.length;
  const lines = refused.map((one) => ["li", { key: one.key, class: "step" }, ["b", {}, `${named(one)}: ${one.why}`], ["span", { class: "dim" }, ` ${one.toDo}`]]);
  open.draw([["p", {}, kept > 0 ? `${countOf(kept, "answer")} ${kept === 1 ? "is" : "are"} kept in this browser until the studio has saved them. ${problem ?? ""}`
    : refused.length ? "The rest of what you decided here is saved." : "Everything that you decided here is saved."],
    ...(refused.length ? [["ol", { class: "steps" }, ...lines], ["div", { class: "row" }, ["button", { class: "bt", "data-forget": "1" }, "Forget these"]]] : []),
    ...(kept > 0 ? [["div", { class: "row" }, ["button", { class: "bt", "data-send": "1" }, "Send now"]]] : [])]);
  open.body.onclick = (event) => {
    if (event.target.closest("[data-forget]")) forget();
    else if (event.target.closest("[data-send]")) send();
    else return;
    overlay.close();
  };
}
