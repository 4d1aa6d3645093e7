// Two siblings side by side: texts, checks and answers in rows, so that like stands beside like.

import { ask } from "../shared/api.js";
import { added, mark, op, pieces, read, refused, verdictMark } from "../shared/words.js";

const label = (item, words) => `${words.operations[item.node.operation] ?? item.node.operation}, epoch ${item.node.epoch}`;

export function siblingsOf(item) {
  return item?.parent ? item.parent.children.filter((one) => one !== item) : [];
}

export function makeBeside(overlay, { words, where, nodeOf, onChoose }) {
  const state = { item: null, other: null, mode: "parent", sheet: null, one: null, two: null, between: null };

  const status = (node) => (node.status === "seed" ? [] : [mark(node.status, words.marks[node.status])]);
  const side = (node) => ["div", { class: "bh" }, ["div", { class: "row" }, op(node.operation, words), ["span", { class: "lab push" }, `epoch ${node.epoch}`]],
    ["div", { class: "row" }, ...status(node), ...(node.asked_by ? [["span", { class: "lab" }, `asked for by ${node.asked_by}`]] : []),
      ["span", { class: "lab push" }, node.words_added === null ? "" : added(node.words_added)]],
    ...(node.why ? [["p", { class: "proof", dir: "auto" }, `${node.why.title}. ${node.why.detail}`]] : [])];

  function text(node, left) {
    if (!node.text) return ["p", { class: "dim" }, node.status === "waiting" ? "The model has not answered yet." : "No text came back."];
    const diff = state.mode === "parent" ? node.diff
      : state.between?.pieces.filter(([sign]) => sign !== (left ? "+" : "-"));
    return read("s", ...(diff ? pieces(diff) : [node.text]));
  }

  function checks() {
    const rows = [...new Map([...state.one.checks, ...state.two.checks].map((check) => [check.rule, check.label]))];
    const found = (node, rule) => node.checks.find((check) => check.rule === rule);
    const cell = (check) => ["td", {}, check ? verdictMark(check, words) : "–", ...(check?.evidence ? [["p", { class: "proof", dir: "auto" }, check.evidence]] : [])];
    if (!rows.length) return [];
    return [["section", {}, ["h3", {}, "Checks"], ["table", { class: "cks" }, ["tbody", {}, ...rows.map(([rule, name]) =>
      ["tr", {}, ["th", { scope: "row" }, name], cell(found(state.one, rule)), cell(found(state.two, rule))])]]]];
  }

  const answer = (node) => (node.response === null ? ["p", { class: "dim" }, "No response."]
    : ["div", { class: "answer tall scr", tabindex: 0, role: "region", "aria-label": "Response" }, node.response ? read("s", node.response) : ["p", { class: "dim" }, "The response is empty."]]);
  const two = (left, right) => ["div", { class: "pair" }, left, right];

  function chooser() {
    const all = siblingsOf(state.item);
    return ["div", { class: "sibs", role: "group", "aria-label": "Beside which sibling" }, ["span", { class: "lab" }, `Beside ${all.length === 1 ? "its sibling" : `one of ${all.length} siblings`}`],
      ...all.map((item) => ["button", { key: item.id, class: item.id === state.other ? "chip on" : "chip", "aria-pressed": String(item.id === state.other), "data-sib": item.id,
        "aria-label": `${label(item, words)}: ${item.node.text}`, title: item.node.text },
      ["span", { class: `op op-${item.node.operation}` }, ["icon", { name: item.node.operation }]], ["span", { class: `mk mk-${item.node.status}` }, ["icon", { name: item.node.status }]],
      ["span", { class: "lab" }, `epoch ${item.node.epoch}`]]),
      ["span", { class: "seg push", role: "group", "aria-label": "What is marked" },
        ...[["parent", "Change to their parent"], ["each", "Between the two"]].map(([mode, word]) =>
          ["button", { class: state.mode === mode ? "chip on" : "chip", "aria-pressed": String(state.mode === mode), "data-mode": mode }, word])]];
  }

  function draw() {
    if (!state.sheet?.isOpen()) return;
    if (!state.one || !state.two) { state.sheet.draw([chooser(), ["p", { class: "dim" }, "Loading"]]); return; }
    const far = state.mode === "each" && state.between?.rewritten ? [["p", { class: "lab" }, "Most of it differs."]] : [];
    state.sheet.draw([chooser(), two(side(state.one), side(state.two)), ...far,
      two(text(state.one, true), text(state.two, false)), ...checks(),
      ["section", {}, ["h3", {}, "Response"], two(answer(state.one), answer(state.two))]]);
  }

  async function choose(id) {
    Object.assign(state, { other: id, two: null, between: null });
    onChoose(id);
    draw();
    try {
      const [one, other] = await Promise.all([nodeOf(state.item.id), nodeOf(id)]);
      if (state.other !== id) return;
      Object.assign(state, { one, two: other });
      draw();
      if (one.text && other.text) state.between = await ask("/api/node/between", { ...where(), id: one.id, other: id });
      if (state.other === id) draw();
    } catch (refusal) { if (state.sheet?.isOpen()) state.sheet.draw(refused(refusal)); }
  }

  const step = (by) => {
    const all = siblingsOf(state.item);
    choose(all[(all.findIndex((item) => item.id === state.other) + by + all.length) % all.length].id);
  };

  return {
    /** Opens beside `wanted`, or the first sibling. False if there is none. */
    open(item, wanted = null) {
      const all = siblingsOf(item);
      if (!all.length) return false;
      Object.assign(state, { item, one: null, two: null, between: null });
      state.sheet = overlay.show({ name: "beside", title: "Two siblings side by side", wide: true, onClose: () => onChoose(null),
        head: [["span", { class: "lab" }, "other sibling"], ["kbd", {}, "←"], ["kbd", {}, "→"]],
        keys: { ArrowLeft: () => step(-1), ArrowRight: () => step(1), s: () => overlay.close() } });
      state.sheet.body.addEventListener("click", (event) => {
        const chip = event.target.closest("[data-sib], [data-mode]");
        if (chip?.dataset.sib) choose(chip.dataset.sib);
        else if (chip?.dataset.mode) { state.mode = chip.dataset.mode; draw(); }
        else if (event.target.closest("[data-do=again]")) choose(state.other);
      });
      choose(all.some((one) => one.id === wanted) ? wanted : all[0].id);
      return true;
    },
  };
}
