// The clusters' numbers and words on the map. Panning moves them all at once; zooming decides again which have room.

import { patch } from "../shared/vdom.js";

const GAP = 4;
const ABOVE = 9; // px: a label stands over its place, so that it hides no point of a small cluster

export function makeLabels(layer) {
  let [labels, scale, sizes] = [[], 0, []];

  const boxOf = (label, width, height) => [label.x * scale - width / 2 - GAP, label.y * scale - ABOVE - height - GAP, width + 2 * GAP, height + 2 * GAP];
  const meets = (a, b) => a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];

  function arrange() {
    const taken = [];
    labels.forEach((label, at) => {
      const element = layer.children[at];
      const { long, short, height } = sizes[at];
      const boxes = [boxOf(label, long, height), boxOf(label, short, height)];
      const fits = boxes.findIndex((box) => !taken.some((other) => meets(box, other)));
      element.hidden = fits < 0;
      element.classList.toggle("short", fits === 1);
      if (fits >= 0) taken.push(boxes[fits]);
      element.style.transform = `translate(${label.x * scale}px, ${label.y * scale}px) translate(-50%, calc(-100% - ${ABOVE}px))`;
    });
  }

  return {
    /** `list`: {cluster, x, y, text}, the most important first. */
    set(list) {
      labels = list;
      patch(layer, list.map(({ cluster, text }) => ["div", { key: cluster, class: "cl", "data-label": cluster }, ["b", {}, String(cluster + 1)], ["span", {}, text]]));
      sizes = [...layer.children].map((element) => {
        Object.assign(element, { hidden: false });
        element.classList.remove("short");
        const long = element.offsetWidth;
        element.classList.add("short");
        return { long, short: element.offsetWidth, height: element.offsetHeight };
      });
      if (scale) arrange();
    },
    look({ x, y, scale: now }) {
      layer.style.transform = `translate(${x}px, ${y}px)`;
      if (now === scale) return;
      scale = now;
      arrange();
    },
    /** Those that are shown, with what stands on them: for a picture. */
    shown: () => labels.flatMap((label, at) => {
      const element = layer.children[at];
      return element.hidden ? [] : [{ ...label, number: label.cluster + 1, text: element.classList.contains("short") ? "" : label.text }];
    }),
  };
}
