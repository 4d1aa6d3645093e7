// Editing the instruction: the text above, what it changes below, word by word as one types. The draft outlives a reload.

import { put, remove, take } from "../shared/kept.js";
import { patch } from "../shared/vdom.js";
import { countOf, pieces, read } from "../shared/words.js";
import { difference } from "./difference.js";

const [PAUSE_MS, SLOW_MS] = [40, 350]; // a long text is compared when one stops for a moment

const words = (text) => (text.match(/\S+/g) ?? []).length;

export function makeEdit(slot, { onSave, onClose, onCount }) {
  let open = null;

  function compare() {
    const began = performance.now();
    const { area, below, card, original } = open;
    const diff = difference(original, area.value);
    const isSame = area.value === original;
    patch(below, [["div", { class: "lab row" }, ["span", {}, isSame ? "Nothing changed yet" : "What you change"], ["span", { class: "push num" }, countOf(words(area.value), "word")],
      ...(isSame ? [] : [["button", { class: "tg", "data-do": "startover" }, "Start over"]])], read("big", ...pieces(diff))]);
    open.slow = performance.now() - began > PAUSE_MS;
    onCount(card, words(area.value) - words(original));
  }

  function changed() {
    clearTimeout(open.timer);
    open.timer = setTimeout(compare, open.slow ? SLOW_MS : PAUSE_MS);
    put("drafts", { key: open.key, text: open.area.value, at: Date.now() });
  }

  function close() {
    if (!open) return;
    clearTimeout(open.timer);
    open = null;
    slot.replaceChildren();
    slot.hidden = true;
    onClose();
  }

  return {
    async start(card, person) {
      const key = `${person} ${card.instruction} ${card.revision}`;
      const draft = await take("drafts", key);
      const area = document.createElement("textarea");
      area.setAttribute("aria-label", "Text of the instruction");
      area.dir = "auto";
      area.spellcheck = true;
      area.value = draft?.text ?? card.text;
      const below = document.createElement("div");
      below.className = "eb scr";
      below.tabIndex = 0;
      slot.replaceChildren(area, below);
      slot.hidden = false;
      open = { area, below, card, key, original: card.text, timer: 0, slow: false };
      area.oninput = changed;
      area.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.isComposing) return;
        if (event.key === "Escape") { event.preventDefault(); close(); }
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) { event.preventDefault(); this.save(); }
      });
      below.addEventListener("click", (event) => { if (event.target.closest("[data-do=startover]")) { area.value = card.text; changed(); area.focus(); } });
      compare();
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
      return Boolean(draft);
    },
    /** Hands the text over; it stays open, with the draft, until `saved` is called. */
    save() { if (open) onSave(open.card, open.area.value, open.original); },
    saved() { remove("drafts", [open.key]); close(); },
    close,
    get isOpen() { return open !== null; },
  };
}
