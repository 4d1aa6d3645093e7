// Everything about one node: why it was eliminated first, then the change, the answer, checks, numbers, calls, path.

import { patch } from "../shared/vdom.js";
import { callNodes } from "./calls.js";
import { added, mark, op, pieces, read, refused, verdictMark } from "../shared/words.js";

const section = (title, label, ...children) => ["section", { class: "sec" },
  ["div", { class: "hd" }, ["h3", {}, title], ...(label ? [["span", { class: "lab" }, label]] : [])], ...children];

function head(node, words) {
  const human = node.human !== "undecided" ? node.human : null;
  const status = node.status === "seed" ? [] : [mark(node.status, words.marks[node.status])];
  const people = human ? [mark(human, words.marks[human])] : [];
  const epoch = node.status === "seed" ? "" : `epoch ${node.epoch} · `;
  const lines = [["div", { class: "row" }, op(node.operation, words), ["span", { class: "lab push one", title: node.id }, `${epoch}node ${node.id.slice(-6)}`]]];
  if (node.why) {
    const sign = node.status === "error" ? "error" : "eliminated";
    lines.push(["div", { class: `why ${sign}` }, mark(sign, node.why.title), ["p", { dir: "auto" }, node.why.detail]], ...(human ? [["div", { class: "row" }, ...people]] : []));
  } else if (status.length || human) lines.push(["div", { class: "row" }, ...status, ...people]);
  if (node.asked_by) lines.push(["p", { class: "lab", dir: "auto" }, `Asked for by ${node.asked_by}${node.hint ? `, with the hint “${node.hint}”` : ""}`]);
  return lines;
}

const deed = (name, word, cap, label, disabled = false) => ["button", { class: "bt small", "data-deed": name, title: label, "aria-label": label, disabled }, word, ["kbd", {}, cap]];

/** What can be done with a node: read its path, compare, grow. */
const deeds = (node, { hasSibling }) => ["div", { class: "deeds", role: "group", "aria-label": "With this node" },
  deed("read", "Read", "V", "Read the path from the seed as a page"),
  deed("beside", "Beside", "S", hasSibling ? "Put it beside a sibling" : "It has no sibling", !hasSibling),
  deed("again", "Evolve", "E", "Evolve again from here", !node.text)];

function along(copied) {
  const one = (what, word, cap) => ["button", { class: "bt small", "data-copy": what }, copied === what ? "Copied" : word, ...(copied === what ? [["icon", { name: "saved" }]] : [["kbd", {}, cap]])];
  return section("Take along", "to the clipboard", ["div", { class: "deeds", role: "group", "aria-label": "Copy" }, one("id", "Id", "I"), one("link", "Link", "Y"), one("json", "JSON", "W")]);
}

function change(node) {
  const label = node.words_added === null ? `${node.words} words` : added(node.words_added);
  if (node.text && node.diff && !node.rewritten) return section("Change to its parent", label, read("s", ...pieces(node.diff)));
  if (node.text && node.rewritten && node.parent_text !== null) {
    return section("Mostly rewritten", label, ["div", { class: "sides" },
      ["div", {}, ["div", { class: "lab" }, "Parent"], read("s side", node.parent_text)],
      ["div", {}, ["div", { class: "lab" }, "This"], read("s side", node.text)]]);
  }
  return section("Text", label, node.text ? read("s", node.text) : ["p", { class: "dim" }, textMissing(node)]);
}

const textMissing = (node) => (node.status === "waiting" ? "The model has not answered yet." : "No text came back.");

function response(node) {
  if (node.response === null) return [];
  return [section("Response", null, node.response
    ? ["div", { class: "answer scr", tabindex: 0, role: "region", "aria-label": "Response" }, read("s", node.response)]
    : ["p", { class: "dim" }, "The response is empty."])];
}

function checks(node, words) {
  if (!node.checks.length) return [];
  const one = (check) => ["li", { class: "ck" }, ["span", {}, check.label], verdictMark(check, words),
    ...(check.evidence ? [["p", { class: "proof", dir: "auto" }, check.evidence]] : [])];
  return [section("Checks", null, ["ul", {}, ...node.checks.map(one)])];
}

function numbers(node) {
  if (!node.numbers.length) return [];
  return [section("Numbers", null, ["dl", { class: "nm" },
    ...node.numbers.map(([label, value]) => ["div", {}, ["dt", {}, label], ["dd", {}, String(value)]])])];
}

function path(node, words) {
  const step = (one, i) => ["li", {}, ["button", { class: "step", "data-go": one.id, "aria-current": one.id === node.id ? "true" : null },
    ["span", { class: "row" }, op(one.operation, words),
      ["span", { class: "lab push" }, i ? `epoch ${one.epoch}${one.words_added === null ? "" : ` · ${added(one.words_added)}`}` : ""]],
    read("s", ...(one.diff ? pieces(one.diff) : [one.text]))]];
  return ["ol", { class: "path" }, ...node.path.map(step)];
}

function folding(name, title, key, open, inside) {
  return ["section", { class: "sec" },
    ["button", { class: "turn", "data-turn": name, "aria-expanded": String(open) }, ["icon", { name: "open" }], ["span", {}, title], ["kbd", {}, key]],
    ...(open ? [inside()] : [])];
}

export function makeDetail(pane, { words, onSelect, onAgain, onDeed, onCopy, hasSibling, onDraw = () => {} }) {
  const open = { calls: false, path: false };
  let shown = null;
  let copied = null;
  let forget = 0;
  const draw = () => {
    patch(pane, [
      ["header", { class: "dh" }, ...head(shown, words), deeds(shown, { hasSibling: hasSibling(shown.id) })],
      ["div", { class: "db scr", tabindex: 0, role: "region", "aria-label": "Details" }, change(shown), ...response(shown), ...checks(shown, words), ...numbers(shown),
        folding("calls", "Request and reply", "Q", open.calls, () => callNodes(shown)),
        folding("path", "Path from the seed", "L", open.path, () => path(shown, words)), along(copied)]]);
    onDraw();
  };
  const turn = (name) => {
    if (!shown) return;
    open[name] = !open[name];
    draw();
    if (open[name]) pane.querySelector(`[data-turn="${name}"]`).scrollIntoView({ block: "start" });
  };
  pane.addEventListener("click", (event) => {
    const go = event.target.closest("[data-go]");
    const turned = event.target.closest("[data-turn]");
    if (go) onSelect(go.dataset.go);
    else if (turned) turn(turned.dataset.turn);
    else if (event.target.closest("[data-deed]")) onDeed(event.target.closest("[data-deed]").dataset.deed);
    else if (event.target.closest("[data-copy]")) onCopy(event.target.closest("[data-copy]").dataset.copy);
    else if (event.target.closest("[data-do=again]")) onAgain();
  });
  return {
    show(node) {
      const other = shown?.id !== node.id;
      shown = node;
      pane.removeAttribute("aria-busy");
      draw();
      if (other) pane.querySelector(".db").scrollTop = 0;
      performance.clearMarks("tree:detail");
      performance.mark("tree:detail", { detail: node.id });
    },
    /** Says for a while on its own button what has just been copied. */
    copied(what) {
      clearTimeout(forget);
      copied = what;
      if (shown) draw();
      forget = setTimeout(() => { copied = null; if (shown) draw(); }, 2500);
    },
    get shown() { return shown; },
    wait() { pane.setAttribute("aria-busy", "true"); },
    refuse(refusal) { shown = null; pane.removeAttribute("aria-busy"); patch(pane, refused(refusal)); },
    clear() { shown = null; pane.removeAttribute("aria-busy"); patch(pane, []); },
    turn,
    stop() { clearTimeout(forget); },
  };
}
