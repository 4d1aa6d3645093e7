// At the frame's foot, on every page: whether what one has decided is saved. Nothing until something was decided.

import { watch } from "../shared/outbox.js";
import { savingMark, watchSaving } from "../shared/saving.js";
import { adopt, sheet } from "../shared/sheets.js";
import { patch } from "../shared/vdom.js";

const sheets = await Promise.all(["../tokens.css", "./saving.css"].map((file) => sheet(new URL(file, import.meta.url))));
const started = new WeakMap(); // root element → how to stop what was started for it
let isUsed = false;

function start(root) {
  root.hidden = !isUsed;
  const stops = [watch(({ state }) => { isUsed ||= state.waiting > 0; root.hidden = !isUsed; }),
    watchSaving((words, now) => patch(root, [savingMark(words), ...(now.failing && now.problem ? [["p", { class: "lab" }, now.problem]] : [])]), "All saved")];
  return () => { for (const stop of stops) stop(); };
}

export default function ({ parentElement }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  root.setAttribute("role", "status");
  if (!started.has(root)) started.set(root, start(root));
  return () => { started.get(root)?.(); started.delete(root); };
}
