// Through the epochs: a slider, and a button that watches the tree grow. Whoever wants less motion gets steps without fading.

import { patch } from "../shared/vdom.js";
import { count } from "../shared/words.js";

const STEP_MS = 1100;

export function makeScrub(row, { onEpoch }) {
  const state = { most: 0, at: null, nodes: [], timer: 0 }; // at: null is "all, and whatever comes"
  patch(row, [["button", { class: "bt", "data-do": "play" }], ["span", { class: "slot" }], ["output", { class: "lab num" }]]);
  const [button, slot, said] = row.children;
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: "0", step: "1" });
  slider.setAttribute("aria-label", "Epochs shown");
  slot.append(slider);

  function draw() {
    const at = state.at ?? state.most;
    const shown = state.nodes.filter((node) => node.epoch <= at).length;
    row.hidden = state.most < 1;
    Object.assign(slider, { max: String(state.most), value: String(at) });
    const words = `Epoch ${at} of ${state.most} · ${count(shown)} of ${count(state.nodes.length)} nodes`;
    slider.setAttribute("aria-valuetext", words);
    slider.style.setProperty("--at", `${(100 * at) / Math.max(1, state.most)}%`);
    patch(said, [words]);
    const label = state.timer ? "Stop" : "Watch it grow";
    button.setAttribute("aria-label", label);
    button.title = label;
    patch(button, [["icon", { name: state.timer ? "pause" : "play" }], ["span", { class: "wordy" }, label], ["kbd", {}, "P"]]);
  }

  function to(epoch) {
    state.at = epoch >= state.most ? null : Math.max(0, epoch);
    draw();
    onEpoch(state.at ?? Infinity);
  }

  function stop() { clearInterval(state.timer); state.timer = 0; }

  function play() {
    if (state.timer) { stop(); draw(); return; }
    if (row.hidden) return;
    state.timer = setInterval(() => {
      to((state.at ?? state.most) + 1);
      if (state.at === null) { stop(); draw(); }
    }, STEP_MS);
    if (state.at === null) to(0);
    draw();
  }

  slider.oninput = () => { stop(); to(Number(slider.value)); };
  button.onclick = play;

  return {
    /** Another state of the tree; another tree is shown whole. */
    setNodes(nodes, isOther) {
      state.nodes = nodes;
      state.most = nodes.reduce((most, node) => Math.max(most, node.epoch), 0);
      if (isOther) stop();
      if (state.at !== null && (isOther || state.at >= state.most)) { state.at = null; onEpoch(Infinity); }
      draw();
    },
    /** So far that a node of this epoch is seen. */
    atLeast(epoch) { if (state.at !== null && epoch > state.at) { stop(); to(epoch); } },
    step(by) { if (!row.hidden) { stop(); to((state.at ?? state.most) + by); } },
    play,
    stop,
  };
}
