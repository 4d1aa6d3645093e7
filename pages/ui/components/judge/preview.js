// A preview: trials as an annotator would see them. Nothing is asked of the studio, and nothing is saved.

export function makePreview({ study, trials }) {
  const hand = { study, now: trials[0] ?? null, ahead: trials.slice(1), total: trials.length, judged: 0, pace_s: null, refusal: null, isOver: true, isFresh: false };
  return {
    hand,
    refill() {},
    advance() {
      hand.judged += 1;
      hand.now = hand.ahead.shift() ?? null;
    },
    retry() {},
    again() { Object.assign(hand, { now: trials[0] ?? null, ahead: trials.slice(1), judged: 0 }); },
    stop() {},
  };
}
