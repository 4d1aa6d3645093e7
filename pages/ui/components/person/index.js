// Who one is: a square and a name; opened, everybody else and a field for somebody new. The choice is a signed cookie that
// the studio sets, so the page is loaded again after it: pages read the cookies with which they were connected.
// Where people sign in, nobody else is listed: there is one's account, and the way out.

import { adopt, sheet } from "../shared/sheets.js";
import { patch } from "../shared/vdom.js";

const sheets = await Promise.all(["../tokens.css", "./person.css"].map((file) => sheet(new URL(file, import.meta.url))));
const pickers = new WeakMap(); // root element → its picker

const square = (person) => ["span", { class: "sq", "aria-hidden": "true" }, person ? person.initials : "?"];

class Picker {
  constructor(root) {
    this.isOpen = false;
    this.said = "";
    this.lines = document.createElement("div");
    this.field = Object.assign(document.createElement("input"), { placeholder: "A new name", maxLength: 60 });
    this.field.setAttribute("aria-label", "Name of somebody new");
    this.button = Object.assign(document.createElement("button"), { type: "submit", className: "btn", textContent: "Add" });
    this.form = document.createElement("form");
    this.form.append(this.field, this.button);
    this.form.onsubmit = (event) => { event.preventDefault(); this.choose({ name: this.field.value }); };
    this.status = Object.assign(document.createElement("div"), { className: "lab warn" });
    this.status.setAttribute("role", "status");
    this.foot = document.createElement("div");
    root.replaceChildren(this.lines, this.form, this.status, this.foot);
    root.onclick = (event) => this.clicked(event.target.closest("[data-person],[data-turn],[data-out]"));
    root.onkeydown = (event) => { if (event.key === "Escape" && this.isOpen) { event.stopPropagation(); this.turn(false); } };
    this.root = root;
  }

  show(data) {
    this.data = data;
    if (!data.who) this.isOpen = true;
    this.draw();
  }

  draw() {
    const { people, who, manage } = this.data;
    const me = people.find((one) => one.id === who);
    const others = people.filter((one) => one.id !== who);
    const line = (one) => ["button", { class: "who", key: one.id, "data-person": one.id, title: one.role }, square(one), ["span", { class: "one" }, one.name]];
    patch(this.lines, [
      ["button", { class: "who me", "data-turn": "1", "aria-expanded": String(this.isOpen), title: me ? `You work as ${me.name} (${me.role})` : "" },
        square(me), ["span", { class: "one" }, me ? me.name : "Who are you?"], ["span", { class: "lab push" }, this.isOpen ? "▴" : "▾"]],
      ["div", { class: "list", hidden: !this.isOpen }, ...others.map(line)],
    ]);
    this.form.hidden = !this.isOpen || !who || Boolean(this.data.signed); // who is not active any more lets nobody in
    this.status.textContent = this.said;
    const links = manage ? [["a", { class: "lab", href: manage }, "People and roles"]] : [];
    if (this.data.signed) {
      links.unshift(["a", { class: "lab", href: this.data.signed.account }, "Your account"]);
      links.push(["button", { class: "btn out", "data-out": "1" }, "Sign out"]);
    }
    patch(this.foot, this.isOpen ? links : []);
  }

  turn(isOpen) {
    this.isOpen = isOpen;
    this.said = "";
    this.draw();
  }

  clicked(target) {
    if (!target) return;
    if (target.dataset.turn) this.turn(!this.isOpen);
    else if (target.dataset.out) this.leave();
    else this.choose({ person: target.dataset.person });
  }

  /** Out of this browser; a provider is told too, through Streamlit's own route. */
  async leave() {
    try {
      await fetch("/api/session/end", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
      location.assign(this.data.signed.provider ? "/auth/logout" : "/");
    } catch {
      this.said = "The studio cannot be reached. You are still signed in.";
      this.draw();
    }
  }

  async choose(wanted) {
    if (this.isSending) return;
    this.isSending = true;
    this.said = await this.send(wanted);
    this.isSending = false;
    this.draw();
  }

  /** What went wrong, in words; "" when the page is about to be loaded again. */
  async send(wanted) {
    try {
      const reply = await fetch("/api/person", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wanted) });
      const { role, what, to_do } = await reply.json();
      if (reply.ok) {
        if (role === "annotator") location.assign("/"); // the page that one was on may not be theirs
        else location.reload();
        return "";
      }
      return `${what}. ${to_do ?? ""}`;
    } catch {
      return "The studio cannot be reached. Try again in a moment.";
    }
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  if (!pickers.has(root)) pickers.set(root, new Picker(root));
  pickers.get(root).show(data);
  return undefined;
}
