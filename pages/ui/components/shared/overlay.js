// A sheet over the tree: it takes the focus, keeps it, and gives it back. Escape or a click beside it closes it.

import { patch } from "./vdom.js";

const REACHED = "button:not(:disabled), a[href], input, textarea, select, [tabindex='0']";

export function makeOverlay(root) {
  let open = null;

  function close() {
    if (!open) return;
    const { veil, cameFrom, onClose } = open;
    open = null;
    veil.remove();
    if (cameFrom?.isConnected) cameFrom.focus({ preventScroll: true });
    onClose?.();
  }

  function onKey(event) {
    event.stopPropagation(); // nothing on the page behind may hear of it
    if (event.key === "Escape") { event.preventDefault(); close(); return; }
    const action = open.keys?.[event.key];
    const types = event.target.closest("input, textarea, select");
    if (action && !types && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); action(); return; }
    if (event.key !== "Tab") return;
    const all = [...open.panel.querySelectorAll(REACHED)].filter((one) => one.getClientRects().length);
    const [first, last] = [all[0], all.at(-1)];
    const from = open.panel.getRootNode().activeElement;
    if (event.shiftKey && (from === first || from === open.panel)) { event.preventDefault(); last?.focus(); }
    else if (!event.shiftKey && from === last) { event.preventDefault(); first?.focus(); }
  }

  return {
    /** Opens a sheet and gives its body: `draw(nodes)` fills it. `keys` work while nobody types in it. */
    show({ name, title, head = [], keys = null, wide = false, onClose = null }) {
      const cameFrom = open ? open.cameFrom : root.getRootNode().activeElement;
      open?.veil.remove();
      const veil = document.createElement("div");
      veil.className = "veil";
      patch(veil, [["section", { class: `over ${name}${wide ? " wide" : ""}`, role: "dialog", "aria-modal": "true", "aria-label": title, tabindex: -1 },
        ["header", { class: "oh" }, ["h2", {}, title], ["div", { class: "row push" }, ...head,
          ["button", { class: "bt q", "data-close": "1", "aria-label": "Close", title: "Close" }, ["icon", { name: "close" }], ["kbd", {}, "Esc"]]]],
        ["div", { class: "ob scr", tabindex: 0, role: "region", "aria-label": title }]]]);
      const panel = veil.firstElementChild;
      veil.addEventListener("keydown", onKey);
      veil.addEventListener("click", (event) => { if (event.target === veil || event.target.closest("[data-close]")) close(); });
      root.append(veil);
      open = { veil, panel, cameFrom, keys, onClose, name };
      panel.focus({ preventScroll: true });
      const body = panel.lastElementChild;
      return { panel, body, draw: (nodes) => patch(body, nodes), isOpen: () => open?.panel === panel };
    },
    close,
    get name() { return open?.name ?? null; },
  };
}
