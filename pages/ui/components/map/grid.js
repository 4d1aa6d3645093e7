// Points by the cell of a grid over the unit square: what lies near a place, and what lies inside an outline.

const LEAST = 8;
const MOST = 512;
const PER_CELL = 4;
const SLACK = 1e-6; // of the square: where a row ends is a rounded number

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
    /** The points inside an outline [[x, y], …] that `counts`. A row of cells is tested against the few sides that reach into it. */
    inside(outline, counts) {
      const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
      const [left, right] = [cellOf(Math.min(...xs)), cellOf(Math.max(...xs))];
      const found = [];
      for (let row = cellOf(Math.min(...ys)); row <= cellOf(Math.max(...ys)); row++) {
        const sides = sidesIn(outline, row / side - SLACK, (row + 1) / side + SLACK);
        for (let at = starts[row * side + left]; at < starts[row * side + right + 1]; at++) {
          const i = members[at];
          if (isInside(places[2 * i], places[2 * i + 1], sides) && counts(i)) found.push(i);
        }
      }
      return found;
    },
  };
}

/** The sides of an outline between two heights, as x, y, x, y in a row of numbers. */
function sidesIn(outline, low, high) {
  const sides = [];
  outline.forEach(([x, y], at) => {
    const [nextX, nextY] = outline[(at + 1) % outline.length];
    if (Math.max(y, nextY) >= low && Math.min(y, nextY) <= high) sides.push(x, y, nextX, nextY);
  });
  return Float64Array.from(sides);
}

/** Whether a ray to the right of the place crosses the sides an odd number of times. */
function isInside(x, y, sides) {
  let odd = false;
  for (let at = 0; at < sides.length; at += 4) {
    const [y0, y1] = [sides[at + 1], sides[at + 3]];
    if (y0 > y !== y1 > y && x < ((sides[at + 2] - sides[at]) * (y - y0)) / (y1 - y0) + sides[at]) odd = !odd;
  }
  return odd;
}
