// The lineage trees of a run: seeds | canvas | detail. Fetches what it shows; the address always names the open node.

import { keepMeasured } from "../shared/measure.js";
import { adopt, sheet } from "../shared/sheets.js";
import { patch } from "../shared/vdom.js";
import { makeAgain } from "./again.js";
import { addressOf, ask, latest, news } from "../shared/api.js";
import { makeBeside, siblingsOf } from "./beside.js";
import { makeCanvas } from "./canvas.js";
import { copy } from "../shared/copy.js";
import { makeDetail } from "./detail.js";
import { makeFilter } from "./filter.js";
import { makeFind } from "./find.js";
import { FRAME, partsOf } from "./frame.js";
import { showHelp } from "./help.js";
import { listen } from "./keys.js";
import { makeMenu } from "./menu.js";
import { makeOverlay } from "../shared/overlay.js";
import { makeScrub } from "./scrub.js";
import { makeSeeds } from "./seeds.js";
import { countOf, refused } from "../shared/words.js";

const sheets = await Promise.all(["../tokens.css", "./tree.css", "../shared/overlay.css", "./sheets.css"].map((file) => sheet(new URL(file, import.meta.url))));
const KEPT = 200; // details kept in the browser
const FILES = [["html", "A page that stands alone", "every text and change, for any browser"], ["svg", "A drawing", "for slides and papers"]];

function start(root, toPython) {
  patch(root, [FRAME]);
  const parts = partsOf(root);
  const { left, middle, right, pane } = parts;
  const now = { where: null, seed: null, node: null, beside: new URL(location.href).searchParams.get("beside"), version: null, tree: null, told: {} };
  const details = new Map();
  const [treeAsk, nodeAsk] = [latest(), latest()];
  const overlay = makeOverlay(root);
  const menus = { runs: makeMenu(parts.button("runs"), parts.pop("runs")), save: makeMenu(parts.button("save"), parts.pop("save")) };
  const run = () => ({ project: now.where.project, run: now.where.run });
  const tree = () => ({ ...run(), seed: now.seed });
  let seeds, canvas, detail, filter, scrub, finder, beside, again, poll;

  const say = (words) => patch(parts.live, [words]);

  function address() {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries({ ...tree(), node: now.node, beside: now.beside })) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  }

  async function nodeOf(id) {
    if (!details.has(id)) {
      const said = await ask("/api/node", { ...run(), id });
      if (details.size >= KEPT) details.delete(details.keys().next().value);
      details.set(id, said);
    }
    return details.get(id);
  }

  async function showDetail(id, { quietly = false } = {}) {
    const kept = details.get(id);
    if (kept) return detail.show(kept);
    if (!quietly) detail.wait();
    try {
      const said = await nodeAsk.ask("/api/node", { ...run(), id });
      if (!said) return undefined;
      if (details.size >= KEPT) details.delete(details.keys().next().value);
      details.set(id, said);
      if (id === now.node) detail.show(said);
    } catch (refusal) { if (!quietly) detail.refuse(refusal); }
    return undefined;
  }

  function select(id) {
    if (!id) return;
    performance.clearMarks("tree:click");
    performance.mark("tree:click", { detail: id });
    now.node = id;
    scrub.atLeast(canvas.item(id)?.node.epoch ?? 0);
    canvas.select(id);
    address();
    finder.draw(id);
    seeds.mark(id);
    showDetail(id);
  }

  function counted({ seed, nodes }) {
    const many = (test) => nodes.filter(test).length;
    const first = nodes.find((node) => !node.parent);
    return { id: seed, text: first?.text ?? "", nodes: nodes.length, survived: many((n) => n.status === "survived"),
      eliminated: many((n) => n.status === "eliminated"), open: many((n) => n.status === "waiting" || n.status === "error") };
  }

  /** The parts that follow the tree. Gives how many nodes have grown. */
  function take(said, isOther) {
    Object.assign(now, { version: said.version, tree: said });
    scrub.setNodes(said.nodes, isOther);
    const grown = canvas.setTree(said, now.node, now.where.show);
    filter.setNodes(said.nodes);
    seeds.update(counted(said));
    if (finder.text) finder.look(finder.text, () => now.node);
    return grown;
  }

  async function open(seed, node = null, { orFirst = false } = {}) {
    Object.assign(now, { seed, node, version: null });
    seeds.choose(seed);
    try {
      const said = await treeAsk.ask("/api/tree", tree());
      if (!said) return;
      if (orFirst && said.nodes.length < 2) { await openFirst(); return; }
      take(said, true);
      select(canvas.item(node) ? node : canvas.rootId);
      if (now.beside && !beside.open(canvas.item(now.node), now.beside)) { now.beside = null; address(); }
    } catch (refusal) {
      if (orFirst) { await openFirst(); return; }
      canvas.say(refused(refusal));
      detail.clear();
    }
  }

  async function openFirst() {
    const first = await listed;
    if (first) await open(first);
    else { canvas.say([["p", { class: "dim" }, "Choose a seed to see its tree."]]); detail.clear(); }
  }

  /** What has changed since: only that is drawn and asked anew. */
  async function refresh() {
    if (document.hidden || now.version === null) return;
    const seed = now.seed;
    const began = performance.now();
    const said = await news("/api/tree", tree(), now.version).catch(() => null); // the next poll asks again
    if (!said || seed !== now.seed || said.version === now.version) return;
    const before = new Map(now.tree.nodes.map((node) => [node.id, JSON.stringify(node)]));
    for (const node of said.nodes) if (before.get(node.id) !== JSON.stringify(node)) details.delete(node.id);
    const grown = take(said, false);
    if (grown) say(`${countOf(grown, "new node")} in this tree`);
    performance.clearMeasures("tree:news");
    performance.measure("tree:news", { start: began, end: performance.now(), detail: said.version });
    showDetail(now.node, { quietly: true });
  }

  let listed = null;
  async function enter(data, keep) {
    details.clear();
    overlay.close();
    Object.assign(now, { seed: data.seed, node: data.node, version: null, tree: null });
    listed = seeds.open({ project: data.project, run: data.run, show: data.show });
    if (!data.seed && data.node) {
      const said = await ask("/api/node", { ...run(), id: data.node }).catch(() => null);
      if (said) { await open(said.seed, data.node); return; }
    }
    if (keep) await open(keep, null, { orFirst: true });
    else if (data.seed) await open(data.seed, data.node);
    else await openFirst();
  }

  async function copied(what) {
    if (!detail.shown) return;
    const link = addressOf(location.pathname, { ...tree(), node: now.node });
    const text = { id: () => now.node, link: () => link.href, json: () => JSON.stringify(detail.shown, null, 2) }[what]();
    const done = await copy(text);
    if (done) detail.copied(what);
    say(done ? { id: "The id is copied", link: "The link is copied", json: "The node is copied as JSON" }[what] : "The browser does not let this page copy");
  }

  async function otherRuns() {
    if (menus.runs.isOpen) { menus.runs.close(); return; }
    const found = await ask("/api/tree/runs", tree()).catch(() => []);
    const others = found.filter((one) => one.run !== now.where.run);
    menus.runs.show(others.length ? others.map((one) => ["button", { class: "mi", role: "menuitem", "data-run": one.run },
      ["span", { class: "one", dir: "auto" }, `Run ${one.number} · ${one.name}`], ["span", { class: "lab" }, `${countOf(one.nodes, "node")}, ${one.survived} survived`]])
      : [["p", { class: "lab none" }, "No other run has grown this seed."]]);
  }

  function files() {
    if (menus.save.isOpen) { menus.save.close(); return; }
    menus.save.show(FILES.map(([kind, name, what]) => {
      const url = addressOf(`/api/tree/file/${kind}`, tree());
      return ["a", { class: "mi", role: "menuitem", tabindex: 0, href: url.pathname + url.search, "data-file": kind }, ["span", {}, name], ["span", { class: "lab" }, `.${kind} · ${what}`]];
    }));
  }

  const deeds = {
    read() { if (now.node) location.assign(addressOf("/reading", { ...run(), node: now.node })); },
    beside() { if (!beside.open(canvas.item(now.node))) say("It has no sibling"); },
    again() { if (detail.shown?.text) again.open(canvas.item(now.node)); },
  };

  function build(words) {
    const roots = () => [...pane.querySelectorAll(".tx"), ...right.querySelectorAll(".sec > .read, .side, .answer .read")];
    detail = makeDetail(right, { words, onSelect: select, onAgain: () => showDetail(now.node), onDeed: (name) => deeds[name](), onCopy: copied,
      hasSibling: (id) => siblingsOf(canvas.item(id)).length > 0, onDraw: () => finder.mark() });
    canvas = makeCanvas(pane, { words, onSelect: select, onPaint: () => finder.mark() });
    filter = makeFilter(parts.filterBar, parts.button("filter"), { words, onChange: canvas.setFilter });
    scrub = makeScrub(parts.scrubRow, { onEpoch: canvas.setUpTo });
    finder = makeFind(parts.findBox, { where: tree, inOrder: canvas.inOrder, roots, onHits: canvas.setHits, onSelect: select, onSay: say });
    beside = makeBeside(overlay, { words, where: run, nodeOf, onChoose: (id) => { now.beside = id; address(); } });
    again = makeAgain(overlay, { words, where: run, onGrown: refresh, onSee: (id) => { select(id); canvas.focus(); } });
    seeds = makeSeeds(left, { words, onOpen: (id, node) => (id === now.seed && node ? select(node) : open(id, node)),
      onFind: (text) => finder.look(text, () => now.node) });
  }

  middle.addEventListener("click", (event) => {
    const at = (path) => event.target.closest(path)?.dataset;
    const act = at("[data-act]")?.act;
    ({ fit: canvas.fit, fold: () => canvas.toggle(), "Zoom in": canvas.zoomIn, "Zoom out": canvas.zoomOut })[act]?.();
    if (act && event.detail) canvas.focus(); // after a click with the pointer the arrows work on
    ({ filter: () => filter.turn(), runs: otherRuns, save: files, help: () => showHelp(overlay) })[at("[data-part]")?.part]?.();
    if (at("[data-by]")) finder.go(Number(at("[data-by]").by), now.node);
    if (at("[data-run]")) toPython("run", at("[data-run]").run);
    if (event.target.closest("[data-do=again]")) open(now.seed, now.node);
  });
  const move = (arrow) => canvas.move(arrow);
  const seed = (by) => seeds.step(by).then((moved) => { if (!moved) say(by > 0 ? "That is the last seed" : "That is the first seed"); });
  const deaf = listen(root, pane, { ArrowLeft: move, ArrowRight: move, ArrowUp: move, ArrowDown: move, " ": () => canvas.toggle(),
    0: () => canvas.fit(), "+": () => canvas.zoomIn(), "=": () => canvas.zoomIn(), "-": () => canvas.zoomOut(),
    "/": () => seeds.focusFind(), q: () => detail.turn("calls"), l: () => detail.turn("path"),
    p: () => scrub.play(), "[": () => scrub.step(-1), "]": () => scrub.step(1), f: () => filter.turn(),
    n: () => finder.go(1, now.node), N: () => finder.go(-1, now.node), j: () => seed(1), k: () => seed(-1),
    o: otherRuns, d: files, v: deeds.read, s: deeds.beside, e: deeds.again,
    i: () => copied("id"), y: () => copied("link"), w: () => copied("json"), "?": () => showHelp(overlay) }, () => overlay.name !== null);
  const unmeasured = keepMeasured(root);

  return {
    update(data) {
      if (!canvas) build(data.words);
      const told = now.told;
      now.told = data;
      clearInterval(poll);
      if (data.poll_s) poll = setInterval(refresh, data.poll_s * 1000);
      now.where = data;
      if (data.project !== told.project || data.run !== told.run) enter(data, data.project === told.project && !data.node ? now.seed : null);
      else if (data.show !== told.show) { seeds.open({ project: data.project, run: data.run, show: data.show }).then(() => seeds.choose(now.seed)); canvas.setShow(data.show); }
      else if (data.seed && data.seed !== told.seed && data.seed !== now.seed) open(data.seed, data.node);
      else if (data.node && data.node !== told.node && data.node !== now.node) select(data.node);
    },
    stop() {
      clearInterval(poll);
      deaf();
      unmeasured();
      overlay.close();
      for (const part of [seeds, canvas, detail, scrub, finder, again, treeAsk, nodeAsk, menus.runs, menus.save]) part?.stop();
    },
  };
}

const apps = new WeakMap(); // root element → what was started in it

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  root.classList.add("rest", "tree");
  if (!apps.has(root)) apps.set(root, start(root, setStateValue));
  apps.get(root).update(data);
  return () => { apps.get(root)?.stop(); apps.delete(root); };
}
