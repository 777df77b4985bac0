// What is found beside the bars: a row for each condition, with its number and where its limit comes from.
import { byId, digits, levelOf, make, plain, unquoted } from "./dom.js";

export function showConditions(state) {
  const findings = Object.entries(state.findings || {});
  byId("conditions").hidden = findings.length === 0;
  byId("conditions-table").tBodies[0].replaceChildren(...findings.map(([name, finding]) => row(name, finding)));
}

function row(name, finding) {
  const [number] = finding.measured;
  const place = finding.location ? ` (${finding.location})` : "";
  return make("tr", {},
    make("th", { scope: "row" }, plain(name)),
    make("td", { class: levelOf(finding) }, wordOf(finding) + place),
    make("td", {}, number ? `${plain(number.quantity)} ${digits(number.value)}${unit(number)}` : ""),
    make("td", {}, number && number.limit !== null ? `${digits(number.limit)}${unit(number)}` : ""),
    make("td", { class: "muted" }, unquoted(why(finding, number))));
}

function wordOf(finding) {
  if (finding.state === "indeterminate") return "not told";
  return finding.state === "healthy" && finding.severity === "ok" ? "not found" : `${finding.state === "healthy" ? "not yet" : "found"}: ${finding.severity}`;
}

const unit = (number) => (number.unit === "1" ? "" : ` ${number.unit}`);

function why(finding, number) {
  if (finding.state === "indeterminate") return `${finding.summary}. ${finding.advice}`;
  const hours = number && number.baseline_h !== null ? `; ${digits(number.baseline_h)} h of baseline` : "";
  const witness = number && number.witness ? `; ${number.witness}` : "";
  const advice = finding.state === "healthy" ? "" : `. ${finding.advice}`;
  return number ? `${number.origin}${hours}${witness}${advice}` : finding.summary;
}
