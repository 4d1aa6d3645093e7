// Picking out by hand: a lasso or a rectangle drawn over the map.

const SVG = "http://www.w3.org/2000/svg";
const FINE = 3; // px between two corners of a lasso

export function makeTools(pane, camera, { onOutline, onTool }) {
  const layer = document.createElementNS(SVG, "svg");
  layer.setAttribute("class", "ol");
  layer.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  layer.append(line);
  pane.append(layer);
  let tool = "pan";
  let corners = null;

  const outline = () => {
    if (tool === "lasso") return corners;
    const [[x0, y0], [x1, y1]] = [corners[0], corners.at(-1)];
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
  };
  const draw = () => line.setAttribute("d", corners ? `M${outline().map((corner) => corner.join(" ")).join("L")}Z` : "");

  function set(name) {
    tool = tool === name ? "pan" : name;
    corners = null;
    pane.dataset.tool = tool;
    draw();
    onTool(tool);
  }

  pane.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !(tool !== "pan" || event.shiftKey) || event.target.closest("button, a, .pin, .sb")) return;
    if (tool === "pan") set("lasso");
    corners = [camera.placeOf(event)];
    pane.setPointerCapture(event.pointerId);
    event.preventDefault();
    pane.focus({ preventScroll: true });
  });
  pane.addEventListener("pointermove", (event) => {
    if (!corners) return;
    const [x, y] = camera.placeOf(event);
    const [lastX, lastY] = corners.at(-1);
    if (Math.hypot(x - lastX, y - lastY) >= FINE) corners.push([x, y]);
    draw();
  });
  const end = (isMeant) => {
    if (!corners) return;
    const drawn = corners.length > 2 || (tool === "box" && corners.length > 1) ? outline() : null;
    corners = null;
    draw();
    if (!isMeant || !drawn) return;
    set(tool); // one outline a press: the next drag moves the map again
    onOutline(drawn.map(camera.worldOf));
  };
  pane.addEventListener("pointerup", () => end(true));
  pane.addEventListener("pointercancel", () => end(false));

  return {
    set,
    get name() { return tool; },
    get isDrawing() { return corners !== null; },
    holds: (event) => tool !== "pan" || event?.shiftKey,
    /** Back to the hand that moves the map. True if there was something to leave. */
    leave() { if (tool === "pan") return false; set(tool); return true; },
  };
}
