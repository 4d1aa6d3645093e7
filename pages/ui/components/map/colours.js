// By what points are coloured: for each way its kinds with colour, symbol and words, and each point's code.

const OPERATIONS = { add_constraints: "cross", deepen: "down", concretize: "target", increase_reasoning: "star", complicate_input: "open", mutate: "diamond" };
const STATUSES = { survived: ["--ok", "ring"], eliminated: ["--no", "slashed"], waiting: ["--wait", "small"], error: ["--warn", "up"] };
const PEOPLE = { accepted: ["--ok", "square"], rejected: ["--no", "crossed"], disputed: ["--warn", "half"], undecided: ["--wait", "open"], set_aside: ["--ink2", "minus"] };
const OF_SOURCES = ["up", "square", "diamond", "star", "minus"];
const SHADES = [88, 62, 42, 26]; // % of ink: clusters are told apart by number, neighbours by shade
const PALEST = 30; // % of the accent in the first epoch
const MOST = 250; // kinds of one way; what is beyond shares the last
const mix = (role, share) => `color-mix(in oklab, var(${role}) ${share}%, var(--card))`;

export const WAYS = [["operation", "Operation"], ["status", "Machine"], ["human", "People"], ["epoch", "Epoch"], ["source", "Source"], ["cluster", "Cluster"]];

/** Words that came with the map, by point: "evolved", "deepen". */
const wordOf = (points, name) => { const [codes, words] = [points.of[name], points.head.words[name]]; return (i) => words[codes[i]]; };

/** The value that a way sees in a point, as a function of its place. */
function valueOf(points, way) {
  const kind = wordOf(points, "kind");
  if (way === "epoch") return (i) => (kind(i) === "reference" ? "reference" : points.of.epoch[i]);
  if (way === "cluster") return (i) => points.of.cluster[i];
  if (way === "source") { const source = wordOf(points, "source"); return (i) => (kind(i) === "reference" ? `reference ${source(i)}` : kind(i)); }
  const own = wordOf(points, way);
  return (i) => (kind(i) === "evolved" ? own(i) : kind(i));
}

function shades(clusters) {
  const given = new Map();
  for (const one of clusters) {
    const near = clusters.filter((other) => given.has(other.cluster))
      .sort((a, b) => Math.hypot(a.x - one.x, a.y - one.y) - Math.hypot(b.x - one.x, b.y - one.y)).slice(0, 3).map((other) => given.get(other.cluster));
    given.set(one.cluster, SHADES.find((shade) => !near.includes(shade)) ?? SHADES[0]);
  }
  return given;
}

/** How a value is shown: [colour in CSS, symbol, label]. */
function lookOf(points, way, words) {
  const { clusters } = points.head;
  const others = new Map();
  const shared = (value) => {
    if (value === "seed") return ["var(--op-seed)", "dot", words.operations.seed];
    if (value === "evolved") return ["var(--accent-ink)", "dot", "Evolved"];
    const name = String(value).replace(/^reference ?/, "");
    if (!others.has(name)) others.set(name, OF_SOURCES[others.size % OF_SOURCES.length]);
    return ["var(--ink3)", others.get(name), name || "Reference sets"];
  };
  const last = Math.max(1, ...new Set(points.of.epoch));
  const named = new Map(clusters.map((one) => [one.cluster, one]));
  const shade = way === "cluster" ? shades(clusters) : null;
  const own = {
    operation: (value) => [`var(--op-${value})`, OPERATIONS[value], words.operations[value]],
    status: (value) => [`var(${STATUSES[value][0]})`, STATUSES[value][1], words.marks[value]],
    human: (value) => [`var(${PEOPLE[value][0]})`, PEOPLE[value][1], words.marks[value]],
    epoch: (value) => (value ? [mix("--accent-ink", PALEST + (100 - PALEST) * (value / last)), "dot", `Epoch ${value}`] : ["var(--op-seed)", "dot", words.operations.seed]),
    cluster: (value) => [mix("--ink", shade.get(value) ?? SHADES[3]), "dot", named.has(value) ? `${value + 1} ${named.get(value).label}` : "In no cluster"],
  }[way];
  const known = { operation: OPERATIONS, status: STATUSES, human: PEOPLE }[way];
  return (value) => (own && value !== "reference" && (!known || value in known) ? own(value) : shared(value));
}

const RANK = ["seed", "evolved", ...Object.keys(OPERATIONS), ...Object.keys(STATUSES), ...Object.keys(PEOPLE)];
const rank = (value) => (typeof value === "number" ? value : RANK.indexOf(value) < 0 ? 10_000 : RANK.indexOf(value));

/** One way for these points: `codes` by point, `kinds` by code: {code, colour, symbol, label, n}. */
export function makeWay(points, way, words) {
  const value = valueOf(points, way);
  const counts = new Map();
  for (let i = 0; i < points.n; i++) counts.set(value(i), (counts.get(value(i)) ?? 0) + 1);
  const values = [...counts.keys()].sort((a, b) => rank(a) - rank(b) || (String(a) < String(b) ? -1 : 1));
  const code = new Map(values.map((one, at) => [one, Math.min(at, MOST)]));
  const look = lookOf(points, way, words);
  const codes = new Uint8Array(points.n);
  for (let i = 0; i < points.n; i++) codes[i] = code.get(value(i));
  const kinds = values.slice(0, MOST + 1).map((one, at) => { const [colour, symbol, label] = look(one); return { code: at, colour, symbol, label, n: counts.get(one) }; });
  return { way, codes, kinds };
}

/** Colours of CSS as [red, green, blue]: the browser itself says what they come to in the theme that is on. */
export function makeResolver(root) {
  const probe = document.createElement("i");
  probe.hidden = true;
  root.append(probe);
  const dot = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  return {
    rgb(colour) {
      probe.style.color = colour;
      dot.clearRect(0, 0, 1, 1);
      dot.fillStyle = getComputedStyle(probe).color;
      dot.fillRect(0, 0, 1, 1);
      return [...dot.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    },
  };
}
