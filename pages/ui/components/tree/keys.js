// Single keys on the page. Never while somebody types, never with a modifier, never inside another control.

const TYPING = "input, textarea, select, [contenteditable], [role=combobox], [role=listbox], [role=textbox], [role=dialog]";
const CONTROLS = "button, a, summary, [role=radio], [role=option], [role=tab], [role=menuitem]";

/** In our own lists nobody types: there only the arrows are taken. */
function types(from, root) {
  const at = from.closest(TYPING);
  return at !== null && !(at.getAttribute("role") === "listbox" && root.contains(at));
}

/** `isCovered` says whether something lies over the page that hears its own keys. */
export function listen(root, canvasPane, actions, isCovered = () => false) {
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const from = event.composedPath()[0];
    if (!(from instanceof Element) || types(from, root) || document.querySelector("[role=dialog]") || isCovered()) return;
    const moves = event.key.startsWith("Arrow") || event.key === " ";
    const free = from === document.body || from === document.documentElement || canvasPane.contains(from);
    if (moves && (!free || from.closest(CONTROLS))) return;
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
    if (!action || (event.repeat && !moves)) return;
    event.preventDefault();
    action(event.key);
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
