// Is it alive and wired right: the ordinary figures, each channel, and the phase diagram of the currents.
import { byId, digits, make, makeSvg, percent, plain } from "./dom.js";

const RADIUS = 88;
const ANGLE_SLACK_DEG = 25; // a reversed transformer is 60° off, an unbalance of a motor a few degrees

export function showTiles(measured, figures) {
  const known = { ...(measured || {}), ...withoutNulls(figures || {}) };
  const tiles = [
    ["speed", known.speed_rpm?.toFixed(0), "rpm"],
    ["line", known.line_frequency_hz?.toFixed(2), "Hz"],
    ["load", typeof known.load === "number" ? (100 * known.load).toFixed(0) : null, "%"],
    ["slip", typeof known.slip === "number" ? (100 * known.slip).toFixed(2) : null, "%"],
    ["unbalance", typeof known.current_unbalance === "number" ? (100 * known.current_unbalance).toFixed(1) : null, "%"],
    ["distortion", typeof known.thd === "number" ? (100 * known.thd).toFixed(1) : null, "% THD"],
    ...Object.entries(known.vibration_mm_s || {}).map(([name, value]) => [plain(name), digits(value), "mm/s"]),
    ...Object.entries(known.voltage_v || {}).map(([phase, value]) => [`voltage ${plain(phase)}`, value.toFixed(1), "V"]),
    ...electrical(known),
    ["running hours", known.running_hours?.toFixed(1), "h"],
    ["starts", known.starts?.toString(), ""],
  ];
  byId("tiles").replaceChildren(...tiles.map(([name, value, unit]) => tile(name, value, unit)));
}

// Only where voltages are measured.
const electrical = (known) =>
  [
    ["voltage unbalance", known.voltage_unbalance, (value) => (100 * value).toFixed(2), "%"],
    ["power", known.power_kw, (value) => value.toFixed(2), "kW"],
    ["power factor", known.power_factor, (value) => value.toFixed(2), ""],
    ["energy", known.energy_kwh, (value) => value.toFixed(1), "kWh"],
  ].filter(([, value]) => typeof value === "number").map(([name, value, written, unit]) => [name, written(value), unit]);

const tile = (name, value, unit) =>
  make("div", {}, make("dt", {}, name), make("dd", {}, value ?? "–", value ? make("small", {}, ` ${unit}`) : null));

const withoutNulls = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

export function showChannels(channels) {
  byId("channels").tBodies[0].replaceChildren(...channels.map(row));
  showPhasors(channels.filter((channel) => channel.line_angle_deg !== undefined && channel.line_angle_deg !== null));
}

function row(channel) {
  const share = channel.share_of_full_scale;
  const used = share === null ? "–" : make("span", {}, make("progress", { max: 1, value: Math.min(1, share), "aria-label": `${channel.name}: range used` }), make("span", { class: "percent" }, percent(share, share < 0.1 ? 1 : 0)));
  return make("tr", {},
    make("th", { scope: "row" }, channel.name),
    make("td", { class: "number" }, digits(channel.rms), make("small", {}, ` ${channel.unit}`)),
    make("td", {}, used),
    make("td", {}, notes(channel)));
}

function notes(channel) {
  const found = [];
  if (channel.dead) found.push("gives no values");
  if (channel.clipped || channel.share_of_full_scale >= 0.99) found.push("clipped");
  else if (channel.kind === "current" && channel.share_of_full_scale !== null && channel.share_of_full_scale < 0.02) found.push("uses little of its range");
  if (channel.lost_samples) found.push(`${channel.lost_samples} samples lost`);
  return found.length ? make("span", { class: "problem" }, found.join(", ")) : make("span", { class: "muted" }, "ok");
}

function showPhasors(currents) {
  const svg = byId("phasors"), words = byId("phasors-words");
  const largest = Math.max(...currents.map((channel) => channel.line_rms), 0);
  svg.replaceChildren(
    makeSvg("circle", { r: RADIUS, class: "ring" }),
    makeSvg("circle", { r: RADIUS / 2, class: "ring" }),
    ...[0, 120, 240].map((angle) => makeSvg("line", { x2: RADIUS * cos(angle), y2: -RADIUS * sin(angle), class: "expected" })),
  );
  if (!currents.length || !(largest > 0)) {
    words.textContent = "no running current";
    return;
  }
  currents.forEach((channel, i) => {
    const length = (RADIUS * channel.line_rms) / largest, angle = channel.line_angle_deg;
    svg.append(
      makeSvg("line", { x2: length * cos(angle), y2: -length * sin(angle), class: `arrow phase-${channel.phase || "abc"[i]}` }),
      makeSvg("text", { x: (length + 15) * cos(angle), y: -(length + 15) * sin(angle) }, channel.phase || channel.name),
    );
  });
  words.textContent = currents.map((channel) => `${channel.phase || channel.name} ${digits(channel.line_rms)} A ∠ ${channel.line_angle_deg.toFixed(0)}°`.replaceAll(" ", "\u00a0")).join(" · ");
  const doubt = wiringDoubt(currents);
  words.classList.toggle("problem", doubt !== null);
  if (doubt !== null) words.textContent += `. ${doubt}`;
  svg.setAttribute("aria-label", `Phase diagram of the currents: ${words.textContent}`);
}

// What the angles of three currents say of the wiring; null if they are as they should be.
function wiringDoubt(currents) {
  const angles = Object.fromEntries(currents.map((channel, i) => [channel.phase || "abc"[i], channel.line_angle_deg]));
  if (!["a", "b", "c"].every((phase) => phase in angles)) return null;
  const lies = (phase, wanted) => Math.abs(((angles[phase] - angles.a - wanted + 540) % 360) - 180) < ANGLE_SLACK_DEG;
  if (lies("b", -120) && lies("c", 120)) return null;
  if (lies("b", 120) && lies("c", -120)) return "The order is a, c, b: the motor turns backwards, or two phases are swapped";
  return "Expected 0°, -120° and 120°: a current transformer is reversed, or a phase is on the wrong channel";
}

const cos = (degrees) => Math.cos((degrees * Math.PI) / 180);
const sin = (degrees) => Math.sin((degrees * Math.PI) / 180);
