// A long text as it is read: as it was written, its code set apart, or rendered.

import { read } from "./words.js";

/** Code as it is written, its fences faint. */
function fenced(text) {
  const [first, ...rest] = text.split("\n");
  const end = rest.at(-1)?.startsWith("```") ? rest.pop() : null;
  return [["span", { class: "fence" }, first], `\n${rest.join("\n")}`, ...(end === null ? [] : [["span", { class: "fence" }, `\n${end}`]])];
}

/** Plain text in its stretches of prose and of fenced code. */
export function prose(text) {
  return text.split(/^(```[^\n]*\n[\s\S]*?(?:^```[ \t]*$|$(?![\s\S])))/m).filter((part) => part.trim())
    .map((part) => (part.startsWith("```") ? ["pre", { class: "code", dir: "auto" }, ...fenced(part.replace(/\n$/, ""))] : read("answer", part.replace(/^\n+|\n+$/g, ""))));
}

/** Nodes of rendered.js; null while they are on their way. */
export const markdown = (nodes) => (nodes ? ["div", { class: "md", dir: "auto" }, ...nodes] : ["p", { class: "dim" }, "Drawing"]);
