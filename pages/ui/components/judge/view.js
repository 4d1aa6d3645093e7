// How one likes to see responses, kept in this browser. Until somebody says so, the width decides what stands beside what.

const NAME = "studio.judge";
const [COLUMN, GAP] = [280, 16]; // px that a response needs to be read beside others

export function kept() {
  try {
    const said = JSON.parse(localStorage.getItem(NAME) ?? "{}");
    return { stack: typeof said.stack === "boolean" ? said.stack : null, markdown: said.markdown === true };
  } catch { return { stack: null, markdown: false }; }
}

export function keepView(view) {
  try { localStorage.setItem(NAME, JSON.stringify(view)); } catch { /* the choice then lasts as long as the page */ }
}

export const isStacked = (view, width, many) => many > 1 && (view.stack ?? (width - GAP * (many - 1)) / many < COLUMN);

const readName = (study) => `studio.judge.read ${study}`;

/** Whether this browser has shown the guidelines of a study before; from now on it has. */
export function firstReading(study) {
  try {
    if (localStorage.getItem(readName(study))) return false;
    localStorage.setItem(readName(study), "1");
    return true;
  } catch { return false; }
}
