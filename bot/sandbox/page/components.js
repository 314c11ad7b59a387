// Buttons, select menus, and the layouts of components V2.
import { press } from "/page/api.js";
import { h, link, safeUrl } from "/page/dom.js";
import { markdown } from "/page/markdown.js";
import { gallery } from "/page/pictures.js";
import { emojiOf, select } from "/page/select.js";
import { say, state } from "/page/state.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

function pendingOf(message, customId) {
  const mine = [...state.pending.values()].filter((i) => i.source_id === message.id && i.custom_id === customId && i.member_id === state.me.id);
  return mine.at(-1)?.state;
}

function button(component, message) {
  const label = [emojiOf(component.emoji), component.label ?? ""];
  if (component.style === 5) {
    const anchor = link(component.url, ...label, " ↗");
    anchor.className = "button link";
    return anchor;
  }
  const waiting = pendingOf(message, component.custom_id) === "open";
  return h("button", {
    type: "button", class: `button ${STYLES[component.style] ?? "secondary"}${waiting ? " waiting" : ""}`,
    disabled: component.disabled, "aria-disabled": waiting ? "true" : null, // disabled, it would lose the focus
    "data-testid": "button", "data-custom-id": component.custom_id,
    onclick: () => waiting || press({ type: "component", message: message.id, custom_id: component.custom_id }),
  }, ...label);
}

function item(component, message) {
  const inner = () => (component.components ?? []).map((child) => item(child, message));
  switch (component.type) {
    case 1: return h("div", { class: "buttons" }, ...inner());
    case 2: return button(component, message);
    case 3: case 5: case 6: case 7: case 8: return select(component, message);
    case 9: return h("div", { class: "section" }, h("div", {}, ...inner()), component.accessory && item(component.accessory, message));
    case 10: return h("div", { class: "content" }, markdown(component.content));
    case 11: return h("img", { class: "thumbnail", src: safeUrl(component.media.url) ?? "", alt: component.description ?? "" });
    case 12: return gallery(component.items.map((entry) => ({ ...entry.media, description: entry.description })));
    case 13: return h("div", { class: "file" }, link(component.file.url, component.name ?? component.file.url.split("/").at(-1).split("?")[0]));
    case 14: return h("hr", { class: component.divider === false ? "space" : "" });
    case 17: {
      const box = h("div", { class: "container" }, ...inner());
      if (component.accent_color != null) box.style.borderLeftColor = `#${component.accent_color.toString(16).padStart(6, "0")}`;
      return box;
    }
    default: return null;
  }
}

export function layout(message) {
  if (!message.components.length) return null;
  const failed = [...state.pending.values()].some((i) => i.source_id === message.id && i.state === "void" && i.member_id === state.me.id);
  return h("div", { class: "components" }, ...message.components.map((component) => item(component, message)),
    failed && h("div", { class: "error", role: "alert", "data-testid": "click-failed" }, `⚠ ${say("clickFailed")}`));
}
