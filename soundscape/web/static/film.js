// The film: shots and markers under its picture, and its sound from here, with other sounds tried in it.

import { post } from "./api.js";
import { attempt, byId, copy, h, say, words } from "./dom.js";
import { engine } from "./engine.js";
import { state } from "./state.js";

const BUSES = { dialogue: "Dialogue", music: "Music", effects: "Effects", ambience: "Ambience" };
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}.${Math.floor((seconds % 1) * 10)}`;

class FilmView {
  constructor() {
    this.at = 0;
    this.swaps = {};
    this.muted = new Set();
    this.silent = new Set();
    this.solo = "";
    this.loop = false;
  }

  get shown() {
    return !byId("film").hidden;
  }

  get playing() {
    return engine.playing && engine.current.film === true;
  }

  /** The film that was given, if any; its tab appears with it. */
  async load() {
    const film = await attempt(() => post("film"));
    if (!film?.shots) return;
    this.film = film;
    byId("tab-film").hidden = false;
    this.build();
    engine.addEventListener("tick", () => this.playing && this.follow());
    engine.addEventListener("change", () => this.video && !this.playing && this.video.pause());
    engine.addEventListener("ended", ({ detail }) => {
      if (detail.film) this.seek(0, false);
    });
  }

  build() {
    const { film } = this;
    this.picture = film.video
      ? (this.video = h("video", { src: film.video, muted: true, preload: "auto", playsInline: true, "aria-label": "Picture of the film" }))
      : h("div", { class: "slate" });
    this.caption = h("p", { class: "caption", role: "status" });
    this.time = h("output", { class: "clock", "aria-label": "Position" });
    this.lines = h("div", { class: "lines" });
    this.list = h("div", { class: "sounds" });
    this.head = h("div", { class: "playhead" });
    this.slider = h("input", { id: "film-position", type: "range", min: "0", max: String(film.seconds), step: "0.04", "aria-label": "Position in the film", oninput: () => this.seek(Number(this.slider.value)) });
    byId("film").replaceChildren(
      h(
        "section",
        { class: "stage", "aria-label": "Picture" },
        h("header", { class: "film-head" }, h("h2", {}, film.title), this.time),
        this.picture,
        this.caption,
        this.slider,
        this.timeline(),
        h("div", { class: "buttons scenes", role: "group", "aria-label": "Scenes" }, ...this.scenes().map(({ name, start }) => h("button", { type: "button", onclick: () => this.seek(start) }, name))),
        this.faders(),
      ),
      h("section", { class: "shape film-sounds", "aria-labelledby": "film-sounds-title" }, h("h3", { id: "film-sounds-title" }, "What sounds here"), this.list),
    );
    this.follow();
  }

  scenes() {
    const found = [];
    for (const shot of this.film.shots) {
      const name = shot.scene || shot.place || shot.label;
      if (found.at(-1)?.name === name) found.at(-1).end = shot.end;
      else found.push({ name, start: shot.start, end: shot.end });
    }
    return found;
  }

  timeline() {
    const { film } = this;
    const place = (element, start, end) => {
      element.style.left = `${(100 * start) / film.seconds}%`;
      if (end !== undefined) element.style.width = `${(100 * (end - start)) / film.seconds}%`;
      return element;
    };
    const line = (name, ...items) => h("div", { class: `line ${name}` }, ...items);
    const rows = Object.keys(BUSES).filter((bus) => film.sounds.some((sound) => sound.bus === bus));
    this.bars = new Map();
    const strip = h(
      "div",
      { class: "timeline", "aria-hidden": "true" },
      line("scene", ...this.scenes().map(({ name, start, end }) => place(h("span", { title: name }, name), start, end))),
      line("shot", ...film.shots.map((shot) => place(h("span", { title: `${shot.label} ${shot.description}` }, shot.label), shot.start, shot.end))),
      line("mark", ...film.marks.map((mark) => place(h("i", { class: mark.kind, title: mark.name }), mark.at))),
      ...rows.map((bus) =>
        line(
          `bus ${bus}`,
          ...film.sounds
            .filter((sound) => sound.bus === bus)
            .map((sound) => {
              const bar = place(h("b", { title: `${sound.preset}: ${sound.why}` }), sound.start, Math.min(film.seconds, sound.end));
              this.bars.set(sound.name, bar);
              return bar;
            }),
        ),
      ),
      this.head,
    );
    const point = (event) => {
      const box = strip.getBoundingClientRect();
      this.seek((Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * film.seconds));
    };
    strip.addEventListener("pointerdown", point);
    return strip;
  }

  faders() {
    return h(
      "div",
      { class: "buses", role: "group", "aria-label": "Buses" },
      ...this.film.buses.map((bus) => {
        const mute = h("button", { type: "button", class: "mute", "aria-pressed": "false", "aria-label": `Mute ${BUSES[bus]}`, onclick: () => {
          if (!this.silent.delete(bus)) this.silent.add(bus);
          mute.setAttribute("aria-pressed", String(this.silent.has(bus)));
          this.mix();
        } }, "M");
        const solo = h("button", { type: "button", class: "solo", "aria-pressed": "false", "aria-label": `Solo ${BUSES[bus]}`, onclick: () => {
          this.solo = this.solo === bus ? "" : bus;
          for (const other of byId("film").querySelectorAll(".buses .solo")) other.setAttribute("aria-pressed", String(other === solo && this.solo === bus));
          this.mix();
        } }, "S");
        return h("span", { class: `pair bus-name ${bus}` }, h("span", {}, BUSES[bus]), mute, solo);
      }),
    );
  }

  levels() {
    return this.film.buses.map((bus) => (this.silent.has(bus) || (this.solo && this.solo !== bus) ? -Infinity : 0));
  }

  mix() {
    if (this.playing) engine.fade(this.levels());
  }

  toggle() {
    if (this.playing) engine.stop();
    else this.play();
  }

  async play() {
    const asked = performance.now();
    const wait = setTimeout(() => say("Rendering what sounds here …"), 400);
    const start = Math.min(this.at, this.film.seconds - 0.1);
    const voice = await attempt(() =>
      engine.play(
        "scene",
        { start, stop: this.film.seconds, swaps: this.swaps, muted: [...this.muted] },
        { at: start, faders: this.levels(), label: this.film.title, film: true },
      ),
    );
    clearTimeout(wait);
    if (!voice) return;
    this.startedMs = performance.now() - asked;
    if (this.video) {
      this.video.currentTime = start;
      this.video.play().catch(() => {});
    }
  }

  seek(seconds, go = this.playing) {
    this.at = seconds;
    if (this.video) this.video.currentTime = seconds;
    this.follow(seconds);
    if (!go) return;
    clearTimeout(this.seeking);
    this.seeking = setTimeout(() => this.play(), 120);
  }

  /** Another sound in place of one: heard from where the film is now. */
  swap(sound, preset, changes = {}) {
    if (preset === sound.preset && !Object.keys(changes).length) delete this.swaps[sound.name];
    else this.swaps[sound.name] = { preset, changes };
    this.sounds(true);
    this.play();
  }

  follow(at = this.playing ? engine.position : this.at) {
    this.at = at;
    const { film } = this;
    const shot = film.shots.findLast(({ start }) => start <= at + 0.001) ?? film.shots[0];
    this.time.textContent = clock(at);
    this.slider.value = String(at);
    this.slider.setAttribute("aria-valuetext", `${clock(at)}, shot ${shot.label}`);
    this.slider.style.setProperty("--at", `${(100 * at) / film.seconds}%`);
    this.head.style.left = `${(100 * at) / film.seconds}%`;
    if (this.video && this.playing && Math.abs(this.video.currentTime - at) > 0.12) this.video.currentTime = at;
    if (shot !== this.shot) {
      this.shot = shot;
      this.caption.textContent = [`${shot.label} · ${shot.timecode}`, shot.place, shot.description].filter(Boolean).join(" — ");
      if (!this.video) this.picture.replaceChildren(h("strong", {}, shot.description || shot.label), h("span", {}, [shot.scene, shot.place, shot.mood].filter(Boolean).join(" · ")));
    }
    this.sounds();
  }

  /** The sounds at this moment, each with what could sound in its place. */
  sounds(anew = false) {
    const here = this.film.sounds.filter(({ start, end }) => start - 0.5 <= this.at && end > this.at);
    const key = here.map(({ name }) => name).join("|");
    if (key === this.key && !anew) return;
    if (this.list.contains(document.activeElement) && !anew) return;
    this.key = key;
    for (const [name, bar] of this.bars) bar.classList.toggle("muted", this.muted.has(name));
    this.list.replaceChildren(...here.map((sound) => this.row(sound)), here.length ? "" : h("p", { class: "help" }, "Nothing sounds at this moment."));
  }

  row(sound) {
    const kind = sound.preset.split("/")[0];
    const swapped = this.swaps[sound.name];
    const id = `swap-${sound.name.replaceAll(/[^a-z0-9]+/gi, "-")}`;
    const options = [...state.presets.values()].filter((preset) => preset.kind === kind);
    const select = h("select", { id, onchange: () => this.swap(sound, select.value) }, ...options.map((preset) => h("option", { value: preset.id, selected: preset.id === (swapped?.preset ?? sound.preset) }, words(preset.name))));
    const mute = h("button", { type: "button", class: "mute", "aria-pressed": String(this.muted.has(sound.name)), "aria-label": `Mute ${sound.name}`, onclick: () => {
      if (!this.muted.delete(sound.name)) this.muted.add(sound.name);
      this.sounds(true);
      if (this.playing) this.play();
    } }, "M");
    const mine = state.sound && state.preset.kind === kind && h("button", { type: "button", title: "The sound you shaped, with its changes", onclick: () => this.swap(sound, state.sound.preset, state.sound.changes) }, `Use ${words(state.preset.name)}`);
    const back = swapped && h("button", { type: "button", onclick: () => this.swap(sound, sound.preset) }, "Back");
    return h(
      "div",
      { class: `row sound ${sound.bus}${swapped ? " changed" : ""}` },
      h("label", { for: id }, `${BUSES[sound.bus]} · ${sound.name.split("/").slice(2).join(" ") || sound.name.split("/").at(-1)}`),
      h("span", { class: "pair" }, mute),
      select,
      h("p", { class: "help" }, sound.why),
      mine || back ? h("div", { class: "buttons" }, mine, back) : null,
    );
  }

  async line() {
    const [[name, swap] = []] = Object.entries(this.swaps).slice(-1); // the last that was chosen
    const preset = swap?.preset ?? state.sound?.preset;
    if (!preset) return;
    const word = this.film.marks.find(({ sound }) => name && sound === name)?.name.slice(0, 80) ?? "";
    const { line } = await post("line", { preset, place: this.shot.place, word });
    say((await copy(line)) ? "Copied" : line);
  }
}

export const film = new FilmView();

const scrolled = { sounds: 0, film: 0 };

/** Shows a view where it was left. */
export function showView(name) {
  scrolled[byId("film").hidden ? "sounds" : "film"] = scrollY;
  for (const view of ["sounds", "film"]) {
    byId(view).hidden = view !== name;
    byId(`tab-${view}`).setAttribute("aria-pressed", String(view === name));
  }
  scrollTo(0, scrolled[name]);
  if (name === "film") film.sounds(true);
}
