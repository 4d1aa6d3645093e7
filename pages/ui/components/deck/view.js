// How one likes to see cards, kept in this browser.

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
