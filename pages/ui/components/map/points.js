// The points of a map: places in a unit square, what each is, and how it stands now (faint, plain, picked).

import { makeGrid } from "./grid.js";

export const [FAINT, PLAIN, PICKED] = [0, 1, 2];
const FEW = 30; // points of a cluster, over all of which its label can stand

/** A fixed order that mixes all kinds, so that no kind covers another only because it came last. */
function mixed(n) {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  let seed = 0x9e3779b9;
  for (let i = n - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = seed % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** One array after the other: all of them in one loop take ten times as long. */
function inOrder(from, order) {
  const to = new from.constructor(order.length);
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]];
  return to;
}

/** The same scale on both axes: distances on the map are what the projection made them. y points up, as in a figure. */
function squared(x, y) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    left = Math.min(left, x[i]);
    right = Math.max(right, x[i]);
    low = Math.min(low, y[i]);
    high = Math.max(high, y[i]);
  }
  const size = Math.max(right - left, high - low) || 1;
  return { left, high, size, width: (right - left) / size, height: (high - low) / size };
}

export function makePoints({ head, arrays }) {
  const { n } = head;
  const order = mixed(n);
  const world = n ? squared(arrays.x, arrays.y) : { left: 0, high: 0, size: 1, width: 1, height: 1 };
  const places = new Float32Array(2 * n);
  const of = Object.fromEntries(head.arrays.map(([name]) => [name, inOrder(arrays[name], order)]));
  for (let i = 0; i < n; i++) {
    places[2 * i] = (of.x[i] - world.left) / world.size;
    places[2 * i + 1] = (world.high - of.y[i]) / world.size;
  }
  return { n, head, of, places, world: { width: world.width || 0.01, height: world.height || 0.01 }, state: new Uint8Array(n).fill(PLAIN), grid: makeGrid(places, n) };
}

/** What stands out: what no legend has switched off and, if clusters are looked at, what is in them. `picked` is a set of places or null. */
export function setStates(points, { off, only, picked }) {
  const { state, n, of } = points;
  let shown = 0;
  const rules = off.filter(({ values }) => values.size);
  for (let i = 0; i < n; i++) {
    const isOff = (only !== null && of.cluster[i] !== only) || rules.some(({ codes, values }) => values.has(codes[i]));
    if (!isOff) shown += 1;
    state[i] = picked ? (picked.has(i) ? PICKED : FAINT) : isOff ? FAINT : PLAIN;
  }
  return shown;
}

/** Where each cluster's number stands: at the point nearest to its mean, so that it never stands in the empty; over all of a small one. */
export function middles(points, clusters) {
  const sums = new Map(clusters.map(({ cluster }) => [cluster, { x: 0, y: 0, n: 0, top: Infinity }]));
  for (let i = 0; i < points.n; i++) {
    const sum = sums.get(points.of.cluster[i]);
    if (!sum) continue;
    sum.x += points.places[2 * i];
    sum.y += points.places[2 * i + 1];
    sum.n += 1;
    sum.top = Math.min(sum.top, points.places[2 * i + 1]);
  }
  return clusters.flatMap(({ cluster }) => {
    const { x, y, n, top } = sums.get(cluster);
    if (!n) return [];
    if (n <= FEW) return [{ cluster, n, x: x / n, y: top }];
    const near = points.grid.near(x / n, y / n, 2, (i) => points.of.cluster[i] === cluster);
    return [{ cluster, n, x: points.places[2 * near], y: points.places[2 * near + 1] }];
  });
}
