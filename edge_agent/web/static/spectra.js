// The spectrum around the line and that of the vibration, with the lines that broken bars would make.
import { byId, number, plain } from "./dom.js";
import { Chart, colour } from "./charts.js";

const frequenciesOf = (curve) => curve.levels_db.map((_, i) => curve.from_hz + i * curve.step_hz);

// A chart may use a range a little longer than it must, so that it does not jump with each window.
function calmRange(step) {
  let low = null, high = null;
  return (lowest, highest) => {
    const wanted = [step * Math.floor(lowest / step), step * Math.ceil(highest / step)];
    if (low === null || wanted[0] < low || wanted[0] > low + 2 * step) low = wanted[0];
    if (high === null || wanted[1] > high || wanted[1] < high - 2 * step) high = wanted[1];
    return [low, high];
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

class Spectrum {
  clear(words) {
    this.chart.clear();
    this.words.textContent = words;
  }
}

export class CurrentChart extends Spectrum {
  constructor(chartPlace, wordsPlace) {
    super();
    this.words = wordsPlace;
    this.range = calmRange(10);
    this.chart = new Chart(chartPlace, () => ({
      scales: { x: { time: false }, y: { range: (_, low, high) => this.range(Math.max(low, this.floor - 25), Math.max(high, 0) + 20) } },
      axes: [{ label: "Hz" }, { label: "dBc (re the line)", values: (_, ticks) => ticks.map((tick) => (tick > 0 ? "" : tick)) }],
      series: [{}, { stroke: colour("accent"), width: 1.4, points: { show: false } }],
    }), (x, [level]) => `${x.toFixed(2)} Hz: ${level.toFixed(1)} dBc`);
  }

  show(view, evidence) {
    const curve = view.current;
    if (!curve) {
      this.clear("This window shows no current.");
      return;
    }
    this.floor = median(curve.levels_db);
    this.chart.show([frequenciesOf(curve), curve.levels_db], this.lines(view.lines, evidence || {}));
    this.words.textContent = currentWords(view.lines, evidence || {});
  }

  lines(expected, evidence) {
    const narrow = this.chart.place.clientWidth < 480;
    const lines = [];
    if (typeof evidence.detection_limit_dbc === "number") lines.push({ y: evidence.detection_limit_dbc, colour: "muted", dash: [6, 4], label: "detection limit" });
    if (expected.pole_pass_hz === null) return lines;
    for (const order of [3, 2, 1]) {
      for (const sign of [-1, 1]) {
        const x = expected.line_hz + sign * order * expected.pole_pass_hz;
        const name = `(1${sign < 0 ? "−" : "+"}${2 * order}s)f`;
        const level = order === 1 ? (sign < 0 ? evidence.lower_sideband_dbc : evidence.upper_sideband_dbc) : undefined;
        const label = order === 1 || !narrow ? name : null;
        lines.push({ x, colour: "expected", dash: order === 1 ? [] : [2, 4], label, left: sign < 0, row: order - 1, dot: level ?? undefined });
      }
    }
    return lines;
  }
}

function currentWords(expected, evidence) {
  if (expected.pole_pass_hz === null) return `Line at ${number(expected.line_hz, 2)} Hz. The slip is not known, so no sidebands are marked.`;
  const at = (sign) => number(expected.line_hz + sign * expected.pole_pass_hz, 2);
  const level = (value) => (typeof value === "number" ? `${value.toFixed(1)} dBc` : "not measured");
  const parts = [
    `Sidebands (1 ± 2s)f: ${level(evidence.lower_sideband_dbc)} at ${at(-1)} Hz, ${level(evidence.upper_sideband_dbc)} at ${at(1)} Hz.`,
  ];
  if (typeof evidence.detection_limit_dbc === "number") parts.push(`Detection limit ${evidence.detection_limit_dbc.toFixed(1)} dBc.`);
  if (typeof evidence.equivalent_bars === "number") parts.push(`This is ${evidence.equivalent_bars.toFixed(2)} equivalent bars.`);
  return parts.join(" ");
}

export class VibrationChart extends Spectrum {
  constructor(chartPlace, wordsPlace) {
    super();
    this.words = wordsPlace;
    this.unit = "";
    this.range = calmRange(10);
    this.chart = new Chart(chartPlace, () => ({
      scales: { x: { time: false }, y: { range: (_, low, high) => this.range(Math.max(low, this.floor - 20), high + 20) } },
      axes: [{ label: "Hz" }, { label: `dB re 1 ${this.unit}`, }],
      series: [{}, { stroke: colour("accent"), width: 1.2, points: { show: false } }],
    }), (x, [level]) => `${x.toFixed(1)} Hz: ${(10 ** (level / 20)).toPrecision(2)} ${this.unit} peak`);
  }

  show(view) {
    const curve = view.vibration;
    if (!curve) {
      this.clear("No usable vibration channel. Broken bars are found by the current alone.");
      return;
    }
    if (curve.unit !== this.unit) {
      this.unit = curve.unit;
      this.chart.clear();
    }
    this.floor = median(curve.levels_db);
    this.chart.show([frequenciesOf(curve), curve.levels_db], vibrationLines(view.lines));
    const shaft = view.lines.shaft_hz;
    const turns = shaft === null ? "The speed is not known." : `Shaft at ${shaft.toFixed(2)} Hz (${(60 * shaft).toFixed(0)} rpm): 1x to 6x are marked, with ±2sf beside 1x and 2x.`;
    this.words.textContent = `Peak amplitude of ${plain(curve.name)}, ${curve.unit}. ${turns}`;
  }
}

function vibrationLines(expected) {
  const lines = [{ x: 2 * expected.line_hz, colour: "supply", dash: [6, 4], label: "2f", row: 1 }];
  if (expected.shaft_hz === null) return lines;
  for (let order = 1; order <= 6; order += 1) {
    const x = order * expected.shaft_hz;
    if (order <= 2 && expected.pole_pass_hz !== null) {
      for (const side of [-1, 1]) lines.push({ x: x + side * expected.pole_pass_hz, colour: "expected", dash: [2, 4] });
    }
    lines.push({ x, colour: "expected", label: `${order}x`, row: 0 });
  }
  return lines;
}

export const liveCharts = () => [
  new CurrentChart("current-chart", byId("current-words")),
  new VibrationChart("vibration-chart", byId("vibration-words")),
];
