// The judge: the next trials stand ready in the browser, and keys rank, score or compare. It asks pages/ui/evaluating/judge_routes.py for
// all that it shows, and knows nothing of what made a text: there is no field for it.

import { ask } from "../shared/api.js";
import { makeClock } from "../shared/clock.js";
import { makeField } from "../shared/field.js";
import { listen } from "../shared/keys.js";
import { keepMeasured } from "../shared/measure.js";
import { start as sendFor, state as outbox, watch } from "../shared/outbox.js";
import { makeOverlay } from "../shared/overlay.js";
import { makeRendered } from "../shared/rendered.js";
import { savingWords, showSaving, watchSaving } from "../shared/saving.js";
import { adopt, sheet } from "../shared/sheets.js";
import { patch } from "../shared/vdom.js";
import { mark } from "../shared/words.js";
import { barNodes } from "./bar.js";
import { blankNodes } from "./blank.js";
import { makeDeeds } from "./deeds.js";
import { makeDrafts } from "./drafts.js";
import { headNodes } from "./head.js";
import { showGuidelines, showHelp } from "./help.js";
import { build } from "./parts.js";
import { makePast } from "./past.js";
import { makePreview } from "./preview.js";
import { choices, isPair } from "./said.js";
import { promptNodes, questionNodes, sideNodes, stackNodes, textNodes, verdictNodes, wayNodes } from "./texts.js";
import { makeTrials } from "./trials.js";
import { firstReading, isStacked, kept, keepView } from "./view.js";

const sheets = await Promise.all(["../tokens.css", "../shared/overlay.css", "../shared/work.css", "./judge.css"].map((file) => sheet(new URL(file, import.meta.url))));
const STEP = 0.8; // of a pane, at a press of ↑ or ↓
const PROMPT = -1; // its position, where texts are asked for

function start(root, data, toPython) {
  const parts = build(root, patch);
  const { project, study, person, preview = null } = data;
  const isPreview = preview !== null;
  const now = { view: kept(), back: null, trial: null, values: {}, note: "", step: 0, focus: 0, line: "", word: null, shownAt: 0, isBusy: false, judgedHere: 0, isStack: false,
    shown: () => now.back ?? hand.hand.now };
  const where = () => ({ project, study });
  const overlay = makeOverlay(root);
  const clock = makeClock();
  const read = new Map(); // position → nodes of the shown trial's texts as they were written
  let saving = savingWords(outbox());
  let isStopped = false;

  const say = (text) => patch(parts.live, [text]);
  const warn = (refusal) => { now.word = refusal; draw(); };
  const drawSoon = () => { if (!isStopped) draw(); };
  const drafts = makeDrafts({ person, project });
  const hand = isPreview ? makePreview(preview)
    : makeTrials({ where, onChange: drawSoon, onAccept: () => drafts.load(), onGone: () => { now.line = "Judged in another tab."; say(now.line); drawSoon(); } });
  const past = makePast({ where });
  const field = makeField(parts.field);
  const rendered = makeRendered({ onChange: drawSoon, get: (key) => { const [trial, position] = key.split(" ");
    return isPreview ? Promise.resolve(preview.rendered[trial][Number(position) + 1]) : ask("/api/judge/rendered", { project, trial, position }); } });
  const deeds = makeDeeds({ now, hand, drafts, past, clock, field, project, isPreview, draw: drawSoon, drawAside: () => drawSoon(), say, warn });

  const markdown = (trial, position) => (now.view.markdown ? rendered.of(`${trial.trial} ${position}`) : null);

  function textOf(trial, position) {
    if (now.view.markdown) return textNodes(trial.texts[position], true, markdown(trial, position), "(empty response)");
    if (!read.has(position)) read.set(position, textNodes(trial.texts[position], false, null, "(empty response)"));
    return read.get(position);
  }

  function drawTrial(trial) {
    const study_ = hand.hand.study;
    const list = now.values[study_.criteria[now.step].key];
    const about = { study: study_, trial, list, isOff: field.isOpen };
    now.isStack = isStacked(now.view, parts.main.clientWidth, trial.texts.length);
    patch(parts.prompt, promptNodes(study_, trial, now.view, markdown(trial, PROMPT)));
    patch(parts.ways, wayNodes(study_, trial, { view: now.view, isStack: now.isStack, hasMarkdown: !isPreview || Boolean(preview.rendered) }));
    patch(parts.questions, questionNodes(study_, now.values, now.step));
    parts.texts.className = now.isStack ? "cs stack" : "cs side";
    parts.texts.style.setProperty("--many", trial.texts.length);
    patch(parts.texts, (now.isStack ? stackNodes : sideNodes)(about, now.focus, (i) => textOf(trial, i)));
    patch(parts.verdict, verdictNodes(about));
    Object.assign(parts.main.dataset, { trial: trial.trial, number: trial.number });
  }

  function drawBar(trial) {
    const { study: study_ } = hand.hand;
    parts.deeds.hidden = field.isOpen;
    patch(parts.deeds, barNodes({ study: study_, trial, values: now.values, note: now.note, step: now.step, line: now.line, isPast: now.back !== null,
      isChanged: Boolean(trial) && deeds.isChanged(trial), mayGoBack: !isPreview && Boolean(study_) }));
  }

  /** Another trial than the one drawn last: everything about it begins anew. */
  function turn(trial) {
    read.clear();
    if (field.isOpen) field.close(); // what was being written belongs to another trial
    deeds.begin(trial);
    parts.prompt.scrollTop = 0;
    performance.clearMarks("judge:shown");
    performance.mark("judge:shown", { detail: trial.trial });
  }

  function draw() {
    const trial = now.shown();
    const { hand: at } = hand;
    if (trial && (now.trial !== trial.trial || now.number !== trial.number)) turn(trial);
    if (!trial) now.trial = null;
    const hasDraft = Boolean(trial && !isPreview && drafts.of(trial.trial));
    patch(parts.head, headNodes(at, { saving, hasDraft, isPreview, several: data.several }));
    parts.blank.hidden = Boolean(trial);
    for (const part of [parts.top, parts.questions, parts.texts, parts.verdict]) part.hidden = !trial;
    if (trial) drawTrial(trial);
    else { delete parts.main.dataset.trial; patch(parts.blank, blankNodes(at, { isPreview, judgedHere: now.judgedHere, waiting: outbox().waiting })); }
    drawBar(trial);
    patch(parts.word, now.word ? [["div", { class: "note warn-bg" }, mark("error", now.word.what), ["span", {}, now.word.toDo]]] : []);
    if (at.study && trial && !now.greeted) { now.greeted = true; if (!isPreview && firstReading(study)) guidelines(true); }
    if (now.view.markdown && !isPreview) for (const next of at.ahead.slice(0, 1)) for (let i = PROMPT; i < next.texts.length; i += 1) rendered.of(`${next.trial} ${i}`);
  }

  function see(change) {
    Object.assign(now.view, change);
    keepView(now.view);
    draw();
    reveal();
  }

  const pane = () => (now.isStack ? parts.texts.querySelector(".all") : parts.texts.querySelectorAll("[data-text]")[now.focus]?.querySelector(".rb"));

  /** Stacked, the text in focus comes to the top of what one reads. */
  function reveal() {
    if (!now.isStack || isPair(hand.hand.study)) return;
    const all = parts.texts.querySelector(".all");
    all.scrollTop = all.children[now.focus].offsetTop - all.offsetTop;
  }

  function focus(position, { isMoved = true } = {}) {
    const trial = now.shown();
    if (!trial || isPair(hand.hand.study) || position < 0 || position >= trial.texts.length) return;
    now.focus = position;
    draw();
    if (isMoved) reveal();
  }

  function move(by, event) {
    const trial = now.shown();
    if (!trial) return;
    if (isPair(hand.hand.study)) { deeds.give(0, by < 0 ? "left" : "right", event); return; }
    focus((now.focus + by + trial.texts.length) % trial.texts.length);
  }

  function digit(key, event) {
    const trial = now.shown();
    if (!trial) return;
    const study_ = hand.hand.study;
    const value = isPair(study_) ? { 1: "left", 2: "right", 3: "tie", 4: "both_bad" }[key] : choices(study_, trial).find((one) => String(one.value) === key)?.value;
    if (value === undefined) return;
    deeds.give(isPair(study_) ? 0 : now.focus, value, event);
    reveal();
  }

  function question(step) {
    const { study: study_ } = hand.hand;
    if (!now.shown() || study_.criteria.length < 2) return;
    now.step = (step + study_.criteria.length) % study_.criteria.length;
    now.focus = Math.max(0, now.values[study_.criteria[now.step].key].indexOf(null));
    draw();
    say(study_.criteria[now.step].label);
  }

  function scroll(by) {
    if (!now.shown()) return;
    const panes = isPair(hand.hand.study) && !now.isStack ? parts.texts.querySelectorAll(".rb") : [pane()];
    for (const one of panes) one?.scrollBy({ top: by * STEP * one.clientHeight });
  }

  function guidelines(isFirst = false) {
    if (!hand.hand.study) return;
    clock.hold(true);
    showGuidelines(overlay, hand.hand.study, { isFirst, onClose: () => clock.hold(false) });
  }

  const actions = {
    submit: deeds.submit, back: deeds.back, reason: deeds.reason, saving: () => showSaving(overlay), retry: () => { hand.retry(); draw(); }, again: () => { hand.again(); draw(); },
    guidelines: () => guidelines(), help: () => { if (hand.hand.study) showHelp(overlay, hand.hand.study, !isPreview); },
    stack: () => { if (now.shown()?.texts.length > 1) see({ stack: !now.isStack }); }, markdown: () => { if (!isPreview || preview.rendered) see({ markdown: !now.view.markdown }); },
    escape: () => { Object.assign(now, { word: null, line: "" }); deeds.leave(); draw(); },
  };
  const keys = { Enter: deeds.submit, b: deeds.back, n: deeds.reason, g: actions.guidelines, h: actions.help, "?": actions.help, s: actions.stack, m: actions.markdown, Escape: actions.escape,
    q: () => question(now.step + 1), ArrowLeft: (event) => move(-1, event), ArrowRight: (event) => move(1, event), ArrowUp: () => scroll(-1), ArrowDown: () => scroll(1),
    ...Object.fromEntries([..."12345"].map((key) => [key, (event) => digit(key, event)])) };

  root.onmousedown = (event) => { if (event.target.closest("button") && overlay.name === null) event.preventDefault(); }; // keys stay with the trial: Enter submits after a click too
  root.onclick = (event) => {
    const at = event.target.closest("[data-do], [data-value], [data-verdict], [data-step], [data-go], [data-text]");
    if (at?.dataset.go) { toPython("go", at.dataset.go); return; }
    if (!at || at.disabled || overlay.name !== null) return;
    const { value, position, verdict, step, text } = at.dataset;
    if (at.dataset.do) { if (event.detail < 2) actions[at.dataset.do]?.(event); } // the second click of a double click is none
    else if (value) deeds.give(Number(position), Number(value), event);
    else if (verdict) deeds.give(0, verdict, event);
    else if (step) question(Number(step));
    else if (Number(text) !== now.focus) focus(Number(text), { isMoved: "rail" in at.dataset });
  };
  root.onfocusin = (event) => { const at = event.target.closest("[data-text]"); if (at && Number(at.dataset.text) !== now.focus) focus(Number(at.dataset.text), { isMoved: false }); };
  const watchWidth = new ResizeObserver(() => { const trial = now.shown(); if (trial && isStacked(now.view, parts.main.clientWidth, trial.texts.length) !== now.isStack) drawSoon(); });
  watchWidth.observe(parts.main);
  const stops = [listen(root, keys, () => overlay.name !== null), keepMeasured(root, () => {}), () => watchWidth.disconnect(),
    watchSaving((said) => { saving = said; drawSoon(); }), watch(({ state }) => { parts.head.dataset.waiting = state.waiting; })];
  parts.head.dataset.waiting = outbox().waiting;
  draw();
  hand.refill();
  return () => {
    isStopped = true;
    overlay.close();
    for (const stop of stops) stop();
    for (const part of [hand, clock, deeds]) part.stop();
  };
}

const judges = new WeakMap(); // root element → {id, stop}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".es");
  adopt(parentElement, ...sheets);
  root.classList.add("rest", "judge");
  if (!data.preview) sendFor(data.person);
  const id = JSON.stringify([data.person, data.project, data.study, data.preview]);
  if (judges.get(root)?.id !== id) {
    judges.get(root)?.stop();
    judges.set(root, { id, stop: start(root, data, setTriggerValue) });
  }
  return () => { judges.get(root)?.stop(); judges.delete(root); };
}
