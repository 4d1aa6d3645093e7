// Saves what stands beside a button as a file: the figure of its card as SVG, or the numbers that the button carries.

const SVG = "http://www.w3.org/2000/svg";

function offer(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The card around a component: Streamlit's container by its key, outside the component's own shadow root. */
function cardOf(button) {
  let here = button;
  while (here) {
    const card = here.closest('[class*="_card"]');
    if (card) return card;
    here = here.getRootNode().host;
  }
  return null;
}

/** Patterns are named by the page's address, which no file has: only what follows # stays. */
function local(element) {
  for (const one of [element, ...element.querySelectorAll("*")]) {
    for (const { name, value } of [...one.attributes]) {
      if (/url\(/.test(value)) one.setAttribute(name, value.replace(/url\(\s*(["']|&quot;)?[^)#]*#/g, "url($1#"));
    }
  }
}

/** Plotly's layers, drawn over each other, as one drawing on the card's own ground. */
function pictureOf(card) {
  const layers = [...(card?.querySelectorAll(".js-plotly-plot .main-svg") ?? [])];
  if (!layers.length) return null;
  const { width, height } = layers[0].getBoundingClientRect();
  const whole = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` })) whole.setAttribute(name, value);
  const ground = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: getComputedStyle(card).backgroundColor })) ground.setAttribute(name, value);
  whole.append(ground);
  for (const layer of layers) {
    const copy = layer.cloneNode(true);
    for (const idle of copy.querySelectorAll(".hoverlayer, .draglayer, .nsewdrag")) idle.remove();
    copy.style.background = "none";
    local(copy);
    whole.append(copy);
  }
  return new XMLSerializer().serializeToString(whole);
}

/** What a press on `[data-save]` does. */
export function save(button) {
  const { save: what, file, text } = button.dataset;
  if (what === "data") return offer(`${file}.csv`, "text/csv;charset=utf-8", text);
  const picture = pictureOf(cardOf(button));
  return picture ? offer(`${file}.svg`, "image/svg+xml", picture) : undefined;
}
