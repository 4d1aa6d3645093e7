// How one likes to see cards, kept in this browser; and in which order they stood, kept in this tab.

const NAME = "studio.deck";

export function kept() {
  const usual = { diff: true, markdown: false };
  try {
    const said = JSON.parse(localStorage.getItem(NAME) ?? "{}");
    return { diff: said.diff !== false, markdown: said.markdown === true };
  } catch { return usual; }
}

export function keepView(view) {
  try { localStorage.setItem(NAME, JSON.stringify(view)); } catch { /* the choice then lasts as long as the page */ }
}

const orderOf = ({ project, queue }) => `studio.deck ${project} ${queue}`;

export function keptOrder(where) {
  try { return (sessionStorage.getItem(orderOf(where)) ?? "").split(" "); } catch { return []; }
}

export function keepOrder(where, trials) {
  try { sessionStorage.setItem(orderOf(where), trials.join(" ")); } catch { /* after a reload they come in the queue's order */ }
}
