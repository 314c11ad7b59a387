// What the page knows.
import { phrase } from "/page/phrases.js";

export const state = {
  guild: "", bot: { username: "" }, online: true, channels: [], members: [], commands: [],
  messages: new Map(), // id -> { message, seen_by }
  pending: new Map(), // interaction id -> what the feed said of it
  dismissed: new Set(),
  file_limit: 0,
  me: null, locale: "ja", channel: null,
};

export const say = (key, ...values) => phrase(state.locale, key, ...values);

export const memberOf = (id) => state.members.find((member) => member.id === id);

// As people write it: a channel with #, a partner with @.
export const nameOf = (channel) => `${channel.member_id ? "@" : "#"}${channel.name}`;

export const localised = (thing, key) => thing[`${key}_localizations`]?.[state.locale] ?? thing[key];
