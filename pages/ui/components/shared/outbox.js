// Decisions and judgments on their way to the studio. Each is written into the browser's database before anybody sees it as decided, and
// is forgotten only when the studio has answered. Every page of the studio sends what is there, so a reload, another page,
// a lost connection or a stopped studio loses nothing. The studio takes each decision once, however often it is sent.

import { addressOf } from "./api.js";
import { all, lasts, put, remove } from "./kept.js";

const BATCH = 50;
const KEEPALIVE_BYTES = 50_000; // a browser sends no more than 64 kB after its page has gone
const ANSWER_MS = 20_000;
const [FIRST_MS, LONGEST_MS] = [400, 8000]; // between two tries
const LOCK = "studio-outbox"; // one tab sends at a time
const receiptsOf = (said) => said.receipts ?? [];
/** By kind: where it goes, in what form, how many at once, what tells two of one trial apart, and what the answer says of each. */
const KINDS = {
  decision: { path: "/api/decisions", body: (batch) => ({ project: batch[0].project, decisions: batch.map((entry) => entry.body) }),
    most: BATCH, act: (body) => body.act, receiptsOf },
  judgment: { path: "/api/judgments", body: (batch) => ({ project: batch[0].project, judgments: batch.map((entry) => entry.body) }),
    most: BATCH, act: (body) => `judge ${body.number}`, receiptsOf, keepsRefused: true },
  rating: { path: "/api/ratings", body: ([entry]) => ({ project: entry.project, ...entry.body }),
    most: 1, act: (_, order) => `rate ${order}`, receiptsOf: () => [{ answer: "saved", why: "" }] },
};

const WRONG = new Set([400, 404, 413, 422]); // trying again changes nothing; anything else (a full disk, a lost visit) passes

const listeners = new Set();
const mine = new Map(); // key → entry that this page has written and that is not answered
const refused = new Map(); // key → why the studio does not take it; kept, and tried again by the next page
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel(LOCK) : null;
let [person, last, writing, waiting, tries, timer, sending, once, problem] = [undefined, 0, 0, 0, 0, 0, false, false, null];

export const keyOf = (project, trial, act) => `${project} ${trial} ${act}`;

/** {waiting, failing, lasting, refused}: what stands in the outbox and whether the last try to send it failed. */
export const state = () => ({ waiting: waiting + writing, failing: tries > 0, lasting: lasts(), refused: [...refused.values()], problem });

/** Calls back at every change with {state} and, after an answer, {receipts, gone}. Returns how to stop. */
export function watch(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(news = {}, { toTabs = true } = {}) {
  for (const listener of listeners) {
    try { listener({ state: state(), receipts: [], gone: [], ...news }); } catch (error) { reportError(error); } // what fails to be drawn is sent all the same
  }
  if (toTabs) tabs?.postMessage({ last, ...news });
}

/** Everything of this person that is not answered yet, in the order in which it was decided. */
export async function unsent() {
  const found = await all("outbox");
  if (!lasts()) for (const entry of mine.values()) if (!found.some((one) => one.key === entry.key)) found.push(entry);
  for (const entry of found) last = Math.max(last, entry.order);
  return found.filter((entry) => entry.person === person).sort((a, b) => a.order - b.order);
}

/** Resolves when it is written in this browser. `kind`: "decision", "judgment", or "rating" of the trial's response. */
export async function keep(project, kind, body) {
  last = Math.max(last + 1, Date.now());
  const entry = { key: keyOf(project, body.trial, KINDS[kind].act(body, last)), order: last, person, project, kind, body };
  mine.set(entry.key, entry);
  writing += 1;
  const written = put("outbox", entry);
  tell({}, { toTabs: false });
  await written;
  writing -= 1;
  waiting += 1;
  tell();
  if (!tries) send();
}

/** The first entries that may travel together: of one project and one kind. */
function batchOf(entries) {
  const open = entries.filter((entry) => !refused.has(entry.key));
  const [first] = open;
  if (!first) return [];
  const end = open.findIndex((entry) => entry.project !== first.project || entry.kind !== first.kind);
  return open.slice(0, Math.min(end < 0 ? open.length : end, once ? 1 : KINDS[first.kind].most));
}

const request = (batch, extra) => {
  const how = KINDS[batch[0].kind];
  const body = JSON.stringify(how.body(batch));
  return fetch(addressOf(how.path, {}), { method: "POST", body, keepalive: body.length < KEEPALIVE_BYTES,
    headers: { "Content-Type": "application/json", Accept: "application/json" }, ...extra });
};

/** A studio that was started anew knows no visitor; its first page makes this browser one again. */
export const greet = () => fetch("/", { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => null);

/** Receipts come in the order of what was sent; each is the answer to the entry in its place. */
async function settle(batch, said) {
  const { receiptsOf: read, act, keepsRefused } = KINDS[batch[0].kind];
  const told = read(said);
  const answered = batch.slice(0, told.length);
  const receipts = answered.map((entry, i) => ({ ...told[i], kind: entry.kind, trial: entry.body.trial, act: act(entry.body, entry.order), project: entry.project }));
  const isKept = (i) => keepsRefused && told[i].answer === "refused"; // its text is a person's work: it stays until they let it go
  answered.forEach((entry, i) => { if (isKept(i)) refused.set(entry.key, { ...entry, why: told[i].why, toDo: "" }); });
  const keys = answered.filter((_, i) => !isKept(i)).map((entry) => entry.key);
  await remove("outbox", keys);
  for (const key of keys) mine.delete(key);
  waiting = Math.max(0, waiting - keys.length);
  tell({ receipts, gone: said.void ?? [] });
  return answered.length > 0;
}

/** Sends one batch. Says "more", "empty" or "failed". */
async function sendOne() {
  const entries = await unsent();
  waiting = entries.length;
  for (const key of refused.keys()) if (!entries.some((entry) => entry.key === key)) refused.delete(key); // forgotten in another tab
  const batch = batchOf(entries);
  if (!batch.length) { once = false; return "empty"; }
  const reply = await request(batch, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null);
  const said = await reply?.json().catch(() => null);
  problem = said?.what ?? null;
  if (reply?.ok && said) return await settle(batch, said) ? "more" : "failed";
  if (reply?.status === 403) await greet();
  if (!WRONG.has(reply?.status)) return "failed";
  if (batch.length === 1) refused.set(batch[0].key, { ...batch[0], why: said?.what ?? `Status ${reply.status}`, toDo: said?.to_do ?? "" });
  else once = true; // one of these is not taken: find out which
  return "more";
}

const alone = (action) => (navigator.locks ? navigator.locks.request(LOCK, action) : action());

/** Sends until nothing is left; after a failure it tries again later, and later still. */
export async function send() {
  if (sending || !person) return;
  sending = true;
  clearTimeout(timer);
  let ended = "more";
  while (ended === "more") {
    ended = await alone(sendOne);
    if (ended === "more") tries = 0;
  }
  sending = false;
  tries = ended === "failed" ? tries + 1 : 0;
  tell({}, { toTabs: false });
  if (tries) timer = setTimeout(send, Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1)) * (0.8 + 0.4 * Math.random()));
  else if (waiting > refused.size) send(); // something came while the last answer was on its way
}

/** The page goes away: what it has written and not sent yet is sent without it. */
function leave() {
  const batch = batchOf([...mine.values()].filter((entry) => entry.person === person).sort((a, b) => a.order - b.order));
  if (batch.length) request(batch, { keepalive: true }).catch(() => null);
}

function warn(event) {
  if (writing + waiting > refused.size) { event.preventDefault(); event.returnValue = ""; }
}

function hear({ data }) {
  last = Math.max(last, data.last ?? 0);
  for (const one of data.receipts ?? []) mine.delete(keyOf(one.project, one.trial, one.act));
  unsent().then((entries) => {
    waiting = entries.length;
    tell({ receipts: data.receipts ?? [], gone: data.gone ?? [] }, { toTabs: false });
    if (waiting > refused.size && !tries) send(); // the other tab may be closed by now
  });
}

/** Called by the theme watch on every page: from now on what this person decided in this browser is sent. */
export function start(who) {
  const isFirst = person === undefined;
  if (!isFirst && (who || null) === person) return;
  if (isFirst) {
    addEventListener("pagehide", leave);
    addEventListener("beforeunload", warn);
    addEventListener("online", send);
    if (tabs) tabs.onmessage = hear;
  }
  person = who || null; // nobody: everything waits
  refused.clear();
  send();
}

/** What was refused for good, in the person's own words “forget it”. */
export async function forget() {
  const keys = [...refused.keys()];
  await remove("outbox", keys);
  for (const key of keys) { mine.delete(key); refused.delete(key); }
  waiting = (await unsent()).length;
  tell();
}
