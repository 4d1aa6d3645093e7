// The view: draws what Python says (kit.show) and hands clicks on `data-action` back.

import { keepMeasured } from "../shared/measure.js";
import { save } from "../shared/save.js";
import { adopt, sheet } from "../shared/sheets.js";
import { patch } from "../shared/vdom.js";

const sheets = await Promise.all(["../tokens.css", "./pages.css", "./packs.css", "./reading.css", "./people.css", "./review.css", "./rates.css", "./results.css", "./studies.css", "./coverage.css"].map((file) => sheet(new URL(file, import.meta.url))));
const started = new WeakMap(); // root element → how to stop what was started for it

function onAction(root, setTriggerValue) {
  root.onclick = (event) => {
    if (event.target.closest("[data-print]")) { print(); return; }
    const saving = event.target.closest("[data-save]");
    if (saving) { save(saving); return; }
    const chosen = event.target.closest("[data-action]");
    if (!chosen || chosen.disabled || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    setTriggerValue("action", chosen.dataset.action);
  };
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  root.classList.toggle("rest", data.height === "rest");
  root.style.height = typeof data.height === "number" ? `${data.height}px` : "";
  root.style.overflow = typeof data.height === "number" ? "auto" : "";
  onAction(root, setTriggerValue);
  patch(root, data.nodes);
  if (data.height === "rest" && !started.has(root)) started.set(root, keepMeasured(root));
  return () => { started.get(root)?.(); started.delete(root); };
}
