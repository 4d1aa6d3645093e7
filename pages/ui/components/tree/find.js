// What a search found in the open tree: which cards, which letters, and the way from one to the next.

import { patch } from "../shared/vdom.js";
import { latest } from "../shared/api.js";
import { count } from "../shared/words.js";

const NAME = "studio-find"; // of the browser's own highlight: letters are marked without a change to the page
const MOST_RANGES = 2000;
const canMark = typeof Highlight === "function" && Boolean(CSS.highlights);

function ranges(roots, text) {
  const wanted = text.toLocaleLowerCase();
  const found = [];
  for (const root of roots) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && found.length < MOST_RANGES) {
      const said = walker.currentNode.data.toLocaleLowerCase();
      if (said.length !== walker.currentNode.data.length) continue; // a letter that is longer when small: no place can be named
      for (let at = said.indexOf(wanted); at >= 0; at = said.indexOf(wanted, at + wanted.length)) {
        const range = new Range();
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, at + wanted.length);
        found.push(range);
      }
    }
  }
  return found;
}

export function makeFind(box, { where, inOrder, roots, onHits, onSelect, onSay }) {
  const state = { text: "", ids: new Set() };
  const asking = latest();
  const hits = () => inOrder().filter((item) => state.ids.has(item.id));

  function draw(selected) {
    const all = hits();
    const at = all.findIndex((item) => item.id === selected);
    box.hidden = !state.text;
    if (box.hidden) return patch(box, []);
    const said = all.length ? `${at >= 0 ? count(at + 1) : "–"} of ${count(all.length)}` : "None here";
    return patch(box, [["span", { class: "num" }, said],
      ["button", { class: "bt q small", "data-by": "-1", "aria-label": "Previous found node", title: "Previous (Shift N)", disabled: !all.length }, "↑"],
      ["button", { class: "bt q small", "data-by": "1", "aria-label": "Next found node", title: "Next (N)", disabled: !all.length }, "↓", ["kbd", {}, "N"]]]);
  }

  function mark() {
    if (!canMark) return;
    if (state.text) CSS.highlights.set(NAME, new Highlight(...ranges(roots(), state.text)));
    else CSS.highlights.delete(NAME);
  }

  /** Looks in the open tree; again when it has grown, or when another one is open. */
  async function look(text, selected) {
    state.text = text;
    if (!text) {
      asking.stop();
      state.ids = new Set();
    } else {
      const said = await asking.ask("/api/tree/found", { ...where(), find: text }).catch(() => ({ ids: [] }));
      if (!said || text !== state.text) return;
      state.ids = new Set(said.ids);
    }
    onHits(state.ids);
    draw(selected());
    mark();
    performance.clearMarks("tree:found");
    performance.mark("tree:found", { detail: text });
  }

  function go(by, selected) {
    const all = hits();
    if (!all.length) return;
    const order = inOrder();
    const here = order.findIndex((item) => item.id === selected);
    const rank = new Map(order.map((item, i) => [item.id, i]));
    const ahead = by > 0 ? all.find((item) => rank.get(item.id) > here) : all.findLast((item) => rank.get(item.id) < here);
    const next = ahead ?? (by > 0 ? all[0] : all.at(-1));
    onSelect(next.id);
    onSay(`${all.indexOf(next) + 1} of ${all.length} found`);
  }

  return { look, go, draw, mark, get text() { return state.text; }, stop() { asking.stop(); if (canMark) CSS.highlights.delete(NAME); } };
}
