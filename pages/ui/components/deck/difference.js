// What somebody's edit changes, while they type: the longest common part of both texts, by words; of long texts by lines.

const MOST_WORDS = 3000;
const TOKENS = /\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;
const LINES = /[^\n]*\n|[^\n]+/g;

/** Which tokens stay: lengths of common parts in one table, read from its start. */
function common(old, now) {
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = old[i] === now[j] ? lengths[(i + 1) * width + j + 1] + 1
        : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const steps = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    if (old[i] === now[j]) { steps.push(["=", old[i]]); i += 1; j += 1; }
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) { steps.push(["-", old[i]]); i += 1; }
    else { steps.push(["+", now[j]]); j += 1; }
  }
  for (; i < old.length; i += 1) steps.push(["-", old[i]]);
  for (; j < now.length; j += 1) steps.push(["+", now[j]]);
  return steps;
}

/** Neighbours of one kind become one piece; between two changes the struck words come before the new ones. */
function joined(steps) {
  const pieces = [];
  let [out, into] = ["", ""];
  const flush = () => {
    if (out) pieces.push(["-", out]);
    if (into) pieces.push(["+", into]);
    [out, into] = ["", ""];
  };
  steps.forEach(([sign, text], at) => {
    const isGap = sign === "=" && /^\s+$/.test(text) && (out || into) && steps[at + 1] && steps[at + 1][0] !== "=";
    if (isGap) { out += text; into += text; } // a space between two changed words would only tear the difference apart
    else if (sign === "-") out += text;
    else if (sign === "+") into += text;
    else {
      flush();
      if (pieces.at(-1)?.[0] === "=") pieces.at(-1)[1] += text;
      else pieces.push(["=", text]);
    }
  });
  flush();
  return pieces;
}

/** Pieces ["=" | "-" | "+", text] in reading order. */
export function difference(before, after) {
  let [old, now] = [before.match(TOKENS) ?? [], after.match(TOKENS) ?? []];
  const words = (tokens) => tokens.filter((one) => one.trim()).length;
  if (words(old) > MOST_WORDS || words(now) > MOST_WORDS) [old, now] = [before.match(LINES) ?? [], after.match(LINES) ?? []];
  let [start, end] = [0, 0];
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const [left, right] = [old.slice(start, old.length - end), now.slice(start, now.length - end)];
  const middle = left.length * right.length > 3e7 ? [["-", left.join("")], ["+", right.join("")]].filter(([, text]) => text) : common(left, right);
  const same = (tokens) => tokens.map((token) => ["=", token]);
  return joined([...same(old.slice(0, start)), ...middle, ...same(old.slice(old.length - end))]);
}
