// The trials: one is shown, a few are held, so that the next one is there at once. They come from the studio in its order.

import { ask } from "../shared/api.js";
import { keepOrder, keptOrder } from "../shared/order.js";
import { greet, unsent, watch } from "../shared/outbox.js";

const [HELD, REFILL] = [5, 3]; // beside the one that is shown; what is held here is kept from others meanwhile
const [AGAIN_MS, IDLE_MS] = [1500, 20_000];
const FINAL = new Set([404, 409, 410, 422]); // asking again changes nothing

/** `where()`: {project, study}. `onGone`: the shown trial was judged elsewhere. `onAccept(trials)` is awaited before any is shown. */
export function makeTrials({ where, onChange, onGone, onAccept }) {
  const hand = { study: null, now: null, ahead: [], total: 0, judged: 0, pace_s: null, refusal: null, isOver: false, isFresh: true };
  const over = new Set(); // trials that are judged: here, in another tab, or before the page was reloaded
  let [asking, wanted, timer, isStopped, acts, greeted, isUnsure] = [false, false, 0, false, 0, false, false]; // unsure: what waits here may be counted there already

  const orderName = () => `studio.judge ${where().project} ${where().study}`;
  const held = () => [hand.now, ...hand.ahead].filter(Boolean);
  const show = () => { if (!hand.now) hand.now = hand.ahead.shift() ?? null; };
  const remember = () => keepOrder(orderName(), held().map((trial) => trial.trial));
  const isHere = (entry) => entry.kind === "judgment" && entry.project === where().project;

  function accept(trials) {
    const known = new Set(held().map((trial) => trial.trial));
    const fresh = trials.filter((trial) => !over.has(trial.trial) && !known.has(trial.trial));
    if (hand.isFresh) {
      const before = keptOrder(orderName());
      const rank = ({ trial }) => (before.includes(trial) ? before.indexOf(trial) : before.length);
      fresh.sort((a, b) => rank(a) - rank(b));
    }
    hand.ahead.push(...fresh);
    show();
    remember();
  }

  async function fill() {
    const waiting = (await unsent()).filter((entry) => isHere(entry) && entry.body.number === 0);
    for (const entry of waiting) over.add(entry.body.trial);
    const have = [...held().map((trial) => trial.trial), ...waiting.slice(-40).map((entry) => entry.body.trial)].join(",");
    const before = acts;
    const said = await ask("/api/judge/trials", { ...where(), most: Math.max(1, HELD + 1 - held().length), have });
    await onAccept(said.trials);
    const many = held().length;
    isUnsure = waiting.length > 0 && (hand.isFresh || isUnsure);
    if (hand.isFresh || (!waiting.length && acts === before)) hand.judged = Math.min(said.total, said.judged + waiting.length); // else one's own count goes on
    Object.assign(hand, { study: said.study, total: said.total, pace_s: said.pace_s ?? null, refusal: null });
    accept(said.trials);
    Object.assign(hand, { isFresh: false, isOver: held().length === many && !waiting.length });
  }

  /** The studio says no, and will say so again: what is held cannot be judged any more. */
  function end(refusal) {
    Object.assign(hand, { refusal, now: null, ahead: [], isFresh: false });
  }

  async function troubled(refusal) {
    const isFinal = FINAL.has(refusal.status) || (refusal.status === 403 && greeted);
    if (refusal.status === 403 && !greeted) { greeted = true; await greet(); }
    if (isFinal) { end(refusal); return; }
    if (!hand.now) hand.refusal = refusal;
    clearTimeout(timer);
    timer = setTimeout(refill, AGAIN_MS);
  }

  /** Fetches until enough is held. One question at a time. */
  async function refill() {
    if (asking) { wanted = true; return; }
    asking = true;
    clearTimeout(timer);
    try { await fill(); greeted = false; } catch (refusal) { await troubled(refusal); }
    asking = false;
    if (isStopped) return;
    onChange();
    if (wanted) { wanted = false; refill(); }
    else if (!hand.now && !hand.refusal) rest(); // somebody may leave, and what was theirs becomes one's own
  }
  const rest = () => { timer = setTimeout(() => (document.hidden ? rest() : refill()), IDLE_MS); };

  function drop(trials) {
    for (const trial of trials) over.add(trial);
    hand.ahead = hand.ahead.filter((one) => !over.has(one.trial));
    if (hand.now && over.has(hand.now.trial)) { hand.now = null; hand.judged = Math.min(hand.total, hand.judged + 1); acts += 1; show(); onGone(); }
    if (hand.ahead.length < REFILL && !hand.isOver) refill();
  }

  const deaf = watch(({ state, receipts }) => {
    const mine = receipts.filter((one) => one.kind === "judgment" && one.project === where().project);
    const saved = mine.filter((one) => one.answer !== "refused").map((one) => one.trial);
    if (saved.length) drop(saved);
    if (mine.some((one) => one.answer === "refused") || (!state.waiting && (isUnsure || !hand.now) && !hand.refusal)) refill(); // the studio says how it stands
  });

  return {
    hand,
    refill,
    /** The shown trial is judged: the next one, at once. */
    advance() {
      over.add(hand.now.trial);
      acts += 1;
      hand.judged = Math.min(hand.total, hand.judged + 1);
      hand.now = null;
      show();
      remember();
      if (hand.ahead.length < REFILL && (!hand.isOver || !hand.now)) refill();
    },
    retry() { hand.refusal = null; refill(); },
    stop() { isStopped = true; clearTimeout(timer); deaf(); },
  };
}
