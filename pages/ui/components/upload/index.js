// One file, streamed to the studio as it is read: chosen or dropped, with progress, and it can be cancelled.
// Python is told an id, the file's name and its size; the name is text for people and never a path.

import { adopt, sheet } from "../shared/sheets.js";

const sheets = await Promise.all(["../tokens.css", "./upload.css"].map((file) => sheet(new URL(file, import.meta.url))));
const boxes = new WeakMap(); // root element → its box

const made = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const inMegabytes = (bytes) => `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: bytes < 1e7 ? 1 : 0 })} MB`;

const inWords = (seconds) => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`);

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

class Box {
  constructor(root) {
    this.input = made("input", { type: "file", id: "file" });
    this.words = made("span", { class: "dim" });
    this.status = made("div", { class: "lab", role: "status" });
    this.bar = made("i");
    this.track = made("div", { class: "track", hidden: "" }, this.bar);
    this.stop = made("button", { class: "btn", type: "button", hidden: "" }, "Cancel");
    this.zone = made("div", { class: "zone" },
      made("label", { class: "btn", for: "file" }, "Choose a file"), this.input, this.words, this.stop);
    root.replaceChildren(this.zone, this.track, this.status);
    this.input.onchange = () => this.send(this.input.files[0]);
    this.stop.onclick = () => this.request?.abort();
    this.zone.ondragover = (event) => { event.preventDefault(); this.zone.classList.add("over"); };
    this.zone.ondragleave = () => this.zone.classList.remove("over");
    this.zone.ondrop = (event) => {
      event.preventDefault();
      this.zone.classList.remove("over");
      this.send(event.dataTransfer.files[0]);
    };
  }

  show(data, tell) {
    this.most = data.most_bytes;
    this.tell = tell;
    if (!this.request) this.words.textContent = `or drop it here, up to ${inMegabytes(this.most)}`;
  }

  send(file) {
    if (!file || this.request) return;
    if (file.size > this.most) return this.say(`The file has ${inMegabytes(file.size)}; at most ${inMegabytes(this.most)} are taken. Import it by its path.`);
    const request = this.request = new XMLHttpRequest();
    const began = performance.now();
    request.open("POST", "/api/upload");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name.slice(0, 200)));
    request.upload.onprogress = ({ loaded }) => this.progress(loaded, file.size, (performance.now() - began) / 1000);
    request.onload = () => this.done(file, request);
    request.onerror = () => this.end("The studio cannot be reached. Nothing was taken; choose the file again.");
    request.onabort = () => this.end("Cancelled. Nothing was taken.");
    this.track.hidden = this.stop.hidden = false;
    request.send(file);
  }

  progress(loaded, total, seconds) {
    const rate = loaded / Math.max(seconds, 0.001);
    this.bar.style.width = `${(100 * loaded) / Math.max(1, total)}%`;
    this.say(`${inMegabytes(loaded)} of ${inMegabytes(total)}, ${inMegabytes(rate)}/s, ${inWords((total - loaded) / rate)} left`);
  }

  done(file, request) {
    const answer = answerOf(request);
    if (request.status !== 200) return this.end([answer.what ?? "The file was not taken", answer.to_do ?? ""].join(". "));
    this.end("");
    return this.tell({ id: answer.id, name: file.name.slice(0, 200), bytes: file.size });
  }

  end(words) {
    this.request = null;
    this.input.value = "";
    this.track.hidden = this.stop.hidden = true;
    this.say(words);
  }

  say(words) {
    this.status.textContent = words;
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  if (!boxes.has(root)) boxes.set(root, new Box(root));
  boxes.get(root).show(data, (file) => setStateValue("file", file));
  return undefined;
}
