// Pan and zoom. The layer is moved with a transform; `view` is {x, y, scale}: screen = world * scale + (x, y).

const LEAST = 0.1;
const MOST = 2.5;
const STEP = 1.2;
const DRAG = 4; // px a pointer may move and still be a click
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export function makeCamera(pane, layer, moved) {
  const view = { x: 0, y: 0, scale: 1 };
  const world = { width: 1, height: 1 };
  let wheelZooms = true;

  const apply = () => {
    keepInSight();
    layer.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    moved(view);
  };
  // A part of the tree always stays on the canvas: nobody gets lost.
  const keepInSight = () => {
    const [w, h] = [world.width * view.scale, world.height * view.scale];
    const room = 120;
    view.x = clamp(view.x, Math.min(room - w, pane.clientWidth - w - room), Math.max(pane.clientWidth - room, room));
    view.y = clamp(view.y, Math.min(room - h, pane.clientHeight - h - room), Math.max(pane.clientHeight - room, 16));
  };
  const zoomAt = (factor, px = pane.clientWidth / 2, py = pane.clientHeight / 2) => {
    const scale = clamp(view.scale * factor, LEAST, MOST);
    view.x = px - ((px - view.x) * scale) / view.scale;
    view.y = py - ((py - view.y) * scale) / view.scale;
    view.scale = scale;
    apply();
  };
  const panBy = (dx, dy) => { view.x += dx; view.y += dy; apply(); };

  pane.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = pane.getBoundingClientRect();
    const lines = event.deltaMode === 1 ? 16 : 1;
    if (event.ctrlKey || (wheelZooms && !event.shiftKey)) {
      const speed = event.ctrlKey ? 0.01 : 0.0016;
      zoomAt(Math.exp(-event.deltaY * lines * speed), event.clientX - box.left, event.clientY - box.top);
    } else panBy(-(event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX) * lines, event.shiftKey ? 0 : -event.deltaY * lines);
  }, { passive: false });

  const held = new Map(); // pointer id → last place
  let dragged = 0;
  pane.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button")) return;
    held.set(event.pointerId, [event.clientX, event.clientY]);
    dragged = 0;
  });
  pane.addEventListener("pointermove", (event) => {
    const last = held.get(event.pointerId);
    if (!last) return;
    const [dx, dy] = [event.clientX - last[0], event.clientY - last[1]];
    dragged += Math.hypot(dx, dy);
    if (dragged < DRAG) return;
    pane.setPointerCapture(event.pointerId);
    pane.classList.add("dragging");
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    held.set(event.pointerId, [event.clientX, event.clientY]);
    if (!other) return panBy(dx, dy);
    const box = pane.getBoundingClientRect();
    const before = Math.hypot(last[0] - other[0], last[1] - other[1]) || 1;
    const after = Math.hypot(event.clientX - other[0], event.clientY - other[1]) || 1;
    zoomAt(after / before, (event.clientX + other[0]) / 2 - box.left, (event.clientY + other[1]) / 2 - box.top);
  });
  const letGo = (event) => { held.delete(event.pointerId); pane.classList.remove("dragging"); };
  pane.addEventListener("pointerup", letGo);
  pane.addEventListener("pointercancel", letGo);
  pane.addEventListener("click", (event) => {
    if (dragged >= DRAG) event.stopPropagation();
    dragged = 0;
  }, true);

  return {
    view,
    apply,
    zoomIn: () => zoomAt(STEP),
    zoomOut: () => zoomAt(1 / STEP),
    panBy,
    setWorld(width, height, zoomsByWheel) { Object.assign(world, { width, height }); wheelZooms = zoomsByWheel; },
    place(x, y, scale) { Object.assign(view, { x, y, scale }); apply(); },
    /** Moves as little as possible so that the box lies on the canvas, `margin` px from its edges. */
    reveal(box, margin) {
      const [left, top] = [box.x * view.scale + view.x, box.y * view.scale + view.y];
      const [right, bottom] = [left + box.width * view.scale, top + box.height * view.scale];
      const [w, h] = [pane.clientWidth - margin, pane.clientHeight - margin];
      const dx = left < margin || right - left > w ? margin - left : right > w ? w - right : 0;
      const dy = top < margin ? margin - top : bottom > h ? h - bottom : 0;
      if (dx || dy) panBy(dx, dy);
    },
  };
}
