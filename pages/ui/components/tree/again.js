// Evolve again from here: an operation, perhaps a hint, what it may take; then one call, and what it took.

import { patch } from "../shared/vdom.js";
import { hand } from "../shared/api.js";
import { count, countOf, mark, money, op, read, seconds } from "../shared/words.js";

const MOST = 500; // letters of a hint; the studio says the same
const PAUSE = 250;

export function makeAgain(overlay, { words, where, onGrown, onSee }) {
  const state = { item: null, operation: "deepen", format: null, sheet: null, offer: null, refusal: null, since: 0, made: null };
  let hint, timer, ticking;
  const wish = () => ({ operation: state.operation, data_format: state.operation === "complicate_input" ? state.format : null, hint: hint.value });

  async function weigh() {
    const item = state.item;
    try {
      const offer = await hand("/api/node/offer", { ...where(), parent: item.id }, wish());
      if (item === state.item) Object.assign(state, { offer, refusal: null });
    } catch (refusal) { if (item === state.item) Object.assign(state, { offer: null, refusal }); }
    draw();
  }
  const weighSoon = () => { clearTimeout(timer); timer = setTimeout(weigh, PAUSE); };

  async function evolve() {
    if (state.since || !state.offer || state.offer.refusal) return;
    Object.assign(state, { since: performance.now(), made: null, refusal: null });
    ticking = setInterval(draw, 1000);
    draw();
    try {
      state.made = await hand("/api/node/evolve", { ...where(), parent: state.item.id }, wish());
      onGrown(state.made);
    } catch (refusal) { state.refusal = refusal; }
    clearInterval(ticking);
    state.since = 0;
    draw();
    state.sheet.body.querySelector("[data-do=see]")?.focus();
  }

  const price = (usd) => (usd === null ? "no price is known" : `at most ${money(usd)}`);
  function cost() {
    if (state.refusal) return [["div", { class: "note warn-bg", role: "alert" }, mark("error", state.refusal.what), ["span", {}, state.refusal.toDo]]];
    if (!state.offer) return [["p", { class: "dim" }, "Reckoning what it may take"]];
    const { offer } = state;
    const lines = [["p", {}, ["b", {}, "One call"], ` to ${offer.endpoint} (${offer.model}): at most ${countOf(offer.worst_tokens, "token")}, ${price(offer.worst_usd)}.`],
      ["p", { class: "lab" }, offer.checks.length ? `Held against it at once, free of cost: ${offer.checks.join(", ")}. It is not judged or answered.` : "This run has no rule that could be checked without a further call."]];
    return offer.refusal ? [...lines, ["div", { class: "note warn-bg", role: "alert" }, mark("error", "Not now"), ["span", {}, offer.refusal]]] : lines;
  }

  function result() {
    if (state.since) return [["p", { class: "row", role: "status" }, mark("waiting", "Asking the model"), ["span", { class: "num" }, `${Math.round((performance.now() - state.since) / 1000)} s`],
      ["span", { class: "lab" }, "You may close this: the answer is kept and appears in the tree."]]];
    if (!state.made) return [];
    const { made } = state;
    const used = made.tokens_in === null || made.tokens_out === null ? "tokens not said" : `${count(made.tokens_in)} + ${count(made.tokens_out)} tokens`;
    const took = `Took ${used}, ${made.cost_usd === null ? "not priced" : money(made.cost_usd)}, ${seconds(made.latency_ms)}.`;
    const why = made.problem || (made.why ? `Eliminated: ${made.why.toLowerCase()}` : "");
    return [["div", { class: "made", role: "status" }, ["div", { class: "row" }, mark(made.status, words.marks[made.status]), ["span", { class: "lab" }, took]],
      ...(why ? [["p", { dir: "auto" }, why]] : []),
      ["div", { class: "row" }, ["button", { class: "bt", "data-do": "see" }, "See it in the tree"]]]];
  }

  const choice = (key, value, chosen, ...inside) => ["button", { key: value ?? "any", class: chosen ? "chip on" : "chip", "aria-pressed": String(chosen), [`data-${key}`]: value ?? "" }, ...inside];

  function draw() {
    if (!state.sheet?.isOpen()) return;
    const ready = state.offer && !state.offer.refusal && !state.since;
    const [, form, foot] = state.sheet.body.children;
    const chips = [["div", { class: "chips", role: "group", "aria-label": "Operation" }, ...Object.keys(words.operations).filter((one) => one !== "seed")
      .map((one) => choice("operation", one, one === state.operation, op(one, words)))]];
    if (state.operation === "complicate_input") {
      chips.push(["div", { class: "chips", role: "group", "aria-label": "Data format" }, ["span", { class: "lab" }, "Format"], choice("format", null, state.format === null, "any"),
        ...words.formats.map((one) => choice("format", one, one === state.format, one))]);
    }
    patch(form.firstElementChild, chips);
    patch(foot, [...cost(), ["div", { class: "row" }, ["button", { class: "bt pri", "data-do": "evolve", disabled: !ready }, state.made ? "Once more" : "Evolve", ["kbd", {}, "Ctrl ⏎"]]], ...result()]);
  }

  return {
    open(item) {
      Object.assign(state, { item, offer: null, refusal: null, made: null });
      const sheet = overlay.show({ name: "again", title: "Evolve again from here", onClose: () => clearTimeout(timer) });
      state.sheet = sheet;
      sheet.draw([["div", { class: "from" }, op(item.node.operation, words), read("s", item.node.text || "(no text)")], ["div", { class: "form" }, ["div", {}], ["div", { class: "hint" }]], ["div", { class: "foot" }]]);
      const label = document.createElement("label");
      label.textContent = "Hint, if you like";
      hint = document.createElement("textarea");
      Object.assign(hint, { rows: 2, maxLength: MOST, placeholder: "What would you like to see? It is sent with the operation's own prompt." });
      label.append(hint);
      sheet.body.querySelector(".hint").append(label);
      hint.oninput = weighSoon;
      sheet.body.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); evolve(); } });
      sheet.body.addEventListener("click", (event) => {
        const at = event.target.closest("[data-operation], [data-format], [data-do]");
        if (!at) return;
        if (at.dataset.operation) { Object.assign(state, { operation: at.dataset.operation, offer: null }); draw(); weigh(); }
        else if (at.dataset.format !== undefined) { state.format = at.dataset.format || null; draw(); weigh(); }
        else if (at.dataset.do === "evolve") evolve();
        else if (at.dataset.do === "see") { overlay.close(); onSee(state.made.id); }
      });
      draw();
      weigh();
    },
    stop() { clearTimeout(timer); clearInterval(ticking); },
  };
}
