// The sheet with all keys of a component. What is not in its list is no key.

/** `groups`: [title, [[[cap, …], what it does], …]]. `note`: when keys do nothing. */
export function showKeys(overlay, groups, note, keys) {
  const line = ([caps, what]) => ["div", { class: "kl" }, ["dt", {}, ...caps.map((cap) => ["kbd", {}, cap])], ["dd", {}, what]];
  overlay.show({ name: "help", title: "Keys", keys: Object.fromEntries(keys.map((key) => [key, () => overlay.close()])) }).draw([
    ["div", { class: "keys" }, ...groups.map(([title, lines]) => ["section", {}, ["h3", {}, title], ["dl", {}, ...lines.map(line)]])],
    ["p", { class: "lab" }, note]]);
}
