// Signing in: a name and a password, or what a provider just said; or following a link that lets somebody in. The link's token stands
// behind the # of its address, which browsers keep to themselves, and is taken out of the address as soon as it was read. Who one is
// becomes a cookie that the studio sets, so the next page is loaded anew.

import { hand } from "../shared/api.js";
import { adopt, sheet } from "../shared/sheets.js";

const sheets = await Promise.all(["../tokens.css", "./sign.css"].map((file) => sheet(new URL(file, import.meta.url))));
const doors = new WeakMap(); // root element → its door
const LINK = "studio.link", NAME = "studio.name", NEXT = "studio.next"; // kept in this tab while a provider is asked
const TITLES = {
  "first owner": "Become the owner of this studio",
  invitation: "You are invited",
  "new password": "Choose a new password",
};

function made(tag, about) {
  return Object.assign(document.createElement(tag), about);
}

function field(id, label, type, autocomplete) {
  const input = made("input", { id, type, autocomplete, maxLength: 256, required: true });
  return { input, label: made("label", { htmlFor: id, textContent: label }) };
}

class Door {
  constructor(root) {
    this.title = made("p", { className: "h" });
    this.about = made("p", { className: "lab" });
    this.name = field("name", "Name", "text", "username");
    this.password = field("password", "Password", "password", "current-password");
    this.hint = made("p", { className: "lab", textContent: "At least 12 letters. A few words that only you would put together are good." });
    this.seen = made("button", { type: "button", className: "bt q", textContent: "Show it" });
    this.go = made("button", { type: "submit", className: "bt pri" });
    this.status = made("p", { className: "said" });
    this.status.setAttribute("role", "alert");
    const last = made("div", { className: "row" });
    last.append(this.go, this.seen);
    this.form = made("form", {});
    this.form.append(this.title, this.about, this.name.label, this.name.input, this.password.label, this.password.input, this.hint, last, this.status);
    this.form.onsubmit = (event) => { event.preventDefault(); this.submit(); };
    this.seen.onclick = () => this.turn(this.password.input.type === "password");
    this.name.input.oninput = () => { if (this.data.by_provider) sessionStorage.setItem(NAME, this.name.input.value); };
    root.replaceChildren(this.form);
  }

  show(data) {
    const isFirst = !this.data;
    this.data = data;
    if (isFirst) this.begin();
    this.draw();
    if (data.ticket && !this.ticket && !this.isJustFollowed) this.enter(data.ticket); // who follows a link says so once more
  }

  begin() {
    const token = location.hash.slice(1);
    if (/^[\w-]{20,}$/.test(token)) {
      this.isJustFollowed = true;
      sessionStorage.setItem(LINK, token);
      history.replaceState(history.state, "", location.pathname + location.search);
    }
    if (location.pathname !== "/sign-in" && location.pathname !== "/") sessionStorage.setItem(NEXT, location.pathname + location.search);
    this.link = sessionStorage.getItem(LINK) ?? "";
    if (this.link && (this.isJustFollowed || !this.data.ticket)) this.look();
    else if (!this.data.by_provider) this.name.input.focus();
  }

  async look() {
    try {
      this.offer = await hand("/api/link", {}, { link: this.link });
    } catch (error) {
      this.forget();
      this.say(error);
    }
    this.draw();
  }

  draw() {
    const { by_provider: byProvider, me } = this.data, { offer } = this;
    const isNew = Boolean(offer), asksName = isNew ? !offer.name : !byProvider, asksPassword = !byProvider;
    this.title.textContent = isNew ? TITLES[offer.kind] : "";
    this.about.textContent = isNew ? this.words(offer, byProvider, me) : "";
    this.title.hidden = this.about.hidden = !isNew;
    this.name.label.textContent = isNew ? "Your name here" : "Name";
    for (const one of [this.name.label, this.name.input]) one.hidden = !asksName;
    for (const one of [this.password.label, this.password.input, this.go, this.seen]) one.hidden = !asksPassword;
    this.name.input.maxLength = 60;
    this.name.input.required = asksName && asksPassword;
    this.password.input.autocomplete = isNew ? "new-password" : "current-password";
    this.password.label.textContent = isNew ? "Password of your choice" : "Password";
    this.hint.hidden = !isNew || !asksPassword;
    this.go.textContent = isNew ? "Go in" : "Sign in";
    this.go.disabled = Boolean(this.isSending);
  }

  words(offer, byProvider, me) {
    const parts = [];
    if (offer.kind === "invitation") parts.push(`As ${offer.role}: ${offer.about}.`);
    if (offer.kind === "first owner") parts.push("What was done here alone becomes yours. You then invite the others.");
    if (offer.name) parts.push(`You are ${offer.name}. Wherever you are signed in, you are signed out.`);
    if (byProvider) parts.push("Sign in below; the name is what others here will read.");
    if (me) parts.push(`This browser is signed in as ${me} until then.`);
    return parts.join(" ");
  }

  turn(isSeen) {
    this.password.input.type = isSeen ? "text" : "password";
    this.seen.textContent = isSeen ? "Hide it" : "Show it";
  }

  submit() {
    const said = { name: this.name.input.value, password: this.password.input.value };
    this.send(this.offer ? "/api/link/accept" : "/api/session", this.offer ? { ...said, link: this.link } : said);
  }

  enter(ticket) {
    this.ticket = ticket;
    this.send("/api/session", { ticket, link: this.link, name: sessionStorage.getItem(NAME) ?? "" });
  }

  async send(path, body) {
    if (this.isSending) return;
    this.isSending = true;
    this.status.textContent = "";
    this.draw();
    try {
      await hand(path, {}, body);
      const next = sessionStorage.getItem(NEXT) ?? "/";
      this.forget();
      location.assign(next.startsWith("/") && !next.startsWith("//") ? next : "/");
    } catch (error) {
      this.isSending = false;
      if (body.ticket) this.forget();
      this.say(error);
      this.draw();
      this.password.input.select();
    }
  }

  say(error) {
    this.status.textContent = [error.what ?? "This page is out of date.", error.toDo ?? "Reload it."].map((one) => (/[.!?]$/.test(one) ? one : `${one}.`)).join(" ");
  }

  forget() {
    for (const key of [LINK, NAME, NEXT]) sessionStorage.removeItem(key);
    this.link = "";
    this.offer = null;
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  if (!doors.has(root)) doors.set(root, new Door(root));
  doors.get(root).show(data);
  return undefined;
}
