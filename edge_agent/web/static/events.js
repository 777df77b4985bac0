// Events and alarms: each with its capture, the spectrum of the window behind it, and the answer to an alarm.
import { byId, levelOf, make, when, wordOf, writeFacts } from "./dom.js";
import { CurrentChart } from "./spectra.js";
import { alarmFacts, answerForm } from "./verdict.js";

const rows = new Map();
const SHOWN = 8; // page.css hides those after it

byId("all-events").addEventListener("click", () => {
  byId("events").classList.add("all");
  byId("all-events").hidden = true;
});

export function showEvents(events, motor, alarm, mayWrite) {
  byId("no-events").hidden = events.length > 0;
  byId("all-events").hidden = events.length <= SHOWN || byId("events").classList.contains("all");
  const wanted = events.map((event) => {
    const isNewestAlarm = event.alarm !== null && alarm !== null && alarm.event_id === event.id;
    const key = JSON.stringify([event, isNewestAlarm, mayWrite]);
    return rows.get(event.id)?.key === key ? rows.get(event.id) : { id: event.id, key, row: row(event, isNewestAlarm ? motor : null, mayWrite) };
  });
  rows.clear();
  wanted.forEach((own) => rows.set(own.id, own));
  const list = byId("events");
  wanted.forEach((own, i) => {
    if (list.children[i] !== own.row) list.insertBefore(own.row, list.children[i] ?? null);
  });
  while (list.children.length > wanted.length) list.lastChild.remove();
}

function row(event, motor, mayWrite) {
  const more = make("div", { class: "more", hidden: true });
  const tools = make("div", { class: "tools" });
  if (event.has_capture) {
    tools.append(
      spectrumButton(event, more),
      make("a", { href: `captures/${encodeURIComponent(event.captured)}`, download: event.captured }, "Download capture"),
      make("a", { href: `captures/${encodeURIComponent(event.captured)}/report`, target: "_blank", rel: "noopener" }, "Report"),
    );
  } else if (event.captured) tools.append(make("span", { class: "muted" }, "no capture yet, or no more"));
  const item = make("li", {},
    make("time", { datetime: event.time }, when(event.time)),
    make("span", { class: `badge ${levelOf(event)}` }, wordOf(event)),
    make("span", { class: "words" }, event.summary),
    tools,
    more);
  if (event.alarm) {
    const facts = make("dl", { class: "facts more" });
    writeFacts(facts, alarmFacts(event.alarm));
    item.append(facts);
    if (motor !== null && mayWrite) item.append(make("div", { class: "more" }, answerForm({ ...event.alarm, event_id: event.id }, motor, mayWrite)));
  }
  return item;
}

function spectrumButton(event, more) {
  let chart = null;
  const button = make("button", { type: "button", "aria-expanded": "false" }, "Spectrum");
  button.addEventListener("click", async () => {
    if (chart) {
      chart.chart.forget();
      chart = null;
    } else if (more.hidden) {
      more.hidden = false;
      const place = make("div", { class: "chart", role: "img", "aria-label": `Spectrum of ${event.summary}` });
      const words = make("p", { class: "muted" }, "reading the capture");
      more.replaceChildren(place, words);
      button.setAttribute("aria-expanded", "true");
      chart = await draw(event, place, words);
      return;
    }
    more.hidden = true;
    button.setAttribute("aria-expanded", "false");
  });
  return button;
}

async function draw(event, place, words) {
  try {
    const answer = await fetch(`captures/${encodeURIComponent(event.captured)}/view`);
    const view = await answer.json();
    if (!answer.ok) {
      words.textContent = view.error;
      return null;
    }
    const chart = new CurrentChart(place, words);
    chart.show(view, view.evidence);
    return chart;
  } catch {
    words.textContent = "The agent does not answer.";
    return null;
  }
}
