// Joining a study by its link: a name (or the one that the link is for), and on to the texts. Who one is becomes a signed
// cookie that the studio sets, so the next page is loaded anew.

import { addressOf, hand } from "../shared/api.js";
import { adopt, sheet } from "../shared/sheets.js";

const sheets = await Promise.all(["../tokens.css", "./join.css"].map((file) => sheet(new URL(file, import.meta.url))));
const doors = new WeakMap(); // root element → its door

function made(tag, about) {
  return Object.assign(document.createElement(tag), about);
}

class Door {
  constructor(root) {
    this.label = made("label", { htmlFor: "name", textContent: "Your name" });
    this.field = made("input", { id: "name", maxLength: 60, autocomplete: "name" });
    this.hint = made("p", { className: "lab" });
    this.begin = made("button", { type: "submit", className: "bt pri" });
    this.other = made("button", { type: "button", className: "bt q" });
    this.status = made("p", { className: "said" });
    this.status.setAttribute("role", "alert");
    const buttons = made("div", { className: "row" });
    buttons.append(this.begin, this.other);
    this.form = made("form", {});
    this.form.append(this.label, this.field, this.hint, buttons, this.status);
    this.form.onsubmit = (event) => { event.preventDefault(); this.join(); };
    this.other.onclick = () => { this.asMe = false; this.draw(); this.field.focus(); };
    root.replaceChildren(this.form);
  }

  show(data) {
    if (!this.data) this.asMe = Boolean(data.me);
    this.data = data;
    this.draw();
  }

  draw() {
    const { invited, me } = this.data;
    const known = invited || (this.asMe ? me : "");
    this.label.hidden = this.field.hidden = this.hint.hidden = Boolean(known);
    this.hint.textContent = "Only those who lead the study see it. A short name or initials will do.";
    this.begin.textContent = known ? `Begin as ${known}` : "Begin";
    this.other.hidden = Boolean(invited) || !known;
    this.other.textContent = `I am not ${known}`;
    this.begin.disabled = this.isSending;
  }

  async join() {
    if (this.isSending) return;
    this.isSending = true;
    this.status.textContent = "";
    this.draw();
    try {
      const { invitation, invited } = this.data;
      const name = this.asMe || invited ? "" : this.field.value;
      const said = await hand("/api/join", {}, { invitation, name, as_me: !invited && this.asMe });
      location.assign(addressOf("/judge", { project: said.project, study: said.study }));
    } catch (error) {
      this.status.textContent = [error.what ?? "This page is out of date.", error.toDo ?? "Reload it."].join(" ");
      this.isSending = false;
      this.draw();
    }
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  if (!doors.has(root)) doors.set(root, new Door(root));
  doors.get(root).show(data);
  return undefined;
}
