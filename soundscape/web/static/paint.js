// Pictures of sound, in the colours of the page.

let colours = null;

function parse(text) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = text.trim();
  const value = Number.parseInt(probe.fillStyle.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** 256 colours from quiet to loud. */
export function palette() {
  if (colours) return colours;
  const style = getComputedStyle(document.documentElement);
  const stops = [0, 1, 2, 3, 4].map((stop) => parse(style.getPropertyValue(`--sound-${stop}`)));
  colours = Array.from({ length: 256 }, (_, level) => {
    const at = (level / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    return stops[low].map((value, i) => Math.round(value + (stops[low + 1][i] - value) * (at - low)));
  });
  return colours;
}

export function forgetPalette() {
  colours = null;
}

const COLUMNS = 96;
const ROWS = 40;

/** A face of the contact sheet: base64 of columns, each from low to high. */
export function drawFace(canvas, picture) {
  const levels = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  canvas.width = COLUMNS;
  canvas.height = ROWS;
  const context = canvas.getContext("2d");
  const image = context.createImageData(COLUMNS, ROWS);
  const map = palette();
  for (let column = 0; column < COLUMNS; column++) {
    for (let row = 0; row < ROWS; row++) {
      // What stands out is drawn apart from what is merely there.
      const colour = map[Math.round(255 * (levels[column * ROWS + row] / 255) ** 1.7)];
      const at = 4 * ((ROWS - 1 - row) * COLUMNS + column);
      image.data.set([...colour, 255], at);
    }
  }
  context.putImageData(image, 0, 0);
  canvas.dataset.drawn = "yes";
}

/** A spectrogram that runs while something plays. */
export class Running {
  constructor(canvas, engine) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: false });
    this.engine = engine;
    this.last = 0;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    const draw = (now) => {
      requestAnimationFrame(draw);
      if (!engine.analyser || now - this.last < (this.still.matches ? 250 : 30)) return;
      this.last = now;
      if (engine.meters.rms > 0 || this.moving) this.column();
      this.moving = engine.playing;
    };
    requestAnimationFrame(draw);
    this.clear();
  }

  clear() {
    this.context.fillStyle = `rgb(${palette()[0].join()})`;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  column() {
    const { canvas, context, engine } = this;
    const bins = (this.bins ??= new Float32Array(engine.analyser.frequencyBinCount));
    engine.analyser.getFloatFrequencyData(bins);
    const step = 2;
    context.drawImage(canvas, -step, 0);
    const map = palette();
    const perBin = engine.context.sampleRate / engine.analyser.fftSize;
    for (let row = 0; row < canvas.height; row++) {
      const low = 45 * 400 ** (row / canvas.height);
      const high = 45 * 400 ** ((row + 1) / canvas.height);
      let level = -200;
      for (let bin = Math.floor(low / perBin); bin <= Math.ceil(high / perBin) && bin < bins.length; bin++) {
        level = Math.max(level, bins[bin]);
      }
      // Highs are thinner in power than in the ear: 3 dB an octave are given back.
      const shown = Math.min(1, Math.max(0, (level + 100 + 10 * Math.log10(low / 45)) / 70));
      context.fillStyle = `rgb(${map[Math.round(shown * 255)].join()})`;
      context.fillRect(canvas.width - step, canvas.height - 1 - row, step, 1);
    }
  }
}
