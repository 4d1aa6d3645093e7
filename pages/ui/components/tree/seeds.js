// The run's seeds: a list that is found in, scrolled without end, and moved through by keys.

import { patch } from "../shared/vdom.js";
import { latest } from "../shared/api.js";
import { count, countOf, read, refused } from "../shared/words.js";

const PAUSE = 180; // ms without a key before a search starts
const AHEAD = 400; // px before the end at which the next page is asked for

function row(seed, chosen) {
  const label = `${countOf(seed.nodes, "node")}: ${seed.survived} survived, ${seed.eliminated} eliminated, ${seed.open} open`;
  const fills = [["survived", seed.survived], ["eliminated", seed.eliminated], ["waiting", seed.open]].filter(([, n]) => n);
  return ["div", { key: seed.id, class: chosen ? "sd on" : "sd", role: "option", id: `seed-${seed.id}`, "data-seed": seed.id,
    "aria-selected": String(chosen), tabindex: chosen ? 0 : -1 },
  read("sdt", seed.text),
  ["div", { class: "sf", title: label }, ["span", {}, countOf(seed.nodes, "node")],
    ["span", { class: "bar thin", role: "img", "aria-label": label }, ...fills.map(([name, n]) => ["i", { class: `${name}-fill`, style: { "--n": n } }])]]];
}

/** The last few words: what was found must stay in sight. */
const shortened = (before) => (before.length > 26 ? `…${before.slice(-24).replace(/^\S*\s/u, "")}` : before);

/** A node that has what was looked for, with the words around it. */
function hitRow(seed, hit, words, chosen) {
  const name = words.operations[hit.operation] ?? hit.operation;
  return ["div", { key: `${seed.id} ${hit.id}`, class: chosen ? "ht on" : "ht", role: "option", "aria-selected": String(chosen), "data-in": seed.id, "data-node": hit.id, tabindex: -1,
    "aria-label": `${name}, epoch ${hit.epoch}, ${words.marks[hit.status] ?? ""}: ${hit.before}${hit.match}${hit.after}` },
  ["span", { class: `op op-${hit.operation}`, title: name }, ["icon", { name: hit.operation }]],
  ["span", { class: "read htx", dir: "auto" }, shortened(hit.before), ["b", { class: "hm" }, hit.match], hit.after]];
}

export function makeSeeds(pane, { words, onOpen, onFind }) {
  const state = { where: null, seeds: [], total: 0, next: null, find: "", chosen: null, pinned: null, refusal: null, loading: false, node: null };
  const asking = latest();
  patch(pane, [["div", { class: "fi" }], ["div", { class: "sds scr", role: "listbox", "aria-label": "Seeds" }]]);
  const [box, list] = pane.children;
  const field = document.createElement("input");
  Object.assign(field, { type: "search", autocomplete: "off", spellcheck: false });
  field.setAttribute("aria-label", "Find in the seeds");
  box.append(field);
  const cap = document.createElement("kbd");
  cap.textContent = "/";
  box.append(cap);

  function nothing() {
    if (state.refusal) return refused(state.refusal);
    if (state.loading) return [["p", { class: "none dim" }, "Loading seeds"]];
    if (state.find) {
      return [["div", { class: "none" }, ["p", {}, `No seed contains “${state.find}”.`], ["button", { class: "bt", "data-do": "clear" }, "Clear the search"]]];
    }
    return [["p", { class: "none dim" }, state.where.show === "all" ? "This run has no seeds yet." : "No seed has such a node."]];
  }

  function draw() {
    const known = state.seeds.some((seed) => seed.id === state.chosen);
    const pinned = !known && !state.find && state.pinned?.id === state.chosen ? [state.pinned] : [];
    const shown = [...pinned, ...state.seeds];
    const under = (seed) => (state.find && seed.hits ? [...seed.hits.map((hit) => hitRow(seed, hit, words, hit.id === state.node)),
      ...(seed.found > seed.hits.length ? [["p", { key: `more ${seed.id}`, class: "lab hmore" }, `and ${countOf(seed.found - seed.hits.length, "node")} more in this tree`]] : [])] : []);
    patch(list, shown.length ? shown.flatMap((seed) => [row(seed, seed.id === state.chosen), ...under(seed)]) : nothing());
    if (shown.length && !shown.some((seed) => seed.id === state.chosen)) list.firstElementChild.tabIndex = 0;
    if (!state.find) field.placeholder = state.total ? `Find in ${countOf(state.total, "seed")}` : "Find";
  }

  async function load(after) {
    state.loading = true;
    if (!after) state.refusal = null;
    try {
      const said = await asking.ask("/api/seeds", { ...state.where, find: state.find, after });
      if (!said) return null;
      state.seeds = after ? [...state.seeds, ...said.seeds.filter((one) => !state.seeds.some((old) => old.id === one.id))] : said.seeds;
      Object.assign(state, { next: said.next, total: state.find ? state.total : said.total });
    } catch (refusal) {
      if (!after) state.seeds = [];
      Object.assign(state, { refusal, next: null });
    }
    state.loading = false;
    if (!after) list.scrollTop = 0;
    draw();
    return state.seeds[0]?.id ?? null;
  }

  let timer = 0;
  const look = (text) => { state.find = text.trim(); onFind(state.find); return load(null); };
  const search = (text) => { clearTimeout(timer); timer = setTimeout(() => look(text), PAUSE); };
  field.oninput = () => search(field.value);
  field.onkeydown = (event) => {
    if (event.key === "Escape") { field.value = ""; search(""); field.blur(); }
    if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); list.querySelector("[data-node], [data-seed]")?.focus(); }
  };
  list.onscroll = () => {
    if (state.next && !state.loading && list.scrollTop + list.clientHeight > list.scrollHeight - AHEAD) load(state.next);
  };
  list.onclick = (event) => {
    const chosen = event.target.closest("[data-seed], [data-node]");
    if (chosen) { chosen.focus({ preventScroll: true }); choose(chosen); }
    else if (event.target.closest("[data-do=clear]")) { field.value = ""; look(""); field.focus(); }
    else if (event.target.closest("[data-do=again]")) load(null);
  };
  list.onkeydown = (event) => {
    const at = event.target.closest("[data-seed], [data-node]");
    if (!at) return;
    const rows = [...list.querySelectorAll("[data-seed], [data-node]")];
    const step = rows[rows.indexOf(at) + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? NaN)];
    if (step) { event.preventDefault(); step.focus(); }
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(at); }
  };
  function choose({ dataset }) {
    const found = dataset.seed && state.find ? state.seeds.find((one) => one.id === dataset.seed)?.hits?.[0]?.id : null;
    onOpen(dataset.seed ?? dataset.in, dataset.node ?? found ?? null);
  }

  return {
    /** Loads the first page for another run or filter; gives the first seed's id. */
    open(where) { Object.assign(state, { where, seeds: [], next: null, total: 0 }); return load(null); },
    choose(id) {
      state.chosen = id;
      draw();
      list.querySelector(".on")?.scrollIntoView({ block: "nearest" });
    },
    /** A newer tree changes its seed's counts; a seed that is not on the loaded pages is kept on top. */
    update(seed) {
      state.pinned = seed;
      state.seeds = state.seeds.map((one) => (one.id === seed.id ? { ...one, ...seed, text: one.text } : one));
      draw();
    },
    /** The open node, if it is one that was found. */
    mark(node) {
      if (!state.find) return;
      state.node = node;
      draw();
    },
    /** The seed after the chosen one, or before it; more are loaded when the list ends. */
    async step(by) {
      const at = state.seeds.findIndex((one) => one.id === state.chosen);
      if (at + by >= state.seeds.length && state.next && !state.loading) await load(state.next);
      const next = state.seeds[at + by];
      if (next) onOpen(next.id, state.find ? next.hits?.[0]?.id ?? null : null);
      return Boolean(next);
    },
    focusFind() { field.focus(); field.select(); },
    describe: () => count(state.total),
    stop() { clearTimeout(timer); asking.stop(); },
  };
}
