// Style sheets of components. They are fetched before anything is drawn and adopted by the shadow root,
// so a component never flashes unstyled, and a redraw never touches them.

const known = new Map(); // address → its sheet, or the promise of it: components share what they have in common

async function made(url) {
  const fresh = new CSSStyleSheet();
  fresh.replaceSync(await (await fetch(url)).text());
  return fresh;
}

export function sheet(url) {
  if (!known.has(url.href)) known.set(url.href, made(url));
  return known.get(url.href);
}

export function adopt(root, ...sheets) {
  const wanted = sheets.filter(Boolean);
  const now = root.adoptedStyleSheets;
  if (wanted.length !== now.length || wanted.some((one, i) => one !== now[i])) root.adoptedStyleSheets = wanted;
}
