// How much of the window is left below a component. It measures its own top, because Streamlit's header
// and the rows above may change height; a guess would push decisions below the fold.

const FOOT = 18; // px that stay free under the component

export function available(element, least = 520) {
  const top = element.getBoundingClientRect().top + scrolled(element);
  return Math.max(least, Math.round(innerHeight - top - FOOT));
}

function scrolled(element) {
  for (let at = element.getRootNode().host ?? element; at; at = at.parentElement) {
    if (at.scrollTop > 0) return at.scrollTop;
  }
  return 0;
}

/** Keeps `--avail` on the element right while the window or the page's head changes. Returns how to stop. */
export function keepMeasured(element, changed = () => {}) {
  let last = 0;
  const measure = () => {
    const now = available(element);
    if (now === last || !element.isConnected) return;
    last = now;
    element.style.setProperty("--avail", `${now}px`);
    changed();
  };
  const later = () => requestAnimationFrame(measure);
  const page = element.getRootNode().host?.closest("[data-testid=stMainBlockContainer]");
  const watch = new ResizeObserver(later);
  if (page) watch.observe(page);
  addEventListener("resize", later);
  measure();
  later();
  return () => { watch.disconnect(); removeEventListener("resize", later); };
}
