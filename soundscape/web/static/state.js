// What is chosen and how it was shaped: one sound, its history, and three slots to compare.

import { AS_IT_IS, engine } from "./engine.js";
import { post } from "./api.js";
import { attempt, say } from "./dom.js";

const LONGEST_AT_S = 20;
const STAYS_MS = 400;
const SLOTS = ["A", "B", "C"];

class State extends EventTarget {
  constructor() {
    super();
    this.presets = new Map();
    this.units = {};
    this.controls = {};
    this.sound = null;
    this.slots = [null, null, null];
    this.slot = 0;
    this.past = [];
    this.future = [];
    this.favourites = new Set();
    this.recent = [];
    this.options = {};
  }

  learn({ presets, units, controls, wetness, memory }) {
    this.presets = new Map(presets.map((preset) => [preset.id, preset]));
    this.units = units;
    this.controls = controls;
    this.wetness = wetness;
    this.favourites = new Set(memory.favourites.filter((id) => this.presets.has(id)));
    this.recent = memory.recent.filter((id) => this.presets.has(id));
    this.options = memory.options;
  }

  get preset() {
    return this.sound && this.presets.get(this.sound.preset);
  }

  get unit() {
    const preset = this.preset;
    return preset ? this.units[`${preset.kind}/${preset.unit}`] : null;
  }

  /** Parameters as they are heard: the unit's, the preset's, then what was changed. */
  value(name) {
    if (name in this.sound.changes) return this.sound.changes[name];
    return this.original(name);
  }

  original(name) {
    const param = this.unit.params.find((item) => item.name === name);
    return this.preset.params[name] ?? param.default;
  }

  /** Chooses a preset as it is packaged. */
  choose(id, { play = true } = {}) {
    if (!this.presets.has(id)) return;
    if (this.sound?.preset !== id) this.set(plain(id), { play: false });
    this.recent = [id, ...this.recent.filter((other) => other !== id)].slice(0, 24);
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => post("memory", { recent: this.recent }).catch(() => {}), 400);
    if (play) this.play();
  }

  /** Another state of the sound, which can be undone. `steady` continues a drag: one step for all of it. */
  set(sound, { play = true, steady = false } = {}) {
    if (this.sound && !(steady && this.steady === steady)) this.past.push(this.sound);
    this.past = this.past.slice(-200);
    this.steady = steady;
    this.future = [];
    this.take(sound, play);
  }

  change(part, options) {
    this.set({ ...this.sound, ...part }, options);
  }

  undo() {
    if (!this.past.length) return;
    this.future.push(this.sound);
    this.steady = false;
    this.take(this.past.pop(), true);
  }

  redo() {
    if (!this.future.length) return;
    this.past.push(this.sound);
    this.take(this.future.pop(), true);
  }

  take(sound, play) {
    const other = this.sound?.preset !== sound.preset;
    this.sound = sound;
    this.slots[this.slot] = sound;
    this.dispatchEvent(new CustomEvent(other ? "chosen" : "shaped"));
    if (play && (engine.playing || other)) this.play({ keep: !other });
  }

  /** To another slot; an empty one begins as a copy. Both play equally loud, controls and all. */
  toSlot(index) {
    if (!this.sound) return;
    const other = this.slots[index] ?? this.sound;
    this.slot = index;
    this.slots[index] = other;
    const chosen = other.preset !== this.sound.preset;
    this.sound = other;
    this.past = [];
    this.future = [];
    this.dispatchEvent(new CustomEvent(chosen ? "chosen" : "shaped"));
    say(`Slot ${SLOTS[index]}`);
    if (engine.playing) this.play({ keep: true, asSet: true });
  }

  async favour(id = this.sound?.preset) {
    if (!id) return;
    if (!this.favourites.delete(id)) this.favourites.add(id);
    this.dispatchEvent(new CustomEvent("favour", { detail: id }));
    await attempt(() => post("memory", { favourites: [...this.favourites] }));
  }

  async option(name, value) {
    this.options = { ...this.options, [name]: value };
    await attempt(() => post("memory", { options: this.options }));
  }

  /** Plays the sound; `keep` goes on from where it is, for comparing. */
  async play({ keep = false, asSet = false, sound = this.sound } = {}) {
    if (!sound) return;
    const now = engine.position;
    const at = keep && engine.playing && now < LONGEST_AT_S ? now : 0;
    const preset = this.presets.get(sound.preset);
    const matched = this.options.matched !== false;
    const voice = await attempt(() =>
      engine.play(
        "play",
        { sound: asked(sound), at, as_set: asSet, as_in_film: !matched },
        {
          controls: sound.controls,
          room: roomOf(preset, sound),
          balance: balanceOf(preset, sound, at),
          balanceAt: sound.curves.wetness?.length ? (time) => balanceOf(preset, sound, time) : null,
          faders: fadersOf(preset, sound),
          label: preset.title,
        },
      ),
    );
    if (voice && !voice.exact) this.measure(sound, asSet, voice);
  }

  /** Measures what is listened to; what somebody only walks past is not worth the work. */
  async measure(sound, asSet, voice) {
    await new Promise((passed) => setTimeout(passed, STAYS_MS));
    if (engine.current !== voice) return;
    const heard = await attempt(() => post("heard", { sound: asked(sound), as_set: asSet }));
    if (heard && engine.current === voice) engine.match(heard.gain_db);
  }

  toggle() {
    if (engine.playing) engine.stop();
    else this.play();
  }
}

export function plain(id) {
  return { preset: id, seed: 1, changes: {}, controls: {}, curves: {}, seconds: 12, melody: [], faders_db: {}, muted: [] };
}

/** A sound as the server is asked for it: while it plays, mutes and faders are the page's own. */
export function asked(sound, { whole = false } = {}) {
  const { solo, ...rest } = sound;
  return whole ? rest : { ...rest, faders_db: {}, muted: [] };
}

/** What a control is at when nobody has moved it: a sound without a place is dry. */
export function neutralOf(name, preset) {
  return name === "wetness" && !preset.space ? 0 : state.controls[name].neutral;
}

/** Gain of a sound and of its room at a time: a crossfade of equal power, as the mix has it. */
export function balanceOf(preset, sound, at = 0) {
  if (preset.kind === "spaces") return AS_IT_IS;
  const wetness = along(sound.curves.wetness, at) ?? sound.controls.wetness ?? neutralOf("wetness", preset);
  const { space_gain: space, bend } = state.wetness;
  const angle = 0.5 * Math.PI * wetness ** bend;
  const both = Math.hypot(1, space);
  return { direct: both * Math.cos(angle), send: (both / space) * Math.sin(angle) };
}

/** Value of a curve, [seconds, value] in order of time, held outside; nothing where there is none. */
function along(points, at) {
  if (!points?.length) return undefined;
  const next = points.findIndex(([time]) => time > at);
  if (next <= 0) return points.at(next)[1];
  const [[t0, v0], [t1, v1]] = [points[next - 1], points[next]];
  return v0 + ((v1 - v0) * (at - t0)) / (t1 - t0);
}

function roomOf(preset, sound) {
  if (preset.kind === "spaces") return { space: preset.name, changes: sound.changes };
  if (preset.kind === "palettes") return preset.space ? { space: preset.space } : null;
  return { space: state.wetness.space };
}

/** The room of a sound and how much is heard of both, as a note is played into it. */
export function inRoom(preset, sound) {
  return { room: roomOf(preset, sound), balance: balanceOf(preset, sound) };
}

/** Fader of every layer of a palette and of its lead, in dB; null where the server's own are right. */
export function fadersOf(preset, sound) {
  if (preset.kind !== "palettes") return null;
  const solo = sound.solo ?? "";
  return [...preset.layers.map(({ preset: name, gain_db: own }) => {
    const silent = sound.muted.includes(name) || (solo && solo !== name);
    return silent ? -Infinity : (sound.faders_db[name] ?? own);
  }), solo ? -Infinity : 0];
}

export const state = new State();
