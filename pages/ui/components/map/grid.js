// Points by the cell of a grid over the unit square: what lies near a place, and what lies inside an outline.

const LEAST = 8;
const MOST = 512;
const PER_CELL = 4;

export function makeGrid(places, n) {
  const side = Math.min(MOST, Math.max(LEAST, Math.round(Math.sqrt(n / PER_CELL))));
  const cellOf = (value) => Math.min(side - 1, Math.max(0, Math.floor(value * side)));
  const starts = new Uint32Array(side * side + 1);
  const cells = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    cells[i] = cellOf(places[2 * i + 1]) * side + cellOf(places[2 * i]);
    starts[cells[i] + 1] += 1;
  }
  for (let cell = 0; cell < side * side; cell++) starts[cell + 1] += starts[cell];
  const next = starts.slice(0, -1);
  const members = new Uint32Array(n);
  for (let i = 0; i < n; i++) members[next[cells[i]]++] = i;

  function* within(left, top, right, bottom) {
    for (let row = cellOf(top); row <= cellOf(bottom); row++) {
      for (let column = cellOf(left); column <= cellOf(right); column++) {
        const cell = row * side + column;
        for (let at = starts[cell]; at < starts[cell + 1]; at++) yield members[at];
      }
    }
  }

  return {
    /** The nearest point at most `reach` away that `counts`, or -1. The search widens until something is found. */
    near(x, y, reach, counts) {
      for (let radius = Math.min(reach, 1 / side); ; radius = Math.min(reach, radius * 2)) {
        let [best, least] = [-1, radius * radius];
        for (const i of within(x - radius, y - radius, x + radius, y + radius)) {
          const [dx, dy] = [places[2 * i] - x, places[2 * i + 1] - y];
          if (dx * dx + dy * dy <= least && counts(i)) [best, least] = [i, dx * dx + dy * dy];
        }
        if (best >= 0 || radius >= reach) return best;
      }
    },
    /** The points inside an outline [[x, y], …] that `counts`. */
    inside(outline, counts) {
      const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
      const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
      const found = [];
      for (const i of within(left, top, right, bottom)) {
        if (counts(i) && isInside(places[2 * i], places[2 * i + 1], outline)) found.push(i);
      }
      return found;
    },
  };
}

/** Whether a ray from the place crosses the outline an odd number of times. */
export function isInside(x, y, outline) {
  let odd = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [outline[i], outline[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
