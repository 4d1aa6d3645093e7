// The cards: one is shown, up to twelve are held. New ones are fetched beside the work, so that the next one is always here.

import { ask, hand as send } from "../shared/api.js";
import { keepOrder, keptOrder } from "../shared/order.js";
import { greet, unsent, watch } from "../shared/outbox.js";

const [HELD, REFILL, UNDONE] = [12, 6, 6]; // after a reload also those that one had just taken back
const [AGAIN_MS, IDLE_MS] = [1500, 20_000];
const ENDS = new Set(["accept", "reject", "adjudicate", "skip", "score"]);

export const ends = (act) => ENDS.has(act);

export function makeHand({ where, onChange, onGone }) {
  const hand = { now: null, ahead: [], sitting: null, queue: null, refusal: null, isOver: false, isFresh: true };
  const over = new Set(); // trials that are decided: here, in another tab, or before the page was reloaded
  let [asking, wanted, timer, isStopped, acts] = [false, false, 0, false, 0]; // acts: how often one decided or took back

  const held = () => [hand.now, ...hand.ahead].filter(Boolean);
  const show = () => { if (!hand.now) hand.now = hand.ahead.shift() ?? null; };

  const orderName = () => `studio.deck ${where().project} ${where().queue}`;
  const remember = () => keepOrder(orderName(), held().map((card) => card.trial));

  /** Behind those that are held; the first ones after a reload in the order in which they stood before it. */
  function accept(cards) {
    const known = new Set(held().map((card) => card.instruction));
    const fresh = cards.filter((card) => !over.has(card.trial) && !known.has(card.instruction));
    if (hand.isFresh) {
      const before = keptOrder(orderName());
      const rank = (card) => (before.includes(card.trial) ? before.indexOf(card.trial) : before.length);
      fresh.sort((a, b) => rank(a) - rank(b));
    }
    hand.ahead.push(...fresh);
    show();
    remember();
  }

  /** The studio's numbers are exact while nothing is on its way there; otherwise one's own count goes on. */
  function count(sitting, waiting, isExact) {
    const own = hand.sitting;
    const numbers = isExact || !own ? { left: Math.max(0, sitting.left - waiting), decided: sitting.decided + waiting } : { left: own.left, decided: own.decided };
    hand.sitting = { ...sitting, ...numbers };
  }

  async function fill() {
    const waiting = (await unsent()).filter((entry) => entry.project === where().project && ends(entry.body.act));
    for (const entry of waiting) over.add(entry.body.trial);
    const have = [...held().map((card) => card.trial), ...waiting.slice(-40).map((entry) => entry.body.trial)].join(",");
    const before = acts;
    const said = await ask("/api/trials", { ...where(), most: Math.max(1, HELD + (hand.isFresh ? UNDONE : 0) - hand.ahead.length), have });
    const counted = waiting.filter((entry) => entry.body.act !== "skip").length;
    count(said.sitting, counted, !waiting.length && acts === before);
    const many = held().length;
    accept(said.cards);
    Object.assign(hand, { queue: said.queue, refusal: null, isFresh: false, isOver: held().length === many && !waiting.length });
  }

  /** Fetches until enough is held. One question at a time. */
  async function refill() {
    if (asking) { wanted = true; return; }
    asking = true;
    clearTimeout(timer);
    try {
      await fill();
    } catch (refusal) {
      if (refusal.status === 403) await greet();
      if (!hand.now) hand.refusal = refusal;
      timer = setTimeout(refill, AGAIN_MS);
    }
    asking = false;
    if (isStopped) return;
    onChange();
    if (wanted) { wanted = false; refill(); }
    else if (!hand.now && !hand.refusal) timer = setTimeout(() => (document.hidden ? rest() : refill()), IDLE_MS); // news of what has arrived
  }
  const rest = () => { timer = setTimeout(() => (document.hidden ? rest() : refill()), IDLE_MS); };

  async function addArrived() {
    hand.isFresh = !hand.now;
    onChange();
    try {
      await send("/api/trials/arrived", {}, where());
    } catch (refusal) { if (!hand.now) { hand.refusal = refusal; onChange(); return; } }
    refill();
  }

  function drop(trials) {
    for (const trial of trials) over.add(trial);
    const isOver = (card) => over.has(card.trial) && !card.isWaiting; // what was just taken back waits here under its old trial
    hand.ahead = hand.ahead.filter((card) => !isOver(card));
    if (hand.now && isOver(hand.now)) { hand.now = null; show(); onGone(); }
    if (hand.ahead.length <= REFILL && !hand.isOver) refill();
  }

  const deaf = watch(({ state, receipts, gone }) => {
    const decided = receipts.filter((one) => one.project === where().project && ends(one.act) && one.answer !== "refused").map((one) => one.trial);
    if (decided.length || gone.length) drop([...decided, ...gone]);
    if (!state.waiting && !hand.now) refill(); // now the studio's numbers are exact
  });

  return {
    hand,
    refill,
    addArrived,
    /** The shown card is decided: the next one, at once. Of a rejected item nothing that grew from it is shown any more. */
    advance(rejected = null) {
      over.add(hand.now.trial);
      acts += 1;
      if (rejected) hand.ahead = hand.ahead.filter((card) => !card.path.some((step) => step.id === rejected && step.id !== card.instruction));
      hand.now = null;
      show();
      remember();
      if (hand.ahead.length <= REFILL && (!hand.isOver || !hand.now)) refill();
    },
    /** In front of all others; what was shown comes right after it. */
    front(card) {
      over.delete(card.trial);
      hand.ahead = hand.ahead.filter((one) => one.trial !== card.trial && one.instruction !== card.instruction);
      if (hand.now && hand.now.instruction !== card.instruction) hand.ahead.unshift(hand.now);
      Object.assign(hand, { now: card, isOver: false });
      remember();
    },
    /** One decision more (1), or one was taken back (-1). */
    count(by) {
      if (hand.sitting) hand.sitting = { ...hand.sitting, left: Math.max(0, hand.sitting.left - by), decided: Math.max(0, hand.sitting.decided + by) };
      acts += 1;
    },
    /** The card of `trial` becomes another one of the same item, or goes away. */
    swap(trial, card) {
      const all = held().map((one) => (one.trial === trial ? card : one)).filter(Boolean);
      [hand.now = null, ...hand.ahead] = all.filter((one, i) => all.findIndex((other) => other.instruction === one.instruction) === i);
      show();
      remember();
    },
    /** The shown card steps back behind the others. */
    later() {
      if (!hand.ahead.length) return;
      hand.ahead.push(hand.now);
      hand.now = null;
      show();
    },
    replace(card) { if (hand.now?.trial === card.trial) hand.now = card; },
    stop() { isStopped = true; clearTimeout(timer); deaf(); },
  };
}
