// A note, written in the place of what is decided there: Enter hands it over, Escape leaves it.

const made = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

export function makeField(slot) {
  let open = null;
  const close = (back) => {
    if (!open) return;
    const { onClose } = open;
    open = null;
    slot.replaceChildren();
    slot.hidden = true;
    onClose(back);
  };

  /** Asks for a text; `onText` is called with what was written: nothing is handed over only if `least` is 0. `onClose(back)`: whether it was left. */
  return {
    ask({ label, deed, text = "", least = 1, most, onText, onClose }) {
      const area = made("textarea", { rows: 2, maxlength: most, "aria-label": label, placeholder: `${label}. Enter: ${deed.toLowerCase()}, Shift Enter: a new line` });
      area.value = text;
      const hand = () => { const said = area.value.trim(); if (said.length >= least) { close(false); onText(said); } else area.focus(); };
      area.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.isComposing || event.repeat) return;
        if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); hand(); }
        if (event.key === "Escape") { event.preventDefault(); close(true); }
      });
      const button = (word, key, action) => { const it = made("button", { type: "button", class: "bt" }, word, made("kbd", {}, key)); it.onclick = action; return it; };
      slot.replaceChildren(area, made("div", { class: "fb" }, button(deed, "⏎", hand), button("Cancel", "Esc", () => close(true))));
      slot.hidden = false;
      open = { onClose };
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
    },
    close: () => close(true),
    get isOpen() { return open !== null; },
  };
}
