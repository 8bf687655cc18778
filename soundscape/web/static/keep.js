// Saving a sound as a preset of one's own.

import { get, post } from "./api.js";
import { byId, h, say, words } from "./dom.js";
import { sheet } from "./sheet.js";
import { asked, plain, state } from "./state.js";

const nameOf = (text) => text.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64);

export function openKeep() {
  if (!state.sound) return;
  const { preset } = state;
  const dialog = byId("keep");
  const title = h("input", { id: "keep-name", type: "text", required: true, maxLength: 120, value: `My ${words(preset.name)}`, oninput: () => (file.textContent = `${preset.kind}/${nameOf(title.value)}.toml`) });
  const tags = h("input", { id: "keep-tags", type: "text", value: preset.tags.join(", ") });
  const file = h("code", {}, `${preset.kind}/${nameOf(title.value)}.toml`);
  const problem = h("p", { class: "problem", role: "alert" });
  const again = h("label", { class: "switch", hidden: true }, h("input", { id: "keep-replace", type: "checkbox" }), h("span", {}, "Replace mine"));
  const save = async (event) => {
    event.preventDefault();
    try {
      const kept = await post("keep", {
        sound: asked(state.sound, { whole: true }),
        name: nameOf(title.value),
        title: title.value,
        tags: tags.value.split(",").map((tag) => tag.trim()).filter(Boolean),
        replace: byId("keep-replace").checked,
      });
      dialog.close();
      state.learn(await get("catalogue"));
      sheet.renew();
      const { seed } = state.sound;
      state.set({ ...plain(kept.id), seed }, { play: false });
      say(`Saved ${kept.path}`);
    } catch (error) {
      problem.textContent = error.message;
      again.hidden = !error.message.includes("already");
    }
  };
  dialog.replaceChildren(
    h(
      "form",
      { onsubmit: save },
      h("h2", { id: "keep-title" }, "Save as a preset of yours"),
      h("label", { for: "keep-name" }, "Name"),
      title,
      h("label", { for: "keep-tags" }, "Tags"),
      tags,
      h("p", { class: "hint" }, "Written as ", file, ". Packaged presets stay as they are."),
      problem,
      again,
      h("div", { class: "buttons end" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { type: "submit", class: "primary" }, "Save")),
    ),
  );
  dialog.showModal();
  title.select();
}
