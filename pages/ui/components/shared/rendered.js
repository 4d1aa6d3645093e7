// Texts as Markdown, drawn from nodes that the studio has made safe: no pictures, links as text, formulas as MathML.

const KEPT = 60;

/** `get(key)` asks for the nodes of one text. */
export function makeRendered({ get, onChange }) {
  const known = new Map(); // key → nodes, or why there are none

  async function fetchOne(key) {
    known.set(key, null);
    try {
      const said = await get(key);
      known.set(key, Array.isArray(said) ? said : said.nodes);
    } catch (refusal) { known.set(key, [["p", { class: "dim" }, `${refusal.what} ${refusal.toDo}`]]); }
    while (known.size > KEPT) known.delete(known.keys().next().value);
    onChange();
  }

  return {
    /** Its nodes; null while they are on their way. */
    of(key) {
      if (!known.has(key)) fetchOne(key);
      return known.get(key) ?? null;
    },
    forget(key) { known.delete(key); },
  };
}
