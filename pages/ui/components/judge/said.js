// What is said of a trial's texts: for every question a value for each text, or of a pair one verdict on both. No drawing here.

const LETTERS = "ABCDEFGHIJ";
export const letter = (position) => LETTERS[position] ?? String(position + 1);

const RANKS = [["Best", "Best"], ["Second", "2nd"], ["Third", "3rd"], ["Fourth", "4th"], ["Fifth", "5th"]];
const SCORES = [1, 2, 3, 4, 5];
export const VERDICTS = ["left", "right", "tie", "both_bad"];

export const isPair = (study) => study.task === "pair";
export const isScored = (study) => study.task === "likert";
/** What stands side by side, in one word. */
export const noun = (study) => (study.task === "siblings" ? "Instruction" : "Response");

/** The values that a text may get: {value, long, short}, the best first for ranks. */
export const choices = (study, trial) => (isScored(study) ? SCORES.map((value) => ({ value, long: String(value), short: String(value) }))
  : trial.texts.map((_, i) => ({ value: i + 1, long: RANKS[i]?.[0] ?? `${i + 1}th`, short: RANKS[i]?.[1] ?? `${i + 1}th` })));

const slots = (study, trial) => (isPair(study) ? 1 : trial.texts.length);

function verdictOf(said) {
  const [first] = said;
  if (!first) return null;
  if (first.verdict) return first.verdict;
  const rank = (position) => said.find((one) => one.position === position)?.rank ?? null;
  if (rank(0) === null || rank(1) === null) return null;
  return rank(0) === rank(1) ? "tie" : rank(0) < rank(1) ? "left" : "right";
}

/** The rater's own last answer as {question: [value of each text]}; null where nothing was said. */
export function valuesOf(study, trial) {
  return Object.fromEntries(study.criteria.map(({ key }) => {
    const said = (trial.said ?? []).filter((one) => one.criterion === key).sort((a, b) => a.position - b.position);
    if (isPair(study)) return [key, [verdictOf(said)]];
    return [key, trial.texts.map((_, i) => { const one = said.find(({ position }) => position === i); return one?.rank ?? one?.score ?? null; })];
  }));
}

/** The same as the studio takes it. */
export function saidOf(study, values) {
  const name = isPair(study) ? "verdict" : isScored(study) ? "score" : "rank";
  return study.criteria.flatMap(({ key }) => values[key].map((value, position) => ({ position, criterion: key, [name]: value })));
}

/** A draft may come from before the study's questions or texts were what they are: only what still fits is taken. */
export function fitting(study, trial, given) {
  const known = valuesOf(study, trial);
  const isOne = (value) => (isPair(study) ? VERDICTS.includes(value) : choices(study, trial).some((one) => one.value === value));
  return Object.fromEntries(Object.entries(known).map(([key, before]) => {
    const said = given?.[key];
    return [key, Array.isArray(said) && said.length === slots(study, trial) ? said.map((value) => (isOne(value) ? value : null)) : before];
  }));
}

export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
export const missing = (values, key) => values[key].flatMap((value, i) => (value === null ? [i] : []));
export const isWhole = (values) => Object.values(values).every((list) => list.every((value) => value !== null));

/** Where the first value is missing, looked for from `step` on, round about: {step, position}; null when all is said. */
export function firstMissing(study, values, step = 0) {
  for (let i = 0; i < study.criteria.length; i += 1) {
    const at = (step + i) % study.criteria.length;
    const [position] = missing(values, study.criteria[at].key);
    if (position !== undefined) return { step: at, position };
  }
  return null;
}

const VERDICT_WORDS = { left: "A > B", right: "B > A", tie: "A = B", both_bad: "both bad" };

/** "A = C > B", "A 4 · B 3", "both bad": what is said so far under one question. */
export function summary(study, list) {
  if (isPair(study)) return VERDICT_WORDS[list[0]] ?? "";
  const given = list.map((value, i) => ({ value, name: letter(i) })).filter(({ value }) => value !== null);
  if (isScored(study)) return list.length === 1 ? (given.length ? `${list[0]} of 5` : "") : given.map(({ name, value }) => `${name} ${value}`).join(" · ");
  const levels = [...new Set(given.map(({ value }) => value))].sort((a, b) => a - b);
  return levels.map((level) => given.filter(({ value }) => value === level).map(({ name }) => name).join(" = ")).join(" > ");
}

const listed = (names) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);

/** "B and C have no rank yet"; "" when nothing is missing under this question. */
export function lacking(study, values, key) {
  const lack = missing(values, key);
  if (!lack.length) return "";
  if (isPair(study)) return "no verdict yet";
  const what = isScored(study) ? "score" : "rank";
  if (values[key].length === 1 || lack.length === values[key].length) return `no ${what} yet`;
  return `${listed(lack.map(letter))} ${lack.length === 1 ? "has" : "have"} no ${what} yet`;
}
