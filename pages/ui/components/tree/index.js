// The lineage trees of a run: seeds | canvas | detail. Fetches what it shows; the address always names the open node.

import { keepMeasured } from "../shared/measure.js";
import { adopt, sheet } from "../shared/sheets.js";
import { patch } from "../shared/vdom.js";
import { ask, latest } from "./api.js";
import { makeCanvas } from "./canvas.js";
import { makeDetail } from "./detail.js";
import { listen } from "./keys.js";
import { makeSeeds } from "./seeds.js";
import { refused } from "./words.js";

const sheets = await Promise.all(["../tokens.css", "./tree.css"].map((file) => sheet(new URL(file, import.meta.url))));
const KEPT = 200; // details kept in the browser
const key = (cap) => ["kbd", {}, cap];
const tool = (act, ...inside) => ["button", { class: "bt", "data-act": act, ...(inside[0].length === 1 ? { "aria-label": act } : {}) }, ...inside];
const FRAME = ["div", { class: "b" },
  ["section", { class: "c1", "aria-label": "Seeds of the run" }],
  ["section", { class: "c2", "aria-label": "Tree" },
    ["div", { class: "cv" }],
    ["div", { class: "cf" },
      ["div", { class: "ky", "aria-hidden": "true" }, key("←"), key("→"), " parent, child ", key("↑"), key("↓"), " sibling"],
      ["div", { class: "tl" }, tool("Zoom out", "−"), tool("Zoom in", "+"), tool("fit", "Fit", key("0")), tool("fold", "Fold", key("Space"))]]],
  ["section", { class: "c3", "aria-label": "Node" }]];

function start(root) {
  patch(root, [FRAME]);
  const [left, middle, right] = root.firstElementChild.children;
  const pane = middle.firstElementChild;
  const now = { where: null, seed: null, node: null, version: null, told: {}, words: {} };
  const details = new Map();
  const treeAsk = latest();
  const nodeAsk = latest();
  const run = () => ({ project: now.where.project, run: now.where.run });
  let seeds, canvas, detail, poll;

  function address() {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries({ ...run(), seed: now.seed, node: now.node })) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  }

  async function showDetail(id) {
    const kept = details.get(id);
    if (kept) return detail.show(kept);
    detail.wait();
    try {
      const said = await nodeAsk.ask("/api/node", { ...run(), id });
      if (!said) return undefined;
      if (details.size >= KEPT) details.delete(details.keys().next().value);
      details.set(id, said);
      if (id === now.node) detail.show(said);
    } catch (refusal) { detail.refuse(refusal); }
    return undefined;
  }

  function select(id) {
    if (!id) return;
    performance.clearMarks("tree:click");
    performance.mark("tree:click", { detail: id });
    now.node = id;
    canvas.select(id);
    address();
    showDetail(id);
  }

  function counted(tree) {
    const many = (test) => tree.nodes.filter(test).length;
    const first = tree.nodes.find((node) => !node.parent);
    return { id: tree.seed, text: first?.text ?? "", nodes: tree.nodes.length, survived: many((n) => n.status === "survived"),
      eliminated: many((n) => n.status === "eliminated"), open: many((n) => n.status === "waiting" || n.status === "error") };
  }

  async function open(seed, node = null) {
    Object.assign(now, { seed, node, version: null });
    seeds.choose(seed);
    try {
      const tree = await treeAsk.ask("/api/tree", { ...run(), seed });
      if (!tree) return;
      now.version = tree.version;
      canvas.setTree(tree, node, now.where.show);
      seeds.update(counted(tree));
      select(canvas.item(node) ? node : canvas.rootId);
    } catch (refusal) {
      canvas.say(refused(refusal));
      detail.clear();
    }
  }

  async function refresh() {
    if (document.hidden || now.version === null) return;
    const seed = now.seed;
    const tree = await ask("/api/tree", { ...run(), seed }).catch(() => null); // the next poll asks again
    if (!tree || seed !== now.seed || tree.version === now.version) return;
    now.version = tree.version;
    details.clear();
    canvas.setTree(tree, now.node, now.where.show);
    seeds.update(counted(tree));
    showDetail(now.node);
  }

  async function enter(data) {
    details.clear();
    Object.assign(now, { seed: data.seed, node: data.node, version: null });
    const listed = seeds.open({ project: data.project, run: data.run, show: data.show });
    if (!data.seed && data.node) {
      const said = await ask("/api/node", { ...run(), id: data.node }).catch(() => null);
      if (said) { await open(said.seed, data.node); return; }
    }
    if (data.seed) { await open(data.seed, data.node); return; }
    const first = await listed;
    if (first) await open(first);
    else { canvas.say([["p", { class: "dim" }, "Choose a seed to see its tree."]]); detail.clear(); }
  }

  function build(words) {
    detail = makeDetail(right, { words, onSelect: select, onAgain: () => showDetail(now.node) });
    canvas = makeCanvas(pane, { words, onSelect: select });
    seeds = makeSeeds(left, { onOpen: (id) => open(id) });
  }

  middle.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    ({ fit: canvas.fit, fold: () => canvas.toggle(), "Zoom in": canvas.zoomIn, "Zoom out": canvas.zoomOut })[act]?.();
    if (act && event.detail) canvas.focus(); // after a click with the pointer the arrows work on
    if (event.target.closest("[data-do=again]")) open(now.seed, now.node);
  });
  const move = (arrow) => canvas.move(arrow);
  const deaf = listen(root, pane, { ArrowLeft: move, ArrowRight: move, ArrowUp: move, ArrowDown: move, " ": () => canvas.toggle(),
    0: () => canvas.fit(), "+": () => canvas.zoomIn(), "=": () => canvas.zoomIn(), "-": () => canvas.zoomOut(),
    "/": () => seeds.focusFind(), q: () => detail.turn("calls"), l: () => detail.turn("path") });
  const unmeasured = keepMeasured(root);

  return {
    update(data) {
      if (!canvas) build(data.words);
      const told = now.told;
      now.told = data;
      clearInterval(poll);
      if (data.poll_s) poll = setInterval(refresh, data.poll_s * 1000);
      now.where = data;
      if (data.project !== told.project || data.run !== told.run) enter(data);
      else if (data.show !== told.show) { seeds.open({ project: data.project, run: data.run, show: data.show }).then(() => seeds.choose(now.seed)); canvas.setShow(data.show); }
      else if (data.seed && data.seed !== told.seed && data.seed !== now.seed) open(data.seed, data.node);
      else if (data.node && data.node !== told.node && data.node !== now.node) select(data.node);
    },
    stop() { clearInterval(poll); deaf(); unmeasured(); seeds?.stop(); canvas?.stop(); treeAsk.stop(); nodeAsk.stop(); },
  };
}

const apps = new WeakMap(); // root element → what was started in it

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  root.classList.add("rest", "tree");
  if (!apps.has(root)) apps.set(root, start(root));
  apps.get(root).update(data);
  return () => { apps.get(root)?.stop(); apps.delete(root); };
}
