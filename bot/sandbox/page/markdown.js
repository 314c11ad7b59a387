// Discord's Markdown, the part that a bot's answers use, as DOM nodes.
import { h, link } from "/page/dom.js";
import { memberOf, state } from "/page/state.js";

const INLINE = [
  ["escape", /\\([^0-9A-Za-z\s])/],
  ["code", /``([^]+?)``|`([^`\n]+?)`/],
  ["time", /<t:(-?\d{1,13})(?::([tTdDfFR]))?>/],
  ["member", /<@!?(\d+)>/],
  ["channel", /<#(\d+)>/],
  ["command", /<\/([^:>]+):\d+>/],
  ["masked", /\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/],
  ["url", /<?(https?:\/\/[^\s<>]+[^\s<>.,:;"')\]。、])>?/],
  ["boldItalic", /\*\*\*([^]+?)\*\*\*/],
  ["bold", /\*\*([^]+?)\*\*/],
  ["underline", /__([^]+?)__/],
  ["italic", /\*([^\s*][^*]*?)\*|(?<![\p{L}\p{N}])_([^_]+?)_(?![\p{L}\p{N}])/u],
  ["strike", /~~([^]+?)~~/],
  ["spoiler", /\|\|([^]+?)\|\|/],
];

const MAKE = {
  escape: (m) => m[1],
  code: (m) => h("code", {}, m[1] ?? m[2]),
  time: (m) => timestamp(Number(m[1]), m[2] ?? "f"),
  member: (m) => h("span", { class: "mention" }, `@${memberOf(m[1])?.name ?? (m[1] === state.bot.id ? state.bot.username : m[1])}`),
  channel: (m) => h("span", { class: "mention" }, `#${state.channels.find((c) => c.id === m[1])?.name ?? m[1]}`),
  command: (m) => h("span", { class: "mention" }, `/${m[1]}`),
  masked: (m, depth) => link(m[2], ...inline(m[1], depth)),
  url: (m) => link(m[1], m[1]),
  boldItalic: (m, depth) => h("strong", {}, h("em", {}, ...inline(m[1], depth))),
  bold: (m, depth) => h("strong", {}, ...inline(m[1], depth)),
  underline: (m, depth) => h("u", {}, ...inline(m[1], depth)),
  italic: (m, depth) => h("em", {}, ...inline(m[1] ?? m[2], depth)),
  strike: (m, depth) => h("s", {}, ...inline(m[1], depth)),
  spoiler: (m, depth) => {
    const show = (event) => event.currentTarget.classList.add("shown");
    return h("span", { class: "spoiler", tabindex: 0, role: "button", onclick: show, onkeydown: show }, ...inline(m[1], depth));
  },
};

function inline(text, depth = 0) {
  if (depth > 6) return [text];
  const nodes = [];
  let rest = text;
  while (rest) {
    let best = null;
    for (const [kind, pattern] of INLINE) {
      const match = pattern.exec(rest);
      if (match && (!best || match.index < best.match.index)) best = { kind, match };
    }
    if (!best) break;
    if (best.match.index) nodes.push(rest.slice(0, best.match.index));
    nodes.push(MAKE[best.kind](best.match, depth + 1));
    rest = rest.slice(best.match.index + best.match[0].length);
  }
  if (rest) nodes.push(rest);
  return nodes;
}

export function markdown(text) {
  const root = document.createDocumentFragment();
  for (const [index, part] of text.split(/```(?:[\w+-]*\n)?([^]*?)```/).entries()) {
    if (index % 2) root.append(h("pre", {}, h("code", {}, part.replace(/\n$/, ""))));
    else if (part.trim()) blocks(part.replace(/^\n|\n$/g, ""), root);
  }
  return root;
}

function blocks(text, root) {
  let quote = null;
  for (const line of text.split("\n")) {
    const quoted = /^> ?(.*)$/.exec(line);
    if (quoted && line.startsWith("> ")) {
      if (!quote) root.append((quote = h("blockquote")));
      quote.append(h("div", {}, ...inline(quoted[1])));
      continue;
    }
    quote = null;
    const heading = /^(#{1,3}) (.+)$/.exec(line);
    const small = /^-# (.+)$/.exec(line);
    const item = /^\s*[-*] (.+)$/.exec(line);
    if (heading) root.append(h("div", { class: `heading h${heading[1].length}`, role: "heading", "aria-level": heading[1].length + 2 }, ...inline(heading[2])));
    else if (small) root.append(h("div", { class: "subtext" }, ...inline(small[1])));
    else if (item) root.append(h("div", { class: "item" }, ...inline(item[1])));
    else root.append(h("div", { class: "line" }, ...(line ? inline(line) : [h("br")])));
  }
}

const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

export function relative(seconds) {
  const away = seconds - Date.now() / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(away) >= length) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(state.locale, { numeric: "always" }).format(Math.round(away / size), unit);
}

const STYLES = {
  t: { timeStyle: "short" }, T: { timeStyle: "medium" }, d: { dateStyle: "short" }, D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" }, F: { dateStyle: "full", timeStyle: "short" },
};

function timestamp(seconds, style) {
  const when = new Date(seconds * 1000);
  if (Number.isNaN(when.getTime())) return `<t:${seconds}>`;
  const full = new Intl.DateTimeFormat(state.locale, STYLES.F).format(when);
  const node = h("time", { dateTime: when.toISOString(), title: full, class: "stamp" });
  node.textContent = style === "R" ? relative(seconds) : new Intl.DateTimeFormat(state.locale, STYLES[style]).format(when);
  if (style === "R") node.dataset.relative = seconds;
  return node;
}

// Keep every "in 5 seconds" on the page true.
export function tick() {
  for (const node of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Number(node.dataset.relative));
    if (node.textContent !== text) node.textContent = text;
  }
}
