// The theme watch: tells the document which scheme is on, so that light-dark() also works in dialogs (a portal
// outside Streamlit's app element), and asks Python for one rerun when the person switches, because figures and
// the logo are coloured there. It also starts the outbox, because it is on every page.

import { start } from "../shared/outbox.js";

const asked = new WeakMap(); // root element → scheme that Python was last told

function scheme(element) {
  const paper = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
  const probe = document.createElement("i");
  probe.style.color = paper;
  element.append(probe);
  const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g)?.map(Number) ?? [255, 255, 255];
  probe.remove();
  return r * 0.299 + g * 0.587 + b * 0.114 < 128 ? "dark" : "light";
}

export default function ({ data, parentElement, setStateValue }) {
  start(data.person ?? "");
  const root = parentElement.querySelector(".es");
  const now = scheme(root);
  document.documentElement.style.colorScheme = now;
  if (data.seen !== now && asked.get(root) !== now) setStateValue("theme", now);
  asked.set(root, now);
}
