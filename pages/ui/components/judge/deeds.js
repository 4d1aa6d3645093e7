// What a rater can do with the shown trial. A judgment is written in this browser first, and the next trial is there at once.

import { keep, watch } from "../shared/outbox.js";
import { count } from "../shared/words.js";
import { choices, firstMissing, fitting, isPair, isScored, isWhole, lacking, letter, missing, noun, same, saidOf, summary, valuesOf } from "./said.js";

const NOTE_MOST = 4000; // letters

export function makeDeeds({ now, hand, drafts, past, clock, field, project, isPreview, draw, drawAside, say, warn }) {
  const pressed = new Map(); // trial → when the key went down
  const spent = new Map(); // trial and number → milliseconds so far, while another is looked at
  const study = () => hand.hand.study;
  const key = () => study().criteria[now.step].key;

  function measured(name, start, detail) {
    performance.clearMeasures(name);
    performance.measure(name, { start, end: performance.now(), detail });
  }

  /** The answer of `trial` as it stands here: a draft, or what was submitted. */
  function begin(trial) {
    if (now.trial) spent.set(`${now.trial} ${now.number}`, clock.read());
    const draft = drafts.of(trial.trial);
    const given = draft && draft.number === trial.number ? draft : null;
    Object.assign(now, { trial: trial.trial, number: trial.number, values: fitting(study(), trial, given?.values), note: given?.note ?? trial.note ?? "", shownAt: performance.now() });
    const first = firstMissing(study(), now.values);
    Object.assign(now, { step: first?.step ?? 0, focus: isPair(study()) ? 0 : first?.position ?? 0 });
    clock.restart(spent.get(`${trial.trial} ${trial.number}`) ?? given?.active_ms ?? 0);
  }

  const isChanged = (trial) => !same(now.values, valuesOf(study(), trial)) || now.note !== (trial.note ?? "");

  function keepDraft() {
    const trial = now.shown();
    if (isPreview) return;
    if (isChanged(trial)) drafts.keep(trial.trial, { number: trial.number, values: now.values, note: now.note, active_ms: clock.read() });
    else drafts.forget(trial.trial);
  }

  /** After a first value one is led on: to the next text without one, then to the next question without one. */
  function lead(from) {
    const lack = missing(now.values, key());
    if (lack.length) { now.focus = lack.find((position) => position > from) ?? lack[0]; return; }
    const open = firstMissing(study(), now.values, now.step);
    if (open) Object.assign(now, { step: open.step, focus: open.position });
  }

  function give(position, value, event) {
    const trial = now.shown();
    if (!trial || now.isBusy || (event?.timeStamp ?? Infinity) < now.shownAt) return; // pressed before this trial was on the screen
    const before = now.values[key()][position];
    now.values[key()] = now.values[key()].with(position, value);
    const question = study().criteria[now.step];
    now.focus = isPair(study()) ? 0 : position;
    now.line = "";
    if (before === null) lead(position);
    keepDraft();
    draw();
    const asked = study().criteria[now.step];
    say([isPair(study()) ? summary(study(), now.values[question.key]) : `${noun(study())} ${letter(position)}: ${isScored(study()) ? `${value} of 5` : choices(study(), trial)[value - 1].long.toLowerCase()}.`,
      asked !== question ? `Next: ${asked.label}.` : ""].filter(Boolean).join(" "));
  }

  /** What is still missing is said, and is where the next key lands. */
  function point() {
    const open = firstMissing(study(), now.values, now.step);
    Object.assign(now, { step: open.step, focus: open.position });
    const { label } = study().criteria[open.step];
    const lack = lacking(study(), now.values, study().criteria[open.step].key);
    const words = study().criteria.length > 1 ? `${label}: ${lack}` : lack;
    now.line = words[0].toUpperCase() + words.slice(1);
    draw();
    say(now.line);
  }

  async function submit(event) {
    const trial = now.shown();
    const at = event?.timeStamp ?? performance.now();
    if (!trial || now.isBusy || field.isOpen || at < now.shownAt) return;
    if (!isWhole(now.values)) { point(); return; }
    const isPast = now.back !== null;
    if (isPast && !isChanged(trial)) { leave(); return; }
    const said = saidOf(study(), now.values);
    const body = { trial: trial.trial, number: trial.number + 1, said, note: now.note || undefined, active_ms: clock.read() };
    const answer = { ...trial, said, note: now.note, number: body.number };
    Object.assign(now, { word: null, line: "" });
    if (isPreview) { hand.advance(); draw(); return; }
    pressed.set(trial.trial, at);
    const writing = keep(project, "judgment", { ...body, decided_at: new Date().toISOString() });
    drafts.forget(trial.trial);
    past.add(answer);
    if (isPast) now.back = null; else { hand.advance(); now.judgedHere += 1; }
    draw();
    measured("judge:next", at, trial.trial);
    await writing;
    drawAside();
    const left = hand.hand.total - hand.hand.judged;
    say(isPast ? "Your new answer is kept." : left > 0 ? `Submitted. ${count(left)} left.` : "Submitted.");
  }

  async function back() {
    if (now.isBusy || field.isOpen || isPreview) return;
    now.isBusy = true;
    try {
      const found = await past.before(now.back?.trial ?? null);
      if (found) Object.assign(now, { back: found, word: null, line: "" });
      else { now.line = "You judged nothing before this."; say(now.line); }
    } catch (refusal) { warn(refusal); }
    now.isBusy = false;
    draw();
    if (now.back) say("You judged this before. What you change replaces your answer.");
  }

  /** Out of what was judged before, back to where one was. What was begun there is forgotten. */
  function leave() {
    if (now.back === null) return;
    drafts.forget(now.back.trial);
    Object.assign(now, { back: null, line: "" });
    draw();
  }

  function reason() {
    if (!now.shown() || !study().asks_reason || now.isBusy) return;
    field.ask({ label: "Why? In a sentence or two", deed: "Keep", text: now.note, least: 0, most: NOTE_MOST,
      onText: (text) => { now.note = text; keepDraft(); draw(); }, onClose: draw });
    draw();
  }

  const deaf = watch(({ receipts }) => {
    for (const receipt of receipts) {
      if (receipt.kind !== "judgment" || receipt.project !== project) continue;
      if (pressed.has(receipt.trial)) { measured("judge:saved", pressed.get(receipt.trial), receipt.trial); pressed.delete(receipt.trial); }
      if (receipt.answer === "refused") warn({ what: receipt.why || "A judgment was not taken.", toDo: "It is kept in this browser." });
    }
  });

  return { begin, give, submit, back, leave, reason, isChanged, stop: deaf };
}
