// Single keys on the page. Never while somebody types, never with a modifier, never while something lies over the component;
// a key that is held down decides nothing.

const TYPING = "input, textarea, select, [contenteditable], [role=combobox], [role=listbox], [role=textbox], [role=dialog]";
const CONTROLS = "button, a, summary, [role=radio], [role=option], [role=tab], [role=menuitem]";

/** The key by its letter or digit, on every keyboard: where the letter is not Latin, by its place. */
function named(event) {
  const { key, code } = event;
  if (/^\d$/.test(key)) return key;
  if (!event.shiftKey && /^Digit\d$/.test(code)) return code.slice(5);
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  if (key.length === 1 && /^Key[A-Z]$/.test(code)) return code.slice(3).toLowerCase();
  return key;
}

/** `actions` by key; each is called with the event. `isCovered`: whether something above hears its own keys. */
export function listen(root, actions, isCovered) {
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const from = event.composedPath()[0];
    if (!(from instanceof Element) || from.closest(TYPING) || document.querySelector("[role=dialog]") || isCovered()) return;
    const isPress = event.key === "Enter" || event.key === " ";
    if (isPress && from.closest(CONTROLS)) { // it presses what has the focus; held down, it does so once
      if (event.repeat && root.contains(from)) event.preventDefault();
      return;
    }
    const name = named(event);
    const isMove = name.startsWith("Arrow");
    if (isMove && (from.closest(CONTROLS) && !root.contains(from))) return;
    const action = actions[name];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation(); // R is also Streamlit's key
    if (!event.repeat || (isMove && name !== "ArrowLeft" && name !== "ArrowRight")) action(event);
  };
  addEventListener("keydown", onKey, true);
  return () => removeEventListener("keydown", onKey, true);
}
