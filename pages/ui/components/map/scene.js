// What is on the map now: the points, the way they are coloured, what is switched off, looked at or picked out.

import { WAYS, makeWay } from "./colours.js";
import { FAINT, makePoints, middles, setStates } from "./points.js";

const FAINT_COLOUR = "color-mix(in oklab, var(--ink3) 24%, var(--card))";

export function makeScene({ words, resolver, onScene, onChange }) {
  const now = { points: null, ways: new Map(), way: "operation", off: new Map(), only: null, picked: null, shown: 0, middles: [] };

  const wayOf = (name) => {
    if (!now.ways.has(name)) now.ways.set(name, makeWay(now.points, name, words()));
    return now.ways.get(name);
  };

  /** How points look in the way and the theme that are on. */
  function looks() {
    const { codes, kinds } = wayOf(now.way);
    return { codes, colours: kinds.map((kind) => resolver.rgb(kind.colour)), symbols: kinds.map((kind) => kind.symbol),
      faint: resolver.rgb(FAINT_COLOUR), ground: resolver.rgb("var(--card)") };
  }

  function states() {
    const off = [...now.off].map(([way, values]) => ({ codes: wayOf(way).codes, values }));
    now.shown = setStates(now.points, { off, only: now.only, picked: now.picked });
    return { state: now.points.state };
  }

  const isSwitchedOff = (i) => [...now.off].some(([way, values]) => values.has(wayOf(way).codes[i]));
  const stand = () => { onScene(states()); onChange(); };

  return {
    now,
    load(decoded) {
      const points = makePoints(decoded);
      Object.assign(now, { points, ways: new Map(), off: new Map(), only: null, picked: null, middles: middles(points, decoded.head.clusters) });
      onScene({ n: points.n, places: points.places, ...looks(), ...states() });
      onChange();
    },
    paint() { if (now.points) onScene(looks()); },
    setWay(way) {
      if (!WAYS.some(([name]) => name === way) || way === now.way) return;
      now.way = way;
      if (now.points) { onScene(looks()); onChange(); }
    },
    way: () => wayOf(now.way),
    isOff: (code) => now.off.get(now.way)?.has(code) ?? false,
    get isAnyOff() { return [...now.off.values()].some((values) => values.size); },
    toggle(code) {
      const values = now.off.get(now.way) ?? new Set();
      if (!values.delete(code)) values.add(code);
      now.off.set(now.way, values);
      stand();
    },
    /** This kind alone; once more: all of them. */
    alone(code) {
      const rest = wayOf(now.way).kinds.map((kind) => kind.code).filter((one) => one !== code);
      const values = now.off.get(now.way) ?? new Set();
      const isAlone = !values.has(code) && rest.every((one) => values.has(one));
      now.off.set(now.way, new Set(isAlone ? [] : rest));
      stand();
    },
    showAll() { now.off.clear(); stand(); },
    look(cluster) { Object.assign(now, { only: now.only === cluster ? null : cluster, picked: null }); stand(); },
    /** Of these places those that are not faint. */
    pick(places) {
      now.picked = places?.length ? new Set(places) : null;
      now.only = null;
      stand();
    },
    /** Whether a point may be picked or pointed at: what is switched off may not, what was not picked before may. */
    counts(i) { return now.points.state[i] !== FAINT || (now.picked !== null && !isSwitchedOff(i)); },
    clear() { Object.assign(now, { only: null, picked: null }); stand(); },
    cluster: (number) => now.points.head.clusters.find((one) => one.cluster === number),
    seqs: () => Uint32Array.from(now.picked ?? [], (i) => now.points.of.seq[i]).sort(),
    /** How the clusters share what is picked out, the commonest first. */
    commonest() {
      const counts = new Map();
      for (const i of now.picked ?? []) counts.set(now.points.of.cluster[i], (counts.get(now.points.of.cluster[i]) ?? 0) + 1);
      return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
    },
  };
}
