// In which order what is held stood, kept in this tab: after a reload it stands so again.

export function keptOrder(name) {
  try { return (sessionStorage.getItem(name) ?? "").split(" "); } catch { return []; }
}

export function keepOrder(name, trials) {
  try { sessionStorage.setItem(name, trials.join(" ")); } catch { /* after a reload they come as the studio gives them */ }
}
