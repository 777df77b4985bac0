// Charts on uPlot, in the colours of the page, with lines drawn where something is expected.
import { byId, make } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const charts = new Set();
dark.addEventListener("change", () => charts.forEach((chart) => chart.remake()));

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Times along an axis, as exact as its steps.
export function timesOf(seconds, step) {
  const [day, minute, second] = [{ month: "short", day: "numeric" }, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, { second: "2-digit" }];
  return seconds.map((unix, i) => {
    const date = new Date(1000 * unix);
    if (step >= 86400) return date.toLocaleDateString([], day);
    const time = date.toLocaleTimeString([], step < 60 ? { ...minute, ...second } : minute);
    const isNewDay = i > 0 && date.getDate() !== new Date(1000 * seconds[i - 1]).getDate();
    return isNewDay ? `${time}\n${date.toLocaleDateString([], day)}` : time;
  });
}

export class Chart {
  // `options` returns uPlot's options without size; it is called again when the colours change. `read` says in
  // words what the curves show at the pointer, from x and the values of the curves.
  constructor(place, options, read) {
    this.place = typeof place === "string" ? byId(place) : place;
    this.options = options;
    this.read = read;
    this.readout = make("output", { class: "readout", "aria-hidden": "true" });
    this.plot = null;
    this.data = null;
    this.lines = [];
    this.observer = new ResizeObserver(() => this.plot?.setSize(this.size()));
    this.observer.observe(this.place);
    charts.add(this);
  }

  // Show columns of numbers, the first one along x, and lines {x or y, colour, dash, label}.
  show(data, lines = []) {
    this.data = data;
    this.lines = lines;
    if (this.plot) this.plot.setData(data);
    else this.remake();
  }

  remake() {
    this.plot?.destroy();
    this.plot = null;
    if (!this.data) return;
    const options = this.options();
    const axis = { stroke: colour("muted"), grid: { stroke: colour("faint"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif", labelSize: 18 };
    options.axes = options.axes.map((own, i) => ({ ...axis, ...(i ? { size: 50 } : { size: own.label ? 32 : 34 }), ...own }));
    this.plot = new uPlot(
      {
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        ...this.size(),
        ...options,
        hooks: { draw: [(plot) => this.mark(plot)], setCursor: [(plot) => this.point(plot)] },
      },
      this.data,
      this.place,
    );
    this.place.append(this.readout);
  }

  clear() {
    this.data = null;
    this.remake();
  }

  forget() {
    charts.delete(this);
    this.observer.disconnect();
    this.plot?.destroy();
  }

  size() {
    return { width: Math.max(200, this.place.clientWidth), height: Math.max(120, this.place.clientHeight) };
  }

  point(plot) {
    const at = plot.cursor.idx;
    const shown = at === null || at === undefined ? "" : this.read(plot.data[0][at], plot.data.slice(1).map((column) => column[at]));
    this.readout.textContent = shown;
  }

  mark(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    for (const line of this.lines) drawLine(plot, line);
    ctx.restore();
  }
}

function drawLine(plot, line) {
  const { ctx, bbox } = plot;
  const upright = line.x !== undefined;
  const at = plot.valToPos(upright ? line.x : line.y, upright ? "x" : "y", true);
  ctx.strokeStyle = ctx.fillStyle = colour(line.colour);
  ctx.lineWidth = (line.width || 1) * devicePixelRatio;
  ctx.setLineDash((line.dash || []).map((part) => part * devicePixelRatio));
  if (line.dot !== undefined) {
    ctx.beginPath();
    ctx.arc(at, plot.valToPos(line.dot, "y", true), 4.5 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.beginPath();
  ctx.moveTo(upright ? at : bbox.left, upright ? bbox.top : at);
  ctx.lineTo(upright ? at : bbox.left + bbox.width, upright ? bbox.top + bbox.height : at);
  ctx.stroke();
  if (line.label) writeLabel(plot, line, at, upright);
}

function writeLabel(plot, line, at, upright) {
  const { ctx, bbox } = plot;
  const row = 15 * devicePixelRatio, gap = 4 * devicePixelRatio;
  const width = ctx.measureText(line.label).width;
  const noRoom = at + gap + width > bbox.left + bbox.width;
  const toTheLeft = noRoom || (line.left && at - gap - width > bbox.left);
  const beside = toTheLeft ? at - gap - width : at + gap;
  const atTheEnd = line.left ? bbox.left + gap : bbox.left + bbox.width - width - gap;
  const x = upright ? beside : atTheEnd;
  const y = upright ? bbox.top + row * (1 + (line.row || 0)) : at - gap;
  ctx.globalAlpha = 0.85;
  ctx.fillStyle = colour("card");
  ctx.fillRect(x - gap / 2, y - row * 0.8, width + gap, row);
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour(line.colour);
  ctx.fillText(line.label, x, y);
}
