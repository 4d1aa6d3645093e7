// The picture of the points. A worker paints frames larger than the pane; between two of them the last one is moved and scaled,
// so that the map follows the hand at once however many points it has.

const ROOM = 0.3; // of the pane, painted beyond each edge
const LEFT = 0.35; // of that room may be used up before a new frame is asked for
const DENSEST = 2; // px of the screen a px of the page

export const canPaint = () => typeof Worker === "function" && typeof OffscreenCanvas === "function" && "transferFromImageBitmap" in (globalThis.ImageBitmapRenderingContext?.prototype ?? {});

/** How wide a point is: fewer and closer ones are larger, until their shapes can be told apart. */
export function acrossOf(n, zoom) {
  const first = Math.min(11, Math.max(2, 420 / Math.sqrt(n || 1)));
  return Math.min(15, first * zoom ** 0.45);
}

export function makeSurface(canvas, { onPaint, prefer = null }) {
  const field = canvas.getContext("bitmaprenderer", { alpha: false });
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const pane = { width: 0, height: 0 };
  const view = { x: 0, y: 0, scale: 1 };
  let [shown, asked, isStale, isDue, n, fit] = [null, null, true, false, 0, 1];

  const place = () => {
    if (!shown) return;
    const k = view.scale / shown.scale;
    canvas.style.transform = `translate(${view.x - k * (shown.x + shown.room.x)}px, ${view.y - k * (shown.y + shown.room.y)}px) scale(${k})`;
  };

  function isFar() {
    if (!shown || shown.width !== pane.width || shown.height !== pane.height || shown.scale !== view.scale) return true;
    return Math.abs(view.x - shown.x) > shown.room.x * (1 - LEFT) || Math.abs(view.y - shown.y) > shown.room.y * (1 - LEFT);
  }

  /** At the end of what goes on now: points, view and size may all change in it. */
  function askSoon() {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => { isDue = false; ask(); });
  }

  function ask() {
    if (asked || !n || !pane.width || !(isStale || isFar())) return;
    const density = Math.min(DENSEST, devicePixelRatio || 1);
    const room = { x: Math.round(pane.width * ROOM), y: Math.round(pane.height * ROOM) };
    asked = { ...view, ...pane, room, density };
    isStale = false;
    worker.postMessage({ frame: { width: Math.round((pane.width + 2 * room.x) * density), height: Math.round((pane.height + 2 * room.y) * density),
      x: (view.x + room.x) * density, y: (view.y + room.y) * density, scale: view.scale * density,
      across: Math.max(1, Math.round(acrossOf(n, view.scale / fit) * density)) } });
  }

  worker.addEventListener("message", ({ data }) => {
    shown = asked;
    asked = null;
    field.transferFromImageBitmap(data.bitmap);
    Object.assign(canvas.style, { width: `${shown.width + 2 * shown.room.x}px`, height: `${shown.height + 2 * shown.room.y}px` });
    place();
    ask();
    onPaint({ painter: data.painter, ms: data.ms, isReady: !asked });
  });

  return {
    /** New points, or what changed of them: places, codes, state, colours, symbols, faint, ground. */
    set(scene) {
      if (scene.n !== undefined) n = scene.n;
      isStale = true;
      worker.postMessage({ scene, prefer });
      askSoon();
    },
    look({ x, y, scale }, fitScale) {
      Object.assign(view, { x, y, scale });
      fit = fitScale;
      place();
      askSoon();
    },
    resize(width, height) { Object.assign(pane, { width, height }); askSoon(); },
    /** What is in view, drawn onto another canvas. */
    copyTo(target) {
      if (!shown) return;
      const k = view.scale / shown.scale;
      const [left, top] = [view.x - k * (shown.x + shown.room.x), view.y - k * (shown.y + shown.room.y)];
      target.drawImage(canvas, left, top, k * (shown.width + 2 * shown.room.x), k * (shown.height + 2 * shown.room.y));
    },
    stop() { worker.terminate(); },
  };
}
