// Draws JSON as DOM. A node is a string or ["tag", {attributes}, child, child …]; strings become text nodes.
// Only what is named here can be made, so text from models, files or people is harmless whatever it says.
// Elements stay where the tag (and `key`) is the same: hover, focus and scroll positions survive live updates.

import { icon, isIcon } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";
const MATH = "http://www.w3.org/1998/Math/MathML";
const words = (text) => new Set(text.split(" "));
const HTML_TAGS = words("div span p b i em strong small code pre ul ol li dl dt dd table caption colgroup col thead tbody "
  + "tr th td h1 h2 h3 h4 h5 h6 blockquote s button kbd ins del a details summary section header footer article time progress meter hr br sub sup");
const SVG_TAGS = words("svg g path circle rect line polyline polygon text tspan title desc");
const MATH_TAGS = words("math mrow mi mn mo ms mtext mspace msup msub msubsup munder mover munderover mfrac msqrt mroot mtable mtr mtd "
  + "mpadded mphantom menclose mmultiscripts mprescripts none mstyle");
const MATH_ATTRIBUTES = words("display displaystyle scriptlevel mathvariant stretchy fence separator form largeop movablelimits symmetric accent "
  + "accentunder linethickness lspace rspace minsize maxsize depth voffset columnalign columnspacing columnlines rowalign rowspacing rowlines "
  + "columnspan rowspan notation");
const ATTRIBUTES = words("class id title role tabindex dir lang hidden disabled open colspan rowspan scope datetime value min max "
  + "low high optimum viewBox d cx cy r x y x1 y1 x2 y2 dx dy rx ry width height points fill stroke stroke-width "
  + "stroke-dasharray stroke-linecap stroke-linejoin opacity transform text-anchor preserveAspectRatio");
const STYLES = words("width height min-width max-width min-height max-height flex flex-grow flex-basis "
  + "grid-column grid-row grid-template-columns margin-left margin-top text-align white-space");
const PLAIN_VALUE = /^[\w\s.,%#()+\-*/]*$/;
const FETCHES = /url|image|src|element/i;
const known = new WeakMap(); // element → what it was drawn from

const keyOf = (node) => (Array.isArray(node) ? node[1]?.key : undefined);
const nameOf = (node) => (node[0] === "icon" ? `icon ${node[1]?.name}` : node[0]);

/** A same-site address, or null: "/runs?run=7", "?seed=3" or "#top", never another host or scheme. */
export function safeHref(value) {
  const text = String(value);
  if (!/^[/?#]/.test(text) || /^\/[/\\]/.test(text)) return null;
  try {
    const url = new URL(text, location.href);
    return url.origin === location.origin ? text : null;
  } catch {
    return null;
  }
}

function setStyle(element, wanted = {}, before = {}) {
  for (const name of Object.keys(before)) if (!(name in wanted)) element.style.removeProperty(name);
  for (const [name, given] of Object.entries(wanted)) {
    const value = String(given);
    const allowed = (/^--[\w-]+$/.test(name) || STYLES.has(name)) && PLAIN_VALUE.test(value) && !FETCHES.test(value);
    if (allowed && String(before[name]) !== value) element.style.setProperty(name, value);
  }
}

function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) return element.removeAttribute(name);
  if (name === "href") {
    const safe = element.localName === "a" ? safeHref(value) : null;
    return safe === null ? element.removeAttribute("href") : element.setAttribute("href", safe);
  }
  const allowed = ATTRIBUTES.has(name) || (element.namespaceURI === MATH && MATH_ATTRIBUTES.has(name) && PLAIN_VALUE.test(value));
  if (!allowed && !/^(aria|data)-[a-z][a-z0-9-]*$/.test(name)) return undefined;
  return element.setAttribute(name, value === true ? "" : String(value));
}

function setAttributes(element, wanted, before) {
  for (const name of Object.keys(before)) if (!(name in wanted) && name !== "style") element.removeAttribute(name);
  for (const [name, value] of Object.entries(wanted)) {
    if (name !== "style" && name !== "key" && value !== before[name]) setAttribute(element, name, value);
  }
  setStyle(element, wanted.style, before.style);
}

/** The namespace of an element: drawings and formulas begin at their own root and end where another tag is met. */
function spaceOf(tag, around) {
  if (tag === "svg" || (around === SVG && SVG_TAGS.has(tag))) return SVG;
  return tag === "math" || (around === MATH && MATH_TAGS.has(tag)) ? MATH : null;
}

function create(node, around) {
  if (!Array.isArray(node)) return document.createTextNode(String(node));
  const [tag, attributes = {}] = node;
  if (tag === "icon") {
    const drawn = isIcon(attributes.name) ? icon(attributes.name) : document.createTextNode("");
    known.set(drawn, { name: nameOf(node), key: attributes.key, attributes: {} });
    return drawn;
  }
  const space = spaceOf(tag, around);
  const element = space ? document.createElementNS(space, tag) : document.createElement(HTML_TAGS.has(tag) ? tag : "span");
  if (tag === "button") element.type = "button";
  known.set(element, { name: nameOf(node), key: attributes.key, attributes: {} });
  update(element, node);
  return element;
}

function update(dom, node) {
  if (!Array.isArray(node)) {
    if (dom.data !== String(node)) dom.data = String(node);
    return;
  }
  if (node[0] === "icon") return;
  const [, attributes = {}, ...children] = node;
  const fact = known.get(dom);
  setAttributes(dom, attributes, fact.attributes);
  fact.attributes = attributes;
  if (attributes["data-hold"] && dom.matches(":hover") && dom.firstChild) hold(dom, children);
  else patch(dom, children);
}

/** A list that is being pointed at stays still; it catches up when the pointer leaves. */
function hold(dom, children) {
  dom.onpointerleave = () => { dom.onpointerleave = null; patch(dom, children); };
}

function suits(dom, node) {
  if (!Array.isArray(node)) return dom.nodeType === Node.TEXT_NODE && !known.has(dom);
  const fact = known.get(dom);
  return Boolean(fact) && fact.name === nameOf(node) && fact.key === keyOf(node);
}

/** Makes the children of `parent` what `nodes` say, keeping every element that can stay. */
export function patch(parent, nodes) {
  const keyed = new Map();
  for (const child of parent.childNodes) {
    const key = known.get(child)?.key;
    if (key !== undefined) keyed.set(key, child);
  }
  let here = parent.firstChild;
  for (const node of nodes) {
    const key = keyOf(node);
    const match = key === undefined ? here : keyed.get(key);
    if (match && suits(match, node)) {
      if (match === here) here = here.nextSibling;
      else parent.insertBefore(match, here);
      if (key !== undefined) keyed.delete(key);
      update(match, node);
    } else parent.insertBefore(create(node, parent.namespaceURI), here);
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}
