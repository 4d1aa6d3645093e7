// The canvas: cards and edges of one tree, pan and zoom, moving by keys.

import { patch } from "../shared/vdom.js";
import { makeCamera } from "./camera.js";
import { card, isDead, matches } from "./card.js";
import { CARD, edges, foldedAtFirst, grow, outline, preorder, tidy } from "./layout.js";

const WIDE = 760; // px of canvas from which the tree is drawn left to right
const MARGIN = 14;
const FIRST_SCALE = [0.85, 1.1]; // never smaller only to fit: look.md
const MANY = 400; // cards; above, only those near the window are made

export function makeCanvas(pane, { words, onSelect, onPaint = () => {} }) {
  const state = { root: null, byId: new Map(), folded: new Set(), selected: null, show: "all", drawing: null, seed: null,
    upTo: Infinity, passes: () => true, hits: new Set(), fresh: new Set() };
  const isHere = (item) => item.node.epoch <= state.upTo || !item.parent;
  const isFaint = (item) => !matches(item.node, state.show) || !state.passes(item.node);
  patch(pane, [
    ["div", { class: "layer" }, ["svg", { class: "eds", "aria-hidden": "true" }], ["div", { class: "nds", role: "tree", "aria-label": "Lineage" }]],
    ["div", { class: "say", role: "status" }],
  ]);
  const [layer, message] = pane.children;
  const [lines, cards] = layer.children;
  const wide = () => pane.clientWidth >= WIDE;
  const camera = makeCamera(pane, layer, () => { if (state.drawing?.shown.length > MANY) soon(); });
  let waiting = 0;
  const soon = () => { waiting ||= requestAnimationFrame(() => { waiting = 0; paint(); }); };

  function near() {
    const { shown } = state.drawing;
    if (shown.length <= MANY) return shown;
    const { x, y, scale } = camera.view;
    const [w, h] = [pane.clientWidth / scale, pane.clientHeight / scale];
    const [left, top] = [-x / scale - w / 2, -y / scale - h / 2];
    return shown.filter((item) => item.id === state.selected || (item.x + item.width > left && item.x < left + 2 * w
      && item.y + CARD.height > top && item.y < top + 2 * h));
  }

  function paint() {
    const about = (item) => ({ words, selected: item.id === state.selected, folded: state.folded.has(item.id), faint: isFaint(item),
      hit: state.hits.has(item.id), fresh: state.fresh.has(item.id) || (item.node.epoch === state.upTo && item.parent) });
    const shown = near();
    const reach = (shown.find((item) => item.id === state.selected) ?? shown[0])?.id; // the keyboard always finds in
    patch(cards, shown.map((item) => card(item, { ...about(item), reach: item.id === reach })));
    const marked = new Set();
    for (let at = state.byId.get(state.selected); at; at = at.parent) marked.add(at);
    const paths = edges(state.drawing.shown, wide(), { isDead, isFaint, marked });
    patch(lines, [["path", { class: "ed", d: paths.solid }], ["path", { class: "ed bad", d: paths.dead }],
      ["path", { class: "ed faint", d: paths.faint }], ["path", { class: "ed on", d: paths.marked }]]);
    onPaint();
  }

  function arrange() {
    const width = pane.clientWidth - 2 * MARGIN;
    state.drawing = wide() ? tidy(state.root, state.folded, isHere) : outline(state.root, state.folded, width, isHere);
    camera.setWorld(state.drawing.width, state.drawing.height, wide());
    pane.classList.toggle("wide", wide());
  }

  function draw() {
    if (!state.root) return;
    performance.clearMeasures("tree:draw");
    const began = performance.now();
    arrange();
    paint();
    performance.measure("tree:draw", { start: began, end: performance.now() });
  }

  const current = () => state.byId.get(state.selected);
  const reveal = () => {
    const item = current();
    if (item && isHere(item) && item.x !== undefined) camera.reveal({ x: item.x, y: item.y, width: item.width, height: CARD.height }, wide() ? 24 : MARGIN);
  };

  function home() {
    const { width, height } = state.drawing;
    if (!wide()) camera.place(MARGIN, 16, 1);
    else {
      const [w, h] = [pane.clientWidth - 2 * 40, pane.clientHeight - 2 * 24];
      const scale = Math.min(FIRST_SCALE[1], Math.max(FIRST_SCALE[0], Math.min(w / width, h / height)));
      const x = width * scale > w ? 40 : (pane.clientWidth - width * scale) / 2;
      const y = height * scale > h ? pane.clientHeight / 2 - (state.root.y + CARD.height / 2) * scale : (h - height * scale) / 2 + 24;
      camera.place(x, y, scale);
    }
    reveal();
  }

  function fit() {
    if (!state.root) return;
    const { width, height } = state.drawing;
    const [w, h] = [pane.clientWidth - 2 * MARGIN, pane.clientHeight - 2 * 16];
    const scale = Math.max(0.1, Math.min(wide() ? FIRST_SCALE[1] : 1, w / width, h / height));
    camera.place(wide() ? (pane.clientWidth - width * scale) / 2 : MARGIN, wide() ? (h - height * scale) / 2 + 16 : 16, scale);
  }

  function unfoldTo(id) {
    for (let at = state.byId.get(id)?.parent; at; at = at.parent) state.folded.delete(at.id);
  }

  function toggle(id = state.selected) {
    const item = state.byId.get(id);
    if (!item?.children.length) return;
    const before = { x: item.x, y: item.y };
    if (!state.folded.delete(id)) state.folded.add(id);
    if (!visible(state.selected)) onSelect(id);
    draw();
    camera.panBy((before.x - item.x) * camera.view.scale, (before.y - item.y) * camera.view.scale);
  }

  /** After the tree has grown around it, the selected card stands where it stood. */
  function stay(stood) {
    const now = state.byId.get(stood.id);
    if (now && now.x !== undefined) camera.panBy((stood.x - now.x) * camera.view.scale, (stood.y - now.y) * camera.view.scale);
  }

  function visible(id) {
    for (let at = state.byId.get(id)?.parent; at; at = at.parent) if (state.folded.has(at.id)) return false;
    return true;
  }

  /** Where an arrow leads: left and right to parent and child, up and down to siblings, then to the next row. */
  function neighbour(key) {
    const item = current();
    if (!item) return state.root;
    if (key === "ArrowLeft") return item.parent;
    if (key === "ArrowRight") return item.children.find(isHere) ?? null;
    const step = key === "ArrowDown" ? 1 : -1;
    const family = item.parent?.children.filter(isHere) ?? [];
    const sibling = family[family.indexOf(item) + step];
    if (sibling) return sibling;
    const rows = wide() ? state.drawing.shown.filter((other) => other.level === item.level) : state.drawing.shown;
    return rows[rows.indexOf(item) + step] ?? null;
  }

  function focusSelected() {
    cards.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  pane.addEventListener("click", (event) => {
    const fold = event.target.closest("[data-fold]");
    if (fold) return toggle(fold.dataset.fold);
    const chosen = event.target.closest("[data-id]");
    if (chosen) { onSelect(chosen.dataset.id); focusSelected(); }
  });

  const watch = new ResizeObserver(() => {
    if (!state.root) return;
    const wasWide = pane.classList.contains("wide");
    draw();
    if (wasWide !== wide()) home();
    else camera.apply();
    reveal();
  });
  watch.observe(pane);

  return {
    /** Shows a tree. A newer version of the same seed's tree keeps what is folded, selected and in view. */
    setTree(tree, selected, show) {
      const same = state.seed === tree.seed;
      const known = state.byId;
      const stood = state.byId.get(state.selected);
      Object.assign(state, grow(tree.nodes), { seed: tree.seed, show });
      state.fresh = new Set(same ? [...state.byId.keys()].filter((id) => !known.has(id)) : []);
      if (!same) Object.assign(state, { folded: foldedAtFirst(state.byId), hits: new Set() });
      state.selected = state.byId.has(selected) ? selected : state.root?.id ?? null;
      if (!same) unfoldTo(state.selected);
      message.textContent = "";
      if (!state.root) return patch(cards, []);
      draw();
      if (!same) home();
      else if (stood) stay(stood);
      return state.fresh.size;
    },
    setShow(show) { state.show = show; draw(); },
    /** Which nodes stay in the foreground. */
    setFilter(passes) { state.passes = passes; draw(); },
    /** Which nodes a search found. */
    setHits(ids) { state.hits = new Set(ids); draw(); },
    /** Shows the tree as it was after an epoch; what grew in it comes into view. */
    setUpTo(epoch) {
      state.upTo = epoch;
      if (!state.root) return;
      draw();
      const grown = state.drawing.shown.filter((item) => item.node.epoch === epoch);
      if (!grown.length || !Number.isFinite(epoch)) return;
      const middle = grown[Math.floor(grown.length / 2)];
      camera.reveal({ x: middle.x, y: middle.y, width: middle.width, height: CARD.height }, 24);
    },
    /** Items in reading order, those that are folded away too. */
    inOrder: () => (state.root ? preorder(state.root, new Set()) : []),
    select(id) {
      state.selected = id;
      unfoldTo(id);
      draw();
      reveal();
    },
    say(nodes) { state.root = null; state.seed = null; patch(cards, []); patch(lines, []); patch(message, nodes); },
    move(key) { const next = neighbour(key); if (next) { onSelect(next.id); focusSelected(); } },
    item: (id) => state.byId.get(id),
    get rootId() { return state.root?.id ?? null; },
    fit, toggle, focus: focusSelected, zoomIn: camera.zoomIn, zoomOut: camera.zoomOut,
    stop() { watch.disconnect(); cancelAnimationFrame(waiting); },
  };
}
