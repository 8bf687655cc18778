// Making elements, and a few words about them.

/** An element with properties (`onclick`, `class`, `aria-…`) and children. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith("aria") && typeof value !== "string") element[name] = value;
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A small drawing from a path of a 24 by 24 grid. */
export function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(space, "path"));
  svg.firstChild.setAttribute("d", path);
  return svg;
}

export const byId = (id) => document.getElementById(id);

let hiding = 0;

/** A line at the bottom of the page that goes away by itself. */
export function say(text, { bad = false } = {}) {
  const message = byId("message");
  message.textContent = text;
  message.classList.toggle("bad", bad);
  message.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => message.classList.remove("shown"), bad ? 6000 : 3000);
}

/** Runs what may be refused by the server, and says so. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    say(error.message, { bad: true });
    return undefined;
  }
}

export const words = (name) => name.replaceAll("_", " ").replaceAll("-", " ");

/** Two or three digits of a number, as a person writes them. */
export function figure(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return String(Number(value.toFixed(digits))).replace("-", "−");
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
