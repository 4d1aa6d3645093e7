// A small list under a button: choose one, or leave it with Escape.

import { patch } from "../shared/vdom.js";

export function makeMenu(button, pop) {
  const items = () => [...pop.querySelectorAll("[role=menuitem]")];
  const close = (back = true) => {
    if (pop.hidden) return;
    pop.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (back) button.focus();
  };
  pop.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const all = items();
    const at = all.indexOf(pop.getRootNode().activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); all[(at + step + all.length) % all.length]?.focus(); }
    if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); close(); }
  });
  pop.addEventListener("click", (event) => { if (event.target.closest("[role=menuitem]")) setTimeout(close, 0); });
  const away = (event) => { if (!event.composedPath().includes(pop) && !event.composedPath().includes(button)) close(false); };
  document.addEventListener("pointerdown", away);
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  return {
    get isOpen() { return !pop.hidden; },
    show(nodes) {
      pop.hidden = false;
      button.setAttribute("aria-expanded", "true");
      patch(pop, nodes);
      (items()[0] ?? pop).focus();
    },
    close,
    stop() { document.removeEventListener("pointerdown", away); },
  };
}
