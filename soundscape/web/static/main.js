// The page begins here: what is shared by all views, and the keys.

import { get } from "./api.js";
import { byId, figure, h, say } from "./dom.js";
import { engine } from "./engine.js";
import { openKeep } from "./keep.js";
import { computerKey } from "./keys.js";
import { film, showView } from "./film.js";
import { Running, forgetPalette } from "./paint.js";
import { backToOriginal, buildShape, copyLine, throwDice } from "./shape.js";
import { sheet } from "./sheet.js";
import { state } from "./state.js";

const KEYS = [
  ["/", "search"],
  ["← ↑ ↓ →", "walk through the sounds, each plays"],
  ["space", "play or stop"],
  ["f", "favourite"],
  ["r", "dice: another performance"],
  ["v", "ten variations"],
  ["a  b  c", "to slot A, B or C, equally loud"],
  ["z  shift z", "undo, redo"],
  ["o", "back to the original"],
  ["e", "to the sliders"],
  ["s", "save as a preset of yours"],
  ["l", "copy the line for the film"],
  ["1  2", "sounds, film"],
  ["?", "this help"],
  ["esc", "close, or back to the sounds"],
];

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  forgetPalette();
  sheet.redraw();
}

const isDark = () => {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function toggle() {
  if (film.shown) film.toggle();
  else state.toggle();
}

function transport() {
  const running = new Running(byId("spectrum"), engine);
  byId("play").addEventListener("click", toggle);
  byId("now").addEventListener("click", () => byId("shape").scrollIntoView({ behavior: "smooth", block: "start" }));
  const volume = byId("volume");
  const setVolume = () => {
    engine.setVolume(Number(volume.value) <= -40 ? 0 : 10 ** (Number(volume.value) / 20));
    volume.setAttribute("aria-valuetext", `${volume.value} dB`);
    volume.style.setProperty("--at", `${((Number(volume.value) + 40) / 52) * 100}%`);
  };
  volume.value = String(state.options.volume ?? 0);
  setVolume();
  volume.addEventListener("input", setVolume);
  volume.addEventListener("change", () => state.option("volume", Number(volume.value)));
  engine.addEventListener("change", () => {
    document.body.classList.toggle("playing", engine.playing);
    byId("play-label").textContent = engine.playing ? "Stop" : "Play";
    if (!engine.playing) byId("now-info").textContent = "";
  });
  engine.addEventListener("tick", () => {
    const seconds = engine.position;
    byId("now-info").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  });
  engine.addEventListener("meters", () => {
    const { momentary, peak } = engine.meters;
    byId("momentary").textContent = momentary > -70 ? figure(Math.round(momentary * 10) / 10) : "–";
    byId("peak").textContent = peak > -70 ? figure(Math.round(peak * 10) / 10) : "–";
    byId("momentary-bar").value = Math.max(-45, momentary);
    byId("peak-bar").value = Math.max(-45, peak);
  });
  engine.addEventListener("lost", ({ detail }) => say(detail, { bad: true }));
  engine.addEventListener("ended", () => {
    if (Object.keys(state.sound?.curves ?? {}).length && !film.shown) state.play();
  });
  const name = () => (byId("now-title").textContent = engine.current?.label ?? state.preset?.title ?? "Nothing chosen");
  state.addEventListener("chosen", name);
  engine.addEventListener("change", name);
  for (const view of ["sounds", "film"]) byId(`tab-${view}`).addEventListener("click", () => showView(view));
  byId("theme").addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    setTheme(theme);
    running.clear();
    state.option("theme", theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(""));
}

function help() {
  const dialog = byId("help");
  dialog.append(
    h("h2", { id: "help-title" }, "Keys"),
    h("dl", { class: "keys" }, ...KEYS.flatMap(([key, what]) => [h("dt", {}, ...key.split("  ").map((part) => h("kbd", {}, part))), h("dd", {}, what)])),
    h("form", { method: "dialog", class: "buttons end" }, h("button", { type: "submit", class: "primary" }, "Close")),
  );
  byId("help-open").addEventListener("click", () => dialog.showModal());
}

const ACTIONS = {
  "/": () => byId("search").focus(),
  f: () => state.favour(),
  r: throwDice,
  v: () => byId("vary")?.click(),
  a: () => state.toSlot(0),
  b: () => state.toSlot(1),
  c: () => state.toSlot(2),
  z: () => state.undo(),
  Z: () => state.redo(),
  o: backToOriginal,
  e: () => byId("shape").querySelector("input[type=range]")?.focus(),
  s: openKeep,
  l: () => (film.shown ? film.line() : state.sound && copyLine()),
  1: () => showView("sounds"),
  2: () => film.film && showView("film"),
  "?": () => byId("help").showModal(),
  Escape: () => sheet.focus(state.sound?.preset ?? sheet.shown[0], false),
};

function keys() {
  // A pointer leaves no focus on a button, so that the space bar plays; keys do.
  document.addEventListener("click", ({ target, detail }) => {
    const button = target.closest?.("button");
    if (detail && button && !button.matches(".pick") && !button.closest("dialog")) button.blur();
  });
  document.addEventListener("keyup", (event) => computerKey(event, false));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search], input[type=text], input[type=number], select, textarea");
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (typing) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) state.redo();
      else state.undo();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || computerKey(event, true)) return;
    if (event.key === " ") {
      const control = event.target.closest("button, summary, a, input[type=checkbox]");
      if (control && !control.classList.contains("pick")) return;
      event.preventDefault();
      toggle();
      return;
    }
    const action = ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

async function begin() {
  keys();
  help();
  try {
    state.learn(await get("catalogue"));
  } catch (error) {
    byId("count").textContent = error.status === 401 ? "This page is of an earlier run. Open the address that soundscape audition printed." : error.message;
    return;
  }
  engine.prepare();
  setTheme(state.options.theme ?? "");
  sheet.build();
  buildShape();
  transport();
  document.body.classList.add("ready");
  film.load();
}

begin();
