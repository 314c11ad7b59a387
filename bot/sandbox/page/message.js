// One message of the list.
import { press } from "/page/api.js";
import { avatar, h, link, safeUrl } from "/page/dom.js";
import { layout } from "/page/components.js";
import { markdown } from "/page/markdown.js";
import { localised, memberOf, say, state } from "/page/state.js";
import { gallery } from "/page/pictures.js";

const BOT_COLOUR = "#e8805c";
const LOADING = 1 << 7, EPHEMERAL = 1 << 6;
const GROUP_MS = 7 * 60 * 1000;

export function dots() {
  return h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
}

const colourOf = (author) => memberOf(author.id)?.colour ?? BOT_COLOUR;
const nameOf = (author) => author.global_name ?? author.username;

function clock(message) {
  const when = new Date(message.timestamp);
  const text = new Intl.DateTimeFormat(state.locale, { timeStyle: "short" }).format(when);
  return h("time", { class: "clock", dateTime: message.timestamp, title: when.toLocaleString(state.locale) }, text);
}

// Whether a message goes under the one before it without a head of its own.
export function continues(message, previous) {
  return Boolean(previous) && previous.author.id === message.author.id && !message.interaction_metadata
    && !message.message_reference && !(message.flags & EPHEMERAL)
    && new Date(message.timestamp) - new Date(previous.timestamp) < GROUP_MS;
}

// A command as people know it: one of a message's menu has a name of its own and no slash.
function commandName(name) {
  const ofMenu = state.commands.find((command) => command.type === 3 && command.name === name);
  return ofMenu ? localised(ofMenu, "name") : `/${name}`;
}

function credit(message) {
  const used = message.interaction_metadata;
  if (used && !message.message_reference && used.name) {
    const who = memberOf(used.user.id);
    return h("div", { class: "credit" }, avatar(nameOf(used.user), who?.colour ?? BOT_COLOUR, true),
      ...say("used", h("b", {}, nameOf(used.user)), h("span", { class: "mention" }, commandName(used.name))));
  }
  if (message.message_reference) {
    const target = state.messages.get(message.message_reference.message_id)?.message;
    const text = target ? (target.content.replace(/[*_~`|\\]/g, "") || say("picture")).slice(0, 80) : say("gone");
    return h("div", { class: "credit" }, target && avatar(nameOf(target.author), colourOf(target.author), true),
      target && h("b", {}, nameOf(target.author)), ` ${text}`);
  }
  return null;
}

function embed(data) {
  const colour = `#${(data.color ?? 0x4e5058).toString(16).padStart(6, "0")}`;
  return h("article", { class: "embed", style: { borderLeftColor: colour } },
    data.thumbnail && safeUrl(data.thumbnail.url) && h("img", { class: "thumbnail", src: safeUrl(data.thumbnail.url), alt: "" }),
    data.author && h("div", { class: "embed-author" }, data.author.url ? link(data.author.url, data.author.name) : data.author.name),
    data.title && h("div", { class: "embed-title" }, data.url ? link(data.url, data.title) : markdown(data.title)),
    data.description && h("div", {}, markdown(data.description)),
    data.fields?.length ? h("div", { class: "fields" }, ...data.fields.map((field) =>
      h("div", { class: field.inline ? "field inline" : "field" }, h("b", {}, markdown(field.name)), h("div", {}, markdown(field.value))))) : null,
    data.image && gallery([{ ...data.image, filename: data.title ?? "" }]),
    (data.footer || data.timestamp) && h("div", { class: "embed-footer" },
      [data.footer?.text, data.timestamp && new Date(data.timestamp).toLocaleString(state.locale)].filter(Boolean).join(" • ")));
}

function files(attachments) {
  return attachments.map((file) => h("div", { class: "file", "data-testid": "file" }, link(file.url, file.filename),
    h("small", {}, ` ${Math.ceil(file.size / 1024)} KB`)));
}

function body(message) {
  if (message.flags & LOADING) {
    return h("div", { class: "thinking", "data-testid": "thinking" }, dots(), say("thinking", state.bot.username), "…");
  }
  const shown = message.attachments.filter((file) => file.content_type?.startsWith("image/") && file.width);
  const rest = message.attachments.filter((file) => !shown.includes(file));
  const v2 = message.flags & (1 << 15);
  return h("div", { class: "body" },
    message.content && h("div", { class: "content", "data-testid": "content" }, markdown(message.content),
      message.edited_timestamp && h("span", { class: "edited" }, ` ${say("edited")}`)),
    !v2 && shown.length ? gallery(shown) : null,
    !v2 && files(rest),
    message.embeds.map(embed),
    layout(message));
}

export function messageRow({ message, seen_by: seenBy }, previous, redraw) {
  const follows = continues(message, previous);
  const isBot = message.author.bot;
  return h("article", {
    class: `message${follows ? " follows" : ""}${seenBy ? " ephemeral" : ""}`, "data-testid": "message",
    "data-id": message.id, "data-state": message.flags & LOADING ? "thinking" : "done",
    "aria-label": `${nameOf(message.author)}`,
  },
  credit(message),
  h("div", { class: "row" },
    follows ? h("span", { class: "gutter" }, clock(message)) : avatar(nameOf(message.author), colourOf(message.author)),
    h("div", { class: "main" },
      !follows && h("div", { class: "head" }, h("b", { style: { color: isBot ? "" : colourOf(message.author) } }, nameOf(message.author)),
        isBot && h("span", { class: "tag" }, say("bot")), clock(message)),
      body(message),
      !seenBy && menu(message),
      seenBy && h("div", { class: "only-you" }, h("i", { class: "eye", "aria-hidden": "true" }), `${say("onlyYou")} • `,
        h("button", { type: "button", class: "plain", "data-testid": "dismiss", onclick: () => { state.dismissed.add(message.id); redraw(); } }, say("dismiss"))))));
}

// What applications offer for a message.
function menu(message) {
  const may = BigInt(state.me.permissions);
  const offered = state.commands.filter((c) => c.type === 3 && (BigInt(c.default_member_permissions ?? 0) & ~may) === 0n);
  if (!offered.length) return null;
  return h("details", { class: "apps", "data-testid": "apps" }, h("summary", { "aria-label": say("apps"), title: say("apps") }, "⋯"),
    h("div", { class: "apps-list" }, ...offered.map((command) => h("button", {
      type: "button", class: "plain", "data-testid": "app",
      onclick: (event) => {
        const details = event.target.closest("details");
        details.open = false;
        details.querySelector("summary").focus();
        press({ type: "command", command: command.name, target: message.id });
      },
    }, localised(command, "name")))));
}

// What stands in the list while a command is on its way, or when nobody answered it.
export function pendingRow(interaction) {
  const failed = interaction.state === "void";
  const name = state.bot.username;
  return h("article", { class: `message ephemeral${failed ? " failed" : ""}`, "data-testid": failed ? "failed" : "sending", "aria-label": name },
    h("div", { class: "row" }, avatar(name, BOT_COLOUR), h("div", { class: "main" },
      h("div", { class: "head" }, h("b", {}, name), h("span", { class: "tag" }, say("bot"))),
      failed ? h("div", { class: "error" }, `⚠ ${say("failed")}`) : h("div", { class: "thinking" }, dots(), say("sending"), "…"))));
}
