// The deck: the next items stand ready in the browser, and a key decides. It asks pages/ui/reviewing/review_routes.py for all that it shows.

import { ask } from "../shared/api.js";
import { makeClock } from "../shared/clock.js";
import { makeField } from "../shared/field.js";
import { listen } from "../shared/keys.js";
import { keepMeasured } from "../shared/measure.js";
import { start as sendFor, state as outbox, watch } from "../shared/outbox.js";
import { makeOverlay } from "../shared/overlay.js";
import { makeRendered } from "../shared/rendered.js";
import { savingWords, showSaving, watchSaving } from "../shared/saving.js";
import { adopt, sheet } from "../shared/sheets.js";
import { patch } from "../shared/vdom.js";
import { countOf, mark } from "../shared/words.js";
import { acceptNodes, deedNodes, middleNodes } from "./bar.js";
import { blankNodes } from "./blank.js";
import { answerHead, answerNodes, offerNodes, textNodes, titleNodes } from "./card.js";
import { makeDeeds } from "./deeds.js";
import { makeEdit } from "./edit.js";
import { makeHand } from "./hand.js";
import { headNodes } from "./head.js";
import { showHelp } from "./help.js";
import { showLineage } from "./lineage.js";
import { build } from "./parts.js";
import { makeRecent } from "./recent.js";
import { asksDifficulty, OPEN, scoreOf } from "./scale.js";
import { sideNodes } from "./side.js";
import { kept, keepView } from "./view.js";

const sheets = await Promise.all(["../tokens.css", "../shared/overlay.css", "../shared/work.css", "./deck.css"].map((file) => sheet(new URL(file, import.meta.url))));
const STEP = 0.8; // of a pane, at a press of ↑ or ↓

function start(root, data, toPython) {
  const parts = build(root, patch);
  const { project, queue, person, words } = data;
  const now = { view: kept(), mode: null, back: null, offer: null, line: "", word: null, shownAt: 0, isBusy: false, decidedHere: 0, trial: null, drawn: "" };
  const where = () => ({ project, queue });
  const overlay = makeOverlay(root);
  const clock = makeClock();
  let saving = savingWords(outbox());
  let isStopped = false;

  const say = (text) => patch(parts.live, [text]);
  const warn = (refusal) => { now.word = refusal; draw(); };
  const drawSoon = () => { if (!isStopped) draw(); };
  const hand = makeHand({ where, onChange: drawSoon, onGone: () => { now.line = "Decided in another tab, or set aside with its parent."; say(now.line); } });
  const recent = makeRecent({ person, project, queue, onChange: drawSoon });
  const rendered = makeRendered({ get: (revision) => ask("/api/rendered", { project, revision }), onChange: drawSoon });
  const field = makeField(parts.field);
  const edit = makeEdit(parts.edit, { onSave: (...what) => deeds.save(...what), onClose: () => { now.mode = null; now.word = null; draw(); },
    onCount: (_, more) => { const at = parts.reasons.querySelector("[data-count]"); if (at) patch(at, [more ? `${more > 0 ? "+" : "−"}${countOf(Math.abs(more), "word")}` : ""]); } });
  const deeds = makeDeeds({ now, hand, recent, clock, field, edit, where, words: () => words, draw: drawSoon, drawAside: () => (shown() ? drawAside() : drawSoon()), say, warn });

  const entry = () => (now.back === null ? null : recent.list()[now.back]);
  const shown = () => entry()?.card ?? hand.hand.now;
  const asks = () => asksDifficulty(hand.hand.queue);

  function drawCard(card) {
    const past = entry();
    const isEditing = now.mode === "edit";
    const markdown = (revision) => rendered.of(revision);
    patch(parts.title, titleNodes(card, { words, view: now.view, entry: past, depth: (now.back ?? 0) + 1, of: recent.list().length, isEditing, asks: asks() }));
    patch(parts.tx, textNodes(card, now.view, markdown));
    patch(parts.answerhead, answerHead(past ? { ...card, response: card.response && { ...card.response, stale: false } } : card, now.view));
    const offer = now.offer?.trial === card.trial && !past ? offerNodes(now.offer) : [];
    patch(parts.rb, [...offer, ...answerNodes(card, now.view, markdown)]);
    parts.main.classList.toggle("bare", !card.response);
    parts.tx.hidden = isEditing;
    parts.answer.hidden = isEditing || asks();
    Object.assign(parts.card.dataset, { trial: card.trial, instruction: card.instruction });
    const drawn = `${card.trial} ${card.revision} ${now.back}`;
    if (drawn !== now.drawn) { now.drawn = drawn; for (const pane of [parts.tx, parts.rb, parts.sd]) pane.scrollTop = 0; }
  }

  function drawBar(card) {
    const past = entry();
    const isOff = !card || past || card.isWaiting || now.mode !== null;
    root.classList.toggle("scored", asks());
    patch(parts.yes, asks() ? [] : acceptNodes(Boolean(isOff)));
    parts.reasons.hidden = field.isOpen;
    patch(parts.reasons, middleNodes({ card, words, mode: now.mode, entry: past, isOff: Boolean(isOff), waits: card?.isWaiting, asks: asks() }));
    patch(parts.others, deedNodes(Boolean(isOff), { isEditing: now.mode === "edit", card, asks: asks() }));
  }

  /** What goes on around the card: how far one is, what was decided last. */
  function drawAside() {
    const card = shown();
    patch(parts.head, headNodes(hand.hand, saving, Boolean(card)));
    patch(parts.sd, card ? sideNodes(card, { words, list: recent.list(), line: now.line }) : []);
  }

  function draw() {
    const card = shown();
    drawAside();
    parts.blank.hidden = Boolean(card);
    if (card) drawCard(card);
    else { now.drawn = ""; patch(parts.blank, blankNodes(hand.hand, { project, grows: data.grows, decidedHere: now.decidedHere, waiting: outbox().waiting })); }
    drawBar(card);
    patch(parts.word, now.word ? [["div", { class: "note warn-bg" }, mark("error", now.word.what), ["span", {}, now.word.toDo]]] : []);
    const trial = hand.hand.now?.trial ?? null;
    clock.hold(now.back !== null);
    if (trial === now.trial) return;
    Object.assign(now, { trial, shownAt: performance.now(), offer: null });
    if (now.mode !== null) leaveMode(); // what was being written belongs to another item; a draft of it is kept
    clock.restart();
    performance.clearMarks("deck:shown");
    performance.mark("deck:shown", { detail: trial });
    if (now.view.markdown) for (const next of hand.hand.ahead.slice(0, 2)) { if (next.response) rendered.of(next.response.revision); if (!now.view.diff) rendered.of(next.revision); }
  }

  function see(change) {
    Object.assign(now.view, change);
    keepView(now.view);
    draw();
  }

  function look(by) {
    if (now.mode !== null) return;
    if (by < 0 && now.back === null && hand.hand.now?.isWaiting) { hand.later(); draw(); return; }
    const at = (now.back ?? -1) + by;
    if (at >= recent.list().length) return;
    now.back = at < 0 ? null : at;
    draw();
    if (entry()) say(`Looking back: ${parts.reasons.textContent}`);
  }

  function scroll(by) {
    const tall = [parts.tx, parts.rb].filter((pane) => (by > 0 ? pane.scrollTop + pane.clientHeight < pane.scrollHeight - 1 : pane.scrollTop > 0));
    const pane = by > 0 ? tall[0] : tall.at(-1);
    pane?.scrollBy({ top: by * STEP * pane.clientHeight });
  }

  function leaveMode() {
    if (edit.isOpen) edit.close();
    if (field.isOpen) field.close();
    now.mode = null;
  }

  function escape() {
    leaveMode();
    Object.assign(now, { back: null, word: null, offer: null });
    draw();
  }

  async function startEdit() {
    const card = hand.hand.now;
    if (!card || card.isWaiting || now.back !== null || now.mode !== null) return;
    now.mode = "edit";
    draw();
    if (await edit.start(card, person)) { now.line = "Your draft is back."; draw(); }
  }

  function lineage() {
    if (shown()?.path.length) showLineage(overlay, shown(), words, project);
  }

  const actions = {
    accept: (event) => deeds.decide("accept", {}, event), reject: (event) => deeds.decide("reject", {}, event), skip: (event) => deeds.decide("skip", {}, event),
    flag: deeds.flag, note: deeds.note, undo: deeds.undo, edit: startEdit, save: () => edit.save(), rate: deeds.startRating, again: deeds.answerAgain, lineage,
    help: () => showHelp(overlay, words, asks()), diff: () => see({ diff: true }), plain: () => see({ diff: false }), markdown: () => see({ markdown: !now.view.markdown }),
    forward: () => look(-1), escape, saving: () => showSaving(overlay), arrived: hand.addArrived, retry: () => { hand.hand.refusal = null; hand.refill(); draw(); },
  };
  const act = (name, event) => { if (!asks() || OPEN.has(name)) actions[name]?.(event); };
  const digit = (event, key) => {
    if (asks()) { deeds.decide("score", { score: scoreOf(key) }, event); return; }
    if (now.mode === "rate") { if (key >= "1" && key <= "5") deeds.rate(Number(key)); return; }
    const reason = words.reasons.find((one) => one.key === key);
    if (reason) deeds.rejectWith(reason.value, event);
  };
  const names = { a: "accept", x: "reject", s: "skip", f: "flag", n: "note", u: "undo", e: "edit", l: "lineage", h: "help", "?": "help", d: "diff", t: "plain", m: "markdown", r: "rate", g: "again" };
  const keys = { ...Object.fromEntries(Object.entries(names).map(([key, name]) => [key, (event) => act(name, event)])), Escape: escape, ArrowLeft: () => look(1), ArrowRight: () => look(-1),
    ArrowUp: () => scroll(-1), ArrowDown: () => scroll(1), ...Object.fromEntries([..."1234567890"].map((key) => [key, (event) => digit(event, key)])) };

  root.onclick = (event) => {
    const at = event.target.closest("[data-do], [data-reason], [data-rating], [data-score], [data-go]");
    if (at?.dataset.go) { toPython("go", at.dataset.go); return; }
    if (!at || at.disabled || event.detail > 1 || overlay.name !== null) return; // the second click of a double click is none
    if (at.dataset.rating) deeds.rate(Number(at.dataset.rating));
    else if (at.dataset.reason) deeds.rejectWith(at.dataset.reason, event);
    else if (at.dataset.score) deeds.decide("score", { score: Number(at.dataset.score) }, event);
    else act(at.dataset.do, event);
  };
  const stops = [listen(root, keys, () => overlay.name !== null), keepMeasured(root), watchSaving((said) => { saving = said; drawSoon(); }),
    watch(({ state }) => { parts.head.dataset.waiting = state.waiting; })];
  parts.head.dataset.waiting = outbox().waiting;
  draw();
  hand.refill();
  return () => {
    isStopped = true;
    overlay.close();
    for (const stop of stops) stop();
    for (const part of [hand, recent, clock, deeds]) part.stop();
  };
}

const decks = new WeakMap(); // root element → {id, stop}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  root.classList.add("rest", "deck");
  sendFor(data.person);
  const id = `${data.person} ${data.project} ${data.queue}`;
  if (decks.get(root)?.id !== id) {
    decks.get(root)?.stop();
    decks.set(root, { id, stop: start(root, data, setTriggerValue) });
  }
  return () => { decks.get(root)?.stop(); decks.delete(root); };
}
