// What one decided last in a queue: to look back at, and to undo, also after a reload.

import { all, put, remove } from "../shared/kept.js";
import { watch } from "../shared/outbox.js";
import { ends } from "./hand.js";

const KEPT = 40;

export function makeRecent({ person, project, queue, onChange }) {
  const prefix = `${person} ${project} ${queue} `;
  let entries = []; // newest first
  let last = 0;

  const save = (entry) => put("recent", entry);
  const loaded = all("recent", prefix).then((found) => {
    entries = [...entries, ...found.filter((one) => !entries.some((entry) => entry.key === one.key))].sort((a, b) => b.order - a.order);
    last = entries[0]?.order ?? 0;
    for (const entry of entries) if (entry.state === "saving") entry.state = "saved"; // the outbox answers for what is not
    onChange();
  });

  const deaf = watch(({ receipts }) => {
    for (const receipt of receipts) {
      const entry = entries.find((one) => one.trial === receipt.trial && one.act === receipt.act);
      if (!entry) continue;
      entry.state = receipt.answer === "refused" ? "refused" : "saved";
      entry.below = receipt.below ?? 0;
      save(entry);
    }
    if (receipts.length) onChange();
  });

  return {
    loaded,
    list: () => entries,
    /** `entry`: {trial, act, verdict, reason, note, card}. */
    add(entry) {
      last = Math.max(last + 1, Date.now());
      const whole = { ...entry, key: `${prefix}${entry.trial}`, order: last, state: "saving", undone: false };
      entries = [whole, ...entries.filter((one) => one.key !== whole.key)];
      const old = entries.splice(KEPT);
      if (old.length) remove("recent", old.map((one) => one.key));
      save(whole);
    },
    /** The newest that can be undone. */
    undoable: () => entries.find((entry) => ends(entry.act) && !entry.undone && entry.state !== "refused") ?? null,
    undo(entry) {
      entry.undone = true;
      save(entry);
    },
    stop: deaf,
  };
}
