// The page: takes what the agent tells and hands it to the part that shows it.
import { byId, make, plain, unquoted, withUnit, writeFacts } from "./dom.js";
import { showEvents } from "./events.js";
import { showChannels, showTiles } from "./signals.js";
import { liveCharts } from "./spectra.js";
import { addVerdict, showHealthShares, showOutlook, showSpan } from "./trend.js";
import { showConditions } from "./conditions.js";
import { showAlarm, showState } from "./verdict.js";

const SILENT_MS = 6000;
const AGAIN_MS = 5000;
const said = {}; // the newest message of each kind
let heardAt = Date.now();

const tellings = {
  access: (access) => {
    showMotors(access.motors ?? []);
    refreshAlarm();
  },
  info: (info) => showInfo(info),
  state: (state) => {
    showState(state);
    showConditions(state);
    showBadge();
  },
  alarm: () => refreshAlarm(),
  events: () => refreshAlarm(),
  measurements: (measured) => showTiles(measured, said.window?.figures),
  window: (view) => showWindow(view),
  diagnosis: (diagnosis) => addVerdict(diagnosis),
  health: (health) => showHealth(health),
  baseline: (baseline) => writeFacts(byId("baseline"), [["own baseline", unquoted(baseline.reason) || plain(baseline.state)]]),
  learned: (learned) => writeFacts(byId("learned"), [["learned of the motor", learned.reason]]),
  trend: (trend) => showOutlook(trend),
  pulse: (pulse) => showPulse(pulse),
};

function listen() {
  const source = new EventSource("live");
  for (const [kind, tell] of Object.entries(tellings)) {
    source.addEventListener(kind, (message) => {
      heardAt = Date.now();
      said[kind] = JSON.parse(message.data);
      tell(said[kind]);
    });
  }
  source.onerror = () => {
    showConnection("bad", "connection lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  };
}

// Of several motors the page shows one; each has a link to its own.
function showMotors(motors) {
  const nav = byId("motors");
  nav.hidden = motors.length < 2;
  nav.replaceChildren(...motors.map((motor) => make("a", { href: `../${motor}/` }, motor)));
}

function refreshAlarm() {
  const motor = said.info?.motor ?? said.state?.motor ?? "";
  const mayWrite = said.access?.may_write ?? false;
  if (said.alarm) showAlarm(said.alarm, motor, mayWrite);
  showBadge();
  if (said.events) showEvents(said.events.events, motor, said.alarm ?? null, mayWrite);
}

// An alarm outlives the state: it stays in the head of the page while the motor is off, or nobody can tell.
function showBadge() {
  const badge = byId("alarm-badge"), alarm = said.alarm;
  badge.hidden = !alarm?.active || said.state?.severity === alarm.severity;
  badge.className = `badge ${alarm?.severity ?? "unknown"}`;
  badge.textContent = badge.hidden ? "" : `${alarm.severity} stands`;
}

let charts = null;

function showWindow(view) {
  charts ??= liveCharts();
  showTiles(said.measurements, view.figures);
  showChannels(view.channels);
  charts[0].show(view, said.diagnosis?.evidence);
  charts[1].show(view);
}

function showInfo(info) {
  const plate = info.nameplate;
  byId("motor").textContent = info.motor;
  byId("plate").textContent = `${plate.rated_power_kw} kW · ${plate.rated_voltage_v} V · ${plate.rated_current_a} A · ${plate.rated_speed_rpm} rpm · ${plate.line_frequency_hz} Hz · ${plate.poles} poles`;
  document.title = `${info.motor} - edge agent`;
  const wrong = info.plate_findings.map((f) => `${f.entry} (${f.sure}): ${f.measured}; ${f.stated}. Write ${f.yaml}`);
  byId("plate-findings").hidden = wrong.length === 0;
  byId("plate-findings").textContent = wrong.join(" ");
  byId("foot").textContent = `Agent ${info.agent}. Sensors: ${info.can_tell.join("; ")}.`;
}

// What was measured last is not what is now: without samples nothing is shown.
function showSilence() {
  said.window = null;
  said.measurements = null;
  showTiles(null, null);
  showChannels([]);
  charts?.forEach((chart) => chart.clear("No samples come."));
}

function showPulse(pulse) {
  if (!pulse.samples_come && said.window) showSilence();
  if (!pulse.alive || !pulse.ready) showConnection("bad", unquoted(pulse.words));
  else showConnection("good", "live");
}

function showConnection(level, words) {
  const place = byId("connection");
  if (place.textContent === words) return; // screen readers would say it again
  place.className = `pulse ${level}`;
  place.textContent = words;
}

function showHealth(health) {
  const source = byId("source");
  source.hidden = health.source === null;
  source.textContent = unquoted(health.source);
  showHealthShares(health.refusal_share);
  writeFacts(byId("health"), [
    ["up for", duration(health.uptime_s)],
    ["windows", `${health.windows_done} done, ${health.windows_skipped} skipped, ${health.windows_failed} failed`],
    ["frames", `${health.frames_lost} lost, ${health.crc_errors} damaged`],
    ["time to a verdict", withUnit(health.latency_p50_ms, 0, "ms")],
    ["events waiting", String(health.outbox_events)],
    ["captures", `${health.captures_written} written${health.captures_failed ? `, ${health.captures_failed} failed` : ""}`],
    ["state folder", health.state_folder],
    ["self-test", health.self_test_problem ?? (typeof health.proven_limit_bars === "number" ? `finds ${health.proven_limit_bars} bars` : null)],
    ["temperature", withUnit(health.temperature_c, 0, "°C")],
    ["memory", withUnit(health.memory_mb, 0, "MB")],
    ["version", health.version],
    ["model", health.model_sha256.slice(0, 12)],
  ]);
}

function duration(seconds) {
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

setInterval(() => {
  if (Date.now() - heardAt > SILENT_MS) showConnection("bad", "no sign of life");
}, 1000);
listen();
showSpan("live");
