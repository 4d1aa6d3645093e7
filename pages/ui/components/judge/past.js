// What one has judged already, to go back to: first what this page knows, then what the studio does.

import { ask } from "../shared/api.js";

const KEPT = 40;

export function makePast({ where }) {
  let done = []; // trials with the answer that was given here, the newest last

  return {
    /** `trial` carries the answer that was just given. */
    add(trial) {
      const at = done.findIndex((one) => one.trial === trial.trial);
      if (at >= 0) done[at] = trial;
      else done = [...done, trial].slice(-KEPT);
    },
    /** The one that was judged before `trial` (null: the newest). null if there is none. */
    async before(trial) {
      const at = trial === null ? done.length : done.findIndex((one) => one.trial === trial);
      if (at > 0) return done[at - 1];
      return (await ask("/api/judge/past", { ...where(), before: trial })).trial;
    },
  };
}
