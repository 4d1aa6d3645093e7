// What stands where: the map with its bars | what its colours mean and its clusters. Built once; the parts fill it.

const key = (cap) => ["kbd", {}, cap];
const tool = (act, label, ...inside) => ["button", { class: "bt small", "data-act": act, "aria-label": label, title: label }, ...inside];

export const FRAME = ["div", { class: "mb" },
  ["section", { class: "mc", "aria-label": "Map" },
    ["div", { class: "mt" },
      ["div", { class: "chips", role: "group", "aria-label": "Colour by", "data-part": "ways" }],
      ["span", { class: "push" }],
      ["button", { class: "bt small", "data-act": "picture", title: "Save what is in view as a picture (PNG)" }, "Picture"],
      ["button", { class: "bt small", "data-act": "data", title: "Save all points (CSV)" }, "Data"],
      ["button", { class: "bt small", "data-act": "help", "aria-label": "Keys", title: "Keys" }, key("?")]],
    ["div", { class: "mv", tabindex: 0, role: "application", "aria-roledescription": "map", "aria-label": "Map", "aria-describedby": "map-how" },
      ["div", { class: "lb", "aria-hidden": "true" }],
      ["div", { class: "rg", hidden: true }],
      ["div", { class: "tip", hidden: true, "data-part": "tip" }],
      ["div", { class: "say", role: "status" }],
      ["div", { class: "sb", hidden: true, role: "group", "aria-label": "What is picked out" }]],
    ["div", { class: "mf" },
      ["div", { class: "ky", "data-part": "count", role: "status" }],
      ["div", { class: "tl" }, tool("lasso", "Lasso", "Lasso", key("L")), tool("box", "Rectangle", "Box", key("B")), tool("view", "Pick out what is in view", "In view", key("V")),
        tool("out", "Zoom out", "−"), tool("in", "Zoom in", "+"), tool("fit", "Fit", "Fit", key("0"))]],
    ["p", { class: "sr", id: "map-how" }, "Arrow keys move the map, plus and minus zoom, V picks out what is in view. The clusters stand as a table beside it."],
    ["div", { class: "sr", role: "status", "aria-live": "polite", "data-part": "live" }]],
  ["section", { class: "ms scr", tabindex: 0, "aria-label": "Colours and clusters" },
    ["div", { "data-part": "legend" }],
    ["div", { "data-part": "clusters" }]]];

/** The parts by name, of a frame that is built; the canvas goes beneath all that lies on the map. */
export function partsOf(root) {
  const one = (path) => root.querySelector(path);
  const pane = one(".mv");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  pane.prepend(canvas);
  return { pane, canvas, labels: one(".lb"), say: one(".say"), bar: one(".sb"), ways: one("[data-part=ways]"), count: one("[data-part=count]"),
    legend: one("[data-part=legend]"), clusters: one("[data-part=clusters]"), live: one("[data-part=live]"), button: (act) => one(`[data-act=${act}]`) };
}
