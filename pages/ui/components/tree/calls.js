// The exact requests and replies that made a node.

import { clock, count, money, seconds } from "../shared/words.js";

const KINDS = { evolve: "Evolve", judge: "Judge", respond: "Respond", score: "Difficulty" };
const exact = (label, text) => ["div", { class: "msg" }, ["div", { class: "lab" }, label],
  ["pre", { class: "code scr", tabindex: 0, dir: "auto" }, text]];

function facts(call) {
  const tokens = call.tokens_in === null && call.tokens_out === null ? null
    : `${call.tokens_in === null ? "?" : count(call.tokens_in)} + ${call.tokens_out === null ? "?" : count(call.tokens_out)} tokens`;
  return [call.started_at && clock(call.started_at), call.latency_ms !== null && seconds(call.latency_ms), tokens, money(call.cost_usd), call.finish_reason]
    .filter(Boolean).join(" · ");
}

function one(call) {
  return ["li", { class: "call" },
    ["div", { class: "row" }, ["strong", {}, KINDS[call.kind] ?? call.kind], ["span", { class: "lab push one" }, call.system]],
    ["div", { class: "lab" }, facts(call)],
    ...(call.error ? [["p", { class: "no", dir: "auto" }, call.error]] : []),
    ...call.messages.map((message) => exact(message.role, message.content)),
    ...(call.parameters ? [exact("parameters", call.parameters)] : []),
    ...(call.reply ? [exact("reply", call.reply)] : [])];
}

export function callNodes(node) {
  if (!node.calls.length) return ["p", { class: "dim" }, "No model was asked for this one."];
  return ["ol", { class: "calls" }, ...node.calls.map(one)];
}
