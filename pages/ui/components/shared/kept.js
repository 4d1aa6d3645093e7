// What must survive a reload stands in the browser's own database "studio": decisions that are not saved yet (outbox),
// texts that somebody is writing (drafts), and what one decided last in each queue (recent).
// Where a browser has no such database (a private window), all of it lives as long as the page.

const STORES = ["outbox", "drafts", "recent"];
const memory = new Map(STORES.map((name) => [name, new Map()]));
let opening = null;
let opened = null; // the open database: what is asked of it then is on its way before the caller's next line
let isLasting = true;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("studio", 1);
    const gone = () => { opened = opening = null; };
    asked.onupgradeneeded = () => { for (const name of STORES) asked.result.createObjectStore(name, { keyPath: "key" }); };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      opened = asked.result;
      opened.onversionchange = () => { opened?.close(); gone(); }; // a newer studio in another tab
      opened.onclose = gone;
      resolve(opened);
    };
  });
  return opening;
}

const asked = (database, name, mode, action) => new Promise((resolve, reject) => {
  const moved = database.transaction(name, mode);
  const request = action(moved.objectStore(name));
  moved.oncomplete = () => resolve(request?.result);
  moved.onabort = () => reject(moved.error);
  moved.commit?.(); // what was asked for is written even if the page goes away now
});

function within(name, mode, action, otherwise) {
  const inMemory = () => otherwise(memory.get(name));
  if (!isLasting) return Promise.resolve(inMemory());
  const answer = opened ? asked(opened, name, mode, action) : open().then((database) => asked(database, name, mode, action));
  return answer.catch(() => { isLasting = false; return inMemory(); }); // no room, or not allowed: from now on for this page only
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
