// What a person can do with the shown card. A decision is written in this browser first, then it is shown as decided.

import { ask, hand as send } from "../shared/api.js";
import { keep, watch } from "../shared/outbox.js";
import { count, countOf } from "../shared/words.js";
import { markOf } from "./card.js";
import { ends } from "./hand.js";

const AGAIN_MS = 1500;
const OTHER = "other";

export function makeDeeds({ now, hand, recent, clock, field, edit, where, words, draw, drawAside, say, warn }) {
  const pressed = new Map(); // trial → when the key went down
  const timers = new Set();
  let settled = recent.loaded; // all that was decided so far is written and can be undone
  const label = (reason) => words().reasons.find((one) => one.value === reason)?.label;
  const free = () => hand.hand.now && now.back === null && now.mode === null && !now.isBusy;

  function measured(name, start, detail) {
    performance.clearMeasures(name);
    performance.measure(name, { start, end: performance.now(), detail });
  }

  const written = (body) => keep(where().project, "decision", { ...body, decided_at: new Date().toISOString() });

  /** The next card is there in the frame of the key press; what was decided is shown as decided once it is written. */
  async function decide(verdict, { reason = null, note = null, score } = {}, event = null) {
    const card = hand.hand.now;
    const at = event?.timeStamp ?? performance.now();
    if (!free() || card.isWaiting || at < now.shownAt) return; // pressed before this card was on the screen
    const act = hand.hand.queue.adjudicates && verdict !== "skip" ? "adjudicate" : verdict;
    const given = { trial: card.trial, act, revision: card.revision, verdict: act === "adjudicate" ? verdict : undefined, reason, score, note: note ?? card.lateNote ?? undefined };
    pressed.set(card.trial, at);
    const writing = written({ ...given, active_ms: clock.read() });
    Object.assign(now, { line: "", word: null, decidedHere: now.decidedHere + (verdict === "skip" ? 0 : 1) });
    hand.advance(verdict === "reject" ? card.instruction : null);
    draw();
    measured("deck:next", at, card.trial);
    settled = Promise.all([settled, writing]).then(() => recent.add({ ...given, card }));
    await settled;
    if (verdict !== "skip") hand.count(1);
    drawAside();
    const left = hand.hand.sitting ? `${count(hand.hand.sitting.left)} left.` : "";
    say(`${markOf(given).word}${reason ? `, ${label(reason)}` : ""}. ${left}`);
  }

  function writeNote({ title, deed, text, onText }) {
    now.mode = "note";
    field.ask({ label: title, deed, text, most: words().note_most, onText, onClose: () => { now.mode = null; draw(); } });
    draw();
  }

  function rejectWith(reason, event) {
    if (reason !== OTHER) { decide("reject", { reason }, event); return; }
    if (!free() || hand.hand.now.isWaiting) return;
    writeNote({ title: "Why is it rejected?", deed: "Reject", text: "", onText: (note) => decide("reject", { reason, note }) });
  }

  function note() {
    const card = hand.hand.now;
    if (!free() || card.isWaiting) return;
    writeNote({ title: "Note", deed: "Save note", text: card.note, onText: async (text) => {
      const isFirst = !card.note; // a trial has one note of its own; a second thought goes with the verdict
      if (isFirst) await written({ trial: card.trial, act: "note", revision: card.revision, note: text });
      hand.replace({ ...card, note: text, lateNote: isFirst ? undefined : text });
      now.line = isFirst ? "Noted." : "Noted; it goes with what you decide.";
      draw();
      say(now.line);
    } });
  }

  async function flag() {
    const card = hand.hand.now;
    if (!free() || card.isWaiting) return;
    if (card.flagged) { now.line = "It is flagged already."; draw(); return; }
    await written({ trial: card.trial, act: "flag", revision: card.revision });
    hand.replace({ ...card, flagged: true });
    now.line = "Flagged.";
    draw();
    say(now.line);
  }

  async function rate(value) {
    const card = hand.hand.now;
    now.mode = null;
    await keep(where().project, "rating", { trial: card.trial, value });
    hand.replace({ ...card, rating: value });
    now.line = `Response rated ${value} of 5.`;
    draw();
    say(now.line);
  }

  function startRating() {
    if (!free() || hand.hand.now.isWaiting || !hand.hand.now.response) return;
    now.mode = "rate";
    draw();
  }

  async function undoEdit(card) {
    now.isBusy = true;
    try {
      const fresh = await send("/api/edits/undo", {}, { project: where().project, trial: card.trial });
      hand.replace({ ...fresh, isEdited: false });
      now.line = "Undone: the text from before your edit is back.";
      say(now.line);
    } catch (refusal) { hand.replace({ ...card, isEdited: false }); now.word = refusal; }
    now.isBusy = false;
    draw();
  }

  async function undo() {
    if (now.mode !== null || now.isBusy) return;
    if (now.back === null && hand.hand.now?.isEdited) { undoEdit(hand.hand.now); return; }
    now.isBusy = true; // pressed right after a decision, it means that one
    await settled;
    now.isBusy = false;
    const entry = now.back === null ? recent.undoable() : recent.list()[now.back];
    if (!entry || entry.undone || !ends(entry.act)) { now.line = "Nothing to undo here."; draw(); say(now.line); return; }
    now.isBusy = true;
    await written({ trial: entry.trial, act: "undo" });
    recent.undo(entry);
    if (entry.act !== "skip") { hand.count(-1); now.decidedHere = Math.max(0, now.decidedHere - 1); }
    hand.front({ ...entry.card, isWaiting: true, lateNote: undefined });
    const reason = label(entry.reason);
    Object.assign(now, { isBusy: false, back: null, line: `Undone: ${markOf({ ...entry, undone: false }).word.toLowerCase()}${reason ? `, ${reason}` : ""}.` });
    draw();
    say(now.line);
  }

  /** An undone item comes back as a new trial, since the old one has ended. */
  async function bringBack(trial) {
    const old = [hand.hand.now, ...hand.hand.ahead].find((card) => card?.trial === trial && card.isWaiting);
    if (!old) return;
    try {
      const fresh = await ask("/api/trials/one", { ...where(), instruction: old.instruction });
      hand.swap(trial, fresh);
      draw();
    } catch (refusal) {
      if (refusal.status && refusal.status < 500 && refusal.status !== 403) { hand.swap(trial, null); warn(refusal); return; }
      const timer = setTimeout(() => { timers.delete(timer); bringBack(trial); }, AGAIN_MS);
      timers.add(timer);
    }
  }

  async function save(card, text, original) {
    if (!text.trim()) { warn({ what: "An instruction cannot be empty.", toDo: "Reject it, or write something." }); return; }
    if (text === original) { edit.close(); return; }
    if (now.isBusy) return;
    now.isBusy = true;
    try {
      const fresh = await send("/api/edits", {}, { project: where().project, trial: card.trial, revision: card.revision, text });
      hand.replace({ ...fresh, flagged: fresh.flagged || card.flagged, isEdited: true });
      edit.saved();
      Object.assign(now, { line: "Edited: a new revision. The original is kept.", word: null });
      say(now.line);
    } catch (refusal) { warn({ what: refusal.what, toDo: `${refusal.toDo} Your draft is kept.` }); }
    now.isBusy = false;
    draw();
  }

  /** First what a new answer may take; asked once more, it is made. */
  async function answerAgain() {
    const card = hand.hand.now;
    if (!free() || card.isWaiting || !card.response?.stale || now.offer?.isAsking) return;
    const confirm = Boolean(now.offer?.estimate && now.offer.trial === card.trial);
    const set = (offer) => { if (hand.hand.now?.trial === card.trial) { now.offer = { trial: card.trial, ...offer }; draw(); } };
    set({ isAsking: confirm ? "Asking the model" : "Reckoning what it may take" });
    try {
      const said = await send("/api/answers", {}, { project: where().project, instruction: card.instruction, confirm });
      if (!confirm) { set(said.estimate.refusal ? { refusal: { what: said.estimate.refusal, toDo: "" } } : { estimate: said.estimate }); return; }
      if (said.problem) { set({ refusal: { what: said.problem, toDo: "The text is kept; try again or decide without an answer." } }); return; }
      const fresh = await ask("/api/trials/one", { ...where(), instruction: card.instruction });
      hand.swap(card.trial, fresh);
      now.offer = null;
      say("Answered again.");
    } catch (refusal) { set({ refusal }); }
    draw();
  }

  const deaf = watch(({ receipts, gone }) => {
    for (const receipt of receipts) {
      if (receipt.project !== where().project || receipt.kind === "judgment") continue;
      if (pressed.has(receipt.trial) && ends(receipt.act)) { measured("deck:saved", pressed.get(receipt.trial), receipt.trial); pressed.delete(receipt.trial); }
      if (receipt.act === "undo") bringBack(receipt.trial);
      else if (receipt.answer === "refused" && receipt.why) warn({ what: receipt.why, toDo: "" });
      if (receipt.act === "undo" && receipt.why) now.line = receipt.why;
      if (receipt.below) now.line = receipt.act === "undo" ? `${countOf(receipt.below, "item")} below it came back.` : `${countOf(receipt.below, "item")} below it set aside${receipt.spared ? `, ${receipt.spared} not made` : ""}.`;
    }
    if (receipts.length || gone.length) draw();
  });

  return { decide, rejectWith, note, flag, rate, startRating, undo, save, answerAgain, stop() { deaf(); for (const timer of timers) clearTimeout(timer); } };
}
