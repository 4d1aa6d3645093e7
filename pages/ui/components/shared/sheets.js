// Style sheets of components. They are fetched before anything is drawn and adopted by the shadow root,
// so a component never flashes unstyled, and a redraw never touches them.

export async function sheet(url) {
  const made = new CSSStyleSheet();
  made.replaceSync(await (await fetch(url)).text());
  return made;
}

const inline = new Map(); // text → sheet: pages share a sheet per text

export function inlineSheet(text) {
  if (!inline.has(text)) {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    inline.set(text, made);
  }
  return inline.get(text);
}

export function adopt(root, ...sheets) {
  const wanted = sheets.filter(Boolean);
  const now = root.adoptedStyleSheets;
  if (wanted.length !== now.length || wanted.some((one, i) => one !== now[i])) root.adoptedStyleSheets = wanted;
}
