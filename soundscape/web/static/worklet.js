// What runs in the audio thread: a mixer of streamed tracks, and the output stage with limiter and meters.

const FADE_S = 0.03;

class Voice {
  constructor({ id, tracks, gains, sends, gain }) {
    this.id = id;
    this.tracks = tracks;
    this.faders = Float32Array.from(gains);
    this.now = Float32Array.from(gains);
    this.sends = Float32Array.from(sends);
    this.sending = Float32Array.from(sends);
    this.gain = this.gainNow = gain;
    this.gainStep = 1;
    this.queue = [];
    this.offset = 0;
    this.buffered = 0;
    this.played = 0;
    this.dropouts = 0;
    this.ended = false;
    this.level = 0;
    this.target = 1;
    this.sounded = false;
  }

  push(data, frames, ended) {
    if (frames) this.queue.push({ data, frames });
    this.buffered += frames;
    this.ended = ended;
  }

  /** Adds its next frames; returns whether it is still needed. */
  render(dry, wet) {
    const frames = dry[0].length;
    const fadeStep = 1 / (FADE_S * sampleRate);
    let i = 0;
    while (i < frames && this.queue.length) {
      const chunk = this.queue[0];
      const count = Math.min(frames - i, chunk.frames - this.offset);
      for (let n = 0; n < count; n++) {
        if (this.level !== this.target) {
          this.level += Math.sign(this.target - this.level) * fadeStep;
          this.level = Math.min(1, Math.max(0, this.level));
        }
        this.gainNow += (this.gain - this.gainNow) * this.gainStep;
        const overall = this.gainNow * this.level;
        for (let track = 0; track < this.tracks; track++) {
          this.now[track] += (this.faders[track] - this.now[track]) * 0.002;
          this.sending[track] += (this.sends[track] - this.sending[track]) * 0.002;
          const at = 2 * track * chunk.frames + this.offset + n;
          const scale = overall * this.now[track];
          const left = chunk.data[at] * scale;
          const right = chunk.data[at + chunk.frames] * scale;
          dry[0][i + n] += left;
          dry[1][i + n] += right;
          wet[0][i + n] += left * this.sending[track];
          wet[1][i + n] += right * this.sending[track];
        }
      }
      i += count;
      this.offset += count;
      if (this.offset === chunk.frames) {
        this.queue.shift();
        this.offset = 0;
      }
    }
    this.buffered -= i;
    this.played += i;
    if (i < frames && !this.ended && this.target > 0 && this.sounded) this.dropouts += frames - i;
    if (i) this.sounded = true;
    const faded = this.target === 0 && (this.level === 0 || i < frames);
    return !(faded || (this.ended && !this.queue.length));
  }
}

class Mixer extends AudioWorkletProcessor {
  constructor() {
    super();
    this.voices = new Map();
    this.ticks = 0;
    this.port.onmessage = ({ data }) => this[data.type](data);
  }

  start(message) {
    for (const voice of this.voices.values()) voice.target = 0;
    const voice = new Voice(message);
    this.voices.set(voice.id, voice);
    this.push(message);
  }

  push({ id, data, frames, ended }) {
    this.voices.get(id)?.push(data, frames, ended);
  }

  gain({ id, gain, seconds }) {
    const voice = this.voices.get(id);
    if (!voice) return;
    voice.gain = gain;
    voice.gainStep = 1 - Math.exp(-3 / (seconds * sampleRate));
  }

  faders({ id, gains, sends }) {
    const voice = this.voices.get(id);
    if (!voice) return;
    voice.faders.set(gains);
    voice.sends.set(sends);
  }

  stop() {
    for (const voice of this.voices.values()) voice.target = 0;
  }

  process(_, [dry, wet]) {
    for (const voice of this.voices.values()) {
      const first = !voice.sounded;
      const needed = voice.render(dry, wet);
      if (first && voice.sounded) this.port.postMessage({ type: "first", id: voice.id, time: currentTime });
      if (!needed) {
        this.voices.delete(voice.id);
        this.port.postMessage({ type: "end", id: voice.id, ended: voice.ended && voice.target > 0 });
      }
    }
    if (++this.ticks % 8 === 0) {
      for (const voice of this.voices.values()) {
        if (voice.target === 0) continue;
        const { id, buffered, played, dropouts } = voice;
        this.port.postMessage({ type: "state", id, buffered, played, dropouts });
      }
    }
    return true;
  }
}

const CEILING = 10 ** (-1 / 20);
const LOOK_AHEAD = 96;
const BIN = 480;
const BINS = 40;
const PHASES = 4;
const TAPS = 24;

/** Two biquads of BS.1770 at 48 kHz: shelf, then high-pass. */
const SHELF = [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585];
const PASS = [1, -2, 1, -1.99004745483398, 0.99007225036621];

function interpolators() {
  const phases = [];
  for (let phase = 1; phase < PHASES; phase++) {
    const taps = new Float32Array(TAPS);
    let sum = 0;
    for (let k = 0; k < TAPS; k++) {
      const x = k - TAPS / 2 + 1 - phase / PHASES;
      const window = 0.5 + 0.5 * Math.cos((2 * Math.PI * x) / TAPS);
      taps[k] = (Math.sin(Math.PI * x) / (Math.PI * x)) * window;
      sum += taps[k];
    }
    phases.push(taps.map((tap) => tap / sum));
  }
  return phases;
}

/** Limits what would clip, then measures: momentary loudness (EBU Tech 3341) and true peak. */
class Output extends AudioWorkletProcessor {
  constructor() {
    super();
    this.delay = [new Float32Array(LOOK_AHEAD), new Float32Array(LOOK_AHEAD)];
    this.smooth = new Float32Array(LOOK_AHEAD).fill(1);
    this.sum = LOOK_AHEAD;
    this.released = 1;
    this.held = 0;
    this.hold = 1;
    this.at = 0;
    this.filters = [0, 1].map(() => new Float64Array(4));
    this.energy = 0;
    this.count = 0;
    this.bins = new Float64Array(BINS);
    this.bin = 0;
    this.past = [new Float32Array(TAPS), new Float32Array(TAPS)];
    this.taps = interpolators();
    this.peak = 0;
    this.squares = 0;
    this.frames = 0;
    this.reduction = 1;
    this.release = 1 - Math.exp(-1 / (0.04 * sampleRate));
  }

  process([input], [output]) {
    const left = input[0];
    const right = input[1] ?? input[0];
    const frames = output[0].length;
    for (let n = 0; n < frames; n++) {
      const gain = this.limit(left ? left[n] : 0, right ? right[n] : 0);
      const at = this.at;
      for (let channel = 0; channel < 2; channel++) {
        const source = channel ? right : left;
        const value = this.delay[channel][at] * gain;
        this.delay[channel][at] = source ? source[n] : 0;
        output[channel][n] = value;
        this.measure(channel, value);
      }
      this.at = (at + 1) % LOOK_AHEAD;
      if (++this.count === BIN) this.close();
    }
    return true;
  }

  /** Gain for the frame that entered a look-ahead ago: reached when a peak arrives, never later. */
  limit(left, right) {
    const peak = Math.max(Math.abs(left), Math.abs(right));
    const needed = peak > CEILING ? CEILING / peak : 1;
    if (needed <= this.hold || --this.held < 0) {
      this.hold = needed;
      this.held = LOOK_AHEAD + 576;
    }
    this.released = Math.min(this.hold, this.released + (1 - this.released) * this.release);
    this.sum += this.released - this.smooth[this.at];
    this.smooth[this.at] = this.released;
    const gain = Math.min(1, this.sum / LOOK_AHEAD);
    this.reduction = Math.min(this.reduction, gain);
    return gain > 0.99999 ? 1 : gain;
  }

  measure(channel, value) {
    const state = this.filters[channel];
    const shelved = SHELF[0] * value + state[0];
    state[0] = SHELF[1] * value - SHELF[3] * shelved + state[1];
    state[1] = SHELF[2] * value - SHELF[4] * shelved;
    const passed = PASS[0] * shelved + state[2];
    state[2] = PASS[1] * shelved - PASS[3] * passed + state[3];
    state[3] = PASS[2] * shelved - PASS[4] * passed;
    this.energy += passed * passed;
    this.squares += value * value;
    const past = this.past[channel];
    past.copyWithin(0, 1);
    past[TAPS - 1] = value;
    this.peak = Math.max(this.peak, Math.abs(value));
    // Between samples a peak is at most half as high again: the rest needs no look.
    if (Math.abs(past[TAPS / 2]) * 2 > this.peak || Math.abs(past[TAPS / 2 - 1]) * 2 > this.peak) {
      for (const taps of this.taps) {
        let sum = 0;
        for (let k = 0; k < TAPS; k++) sum += taps[k] * past[k];
        this.peak = Math.max(this.peak, Math.abs(sum));
      }
    }
  }

  close() {
    this.bins[this.bin % BINS] = this.energy / BIN;
    this.energy = 0;
    this.count = 0;
    this.bin++;
    this.frames += BIN;
    if (this.bin % 10 === 0) {
      let power = 0;
      for (const bin of this.bins) power += bin;
      this.port.postMessage({
        power: power / BINS,
        peak: this.peak,
        rms: Math.sqrt(this.squares / (2 * this.frames)),
        reduction: this.reduction,
      });
      this.peak = this.squares = this.frames = 0;
      this.reduction = 1;
    }
  }
}

registerProcessor("mixer", Mixer);
registerProcessor("output", Output);
