// How long the shown item was looked at: only while the window is visible and in front.

export function makeClock() {
  let [total, since, isHeld] = [0, null, false];
  const isOn = () => !isHeld && document.visibilityState === "visible" && document.hasFocus();
  function look() {
    const now = performance.now();
    if (since !== null) total += now - since;
    since = isOn() ? now : null;
  }
  const events = [[document, "visibilitychange"], [window, "focus"], [window, "blur"]];
  for (const [from, name] of events) from.addEventListener(name, look);
  return {
    /** `from`: milliseconds that it was looked at before the page was loaded. */
    restart(from = 0) { [total, since] = [from, null]; look(); },
    /** While another item is looked back at, or a sheet lies over it, this one's time stands still. */
    hold(held) { isHeld = held; look(); },
    /** Milliseconds so far. */
    read() { look(); return Math.round(total); },
    stop() { for (const [from, name] of events) from.removeEventListener(name, look); },
  };
}
