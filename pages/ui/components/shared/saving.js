// How saving goes, in the words that stand in the deck and at the frame's foot.

import { state, watch } from "./outbox.js";
import { countOf, mark } from "./words.js";

const CALM_MS = 150; // what is saved sooner is never said to be on its way

export function savingWords(now, saved = "Saved") {
  const where = now.lasting ? "kept in this browser" : "kept until this window is closed";
  if (now.refused.length) return ["error", `${countOf(now.refused.length, "decision")} not taken`];
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
