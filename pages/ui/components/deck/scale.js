// A queue may ask how difficult an instruction is: ten keys instead of a verdict, and the text alone.

export const asksDifficulty = (queue) => queue?.asks === "difficulty";

const SCALE = [..."1234567890"].map((key) => ({ key, score: key === "0" ? 10 : Number(key) }));
const ENDS = { 1: "anybody", 5: "takes thought", 10: "an expert" };
/** What can be done beside scoring; everything else would show, or change, more than the text. */
export const OPEN = new Set(["skip", "note", "undo", "help", "markdown", "forward", "escape", "saving", "arrived", "retry"]);

const cap = (key) => ["kbd", { "aria-hidden": "true" }, key];

export const scoreOf = (key) => SCALE.find((one) => one.key === key)?.score ?? null;

export const scaleNodes = (isOff) => [["div", { class: "ask" }, ["b", {}, "How difficult is it to answer this well?"], ["span", { class: "dim" }, "By its text alone; 0 is ten."]],
  ...SCALE.map(({ key, score }) => ["button", { class: "bt sc", "data-score": score, "aria-keyshortcuts": key, "aria-label": ENDS[score] ? `${score} of 10: ${ENDS[score]}` : `${score} of 10`, disabled: isOff },
    ["b", { class: "num" }, String(score)], ["span", {}, ENDS[score] ?? ""], cap(key)])];
