// Controls drawn by hand over a length: a wind that rises for twenty seconds.

import { h, words } from "./dom.js";
import { engine } from "./engine.js";
import { state } from "./state.js";

const WIDTH = 640;
const HEIGHT = 150;
const SHAPES = {
  rise: [[0, 0], [1, 1]],
  fall: [[0, 1], [1, 0]],
  swell: [[0, 0.1], [0.5, 1], [1, 0.1]],
  gusts: [[0, 0.2], [0.12, 0.8], [0.3, 0.3], [0.45, 0.95], [0.62, 0.35], [0.8, 0.7], [1, 0.2]],
};

export function curvePanel(controls) {
  let control = controls[0];
  let points = [];
  let drawing = null;
  const canvas = h("canvas", { width: WIDTH, height: HEIGHT, class: "curve", role: "img" });
  const which = h("select", { id: "curve-control", onchange: () => { control = which.value; load(); } }, ...controls.map((name) => h("option", { value: name }, words(name))));
  const length = h("input", { id: "curve-seconds", type: "number", min: "2", max: "600", step: "1", value: String(Math.max(state.sound.seconds, 20)), onchange: () => keep(true) });
  const context = canvas.getContext("2d");

  function load() {
    const seconds = Number(length.value);
    points = (state.sound.curves[control] ?? []).map(([at, value]) => [at / seconds, value]);
    paint();
  }

  function keep(stretch = false) {
    const seconds = Math.min(600, Math.max(2, Number(length.value) || 20));
    const before = state.sound.seconds;
    const curves = { ...state.sound.curves };
    if (stretch) for (const name of Object.keys(curves)) curves[name] = curves[name].map(([at, value]) => [(at * seconds) / before, value]);
    if (points.length) curves[control] = points.map(([at, value]) => [Number((at * seconds).toFixed(3)), Number(value.toFixed(3))]);
    else delete curves[control];
    state.change({ curves, seconds: Object.keys(curves).length ? seconds : 12 }, { play: false });
    if (points.length || engine.playing) state.play();
  }

  function paint() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.strokeStyle = colour("--line");
    context.lineWidth = 1;
    for (let part = 1; part < 4; part++) {
      context.beginPath();
      context.moveTo(0, (HEIGHT * part) / 4);
      context.lineTo(WIDTH, (HEIGHT * part) / 4);
      context.stroke();
    }
    if (points.length) {
      context.beginPath();
      context.moveTo(0, HEIGHT);
      context.lineTo(0, HEIGHT * (1 - points[0][1]));
      for (const [at, value] of points) context.lineTo(at * WIDTH, HEIGHT * (1 - value));
      context.lineTo(WIDTH, HEIGHT * (1 - points.at(-1)[1]));
      context.lineTo(WIDTH, HEIGHT);
      context.globalAlpha = 0.2;
      context.fillStyle = colour("--accent");
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = colour("--accent");
      context.lineWidth = 3;
      context.stroke();
    } else {
      context.fillStyle = colour("--muted");
      context.font = "15px system-ui, sans-serif";
      context.textAlign = "center";
      context.fillText("Draw here", WIDTH / 2, HEIGHT / 2 + 5);
    }
    if (engine.playing && Object.keys(state.sound.curves).length) {
      const x = Math.min(1, engine.position / state.sound.seconds) * WIDTH;
      context.fillStyle = colour("--text");
      context.fillRect(x, 0, 2, HEIGHT);
    }
    canvas.setAttribute("aria-label", points.length ? `Curve of ${words(control)}, from ${Math.round(points[0][1] * 100)} to ${Math.round(points.at(-1)[1] * 100)} %` : `No curve of ${words(control)}`);
  }

  function point(event) {
    const box = canvas.getBoundingClientRect();
    const clamp = (value) => Math.min(1, Math.max(0, value));
    return [clamp((event.clientX - box.left) / box.width), clamp(1 - (event.clientY - box.top) / box.height)];
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drawing = [point(event)];
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const [at, value] = point(event);
    if (at > drawing.at(-1)[0] + 0.012) drawing.push([at, value]);
    points = [...points.filter(([x]) => x < drawing[0][0]), ...drawing, ...points.filter(([x]) => x > drawing.at(-1)[0])];
    paint();
  });
  canvas.addEventListener("pointerup", () => {
    if (!drawing) return;
    drawing = null;
    if (points.length) keep();
  });
  engine.addEventListener("tick", () => canvas.isConnected && Object.keys(state.sound.curves).length && paint());
  state.addEventListener("shaped", () => canvas.isConnected && !drawing && load());
  queueMicrotask(load);

  return h(
    "section",
    { class: "group", "aria-labelledby": "curve-title" },
    h("h3", { id: "curve-title" }, "Over time"),
    h("div", { class: "buttons" }, h("label", { for: "curve-control" }, "Control"), which, h("label", { for: "curve-seconds" }, "over seconds"), length),
    canvas,
    h(
      "div",
      { class: "buttons" },
      ...Object.entries(SHAPES).map(([name, shape]) => h("button", { type: "button", onclick: () => { points = shape; keep(); } }, name)),
      h("button", { type: "button", onclick: () => { points = []; keep(); } }, "clear"),
    ),
  );
}
