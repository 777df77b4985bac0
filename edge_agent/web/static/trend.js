// The equivalent bars: live since the page was opened, over hours and over months; and the refusals of that time.
import { byId, digits, make, percent, plain, when } from "./dom.js";
import { Chart, colour, timesOf } from "./charts.js";

const LIVE_POINTS = 1800; // an hour of windows every two seconds
const LIVE_S = 120; // a chart of less would be all axis
const live = [[], [], [], [], []]; // time, median, low, high, limit
const buttons = [...document.querySelectorAll(".spans button")];
let span = "live", limits = { alarm: null, danger: null }, sinceStart = null, outlook = null;

const chart = new Chart("trend-chart", () => ({
  scales: { x: { time: true, range: (_, first, last) => [span === "live" ? Math.min(first, last - LIVE_S) : first - 1, last + 1] }, y: { range: (_, low, high) => [0, Math.max(1.05 * (high ?? 0), 0.1)] } },
  axes: [{ size: 46, values: (_, times, __, ___, step) => timesOf(times, step) }, { label: "equivalent bars" }],
  series: [
    {},
    { stroke: colour("accent"), width: 2, points: { show: true, size: 4, fill: colour("accent") } },
    { stroke: "transparent", points: { show: false } },
    { stroke: "transparent", points: { show: false } },
    { stroke: colour("muted"), width: 1, dash: [6, 4], points: { show: false } },
  ],
  bands: [{ series: [3, 2], fill: colour("band") }],
}), (x, [bars, low, high]) => `${when(new Date(1000 * x).toISOString())}: ${digits(bars)} bars (${digits(low)} to ${digits(high)})`);

export function addVerdict(diagnosis) {
  const evidence = diagnosis.evidence, [low, high] = evidence.equivalent_bars_interval || [null, null];
  const values = [Date.parse(diagnosis.time) / 1000, evidence.equivalent_bars, low, high, evidence.detection_limit_bars];
  if (live[0].length && values[0] <= live[0].at(-1)) return;
  live.forEach((column, i) => column.push(values[i] ?? null));
  if (live[0].length > LIVE_POINTS) live.forEach((column) => column.shift());
  if (span === "live") showLive();
}

function showLive() {
  if (!live[0].length) return;
  chart.show(live.map((column) => [...column]), limitLines(live));
  const newest = live[1].findLast((value) => value !== null) ?? null;
  byId("trend-words").textContent = `Each window since this page was opened, with its interval (shaded) and its detection limit (dashed).${newest === null ? "" : ` Newest: ${digits(newest)} equivalent bars.`}`;
}

// Lines of the limits; far above all values they would only press them flat.
function limitLines(columns) {
  const highest = Math.max(...columns[1], ...columns[3].map((value) => value ?? 0));
  return [["alarm", limits.alarm], ["danger", limits.danger]]
    .filter(([, bars]) => bars !== null && bars < 3 * Math.max(highest, 0.2))
    .map(([name, bars]) => ({ y: bars, colour: name, dash: [2, 3], label: name, left: true }));
}

export function showOutlook(trend) {
  outlook = trend;
}

export async function showSpan(wanted) {
  span = wanted;
  buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.span === wanted)));
  const chartOf = await load(wanted === "live" ? "week" : wanted);
  if (span !== wanted || chartOf === null) return;
  limits = { alarm: chartOf.alarm_bars, danger: chartOf.danger_bars };
  showRefusals(chartOf.refusal_share, chartOf.windows, wanted);
  if (wanted === "live") {
    chart.clear();
    byId("trend-words").textContent = "Each window from now on.";
    showLive();
    return;
  }
  const columns = [chartOf.time_s, chartOf.median, chartOf.p10, chartOf.p90, chartOf.limit];
  if (!columns[0].length) {
    chart.clear();
    byId("trend-words").textContent = "Nothing yet: an hour is shown once it is over.";
    return;
  }
  chart.show(columns, limitLines(columns));
  const each = wanted === "week" ? "Median of each hour" : "Median of each day";
  byId("trend-words").textContent = `${each}, the range of eight tenths of its looks (shaded), and the worst detection limit (dashed). ${outlookWords()}`;
}

const outlookWords = () => (outlook ? `${outlook.summary}.` : "");

async function load(name) {
  try {
    const answer = await fetch(`trend/${name}`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

export function showHealthShares(shares) {
  sinceStart = shares;
  if (span === "live") showRefusals({}, 0, span);
}

function showRefusals(shares, windows, wanted) {
  const ofTrend = wanted !== "live" && windows > 0;
  const shown = Object.entries(ofTrend ? shares : sinceStart || {}).sort((a, b) => b[1] - a[1]);
  const rest = 1 - shown.reduce((sum, [, share]) => sum + share, 0);
  const time = ofTrend ? { week: "the last 7 days", quarter: "the last 3 months", years: "all time" }[wanted] : "the time since the agent started";
  byId("refusals-words").textContent = `Share of ${time}; the other ${percent(Math.max(0, rest), 1)} had an answer.`;
  byId("refusals").replaceChildren(...shown.filter(([, share]) => share > 0).map(([reason, share]) =>
    make("li", {}, make("span", {}, plain(reason)), make("progress", { max: 1, value: share, "aria-label": plain(reason) }), make("span", { class: "number" }, percent(share, 1)))));
}

buttons.forEach((button) => button.addEventListener("click", () => showSpan(button.dataset.span)));
