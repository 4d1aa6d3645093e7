// Pan and zoom of the map by mouse, touch and keys. `view` is {x, y, scale}: screen = world * scale + (x, y).

const CLOSEST = 400; // times the whole
const STEP = 1.4;
const ARROW = 80; // px
const [ASIDE, OVER] = [140, 64]; // px that stay free when the whole map is fitted: labels stand out over the points at its edges
const DRAG = 4; // px a pointer may move and still be a click
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export function makeCamera(pane, { moved, holds }) {
  const view = { x: 0, y: 0, scale: 1 };
  const world = { width: 1, height: 1 };
  const state = { fit: 1, isHome: true };
  const held = new Map(); // pointer id → last place
  let dragged = 0;

  function apply() {
    const [w, h] = [world.width * view.scale, world.height * view.scale];
    const room = 60; // a part of the map always stays in the pane: nobody gets lost
    view.x = clamp(view.x, room - w, pane.clientWidth - room);
    view.y = clamp(view.y, room - h, pane.clientHeight - room);
    moved(view, state.fit);
  }

  function home() {
    const [w, h] = [pane.clientWidth, pane.clientHeight];
    state.fit = Math.max(1, Math.min((w - ASIDE) / world.width, (h - OVER) / world.height));
    state.isHome = true;
    Object.assign(view, { scale: state.fit, x: (w - world.width * state.fit) / 2, y: (h - world.height * state.fit) / 2 });
    apply();
  }

  function zoomAt(factor, px = pane.clientWidth / 2, py = pane.clientHeight / 2) {
    const scale = clamp(view.scale * factor, state.fit * 0.5, state.fit * CLOSEST);
    Object.assign(view, { x: px - ((px - view.x) * scale) / view.scale, y: py - ((py - view.y) * scale) / view.scale, scale });
    state.isHome = false;
    apply();
  }

  const panBy = (dx, dy) => { view.x += dx; view.y += dy; state.isHome = false; apply(); };
  const placeOf = (event) => { const box = pane.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

  function drag(event) {
    const last = held.get(event.pointerId);
    if (!last) return;
    const now = placeOf(event);
    const [dx, dy] = [now[0] - last[0], now[1] - last[1]];
    dragged += Math.hypot(dx, dy);
    if (dragged < DRAG) return;
    pane.setPointerCapture(event.pointerId);
    pane.classList.add("dragging");
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    held.set(event.pointerId, now);
    if (!other) { panBy(dx, dy); return; }
    const before = Math.hypot(last[0] - other[0], last[1] - other[1]) || 1;
    zoomAt((Math.hypot(now[0] - other[0], now[1] - other[1]) || 1) / before, (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  }

  const letGo = (event) => { held.delete(event.pointerId); pane.classList.remove("dragging"); };
  pane.addEventListener("wheel", (event) => {
    if (event.target.closest(".pin")) return;
    event.preventDefault();
    const [px, py] = placeOf(event);
    zoomAt(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 16 : 1) * (event.ctrlKey ? 0.01 : 0.0016)), px, py);
  }, { passive: false });
  pane.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || holds(event) || event.target.closest("button, a, .pin, .sb")) return;
    held.set(event.pointerId, placeOf(event));
    dragged = 0;
  });
  pane.addEventListener("pointermove", drag);
  pane.addEventListener("pointerup", letGo);
  pane.addEventListener("pointercancel", letGo);

  return {
    view, home, apply, placeOf,
    zoomIn: () => zoomAt(STEP),
    zoomOut: () => zoomAt(1 / STEP),
    arrow: { ArrowLeft: () => panBy(ARROW, 0), ArrowRight: () => panBy(-ARROW, 0), ArrowUp: () => panBy(0, ARROW), ArrowDown: () => panBy(0, -ARROW) },
    setWorld(size) { Object.assign(world, size); home(); },
    resized() { if (state.isHome) home(); else apply(); },
    /** A place of the world into the middle. */
    centre(x, y) { Object.assign(view, { x: pane.clientWidth / 2 - x * view.scale, y: pane.clientHeight / 2 - y * view.scale }); state.isHome = false; apply(); },
    worldOf: ([px, py]) => [(px - view.x) / view.scale, (py - view.y) / view.scale],
    screenOf: (x, y) => [x * view.scale + view.x, y * view.scale + view.y],
    get isDragging() { return held.size > 0 && dragged >= DRAG; },
    get wasDragged() { return dragged >= DRAG; },
  };
}
