// Numbers and small parts as people read them.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export const count = (n) => grouped.format(n);
export const countOf = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
export const added = (n) => `${n > 0 ? "+" : n < 0 ? "−" : "±"}${countOf(Math.abs(n), "word")}`;
export const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** "2 h 54", "12 min", "40 s". */
export function duration(seconds_) {
  if (seconds_ < 90) return `${Math.round(seconds_)} s`;
  const minutes = Math.round(seconds_ / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}

export function money(usd) {
  if (usd === null || usd === undefined) return null;
  return `$${usd >= 0.01 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(2)}`;
}

export function clock(moment) {
  const at = new Date(moment);
  return Number.isNaN(at.getTime()) ? String(moment) : at.toLocaleTimeString("en-GB");
}

const DIFF = { "+": "ins", "-": "del" };
export const pieces = (diff) => diff.map(([sign, text]) => (DIFF[sign] ? [DIFF[sign], {}, text] : text));
const ENDLESS = /\S{400}/; // a word of many lines: with kerning the browser shapes its rest anew at every break (100 kB: 25 s)
const endless = (child) => ENDLESS.test(typeof child === "string" ? child : child[2] ?? "");
export const read = (size, ...children) => ["div", { class: `read ${size}${children.some(endless) ? " endless" : ""}`, dir: "auto" }, ...children];
export const mark = (name, word) => ["span", { class: `mk mk-${name}` }, ["icon", { name }], ["b", {}, word]];

export function op(operation, words) {
  return ["span", { class: `op op-${operation}` }, ["icon", { name: operation }], words.operations[operation] ?? operation];
}

/** What a check found, as a mark with its value. */
export function verdictMark(check, words) {
  const [sign, usual] = words.verdicts[check.verdict] ?? ["waiting", check.verdict];
  return mark(sign, check.verdict !== "not_checked" && check.value !== null && check.value !== "" ? String(check.value) : usual);
}

/** A refusal, said calmly, with what to do and a way to try again. */
export const refused = ({ what, toDo }) => [["div", { class: "calm" }, mark("error", what), ["p", { class: "dim" }, toDo],
  ["button", { class: "bt", "data-do": "again" }, "Try again"]]];
