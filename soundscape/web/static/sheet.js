// The contact sheet: every preset with its picture, found by words, walked by keys, heard on hover.

import { post } from "./api.js";
import { byId, h, words } from "./dom.js";
import { engine } from "./engine.js";
import { drawFace } from "./paint.js";
import { plain, state } from "./state.js";

const HOVER_MS = 180;
const KINDS = { layers: "Layers", hits: "Hits", instruments: "Instruments", spaces: "Spaces", palettes: "Palettes" };
const TITLES = { "": "All", ...KINDS, favourites: "Favourites", recent: "Recent", own: "Yours" };

class Sheet {
  constructor() {
    this.filter = "";
    this.cards = new Map();
    this.faces = new Map();
    this.waiting = new Set();
    this.hovering = 0;
    this.seen = new IntersectionObserver((entries) => this.see(entries), { rootMargin: "300px" });
  }

  build() {
    byId("search").addEventListener("input", () => this.show());
    byId("search").addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "Enter") {
        event.preventDefault();
        this.shown[0] && this.focus(this.shown[0], event.key === "Enter");
      } else if (event.key === "Escape") {
        event.target.value = "";
        this.show();
      }
    });
    const hover = byId("hover");
    hover.checked = state.options.hover !== false;
    hover.addEventListener("change", () => state.option("hover", hover.checked));
    const matched = byId("matched");
    matched.checked = state.options.matched !== false;
    matched.addEventListener("change", () => {
      state.option("matched", matched.checked);
      if (engine.playing) state.play({ keep: true });
    });
    byId("tag").addEventListener("change", () => this.show());
    const sheet = byId("sheet");
    sheet.addEventListener("keydown", (event) => this.key(event));
    sheet.addEventListener("pointermove", (event) => this.hover(event));
    sheet.addEventListener("pointerleave", () => this.leave());
    state.addEventListener("chosen", () => this.mark());
    state.addEventListener("favour", ({ detail }) => this.heart(detail));
    engine.addEventListener("change", () => this.mark());
    this.renew();
  }

  /** Everything anew, after a preset was kept. */
  renew() {
    const tags = new Map();
    for (const preset of state.presets.values()) {
      for (const tag of preset.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
      preset.text = [preset.name, preset.title, preset.unit, preset.kind, ...preset.tags, ...preset.words]
        .join(" ")
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u);
    }
    const select = byId("tag");
    const chosen = select.value;
    select.replaceChildren(
      h("option", { value: "" }, "Any tag"),
      ...[...tags].sort().map(([tag, count]) => h("option", { value: tag }, `${tag} (${count})`)),
    );
    select.value = chosen;
    this.chips();
    this.cards.clear();
    this.seen.disconnect();
    this.show();
  }

  chips() {
    const count = { "": state.presets.size, favourites: state.favourites.size, recent: state.recent.length, own: 0 };
    for (const preset of state.presets.values()) {
      count[preset.kind] = (count[preset.kind] ?? 0) + 1;
      count.own += preset.own;
    }
    byId("kinds").replaceChildren(
      ...Object.entries(TITLES)
        .filter(([filter]) => !["own"].includes(filter) || count[filter])
        .map(([filter, title]) =>
          h(
            "button",
            {
              type: "button",
              class: `chip ${filter}`,
              "aria-pressed": String(this.filter === filter),
              onclick: () => {
                this.filter = filter;
                this.chips();
                this.show();
              },
            },
            filter === "favourites" ? "♥ " : "",
            title,
            h("span", { class: "number" }, String(count[filter] ?? 0)),
          ),
        ),
    );
  }

  /** Presets that know every word, those first whose name or title begins with it. */
  find(text) {
    const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
    const tag = byId("tag").value;
    let found = [...state.presets.values()].filter(
      (preset) =>
        (!tag || preset.tags.includes(tag)) &&
        this.fits(preset) &&
        wanted.every((word) => preset.text.some((own) => own.startsWith(word) || (word.length > 3 && own.includes(word)))),
    );
    if (this.filter === "recent") found.sort((a, b) => state.recent.indexOf(a.id) - state.recent.indexOf(b.id));
    if (wanted.length) {
      const rank = ({ name, title }) => (wanted.some((word) => `${name} ${title.toLowerCase()}`.split(/[ -]/).some((own) => own.startsWith(word))) ? 0 : 1);
      found = found.map((preset) => [rank(preset), preset]).sort((a, b) => a[0] - b[0]).map(([, preset]) => preset);
    }
    return found;
  }

  fits(preset) {
    if (this.filter === "favourites") return state.favourites.has(preset.id);
    if (this.filter === "recent") return state.recent.includes(preset.id);
    if (this.filter === "own") return preset.own;
    return !this.filter || preset.kind === this.filter;
  }

  show() {
    const text = byId("search").value;
    const found = this.find(text);
    this.shown = found.map((preset) => preset.id);
    byId("sheet").replaceChildren(...found.map((preset) => this.card(preset)));
    byId("count").textContent = found.length
      ? `${found.length} ${found.length === 1 ? "sound" : "sounds"}${text ? ` for “${text}”` : ""}`
      : "No sound knows these words. Try fewer, or another kind.";
    this.mark();
  }

  card(preset) {
    if (this.cards.has(preset.id)) return this.cards.get(preset.id);
    const face = h("canvas", { class: "face", width: 96, height: 40, "aria-hidden": "true" });
    const card = h(
      "li",
      { class: `card ${preset.kind}`, "data-id": preset.id },
      h(
        "button",
        { type: "button", class: "pick", tabindex: "-1", title: preset.title, onclick: () => this.pick(preset.id) },
        face,
        h("span", { class: "name" }, words(preset.name)),
        h("span", { class: "what" }, preset.own ? "yours · " : "", preset.kind === "palettes" ? "palette" : words(preset.unit)),
      ),
      h(
        "button",
        {
          type: "button",
          class: "heart",
          tabindex: "-1",
          "aria-pressed": String(state.favourites.has(preset.id)),
          "aria-label": `Favourite ${words(preset.name)}`,
          onclick: () => state.favour(preset.id),
        },
        h("span", { "aria-hidden": "true" }, "♥"),
      ),
    );
    this.cards.set(preset.id, card);
    this.seen.observe(card);
    if (this.faces.has(preset.id)) drawFace(face, this.faces.get(preset.id).picture);
    return card;
  }

  see(entries) {
    for (const { target, isIntersecting } of entries) {
      const id = target.dataset.id;
      if (isIntersecting && !this.faces.has(id)) this.waiting.add(id);
      else this.waiting.delete(id);
    }
    this.fetchFaces();
  }

  /** Pictures of what is in view; those that are not made yet are asked for again. */
  async fetchFaces() {
    if (this.fetching || !this.waiting.size) return;
    this.fetching = true;
    let pause = 0;
    try {
      const found = await post("faces", { presets: [...this.waiting].slice(0, 48) });
      for (const [id, heard] of Object.entries(found)) {
        this.faces.set(id, heard);
        this.waiting.delete(id);
        const face = this.cards.get(id)?.querySelector("canvas");
        if (face) drawFace(face, heard.picture);
      }
      if (!Object.keys(found).length) pause = 500;
    } catch {
      pause = 3000;
    }
    setTimeout(() => {
      this.fetching = false;
      this.fetchFaces();
    }, pause);
  }

  redraw() {
    for (const [id, heard] of this.faces) {
      const face = this.cards.get(id)?.querySelector("canvas");
      if (face) drawFace(face, heard.picture);
    }
  }

  pick(id) {
    this.hovered = null;
    clearTimeout(this.hovering);
    const again = state.sound?.preset === id;
    if (again && engine.playing && engine.current.label === state.presets.get(id).title) engine.stop();
    else state.choose(id);
  }

  /** What lies under a resting pointer plays until it leaves; a click keeps it. What is scrolled there does not. */
  hover({ target, pointerType, movementX, movementY }) {
    if (pointerType !== "mouse" || !(movementX || movementY) || !byId("hover").checked) return;
    const id = target.closest(".card")?.dataset.id;
    if (id === this.under) return;
    this.under = id;
    clearTimeout(this.hovering);
    if (!id) return;
    this.hovering = setTimeout(() => {
      if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
      const own = id === state.sound?.preset;
      if (own && engine.playing && !this.hovered) return;
      if (!this.hovered) this.before = engine.playing;
      this.hovered = id;
      state.play({ sound: own ? state.sound : plain(id) });
    }, HOVER_MS);
  }

  /** Back to what played before. */
  leave() {
    clearTimeout(this.hovering);
    this.under = null;
    if (!this.hovered) return;
    this.hovered = null;
    if (this.before) state.play();
    else engine.stop();
  }

  focus(id, play = true) {
    const button = this.cards.get(id)?.querySelector(".pick");
    if (!button) return;
    button.focus();
    button.scrollIntoView({ block: "nearest" });
    if (play) state.choose(id);
  }

  key(event) {
    const card = event.target.closest(".card");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.shown.indexOf(card.dataset.id);
    const columns = getComputedStyle(byId("sheet")).gridTemplateColumns.split(" ").length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    let to = null;
    if (event.key in steps) to = at + steps[event.key];
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = this.shown.length - 1;
    if (to === null) return;
    event.preventDefault();
    this.focus(this.shown[Math.min(this.shown.length - 1, Math.max(0, to))]);
  }

  heart(id) {
    this.cards.get(id)?.querySelector(".heart").setAttribute("aria-pressed", String(state.favourites.has(id)));
    this.chips();
  }

  /** Which one is chosen, which one plays, and where the tab key enters. */
  mark() {
    const chosen = state.sound?.preset;
    const entrance = this.shown.includes(chosen) ? chosen : this.shown[0];
    for (const [id, card] of this.cards) {
      card.classList.toggle("chosen", id === chosen);
      card.classList.toggle("playing", engine.playing && (this.hovered ?? chosen) === id);
      const pick = card.firstElementChild;
      pick.tabIndex = id === entrance ? 0 : -1;
      if (id === chosen) pick.setAttribute("aria-current", "true");
      else pick.removeAttribute("aria-current");
    }
  }
}

export const sheet = new Sheet();
