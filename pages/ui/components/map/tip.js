// What a point is: a ring around the nearest one at once, its text when the pointer rests, and kept open by a click.

import { ask } from "../shared/api.js";
import { patch } from "../shared/vdom.js";
import { mark, op, read } from "../shared/words.js";

const REACH = 12; // px
const REST_MS = 110;
const KEPT = 300; // texts kept in the browser
const MARGIN = 12;

export function makeTip(pane, camera, { words, where, scene, isBusy }) {
  const ring = pane.querySelector(".rg");
  const tip = pane.querySelector(".tip");
  const texts = new Map();
  const now = { at: -1, isPinned: false, timer: 0 };
  const points = () => scene.now.points;

  const placed = () => camera.screenOf(points().places[2 * now.at], points().places[2 * now.at + 1]);

  function stand() {
    ring.hidden = now.at < 0;
    if (now.at < 0) { tip.hidden = true; return; }
    const [x, y] = placed();
    ring.style.transform = `translate(${x}px, ${y}px)`;
    if (tip.hidden) return;
    const [w, h] = [tip.offsetWidth, tip.offsetHeight];
    const left = x + MARGIN + w > pane.clientWidth ? x - MARGIN - w : x + MARGIN;
    const top = Math.min(Math.max(6, y - h / 3), Math.max(6, pane.clientHeight - h - 6));
    tip.style.transform = `translate(${Math.max(6, left)}px, ${top}px)`;
  }

  /** What the map itself knows of a point. */
  function marks(at) {
    const { of, head } = points();
    const is = (name) => head.words[name][of[name][at]];
    const named = (name) => (words().marks[is(name)] ? [mark(is(name), words().marks[is(name)])] : []);
    if (is("kind") === "seed") return [op("seed", words())];
    if (is("kind") !== "evolved") return [["span", { class: "lab" }, is("source") || "Reference set"]];
    return [op(is("operation"), words()), ["span", { class: "lab" }, `epoch ${of.epoch[at]}`], ...named("status"), ...(is("human") === "undecided" ? [] : named("human"))];
  }

  function draw(said) {
    const cluster = scene.cluster(points().of.cluster[now.at]);
    const ways = now.isPinned ? [["div", { class: "row" }, ...(said.address ? [["a", { class: "bt small", href: said.address }, "Open in its tree"]] : []),
      ["button", { class: "bt small", "data-do": "unpin" }, "Close", ["kbd", {}, "Esc"]]]] : [];
    patch(tip, [["div", { class: "row tm" }, ...marks(now.at)], read("s", said.text), ...(cluster ? [["div", { class: "lab" }, `Cluster ${cluster.cluster + 1}: ${cluster.label}`]] : []), ...ways]);
    tip.classList.toggle("pin", now.isPinned);
    tip.hidden = false;
    stand();
  }

  async function show() {
    const at = now.at;
    if (at < 0) return;
    const seq = points().of.seq[at];
    try {
      if (!texts.has(seq)) {
        if (texts.size >= KEPT) texts.delete(texts.keys().next().value);
        texts.set(seq, await ask("/api/map/text", { ...where(), seq }));
      }
      if (now.at === at) draw(texts.get(seq));
    } catch (refusal) {
      if (now.at === at) { patch(tip, [["p", { class: "lab" }, `${refusal.what} ${refusal.toDo}`]]); tip.hidden = false; stand(); }
    }
  }

  function point(at) {
    if (at === now.at) return;
    clearTimeout(now.timer);
    now.at = at;
    tip.hidden = true;
    pane.classList.toggle("over-point", at >= 0);
    stand();
    if (at >= 0) now.timer = setTimeout(show, REST_MS);
  }

  const nearest = (event) => points().grid.near(...camera.worldOf(camera.placeOf(event)), REACH / camera.view.scale, (i) => scene.counts(i));
  pane.addEventListener("pointermove", (event) => {
    if (!points() || now.isPinned || event.pointerType === "touch") return;
    if (isBusy() || event.target.closest("button, a, .sb")) { point(-1); return; }
    point(nearest(event));
  });
  pane.addEventListener("pointerleave", () => { if (!now.isPinned) point(-1); });

  const unpin = () => {
    if (!now.isPinned) return false;
    now.isPinned = false;
    point(-1);
    return true;
  };
  tip.addEventListener("click", (event) => { if (event.target.closest("[data-do=unpin]")) { unpin(); pane.focus({ preventScroll: true }); } });

  return {
    /** A click: keeps the nearest point open, or closes what was open. */
    press(event) {
      if (!points()) return;
      const at = now.at >= 0 && !now.isPinned ? now.at : nearest(event); // what is pointed at, though a click's place is rounded
      unpin();
      if (at < 0) return;
      Object.assign(now, { at, isPinned: true });
      stand();
      show();
    },
    unpin, stand,
    forget() { texts.clear(); unpin(); point(-1); },
    stop() { clearTimeout(now.timer); },
  };
}
