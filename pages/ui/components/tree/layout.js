// Where cards stand. Input: nodes as /api/tree gives them; output: items with x, y, width in px, in reading order.

export const CARD = { height: 44, tidyWidth: 216, columnPitch: 252, rowPitch: 58, outlinePitch: 53, indent: 24 };
const SUBTREE_GAP = 0.22; // rows that stay free between cousins, so that families are seen as such
const LEAST_OUTLINE_CARD = 200;
export const BIG = 300; // nodes; larger trees start folded
export const FOLDED_LEVEL = 3;

/** Links nodes into a tree. Nodes whose parent is not (yet) here hang on the seed. Returns {root, byId}. */
export function grow(nodes) {
  const byId = new Map(nodes.map((node) => [node.id, { id: node.id, node, parent: null, children: [], level: 0, below: 0 }]));
  const seed = nodes.find((node) => !node.parent) ?? nodes[0];
  const root = seed ? byId.get(seed.id) : null;
  for (const item of byId.values()) {
    if (item === root) continue;
    item.parent = byId.get(item.node.parent) ?? root;
    item.parent.children.push(item);
  }
  const order = root ? preorder(root, new Set()) : [];
  for (const item of order) {
    item.level = item.parent ? item.parent.level + 1 : 0;
    item.children.sort((a, b) => a.node.epoch - b.node.epoch || Boolean(a.node.by_hand) - Boolean(b.node.by_hand) || a.node.number - b.node.number);
  }
  for (const item of order.reverse()) if (item.parent) item.parent.below += item.below + 1;
  return { root, byId };
}

/** Items that can be seen, in reading order. Iterative: a chain may be thousands deep. */
export function preorder(root, folded) {
  const order = [];
  const stack = [root];
  while (stack.length) {
    const item = stack.pop();
    order.push(item);
    if (!folded.has(item.id)) for (let i = item.children.length - 1; i >= 0; i -= 1) stack.push(item.children[i]);
  }
  return order;
}

/** Which items of a big tree start folded. */
export function foldedAtFirst(byId) {
  if (byId.size <= BIG) return new Set();
  const deep = [...byId.values()].filter((item) => item.level >= FOLDED_LEVEL && item.children.length);
  return new Set(deep.map((item) => item.id));
}

/** Rows downwards, children indented: for narrow canvases. Only what `isHere` has a row. */
export function outline(root, folded, width, isHere) {
  const shown = preorder(root, folded).filter(isHere);
  const deepest = shown.reduce((most, item) => Math.max(most, item.level), 0);
  const indent = Math.max(4, Math.min(CARD.indent, (width - LEAST_OUTLINE_CARD) / Math.max(1, deepest)));
  shown.forEach((item, row) => {
    item.x = item.level * indent;
    item.y = row * CARD.outlinePitch;
    item.width = Math.max(LEAST_OUTLINE_CARD, width - item.x);
  });
  return { shown, width, height: shown.length * CARD.outlinePitch, indent };
}

/** Left to right, parents centred on their children, subtrees as close as their outlines allow.
 *  What is not `isHere` (yet) keeps its place free: so a tree that is watched growing does not jump about. */
export function tidy(root, folded, isHere) {
  const shown = preorder(root, folded);
  const shapes = new Map();
  for (const item of [...shown].reverse()) shapes.set(item, shape(item, folded, shapes));
  let top = 0;
  let bottom = 0;
  root.row = 0;
  for (const item of shown) {
    if (item !== root) item.row = item.parent.row + item.offset;
    top = Math.min(top, item.row);
    bottom = Math.max(bottom, item.row);
  }
  for (const item of shown) {
    item.x = item.level * CARD.columnPitch;
    item.y = (item.row - top) * CARD.rowPitch;
    item.width = CARD.tidyWidth;
  }
  const deepest = shown.reduce((most, item) => Math.max(most, item.level), 0);
  return { shown: shown.filter(isHere), width: deepest * CARD.columnPitch + CARD.tidyWidth, height: (bottom - top) * CARD.rowPitch + CARD.height };
}

/** The upper and lower edge of a subtree, level by level, in rows relative to its top item. */
function shape(item, folded, shapes) {
  const children = folded.has(item.id) ? [] : item.children;
  const upper = [];
  const lower = [];
  for (const child of children) {
    const next = shapes.get(child);
    let shift = upper.length ? -Infinity : 0;
    for (let level = 0; level < Math.min(lower.length, next.upper.length); level += 1) {
      shift = Math.max(shift, lower[level] - next.upper[level] + 1 + (level ? SUBTREE_GAP : 0));
    }
    child.offset = shift;
    next.upper.forEach((row, level) => { upper[level] ??= row + shift; });
    next.lower.forEach((row, level) => { lower[level] = row + shift; });
  }
  const middle = children.length ? (children[0].offset + children.at(-1).offset) / 2 : 0;
  for (const child of children) child.offset -= middle;
  return { upper: [0, ...upper.map((row) => row - middle)], lower: [0, ...lower.map((row) => row - middle)] };
}

/** Paths of all edges (solid, dashed, in the background, towards the selected): four elements however big the tree is. */
export function edges(shown, wide, { isDead, isFaint, marked }) {
  const paths = { solid: [], dead: [], faint: [], marked: [] };
  for (const item of shown) {
    if (!item.parent) continue;
    const elbow = isFaint(item) ? paths.faint : isDead(item) ? paths.dead : paths.solid;
    if (wide) elbow.push(curve(item));
    else {
      const x = item.parent.x + 13;
      const y = item.y + CARD.height / 2;
      paths.solid.push(`M${x},${item.parent.y + CARD.height}V${y - 9}`);
      elbow.push(`M${x},${y - 9}q0,9 9,9H${item.x}`);
    }
    if (wide && marked.has(item)) paths.marked.push(curve(item));
  }
  return Object.fromEntries(Object.entries(paths).map(([name, parts]) => [name, parts.join("")]));
}

function curve({ parent, x, y }) {
  const half = CARD.height / 2;
  const from = parent.x + parent.width;
  const middle = (from + x) / 2;
  return `M${from},${parent.y + half}C${middle},${parent.y + half} ${middle},${y + half} ${x},${y + half}`;
}
