// All keys of the map.

import { showKeys } from "../shared/help.js";

const GROUPS = [
  ["Moving", [[["←", "→", "↑", "↓"], "move the map, while it has the focus"], [["+", "−"], "closer, further"], [["0"], "the whole map"]]],
  ["Picking out", [[["L"], "lasso: draw around points"], [["B"], "rectangle"], [["V"], "what is in view"], [["Shift"], "held while dragging: lasso"], [["Esc"], "clear, one step at a time"]]],
  ["Colours", [[["1", "2", "3"], "operation, machine, people"], [["4", "5", "6"], "epoch, source, cluster"]]],
  ["Help", [[["?"], "this sheet"]]],
];

export const showHelp = (overlay) => showKeys(overlay, GROUPS, "Keys do nothing while you type, or while another control has the focus and needs them.", ["?"]);
