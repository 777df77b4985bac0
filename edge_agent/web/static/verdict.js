// What the agent says, why, and the alarm with its answer.
import { ask, byId, digits, levelOf, make, percent, plain, unquoted, when, wordOf, writeFacts } from "./dom.js";

export function showState(state) {
  const level = levelOf(state);
  const headline = byId("headline");
  headline.className = `badge ${level}`;
  headline.textContent = wordOf(state);
  const summary = byId("summary");
  summary.className = `summary ${level}`;
  summary.textContent = state.summary;
  byId("advice").textContent = unquoted(state.advice);
  const evidence = state.evidence || {}, interval = evidence.equivalent_bars_interval;
  writeFacts(byId("reasons"), [
    ["since", when(state.since)],
    ["state", plain(state.state)],
    ["severity", state.severity],
    ["reason", plain(state.reason)],
    ["because", because(state.trigger)],
    ["equivalent bars", bars(evidence.equivalent_bars, interval)],
    ["detection limit", typeof evidence.detection_limit_bars === "number" ? `${digits(evidence.detection_limit_bars)} bars` : null],
    ["confidence", percent(state.confidence, 1)],
    ["network and sidebands", evidence.modalities_agree === true ? "agree" : evidence.modalities_agree === false ? "disagree" : null],
  ]);
}

function because(trigger) {
  if (!trigger) return null;
  const value = trigger.value === null ? "not measured" : digits(trigger.value);
  const limit = trigger.limit === null ? "" : `, limit ${digits(trigger.limit)}`;
  return `${plain(trigger.quantity)} ${value}${limit}${trigger.channel ? ` (${trigger.channel})` : ""}`;
}

function bars(value, interval) {
  if (typeof value !== "number") return null;
  const between = Array.isArray(interval) ? ` (${digits(interval[0])} to ${digits(interval[1])})` : "";
  return `${digits(value)}${between}`;
}

let shown = "";

export function showAlarm(alarm, motor, mayWrite) {
  const now = JSON.stringify([{ ...alarm, time: 0, last_confirmed: 0 }, mayWrite]);
  if (now === shown) return; // somebody may be typing
  shown = now;
  const body = byId("alarm-body");
  if (alarm.fault === null) {
    body.replaceChildren(make("p", { class: "muted" }, "There has been no alarm."));
    return;
  }
  const level = alarm.active ? alarm.severity : "unknown";
  const facts = make("dl", { class: "facts" });
  writeFacts(facts, alarmFacts(alarm));
  body.replaceChildren(
    make("p", { class: `summary ${level}` }, alarm.active ? alarm.summary : `Cleared: ${alarm.summary}`),
    alarm.active ? make("p", {}, alarm.advice) : "",
    facts,
    answerForm(alarm, motor, mayWrite) ?? "",
  );
}

export const alarmFacts = (alarm) => [
  ["condition", plain(alarm.condition)],
  ["raised", when(alarm.since)],
  ["cleared", when(alarm.cleared)],
  ["acknowledged", alarm.acknowledged ? `by ${alarm.acknowledged.by}, ${when(alarm.acknowledged.at)}${alarm.acknowledged.note ? `: ${alarm.acknowledged.note}` : ""}` : alarm.active ? "not yet" : null],
  ["feedback", alarm.feedback ? `${alarm.feedback.right ? "the alarm was right" : "false alarm"}, ${when(alarm.feedback.at)}${alarm.feedback.found ? `: ${alarm.feedback.found}` : ""}` : null],
];

// The form that answers an alarm; a hint where nothing may be written.
export function answerForm(alarm, motor, mayWrite) {
  const needsAcknowledge = !alarm.acknowledged;
  if (!mayWrite) return make("p", { class: "muted" }, "Read only: with http.token_file in the configuration, alarms can be acknowledged here.");
  const id = alarm.event_id ?? motor;
  const name = make("input", { type: "text", maxlength: 100, autocomplete: "name", value: remembered() });
  const note = make("input", { type: "text", maxlength: 500 });
  const said = make("p", { class: "problem", role: "status" });
  const send = async (command, data) => {
    said.textContent = (await ask(`command/${command}`, data)) ?? "";
  };
  const acknowledge = () => {
    if (!name.value.trim()) {
      said.textContent = "Write your name first.";
      name.focus();
      return;
    }
    remember(name.value);
    send("acknowledge", { id, by: name.value, note: note.value });
  };
  const judge = (right) => {
    if (right || confirm("Call this a false alarm? That clears it.")) send("feedback", { id, right, found: note.value });
  };
  return make("div", { class: "answer" },
    make("div", { class: "fields" }, make("label", {}, "Your name", name), make("label", {}, "Note, or what was found", note)),
    make("div", { class: "buttons" },
      needsAcknowledge ? make("button", { type: "button", class: "primary", click: acknowledge }, "Acknowledge") : null,
      make("button", { type: "button", click: () => judge(true) }, "Alarm was right"),
      make("button", { type: "button", click: () => judge(false) }, "False alarm")),
    said);
}

function remembered() {
  try {
    return localStorage.getItem("edge-agent-name") || "";
  } catch {
    return ""; // the browser keeps nothing
  }
}

function remember(name) {
  try {
    localStorage.setItem("edge-agent-name", name);
  } catch {
    // the browser keeps nothing
  }
}
