// Asks the studio's own routes. A refusal is a value {what, to_do}, shown in the pane that asked.

export class Refusal extends Error {
  constructor(what, toDo, status = 0) {
    super(what);
    this.what = what;
    this.toDo = toDo;
    this.status = status; // 0: nobody answered
  }
}

export function addressOf(path, parameters) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url;
}

async function send(url, options) {
  let reply;
  try {
    reply = await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("The studio does not answer.", "It may have been stopped. Start it again, then try once more.");
  }
  if (reply.status === 304) return null;
  const said = await reply.json().catch(() => null);
  if (reply.ok && said) return said;
  throw new Refusal(said?.what ?? `The studio answered with status ${reply.status}.`, said?.to_do ?? "Reload the page.", reply.status);
}

export const ask = (path, parameters, signal) => send(addressOf(path, parameters), { signal, headers: { Accept: "application/json" } });

/** The same, or null if `version` is still the newest. */
export const news = (path, parameters, version) => send(addressOf(path, parameters),
  { headers: { Accept: "application/json", "If-None-Match": `"${version}"` }, cache: "no-store" });

/** Hands something over; the answer is the studio's. */
export const hand = (path, parameters, body, signal) => send(addressOf(path, parameters),
  { method: "POST", signal, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** Runs one question at a time: a newer one cancels the older, whose answer is then dropped (undefined). */
export function latest() {
  let running = null;
  return {
    async ask(path, parameters) {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      try {
        const said = await ask(path, parameters, mine.signal);
        return running === mine ? said : undefined;
      } catch (error) {
        if (error.name === "AbortError" || running !== mine) return undefined;
        throw error;
      }
    },
    stop() { running?.abort(); running = null; },
  };
}
