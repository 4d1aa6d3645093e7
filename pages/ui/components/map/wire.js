// Reads what the studio sends of a map: a length, that much JSON, then one array a property (pages/ui/exploring/map_wire.py).

import { Refusal, addressOf } from "../shared/api.js";

const MAGIC = "ESM1";
const TYPES = { f4: Float32Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array };

/** The header and its arrays by name. */
export function decode(buffer) {
  const view = new DataView(buffer);
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (magic !== MAGIC) throw new Refusal("This is no map.", "Reload the page.");
  const length = view.getUint32(4, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const arrays = {};
  let at = 8 + length;
  for (const [name, type] of head.arrays) {
    arrays[name] = new TYPES[type](buffer, at, head.n);
    at += arrays[name].byteLength;
  }
  return { head, arrays };
}

/** Asks for a map. A refusal is thrown as the studio says it. */
export async function fetchMap(parameters, signal) {
  const reply = await fetch(addressOf("/api/map", parameters), { signal }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Refusal("The studio does not answer.", "It may have been stopped. Start it again, then try once more.");
  });
  if (reply.ok) return decode(await reply.arrayBuffer());
  const said = await reply.json().catch(() => null);
  throw new Refusal(said?.what ?? `The studio answered with status ${reply.status}.`, said?.to_do ?? "Reload the page.", reply.status);
}
