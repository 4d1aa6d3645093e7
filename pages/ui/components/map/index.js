// The map of what texts say. It fetches its points once; pages/ui/exploring/map_routes.py answers. What is picked out goes to the page by `go`.

import { addressOf, Refusal } from "../shared/api.js";
import { listen } from "../shared/keys.js";
import { keepMeasured } from "../shared/measure.js";
import { makeOverlay } from "../shared/overlay.js";
import { adopt, sheet } from "../shared/sheets.js";
import { patch } from "../shared/vdom.js";
import { count, countOf, refused } from "../shared/words.js";
import { makeCamera } from "./camera.js";
import { WAYS, makeResolver } from "./colours.js";
import { FRAME, partsOf } from "./frame.js";
import { showHelp } from "./help.js";
import { makeLabels } from "./labels.js";
import { savePicture, saveTable } from "./picture.js";
import { makeScene } from "./scene.js";
import { barNodes, clusterNodes, legendNodes, wayNodes } from "./side.js";
import { canPaint, makeSurface } from "./surface.js";
import { makeTip } from "./tip.js";
import { makeTools } from "./tools.js";
import { fetchMap } from "./wire.js";

const sheets = await Promise.all(["../tokens.css", "../shared/overlay.css", "./map.css"].map((file) => sheet(new URL(file, import.meta.url))));
const SAVED_CHARS = 80; // of a selection's name

function start(root, toPython) {
  patch(root, [FRAME]);
  const parts = partsOf(root);
  const { pane } = parts;
  const now = { data: null, isSending: false, problem: null, loading: null };
  const where = () => ({ project: now.data.project, map: now.data.map });
  const words = () => now.data.words;
  const say = (text) => patch(parts.live, [text]);
  const overlay = makeOverlay(root);
  const resolver = makeResolver(root);
  const labels = makeLabels(parts.labels);
  let tools, tip;

  const surface = makeSurface(parts.canvas, { prefer: new URL(location.href).searchParams.get("painter"),
    onPaint: ({ painter, ms, isReady }) => Object.assign(root.dataset, { painter, ms: ms.toFixed(1), drawn: Number(root.dataset.drawn ?? 0) + 1, ready: isReady }) });
  const camera = makeCamera(pane, { holds: (event) => tools.holds(event), moved: (view, fit) => { surface.look(view, fit); labels.look(view); tip?.stand(); } });
  const scene = makeScene({ words, resolver, onScene: (what) => surface.set(what), onChange: () => draw() });
  tools = makeTools(pane, camera, { onOutline: pick, onTool: drawTools });
  tip = makeTip(pane, camera, { words, where, scene, isBusy: () => tools.isDrawing || camera.isDragging });

  function drawTools() {
    for (const name of ["lasso", "box"]) parts.button(name).setAttribute("aria-pressed", String(tools.name === name));
  }

  function draw() {
    const { points, shown } = scene.now;
    if (!points) return;
    patch(parts.ways, wayNodes(scene.now.way));
    patch(parts.legend, legendNodes(scene));
    patch(parts.clusters, clusterNodes(scene));
    patch(parts.bar, barNodes(scene, now));
    parts.bar.hidden = !parts.bar.firstChild;
    const all = countOf(points.n, "text");
    const { edited = 0 } = points.head;
    patch(parts.count, [`${shown === points.n ? all : `${count(shown)} of ${all}`}${edited ? `, ${count(edited)} edited since` : ""}`]);
  }

  function pick(outline) {
    const found = scene.now.points.grid.inside(outline, (i) => scene.counts(i));
    now.problem = null;
    scene.pick(found);
    say(found.length ? `${countOf(found.length, "text")} picked out` : "Nothing lies in it");
  }

  function pickView() {
    if (!scene.now.points) return;
    const [w, h] = [pane.clientWidth, pane.clientHeight];
    pick([[0, 0], [w, 0], [w, h], [0, h]].map(camera.worldOf));
  }

  function look(cluster) {
    now.problem = null;
    scene.look(cluster);
    say(scene.now.only === null ? "All clusters" : `Cluster ${cluster + 1} alone`);
  }

  function setWay(way) {
    scene.setWay(way);
    const url = new URL(location.href);
    url.searchParams.set("colour", way);
    history.replaceState(history.state, "", url);
  }

  /** What is picked out by hand is kept first: then it has an address. A cluster has one already. */
  async function deed(act) {
    if (now.isSending) return;
    if (scene.now.only !== null) { toPython("go", { act, cluster: scene.now.only, n: scene.now.shown, asked: Date.now() }); return; }
    Object.assign(now, { isSending: true, problem: null });
    draw();
    const around = scene.cluster(scene.commonest())?.label;
    const name = `${countOf(scene.now.picked.size, "text")}${around ? ` around ${around}` : ""}`.slice(0, SAVED_CHARS);
    try {
      const kept = await keep(scene.seqs(), name);
      toPython("go", { act, selection: kept.id, n: kept.n, asked: Date.now() });
    } catch (refusal) { now.problem = refusal; }
    now.isSending = false;
    draw();
  }

  async function keep(seqs, name) {
    const reply = await fetch(addressOf("/api/map/selection", { ...where(), name }), { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: seqs })
      .catch(() => { throw new Refusal("The studio does not answer.", "It may have been stopped. Start it again, then try once more."); });
    const said = await reply.json().catch(() => null);
    if (reply.ok && said) return said;
    throw new Refusal(said?.what ?? `The studio answered with status ${reply.status}.`, said?.to_do ?? "Reload the page.", reply.status);
  }

  async function load(isSame = false) {
    now.loading?.abort();
    const mine = new AbortController();
    now.loading = mine;
    tip.forget();
    if (!isSame) patch(parts.say, [["p", { class: "dim" }, "Loading the map"]]);
    try {
      const decoded = await fetchMap(where(), mine.signal);
      if (now.loading !== mine) return;
      patch(parts.say, decoded.head.n ? [] : [["p", { class: "dim" }, "No text of this map is left in the project."]]);
      scene.now.fates = null;
      scene.load(decoded);
      if (!isSame) camera.setWorld(scene.now.points.world); // with other names or marks it stays where it was
      labels.set(scene.now.middles.map((one) => ({ ...one, text: scene.cluster(one.cluster).label })).sort((a, b) => b.n - a.n));
      pane.setAttribute("aria-label", `Map of ${countOf(decoded.head.n, "text")} in ${countOf(decoded.head.clusters.length, "cluster")}`);
      performance.mark("map:loaded");
    } catch (refusal) {
      if (refusal.name === "AbortError" || now.loading !== mine) return;
      if (!(refusal instanceof Refusal)) throw refusal;
      patch(parts.say, refused(refusal));
    }
  }

  function clear() {
    now.problem = null;
    scene.clear();
    say("Nothing is picked out");
  }

  /** One step back: an open text, the tool, what is picked out. */
  function back() { if (!tip.unpin() && !tools.leave()) clear(); }

  const acts = {
    lasso: () => tools.set("lasso"), box: () => tools.set("box"), view: pickView, out: camera.zoomOut, in: camera.zoomIn, fit: camera.home, all: () => scene.showAll(),
    clear, help: () => showHelp(overlay), data: () => saveTable(scene.now.points, `map-${now.data.name}`),
    picture: () => savePicture({ pane, surface, labels, camera, kinds: scene.way().kinds, rgb: resolver.rgb, name: `map-${now.data.name}` }),
  };
  root.addEventListener("click", (event) => {
    const at = (name) => event.target.closest(`[data-${name}]`)?.dataset[name];
    const act = at("act");
    if (act && (scene.now.points || act === "help")) acts[act]?.();
    else if (at("way")) setWay(at("way"));
    else if (at("kind")) scene.toggle(Number(at("kind")));
    else if (at("alone")) scene.alone(Number(at("alone")));
    else if (at("cluster")) look(Number(at("cluster")));
    else if (at("deed")) deed(at("deed"));
    else if (event.target.closest("[data-do=again]")) load();
    else if (event.target.closest(".mv") && !event.target.closest(".tip, .sb") && tools.name === "pan" && !camera.wasDragged) tip.press(event);
  });
  pane.addEventListener("keydown", (event) => {
    if (event.target !== pane || !(event.key in camera.arrow) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    camera.arrow[event.key]();
  });
  const deaf = listen(root, { l: acts.lasso, b: acts.box, v: pickView, 0: camera.home, "+": camera.zoomIn, "=": camera.zoomIn, "-": camera.zoomOut, Escape: back, "?": acts.help,
    ...Object.fromEntries(WAYS.map(([way], at) => [at + 1, () => setWay(way)])) }, () => overlay.name !== null || !scene.now.points);
  const watch = new ResizeObserver(() => { surface.resize(pane.clientWidth, pane.clientHeight); camera.resized(); });
  watch.observe(pane);
  const unmeasured = keepMeasured(root);

  return {
    update(data) {
      const told = now.data;
      now.data = data;
      if (!told) scene.setWay(data.colour);
      if (data.project !== told?.project || data.map !== told?.map || data.version !== told?.version) load(data.project === told?.project && data.map === told?.map);
      else if (data.theme !== told.theme) scene.paint();
    },
    stop() {
      now.loading?.abort();
      watch.disconnect();
      overlay.close();
      for (const end of [deaf, unmeasured, tip.stop, surface.stop]) end();
    },
  };
}

const apps = new WeakMap(); // root element → what was started in it

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  root.classList.add("rest", "map");
  if (!canPaint()) {
    patch(root, [["p", { class: "dim" }, "This browser cannot draw the map, a newer one can. Its clusters stand under Name clusters."]]);
    return undefined;
  }
  if (!apps.has(root)) apps.set(root, start(root, setTriggerValue));
  apps.get(root).update(data);
  return () => { apps.get(root)?.stop(); apps.delete(root); };
}
