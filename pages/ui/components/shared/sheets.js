// Style sheets of components. They are fetched before anything is drawn and adopted by the shadow root,
// so a component never flashes unstyled, and a redraw never touches them.

export async function sheet(url) {
  const made = new CSSStyleSheet();
  made.replaceSync(await (await fetch(url)).text());
  return made;
}

export function adopt(root, ...sheets) {
  const wanted = sheets.filter(Boolean);
  const now = root.adoptedStyleSheets;
  if (wanted.length !== now.length || wanted.some((one, i) => one !== now[i])) root.adoptedStyleSheets = wanted;
}
