// Playing an instrument: by mouse or finger, computer keys, or a MIDI keyboard; and motifs dropped in as files.

import { post, send } from "./api.js";
import { attempt, h, say } from "./dom.js";
import { engine } from "./engine.js";
import { asked, inRoom, state } from "./state.js";

const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const COMPUTER = "awsedftgyhujkolp";
const BLACK = new Set([1, 3, 6, 8, 10]);
const OCTAVES = 2;

const held = new Map();
let gainDb = 0;
let base = 48;
let midi = null;
export const keyboard = { on: false };

async function press(pitch, velocity = 0.7) {
  if (held.has(pitch)) return;
  held.set(pitch, null);
  light(pitch, true);
  const release = await attempt(() => engine.note({ preset: state.sound.preset, changes: state.sound.changes, pitch, velocity: Math.round(velocity * 16) / 16, seed: state.sound.seed }, gainDb, inRoom(state.preset, state.sound)));
  if (!release) held.delete(pitch);
  else if (held.has(pitch)) held.set(pitch, release);
  else release();
}

function release(pitch) {
  held.get(pitch)?.();
  held.delete(pitch);
  light(pitch, false);
}

function light(pitch, on) {
  document.querySelector(`.piano [data-pitch="${pitch}"]`)?.classList.toggle("down", on);
}

/** Whether a key of the computer was a note. */
export function computerKey(event, down) {
  if (!keyboard.on || event.ctrlKey || event.metaKey || event.altKey) return false;
  const at = COMPUTER.indexOf(event.key.toLowerCase());
  if (at < 0 || state.preset?.kind !== "instruments") return false;
  event.preventDefault();
  if (down && !event.repeat) press(base + at);
  if (!down) release(base + at);
  return true;
}

async function openMidi() {
  if (!navigator.requestMIDIAccess) {
    say("This browser has no Web MIDI.", { bad: true });
    return;
  }
  try {
    midi ??= await navigator.requestMIDIAccess();
  } catch {
    say("The browser did not allow MIDI.", { bad: true });
    return;
  }
  const listen = () => {
    for (const input of midi.inputs.values()) {
      input.onmidimessage = ({ data: [status, pitch, velocity] }) => {
        if ((status & 0xf0) === 0x90 && velocity) press(pitch, velocity / 127);
        else if ((status & 0xe0) === 0x80) release(pitch);
      };
    }
  };
  midi.onstatechange = listen;
  listen();
  say(midi.inputs.size ? `${midi.inputs.size} MIDI input${midi.inputs.size > 1 ? "s" : ""}` : "No MIDI keyboard is connected; it will be heard when it is.");
}

async function drop(file) {
  if (!file) return;
  const notes = await attempt(async () => send("melody", await file.arrayBuffer()));
  if (!notes) return;
  const last = Math.max(...notes.map(({ at, length }) => at + length));
  state.change({ melody: notes, seconds: Math.max(0.5, Math.min(600, last + 2)) });
  say(`${notes.length} notes of ${file.name}`);
  if (!engine.playing) state.play();
}

export function keysPanel() {
  const [low, high] = state.unit.range;
  base = Math.min(Math.max(low, 48), Math.max(low, high - 12 * OCTAVES));
  base -= base % 12;
  const id = state.sound.preset;
  post("heard", { sound: asked({ ...state.sound, melody: [] }) }).then((heard) => {
    if (state.sound.preset === id) gainDb = heard.gain_db;
  }).catch(() => {});
  const pianoOf = () => {
    let white = 0;
    const keys = [];
    for (let pitch = base; pitch <= base + 12 * OCTAVES; pitch++) {
      const black = BLACK.has(pitch % 12);
      const name = `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
      const key = h("button", { type: "button", class: black ? "black" : "white", "data-pitch": String(pitch), "aria-label": name, disabled: pitch < low || pitch > high, tabindex: "-1" });
      key.style.setProperty("--white", String(black ? white : white++));
      keys.push(key);
    }
    keys.find((key) => !key.disabled)?.setAttribute("tabindex", "0");
    return keys;
  };
  const piano = h("div", { class: "piano", role: "group", "aria-label": "Keyboard" }, ...pianoOf());
  const pitchOf = (event) => Number(event.target.dataset?.pitch || 0);
  let under = 0;
  piano.addEventListener("pointerdown", (event) => {
    under = pitchOf(event);
    if (under) {
      event.target.releasePointerCapture(event.pointerId);
      const box = event.target.getBoundingClientRect();
      press(under, 0.35 + 0.6 * ((event.clientY - box.top) / box.height));
    }
  });
  piano.addEventListener("pointerover", (event) => {
    if (!under || !event.buttons) return;
    release(under);
    under = pitchOf(event);
    if (under) press(under);
  });
  for (const end of ["pointerup", "pointerleave", "pointercancel"]) piano.addEventListener(end, () => { if (under) release(under); under = 0; });
  piano.addEventListener("keydown", (event) => {
    const pitch = pitchOf(event);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      piano.querySelector(`[data-pitch="${pitch + step}"]:not(:disabled)`)?.focus();
    } else if ((event.key === "Enter" || event.key === " ") && !event.repeat) {
      event.preventDefault();
      event.stopPropagation();
      press(pitch);
    }
  });
  piano.addEventListener("keyup", (event) => (event.key === "Enter" || event.key === " ") && release(pitchOf(event)));
  const octave = (step) => {
    base = Math.min(Math.max(base + 12 * step, low - (low % 12)), Math.max(low - (low % 12), high - (high % 12) - 12));
    piano.replaceChildren(...pianoOf());
  };
  const file = h("input", { id: "melody", type: "file", accept: ".mid,.midi,audio/midi", class: "hidden", onchange: () => drop(file.files[0]) });
  const panel = h(
    "section",
    { class: "group", "aria-labelledby": "keys-title" },
    h("h3", { id: "keys-title" }, "Keys"),
    piano,
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", onclick: () => octave(-1), "aria-label": "Octave down" }, "− octave"),
      h("button", { type: "button", onclick: () => octave(1), "aria-label": "Octave up" }, "octave +"),
      h("label", { class: "switch" }, h("input", { id: "computer-keys", type: "checkbox", checked: keyboard.on, onchange: (event) => (keyboard.on = event.target.checked) }), h("span", {}, "Computer keys A W S E …")),
      h("button", { type: "button", onclick: openMidi }, "MIDI keyboard"),
    ),
    h("label", { class: "drop", for: "melody" }, "Drop a motif (.mid) here, or choose a file"),
    file,
  );
  panel.addEventListener("dragover", (event) => event.preventDefault());
  panel.addEventListener("drop", (event) => {
    event.preventDefault();
    drop(event.dataTransfer.files[0]);
  });
  return panel;
}
