// Paints the map beside the page's own thread: however long a frame takes, the page goes on moving the last one.
// It draws by WebGL 2, or into pixels where there is none, or where that is quicker (graphics that are only imitated).

import { makeGl } from "./gl.js";
import { makeRaster } from "./raster.js";

const SLOW_MS = 25; // from here on the other way is tried too
const scene = { n: 0, places: null, codes: null, state: null, stands: [1], colours: [], symbols: [], faint: [0, 0, 0], ground: [0, 0, 0] };
let painter = null;
let rivals = [];

function choose(prefer) {
  const gl = prefer === "canvas" ? null : makeGl();
  painter = gl ?? makeRaster();
  rivals = gl && prefer !== "WebGL" ? [makeRaster()] : [];
  painter.setScene(scene, { places: true, codes: true, state: true, colours: true });
}

/** A frame, and how long it took until its pixels are there: the bitmap is read once, or a GPU would only have been told. */
function timed(by, frame, isTrial) {
  const began = performance.now();
  const bitmap = by.draw(scene, frame);
  if (isTrial) {
    const one = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    one.drawImage(bitmap, 0, 0, 1, 1);
    one.getImageData(0, 0, 1, 1);
  }
  return { bitmap, ms: performance.now() - began };
}

function draw(frame) {
  if (painter.isLost) painter = makeRaster(); // a driver may be restarted at any time
  const isTrial = rivals.length > 0;
  let { bitmap, ms } = timed(painter, frame, isTrial);
  if (isTrial && ms > SLOW_MS) {
    bitmap.close();
    ({ bitmap, ms } = timed(painter, frame, true)); // the first one compiled its program too
    const [rival] = rivals;
    const other = timed(rival, frame, true);
    const slower = other.ms < ms ? bitmap : other.bitmap;
    if (other.ms < ms) { painter = rival; ({ bitmap, ms } = other); }
    slower.close();
  }
  rivals = [];
  postMessage({ bitmap, frame, ms, painter: painter.name }, [bitmap]);
}

addEventListener("message", ({ data }) => {
  if (data.scene) {
    Object.assign(scene, data.scene);
    if (data.scene.state) scene.stands = [0, 1, 2].filter((one) => scene.state.includes(one));
    if (!painter) choose(data.prefer);
    else painter.setScene(scene, data.scene);
  }
  if (data.frame && painter) draw(data.frame);
});
