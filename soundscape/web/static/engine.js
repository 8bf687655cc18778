// The sound of the page: one stream at a time is pulled from the server as it is played.

import { pcm, post } from "./api.js";

const RATE = 48000;
const BLOCK = 8192;
const FIRST = 16384;
const LEAD_S = 0.4;
const MOST_LEAD_S = 2;
const gainOf = (db) => 10 ** (db / 20);
const LEAST_DIRECT = 0.01;
export const AS_IT_IS = { direct: 1, send: 1 };

/** Gains of the faders of a voice and, against these, of what goes into its room. */
function gainsOf({ faders, room, balance }) {
  const direct = Math.max(balance.direct, LEAST_DIRECT);
  const gains = faders.map((db) => gainOf(db) * direct);
  return { gains, sends: gains.map(() => (room ? balance.send / direct : 0)) };
}

class Engine extends EventTarget {
  constructor() {
    super();
    this.current = null;
    this.serial = 0;
    this.lead = LEAD_S;
    this.volume = 0.5;
    this.dropouts = 0;
    this.startedMs = null;
    this.meters = { momentary: -Infinity, peak: -Infinity, rms: 0, reduction: 0, integrated: -Infinity };
    this.blocks = [];
    this.rooms = new Map();
    this.notes = new Map();
  }

  /** Builds everything ahead of the first sound. */
  prepare() {
    this.ready ??= this.build();
    return this.ready;
  }

  /** Wakes the audio of the browser, which it only allows after a gesture. */
  async wake() {
    await this.prepare();
    if (this.context.state !== "running") await this.context.resume();
  }

  async build() {
    const context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    this.context = context;
    await context.audioWorklet.addModule("/static/worklet.js");
    this.mixer = new AudioWorkletNode(context, "mixer", {
      numberOfInputs: 0,
      numberOfOutputs: 2,
      outputChannelCount: [2, 2],
    });
    this.output = new AudioWorkletNode(context, "output", { outputChannelCount: [2] });
    this.bus = new GainNode(context, { channelCount: 2, channelCountMode: "explicit" });
    this.room = new ConvolverNode(context, { disableNormalization: true });
    this.analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0.4, minDecibels: -100 });
    this.loud = new GainNode(context, { gain: this.volume });
    this.mixer.connect(this.bus, 0);
    this.mixer.connect(this.room, 1);
    this.room.connect(this.bus);
    this.bus.connect(this.output).connect(this.analyser).connect(this.loud).connect(context.destination);
    this.mixer.port.onmessage = ({ data }) => this[`on_${data.type}`](data);
    this.output.port.onmessage = ({ data }) => this.measured(data);
  }

  setVolume(volume) {
    this.volume = volume;
    this.loud?.gain.setTargetAtTime(volume, this.context.currentTime, 0.02);
  }

  /**
   * Plays a sound; what played before gives way when the first of it has arrived.
   * `path` is "play" for a preset and "scene" for the film; `body` is what the server is asked.
   */
  async play(path, body, { controls = {}, room = null, balance = AS_IT_IS, balanceAt = null, faders = null, label = "", at = body.at ?? 0, film = false } = {}) {
    const serial = ++this.serial;
    const asked = performance.now();
    this.opening?.abort();
    this.opening = new AbortController();
    const woken = this.wake();
    const wet = room && balance.send ? room : null;
    if (wet) this.response(wet);
    let first;
    try {
      first = await pcm(path, { ...body, frames: FIRST }, { signal: this.opening.signal });
    } catch (error) {
      if (error.name === "AbortError") return null;
      throw error;
    }
    await woken;
    if (serial !== this.serial) {
      post(`stop/${first.stream}`).catch(() => {});
      return null;
    }
    await this.enter(wet);
    if (serial !== this.serial) {
      post(`stop/${first.stream}`).catch(() => {});
      return null;
    }
    const before = this.current;
    const [tracks, , frames] = first.shape;
    const voice = {
      id: serial,
      stream: first.stream,
      tracks: first.tracks,
      exact: first.exact,
      gainDb: first.gain_db,
      controls,
      label,
      at,
      film,
      played: 0,
      asking: false,
      ended: first.ended,
      asked,
      dropouts: 0,
      room,
      balance: room ? balance : AS_IT_IS,
      balanceAt: room ? balanceAt : null,
      faders: faders ?? first.tracks.map((track) => track.gain_db),
    };
    this.current = voice;
    this.blocks = [];
    this.mixer.port.postMessage(
      {
        type: "start",
        id: serial,
        tracks,
        ...gainsOf(voice),
        gain: gainOf(first.gain_db),
        data: first.data,
        frames,
        ended: first.ended,
      },
      [first.data.buffer],
    );
    if (before && !before.ended) post(`stop/${before.stream}`).catch(() => {});
    this.announce();
    return voice;
  }

  /** The impulse response of a space, asked for once. */
  response(room) {
    const key = JSON.stringify(room);
    if (!this.rooms.has(key)) {
      const asked = pcm("room", room).then(({ data, shape }) => {
        const buffer = new AudioBuffer({ numberOfChannels: 2, length: shape[2], sampleRate: RATE });
        buffer.copyToChannel(data.subarray(0, shape[2]), 0);
        buffer.copyToChannel(data.subarray(shape[2]), 1);
        return buffer;
      });
      asked.catch(() => this.rooms.delete(key));
      this.rooms.set(key, asked);
      if (this.rooms.size > 12) this.rooms.delete(this.rooms.keys().next().value);
    }
    return this.rooms.get(key);
  }

  /** Takes the tracks into a room, given as what asks the server for it. */
  async enter(room) {
    const key = room ? JSON.stringify(room) : "";
    if (!room || key === this.entered) return;
    this.room.buffer = await this.response(room);
    this.entered = key;
  }

  stop() {
    this.serial++;
    this.opening?.abort();
    if (this.current) {
      this.mixer.port.postMessage({ type: "stop" });
      post(`stop/${this.current.stream}`).catch(() => {});
      this.current = null;
    }
    this.announce();
  }

  /** Live controls of what plays: heard with the next block. */
  control(controls) {
    if (this.current) this.current.controls = controls;
  }

  /** A gain that was measured exactly after a first estimate. */
  match(gainDb, seconds = 0.25) {
    if (!this.current) return;
    this.current.gainDb = gainDb;
    this.current.exact = true;
    this.mixer.port.postMessage({ type: "gain", id: this.current.id, gain: gainOf(gainDb), seconds });
  }

  /** Faders of the tracks in dB, -Infinity for muted. */
  fade(faders) {
    const voice = this.current;
    if (!voice) return;
    voice.faders = faders;
    this.mixer.port.postMessage({ type: "faders", id: voice.id, ...gainsOf(voice) });
  }

  /** How much is heard of what plays itself, and how much of its room. */
  async wet(balance) {
    const voice = this.current;
    if (!voice?.room) return;
    voice.balance = balance;
    if (balance.send) await this.enter(voice.room);
    if (voice === this.current) this.fade(voice.faders);
  }

  get position() {
    return this.current ? this.current.at + this.current.played / RATE : 0;
  }

  get playing() {
    return this.current !== null;
  }

  /** One note at once, over whatever plays, in its room; returns what lets it go. */
  async note(body, gainDb, { room, balance }) {
    const key = JSON.stringify(body);
    await this.wake();
    if (balance.send) await this.enter(room);
    if (!this.notes.has(key)) {
      this.notes.set(
        key,
        pcm("tone", body).then(({ data, shape }) => {
          const buffer = new AudioBuffer({ numberOfChannels: 2, length: shape[2], sampleRate: RATE });
          buffer.copyToChannel(data.subarray(0, shape[2]), 0);
          buffer.copyToChannel(data.subarray(shape[2]), 1);
          return buffer;
        }),
      );
      if (this.notes.size > 64) this.notes.delete(this.notes.keys().next().value);
    }
    const source = new AudioBufferSourceNode(this.context, { buffer: await this.notes.get(key) });
    const gain = new GainNode(this.context, { gain: gainOf(gainDb) });
    source.connect(gain);
    gain.connect(new GainNode(this.context, { gain: balance.direct })).connect(this.bus);
    if (balance.send) gain.connect(new GainNode(this.context, { gain: balance.send })).connect(this.room);
    source.start();
    return () => {
      const now = this.context.currentTime;
      gain.gain.setTargetAtTime(0, now, 0.12);
      source.stop(now + 1);
    };
  }

  on_first({ id }) {
    if (id !== this.current?.id) return;
    this.startedMs = performance.now() - this.current.asked;
    this.dispatchEvent(new CustomEvent("first", { detail: this.startedMs }));
  }

  on_state({ id, buffered, played, dropouts }) {
    const voice = this.current;
    if (id !== voice?.id) return;
    voice.played = played;
    if (dropouts > voice.dropouts) {
      this.dropouts += dropouts - voice.dropouts;
      voice.dropouts = dropouts;
      this.lead = Math.min(MOST_LEAD_S, this.lead * 1.5);
    }
    if (voice.balanceAt) this.wet(voice.balanceAt(this.position));
    if (!voice.ended && !voice.asking && buffered < this.lead * RATE) this.more(voice);
    this.dispatchEvent(new Event("tick"));
  }

  async more(voice) {
    voice.asking = true;
    try {
      const next = await pcm(`stream/${voice.stream}`, { frames: BLOCK, controls: voice.controls });
      if (voice !== this.current) return;
      voice.ended = next.ended;
      if (next.lost) this.dispatchEvent(new CustomEvent("lost", { detail: "The sound was stopped by the server; play it again." }));
      const { data, shape, ended } = next;
      this.mixer.port.postMessage({ type: "push", id: voice.id, data, frames: shape[2], ended }, [data.buffer]);
    } catch (error) {
      if (voice !== this.current) return;
      voice.ended = true;
      const data = new Float32Array(0);
      this.mixer.port.postMessage({ type: "push", id: voice.id, data, frames: 0, ended: true });
      this.dispatchEvent(new CustomEvent("lost", { detail: error.message }));
    } finally {
      voice.asking = false;
    }
  }

  on_end({ id, ended }) {
    if (id !== this.current?.id) return;
    const voice = this.current;
    this.current = null;
    this.announce();
    if (ended) this.dispatchEvent(new CustomEvent("ended", { detail: voice }));
  }

  measured({ power, peak, rms, reduction }) {
    this.blocks.push(power);
    this.meters = {
      momentary: lufs(power),
      peak: 20 * Math.log10(peak),
      rms,
      reduction: 20 * Math.log10(reduction),
      integrated: integrated(this.blocks),
    };
    this.dispatchEvent(new Event("meters"));
  }

  announce() {
    this.dispatchEvent(new Event("change"));
  }
}

const lufs = (power) => -0.691 + 10 * Math.log10(power);

/** Gated loudness (BS.1770) of momentary powers, one every 100 ms. */
export function integrated(powers) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const loud = powers.slice(3).filter((power) => lufs(power) > -70);
  if (!loud.length) return -Infinity;
  const gate = lufs(mean(loud)) - 10;
  return lufs(mean(loud.filter((power) => lufs(power) > gate)));
}

export const engine = new Engine();
