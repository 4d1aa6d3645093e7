// What somebody has begun to say of a trial: kept in this browser until it is submitted, also over a reload.

import { all, put, remove } from "../shared/kept.js";

export function makeDrafts({ person, project }) {
  const prefix = `judge ${person} ${project} `;
  const known = new Map(); // trial → {values, note, active_ms}
  let loading = null;

  return {
    /** Once, before the first trial is shown: what was begun then stands there from the first frame on. */
    load() {
      loading ??= all("drafts", prefix).then((found) => { for (const one of found) known.set(one.key.slice(prefix.length), one); });
      return loading;
    },
    of: (trial) => known.get(trial) ?? null,
    keep(trial, draft) {
      const whole = { key: prefix + trial, ...draft, at: Date.now() };
      known.set(trial, whole);
      return put("drafts", whole);
    },
    forget(trial) {
      if (!known.delete(trial)) return;
      remove("drafts", [prefix + trial]);
    },
  };
}
