// Texts as Markdown, drawn from nodes that the studio has made safe: no pictures, links as text, formulas as MathML.

import { ask } from "../shared/api.js";

const KEPT = 60;

export function makeRendered({ where, onChange }) {
  const known = new Map(); // revision → nodes, or why there are none

  async function fetchOne(revision) {
    known.set(revision, null);
    try {
      const said = await ask("/api/rendered", { project: where().project, revision });
      known.set(revision, Array.isArray(said) ? said : said.nodes);
    } catch (refusal) { known.set(revision, [["p", { class: "dim" }, `${refusal.what} ${refusal.toDo}`]]); }
    while (known.size > KEPT) known.delete(known.keys().next().value);
    onChange();
  }

  return {
    /** Its nodes; null while they are on their way. */
    of(revision) {
      if (!known.has(revision)) fetchOne(revision);
      return known.get(revision) ?? null;
    },
    forget(revision) { known.delete(revision); },
  };
}
