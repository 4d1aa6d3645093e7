// What must survive a reload stands in the browser's own database "studio": decisions that are not saved yet (outbox),
// texts that somebody is writing (drafts), and what one decided last in each queue (recent).
// Where a browser has no such database (a private window), all of it lives as long as the page.

const STORES = ["outbox", "drafts", "recent"];
const memory = new Map(STORES.map((name) => [name, new Map()]));
let opening = null;
let isLasting = true;

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("studio", 1);
    asked.onupgradeneeded = () => { for (const name of STORES) asked.result.createObjectStore(name, { keyPath: "key" }); };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opening = null; }; // a newer studio in another tab
      asked.result.onclose = () => { opening = null; };
      resolve(asked.result);
    };
  });
  return opening;
}

async function within(name, mode, action, otherwise) {
  if (isLasting) {
    try {
      const moved = (await open()).transaction(name, mode);
      const said = action(moved.objectStore(name));
      const end = new Promise((resolve, reject) => { moved.oncomplete = resolve; moved.onabort = () => reject(moved.error); });
      moved.commit?.(); // what was asked for is written even if the page goes away now
      const answer = said && await done(said);
      await end;
      return answer;
    } catch { isLasting = false; } // no room, or not allowed: from now on for this page only
  }
  return otherwise(memory.get(name));
}

/** Resolves when `value` (it has a `key`) is written. */
export const put = (name, value) => within(name, "readwrite", (store) => { store.put(value); }, (map) => { map.set(value.key, value); });
export const take = (name, key) => within(name, "readonly", (store) => store.get(key), (map) => map.get(key));
/** All values, or those whose key begins with `prefix`. */
export const all = (name, prefix = "") => within(name, "readonly", (store) => store.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)),
  (map) => [...map.values()].filter((value) => value.key.startsWith(prefix)));
export const remove = (name, keys) => within(name, "readwrite", (store) => { for (const key of keys) store.delete(key); },
  (map) => { for (const key of keys) map.delete(key); });

/** Whether what is put here is still there after the page was closed. */
export const lasts = () => isLasting;
