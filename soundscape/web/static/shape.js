// Shaping a sound: macros, parameters, seed, slots, curves, faders, keys, and keeping it.

import { post } from "./api.js";
import { curvePanel } from "./curve.js";
import { attempt, byId, copy, figure, h, icon, say, words } from "./dom.js";
import { engine } from "./engine.js";
import { keysPanel } from "./keys.js";
import { openKeep } from "./keep.js";
import { asked, balanceOf, fadersOf, neutralOf, state } from "./state.js";

const LOCK = "M7 10V7a5 5 0 0 1 10 0v3h1.5v11h-13V10zm2.5 0h5V7a2.5 2.5 0 0 0-5 0z";
const DICE = "M4 4h16v16H4zM8.5 7a1.5 1.5 0 1 0 .01 0zM15.500 7a1.5 1.5 0 1 0 .01 0zM8.500 14a1.5 1.5 0 1 0 .01 0zM15.500 14a1.5 1.5 0 1 0 .01 0z";
const STEPS = 1000;
const LOG_RATIO = 30;
const SLOTS = ["A", "B", "C"];
const PALETTE_CONTROLS = ["intensity", "brightness", "distance", "wetness"];
const locked = new Set();
let rows = [];

export function buildShape() {
  state.addEventListener("chosen", show);
  state.addEventListener("shaped", refresh);
  state.addEventListener("favour", refresh);
  show();
}

function show() {
  const panel = byId("shape");
  rows = [];
  locked.clear();
  if (!state.sound) {
    panel.replaceChildren(
      h(
        "div",
        { class: "empty" },
        h("h2", {}, "Find a sound"),
        h("p", {}, "Point at a picture to hear it, click to keep it here and shape it. All sounds play equally loud."),
        h("p", {}, h("kbd", {}, "/"), " search  ", h("kbd", {}, "←↑↓→"), " walk  ", h("kbd", {}, "space"), " play  ", h("kbd", {}, "?"), " all keys"),
      ),
    );
    return;
  }
  const { preset, unit } = state;
  panel.replaceChildren(
    head(preset, unit),
    tools(),
    ...(unit?.controls.length || preset.kind === "palettes" ? [macros(preset, unit?.controls ?? PALETTE_CONTROLS)] : []),
    ...(preset.kind === "palettes" ? [mixer(preset)] : []),
    ...(preset.kind === "instruments" ? [keysPanel()] : []),
    ...(unit?.params.length ? [params(unit)] : []),
    ...(preset.kind === "layers" || preset.kind === "palettes" ? [curvePanel(unit?.controls ?? PALETTE_CONTROLS)] : []),
    keeping(preset),
  );
  refresh();
}

function refresh() {
  for (const row of rows) row();
}

/** Something that follows the state: called now and after every change. */
function follow(update) {
  rows.push(update);
}

function head(preset, unit) {
  const heart = h("button", { type: "button", class: "heart big", "aria-label": "Favourite", title: "Favourite (f)", onclick: () => state.favour() }, h("span", { "aria-hidden": "true" }, "♥"));
  follow(() => heart.setAttribute("aria-pressed", String(state.favourites.has(preset.id))));
  return h(
    "header",
    { class: "shape-head" },
    h("div", {}, h("h2", {}, words(preset.name)), h("p", { class: "title" }, preset.title.toLowerCase() === words(preset.name) ? words(preset.unit) : preset.title)),
    heart,
    unit ? h("details", { class: "about" }, h("summary", {}, "How it is made"), h("p", {}, unit.help)) : null,
  );
}

function tools() {
  const undo = button("Undo", "z", () => state.undo());
  const redo = button("Redo", "shift z", () => state.redo());
  const seed = h("output", { class: "seed", "aria-label": "Seed" });
  const dice = h("button", { type: "button", class: "dice", title: "Another performance: new seed (r)", onclick: throwDice }, icon(DICE), "Dice");
  const original = button("Original", "o", () => backToOriginal());
  const slots = SLOTS.map((name, index) =>
    h("button", { type: "button", title: `Slot ${name} (${name.toLowerCase()})`, onclick: () => state.toSlot(index) }, name),
  );
  follow(() => {
    undo.disabled = !state.past.length;
    redo.disabled = !state.future.length;
    original.disabled = !changed();
    seed.textContent = `seed ${state.sound.seed}`;
    slots.forEach((slot, index) => {
      slot.setAttribute("aria-pressed", String(index === state.slot));
      slot.classList.toggle("filled", state.slots[index] !== null);
    });
  });
  return h(
    "div",
    { class: "tools" },
    h("div", { class: "slots", role: "group", "aria-label": "Compare, equally loud" }, ...slots),
    h("div", { class: "buttons" }, dice, seed, undo, redo, original),
    variations(),
  );
}

function button(text, key, onclick) {
  return h("button", { type: "button", title: `${text} (${key})`, onclick }, text);
}

const changed = () =>
  state.sound.seed !== 1 ||
  ["changes", "controls", "curves", "faders_db"].some((part) => Object.keys(state.sound[part]).length) ||
  state.sound.muted.length > 0 ||
  state.sound.melody.length > 0;

export function throwDice() {
  if (!state.sound) return;
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  const wasPlaying = engine.playing;
  state.change({ seed });
  if (!wasPlaying) state.play();
}

export function backToOriginal() {
  if (!state.sound || !changed()) return;
  state.change({ seed: 1, changes: {}, controls: {}, curves: {}, faders_db: {}, muted: [], melody: [], solo: "" });
}

function variations() {
  const list = h("div", { class: "variations", role: "group", "aria-label": "Variations" });
  const amount = h("select", { "aria-label": "How far variations go" }, ...[10, 20, 40].map((share) => h("option", { value: String(share / 100), selected: share === 20 }, `${share} %`)));
  let from = null;
  const make = h(
    "button",
    {
      type: "button",
      title: "Ten variations around this sound (v)",
      id: "vary",
      onclick: async () => {
        from = state.sound;
        const found = await attempt(() =>
          post("variations", { sound: asked(from), count: 10, amount: Number(amount.value), locked: [...locked] }),
        );
        if (!found) return;
        const use = (sound, pressed) => {
          for (const other of list.children) other.setAttribute("aria-pressed", String(other === pressed));
          state.set(sound, { play: engine.playing });
          if (!engine.playing) state.play();
        };
        list.replaceChildren(
          ...found.map((variation, index) =>
            h("button", { type: "button", "aria-pressed": "false", "aria-label": `Variation ${index + 1}`, onclick: (event) => use({ ...from, ...variation }, event.currentTarget) }, String(index + 1)),
          ),
          h("button", { type: "button", "aria-pressed": "true", onclick: (event) => use(from, event.currentTarget) }, "before"),
        );
        list.firstElementChild.focus();
      },
    },
    "10 variations",
  );
  return h("div", { class: "vary" }, make, amount, list);
}

/** Live controls: they move what sounds, without beginning again. */
function macros(preset, names) {
  return h(
    "section",
    { class: "group", "aria-labelledby": "macros-title" },
    h("h3", { id: "macros-title" }, "Macros"),
    ...names.map((name) => {
      const { help } = state.controls[name];
      const neutral = neutralOf(name, preset);
      return slider({
        id: `control-${name}`,
        name,
        help,
        low: 0,
        high: 1,
        unit: "",
        get: () => state.sound.controls[name] ?? neutral,
        original: () => neutral,
        set: (value) => {
          const controls = { ...state.sound.controls, [name]: value };
          if (value === neutral) delete controls[name];
          state.change({ controls }, { play: false, steady: name });
          engine.control(controls);
          if (name === "wetness") engine.wet(balanceOf(preset, state.sound));
        },
      });
    }),
    ...sizes(),
  );
}

/** What a sound calls size is a macro too. */
function sizes() {
  const param = state.unit?.params.find(({ name, type }) => type === "number" && /^(size|scale)(_|$)/.test(name));
  return param ? [paramRow(param, "macro-")] : [];
}

function params(unit) {
  return h(
    "section",
    { class: "group", "aria-labelledby": "params-title" },
    h("h3", { id: "params-title" }, "Parameters", h("span", { class: "hint" }, "double-click a slider to reset it")),
    ...unit.params.map((param) => paramRow(param)),
  );
}

let restarting = 0;

/** A parameter begins the sound anew where it is: at once, and at most eight times a second. */
function setParam(name, value) {
  const changes = { ...state.sound.changes, [name]: value };
  if (value === state.original(name)) delete changes[name];
  state.change({ changes }, { play: false, steady: name });
  if (!engine.playing || restarting) return;
  state.play({ keep: true });
  restarting = setTimeout(() => {
    restarting = 0;
    if (engine.playing && state.sound.changes !== changes) state.play({ keep: true });
  }, 130);
}

function paramRow(param, prefix = "param-") {
  const common = { id: `${prefix}${param.name}`, name: param.name, help: param.help, get: () => state.value(param.name), original: () => state.original(param.name), set: (value) => setParam(param.name, value), lock: prefix === "param-" };
  if (param.type === "number") return slider({ ...common, low: param.low, high: param.high, unit: param.unit, whole: param.whole });
  if (param.type === "switch") return toggle(common);
  return choice({ ...common, options: param.options });
}

function slider({ id, name, help, low, high, unit, whole, get, original, set, lock }) {
  const log = low > 0 && high / low >= LOG_RATIO;
  const toStep = (value) => STEPS * (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const toValue = (step) => {
    const share = step / STEPS;
    const value = log ? low * (high / low) ** share : low + share * (high - low);
    return whole ? Math.round(value) : Number(Math.min(high, Math.max(low, value)).toPrecision(4));
  };
  const reset = () => set(original());
  const input = h("input", {
    id,
    type: "range",
    min: "0",
    max: String(STEPS),
    step: whole && !log ? String(STEPS / (high - low)) : "1",
    "aria-describedby": `${id}-help`,
    oninput: () => set(toValue(Number(input.value))),
    ondblclick: reset,
    onkeydown: (event) => {
      if (event.key === "Backspace" || event.key === "Delete") reset();
    },
    onchange: () => (state.steady = false),
  });
  const output = h("output", { for: id });
  const row = frame({ id, name, help, output, input, lock, low: `${figure(low)}`, high: `${figure(high)}${unit ? ` ${unit}` : ""}` });
  follow(() => {
    const value = get();
    input.value = String(toStep(value));
    const text = `${figure(value)}${unit ? ` ${unit}` : ""}`;
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
    row.classList.toggle("changed", value !== original());
    input.style.setProperty("--at", `${toStep(value) / 10}%`);
    input.style.setProperty("--was", `${toStep(original()) / 10}%`);
  });
  return row;
}

function choice({ id, name, help, options, get, original, set, lock }) {
  const select = h("select", { id, "aria-describedby": `${id}-help`, onchange: () => set(select.value) }, ...options.map((option) => h("option", { value: option }, words(option))));
  const row = frame({ id, name, help, input: select, lock });
  follow(() => {
    select.value = get();
    row.classList.toggle("changed", get() !== original());
  });
  return row;
}

function toggle({ id, name, help, get, original, set, lock }) {
  const box = h("input", { id, type: "checkbox", "aria-describedby": `${id}-help`, onchange: () => set(box.checked) });
  const row = frame({ id, name, help, input: box, lock });
  follow(() => {
    box.checked = get();
    row.classList.toggle("changed", get() !== original());
  });
  return row;
}

/** A name without the unit at its end, which stands beside the value. */
const plainName = (name) => words(name.replace(/_(s|ms|m|mm|hz|db|kg|deg)$/, ""));

function frame({ id, name, help, output, input, lock, low, high }) {
  const pin = lock
    ? h("button", { type: "button", class: "lock", "aria-pressed": "false", "aria-label": `Lock ${words(name)} in variations`, title: "Stays as it is in variations", onclick: () => {
        if (!locked.delete(name)) locked.add(name);
        pin.setAttribute("aria-pressed", String(locked.has(name)));
      } }, icon(LOCK))
    : null;
  return h(
    "div",
    { class: "row" },
    h("label", { for: id }, plainName(name)),
    output ?? null,
    pin,
    input,
    low !== undefined ? h("span", { class: "range", "aria-hidden": "true" }, h("span", {}, low), h("span", {}, high)) : null,
    h("p", { id: `${id}-help`, class: "help" }, help),
  );
}

/** The layers of a palette on faders. */
function mixer(preset) {
  const apply = (part) => {
    state.change(part, { play: false, steady: Object.keys(part)[0] });
    engine.fade(fadersOf(preset, state.sound));
  };
  const strips = preset.layers.map(({ preset: name, gain_db: own }) => {
    const id = `fader-${name}`;
    const input = h("input", { id, type: "range", min: "-40", max: "6", step: "0.5", oninput: () => apply({ faders_db: { ...state.sound.faders_db, [name]: Number(input.value) } }), ondblclick: () => {
      const { [name]: _, ...rest } = state.sound.faders_db;
      apply({ faders_db: rest });
    } });
    const output = h("output", { for: id });
    const mute = h("button", { type: "button", class: "mute", "aria-label": `Mute ${words(name)}`, onclick: () => {
      const muted = state.sound.muted.includes(name) ? state.sound.muted.filter((other) => other !== name) : [...state.sound.muted, name];
      apply({ muted });
    } }, "M");
    const solo = h("button", { type: "button", class: "solo", "aria-label": `Solo ${words(name)}`, onclick: () => apply({ solo: state.sound.solo === name ? "" : name }) }, "S");
    follow(() => {
      const value = state.sound.faders_db[name] ?? own;
      input.value = String(value);
      input.style.setProperty("--at", `${((value + 40) / 46) * 100}%`);
      input.setAttribute("aria-valuetext", `${figure(value)} dB`);
      output.textContent = `${figure(value)} dB`;
      mute.setAttribute("aria-pressed", String(state.sound.muted.includes(name)));
      solo.setAttribute("aria-pressed", String(state.sound.solo === name));
    });
    return h("div", { class: "row strip" }, h("label", { for: id }, words(name)), output, h("span", { class: "pair" }, mute, solo), input);
  });
  return h("section", { class: "group", "aria-labelledby": "mixer-title" }, h("h3", { id: "mixer-title" }, "Layers", h("span", { class: "hint" }, preset.space ? `in ${words(preset.space)}, with a phrase of ${words(preset.lead)}` : "")), ...strips);
}

function keeping(preset) {
  const seconds = h("input", { id: "wav-seconds", type: "number", min: "0.5", max: "14400", step: "0.5", value: preset.kind === "layers" || preset.kind === "palettes" ? "30" : "6" });
  const wav = h("button", { type: "button", onclick: async () => {
    wav.disabled = true;
    say("Rendering …");
    const made = await attempt(() => post("wav", { ...asked(state.sound, { whole: true }), seconds: Number(seconds.value) }));
    wav.disabled = false;
    if (!made) return;
    const link = h("a", { href: made.url, download: "" });
    link.click();
    say(`Downloading ${(made.bytes / 1e6).toFixed(1)} MB`);
  } }, "Download WAV");
  return h(
    "section",
    { class: "group keep", "aria-labelledby": "keep-heading" },
    h("h3", { id: "keep-heading" }, "Keep"),
    h("div", { class: "buttons" }, h("button", { type: "button", class: "primary", title: "Save as a new preset (s)", onclick: openKeep }, "Save as preset …"), h("button", { type: "button", onclick: copyLine }, "Copy line for film"), h("button", { type: "button", onclick: openFolder }, "Open folder")),
    h("div", { class: "buttons" }, wav, h("label", { for: "wav-seconds" }, "seconds"), seconds),
  );
}

export async function copyLine() {
  const found = await attempt(() => post("line", { preset: state.sound.preset }));
  if (!found) return;
  say((await copy(found.line)) ? "Copied" : found.line);
}

export async function openFolder() {
  const { opened, path } = (await attempt(() => post("folder"))) ?? {};
  if (path) say(opened ? `Opened ${path}` : path);
}
