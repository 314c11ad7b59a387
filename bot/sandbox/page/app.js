// The page: its feed, its side bars, its list of messages.
import { avatar, byId, h } from "/page/dom.js";
import { refreshComposer, startComposer } from "/page/composer.js";
import { keepFocus } from "/page/focus.js";
import { markdown, tick } from "/page/markdown.js";
import { messageRow, pendingRow } from "/page/message.js";
import { openModal } from "/page/modal.js";
import { closeSide, startSide } from "/page/side.js";
import { memberOf, nameOf, say, state } from "/page/state.js";

const COMMAND = 2, COMPONENT = 3, MODAL_SUBMIT = 5; // interaction types
const RETRY_MS = 1000;
const TYPING_MS = 8000;
const NEAR_END_PX = 160;

const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } };

// Messages.

const rows = new Map(); // message id -> { row, drawn }: what it was drawn from

function visible() {
  return [...state.messages.values()].filter(({ message, seen_by: seenBy }) =>
    message.channel_id === state.channel.id && (!seenBy || seenBy === state.me.id) && !state.dismissed.has(message.id));
}

function drawMessages(all = false) {
  keepFocus(() => drawRows(all));
}

function drawRows(all) {
  if (all) rows.clear();
  const list = byId("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
  const nodes = [h("header", { class: "welcome" }, h("div", { class: "hash", "aria-hidden": "true" }, nameOf(state.channel)[0]),
    h("h2", {}, say("welcome", nameOf(state.channel))), h("p", {}, state.channel.topic), h("p", {}, say("welcomeHint")))];
  let previous = null;
  for (const entry of visible()) {
    const known = rows.get(entry.message.id);
    const source = [...state.pending.values()].filter((i) => i.source_id === entry.message.id).map((i) => i.state).join();
    const drawn = [entry, previous?.id, source];
    if (known && drawn.every((value, index) => value === known.drawn[index])) nodes.push(known.row);
    else {
      const row = messageRow(entry, previous, () => drawMessages());
      rows.set(entry.message.id, { row, drawn });
      nodes.push(row);
    }
    previous = entry.message;
  }
  for (const interaction of state.pending.values()) {
    const mine = interaction.member_id === state.me.id && interaction.channel_id === state.channel.id;
    if (mine && [COMMAND, MODAL_SUBMIT].includes(interaction.type)) nodes.push(pendingRow(interaction));
  }
  const wanted = new Set(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove(); // first, so that no row that stays is moved
  nodes.forEach((node, index) => { if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null); });
  if (atEnd || all) stickToEnd(list);
}

function stickToEnd(list) {
  list.scrollTop = list.scrollHeight;
  for (const image of list.querySelectorAll("img")) {
    if (!image.complete) image.addEventListener("load", () => { list.scrollTop = list.scrollHeight; }, { once: true });
  }
}

// Side bars.

// The channels of the server, and one's own direct messages.
const mine = () => state.channels.filter((channel) => !channel.member_id || channel.member_id === state.me.id);

function channelItem(channel) {
  const here = channel === state.channel;
  return h("div", { role: "listitem", "data-id": channel.id }, h("button", {
    type: "button", class: here ? "channel here" : "channel", "aria-current": here ? "page" : null, "data-testid": "channel",
    onclick: () => { state.channel = channel; drawAll(); closeSide(); },
  }, h("span", { "aria-hidden": "true" }, nameOf(channel)[0]), channel.name));
}

function drawFrame() {
  document.documentElement.lang = state.locale.split("-")[0];
  for (const node of document.querySelectorAll("[data-phrase]")) node.textContent = say(node.dataset.phrase);
  byId("guild").textContent = state.guild;
  byId("menu").setAttribute("aria-label", say("menu"));
  byId("channel-name").textContent = nameOf(state.channel);
  byId("topic").replaceChildren(markdown(state.channel.topic));
  byId("channels").setAttribute("aria-label", say("menu"));
  byId("messages").setAttribute("aria-label", say("messages", nameOf(state.channel)));
  byId("channels").replaceChildren(...mine().map(channelItem));
  byId("me").replaceChildren(avatar(state.me.name, state.me.colour), h("div", {}, h("b", {}, state.me.name),
    h("small", {}, state.me.reviewer ? say("reviewer") : state.me.username)));
  byId("member").replaceChildren(...state.members.map((m) => h("option", { value: m.id, selected: m === state.me }, m.reviewer ? `${m.name} ★` : m.name)));
  byId("locale").value = state.locale;
  drawBanner();
}

function drawBanner(lost = false) {
  const banner = byId("banner");
  banner.hidden = !lost && state.online;
  banner.textContent = lost ? say("reconnecting") : say("botAway");
  banner.className = lost ? "lost" : "";
}

function drawAll() {
  keepFocus(() => {
    drawFrame();
    refreshComposer();
    drawRows(true);
  });
}

// The feed.

let typingEnds = 0;

const ON = {
  snapshot(data) {
    Object.assign(state, {
      guild: data.guild, bot: data.bot, online: data.online, channels: data.channels, members: data.members,
      commands: data.commands, file_limit: data.file_limit,
      messages: new Map(data.messages.map((entry) => [entry.message.id, entry])),
    });
    state.pending.clear();
    state.me = memberOf(state.me?.id ?? stored("member")) ?? state.members[0];
    state.locale = stored("locale") ?? state.me.locale;
    state.channel = mine().find((c) => c.id === state.channel?.id) ?? state.channels[0];
    drawAll();
  },
  message(data) {
    state.messages.set(data.message.id, { message: data.message, seen_by: data.seen_by });
    if (data.message.author.bot) showTyping(0);
    drawMessages();
  },
  message_gone(data) {
    state.messages.delete(data.id);
    rows.delete(data.id);
    drawMessages();
  },
  interaction(data) {
    if (data.state === "acknowledged") state.pending.delete(data.id);
    else if ([COMMAND, COMPONENT, MODAL_SUBMIT].includes(data.type)) {
      const stale = (old) => old.state === "void" && old.member_id === data.member_id && old.source_id === data.source_id;
      for (const [id, old] of state.pending) if (stale(old)) state.pending.delete(id); // a new try replaces the failed one
      state.pending.set(data.id, data);
    }
    drawMessages();
  },
  modal(data) {
    if (data.member_id === state.me.id) openModal(data);
  },
  commands(data) {
    state.commands = data.commands;
  },
  bot(data) {
    state.online = data.online;
    drawBanner();
  },
  typing(data) {
    if (data.channel_id === state.channel.id) showTyping(Date.now() + TYPING_MS);
  },
};

function showTyping(until) {
  typingEnds = until;
  byId("typing").textContent = until > Date.now() ? say("typing", state.bot.username) : "";
}

function listen() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/feed`);
  socket.onmessage = (event) => {
    const data = JSON.parse(event.data);
    ON[data.event]?.(data);
  };
  socket.onclose = () => {
    drawBanner(true);
    setTimeout(listen, RETRY_MS);
  };
}

function start() {
  byId("member").addEventListener("change", (event) => {
    state.me = memberOf(event.target.value);
    state.locale = state.me.locale;
    state.channel = mine().find((c) => c.id === state.channel.id) ?? state.channels[0];
    store("member", state.me.id);
    store("locale", state.locale);
    drawAll();
  });
  byId("locale").addEventListener("change", (event) => {
    state.locale = event.target.value;
    store("locale", state.locale);
    drawAll();
  });
  setInterval(() => { tick(); if (typingEnds && typingEnds < Date.now()) showTyping(0); }, 500);
  startSide();
  startComposer();
  listen();
}

start();
