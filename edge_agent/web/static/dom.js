// Elements and words. What the agent says goes into the page as text, never as HTML.

export const byId = (id) => document.getElementById(id);

// Make an element: attributes by name, children as elements or text; what is null is left out.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "click") element.addEventListener("click", value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Write pairs of a name and words into a list of definitions; pairs without words are left out.
export function writeFacts(list, pairs) {
  list.replaceChildren(
    ...pairs.filter(([, words]) => words !== null && words !== undefined && words !== "")
      .flatMap(([name, words]) => [make("dt", {}, name), make("dd", {}, words)]),
  );
}

export const number = (value, decimals = 2) => (typeof value === "number" ? value.toFixed(decimals) : null);
export const withUnit = (value, decimals, unit) => (typeof value === "number" ? `${value.toFixed(decimals)} ${unit}` : null);
export const percent = (share, decimals = 0) => withUnit(typeof share === "number" ? 100 * share : null, decimals, "%");
export const unquoted = (words) => (words ?? "").replaceAll("`", "");
export const plain = (code) => (code ? String(code).replaceAll("_", " ") : "");

// A number with three digits, as an instrument shows it.
export function digits(value) {
  if (typeof value !== "number") return "–";
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return size >= 1 || size === 0 ? value.toFixed(2) : value.toPrecision(2);
}

export function when(iso) {
  if (!iso) return null;
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const day = date.toLocaleDateString([], { year: "numeric", month: "short", day: "numeric" });
  return today ? `today, ${time}` : `${day}, ${time}`;
}

// The class and the word of a state: its severity, or that there is no answer.
export const levelOf = (state) => (state && state.severity ? state.severity : "unknown");
export function wordOf(state) {
  if (!state || !state.state) return "no answer yet";
  return state.severity || plain(state.reason) || "no answer";
}

export async function ask(path, data) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(data),
    });
    return answer.ok ? null : (await answer.json()).error;
  } catch {
    return "The agent does not answer.";
  }
}
