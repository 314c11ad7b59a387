// What the page knows, and how it speaks with the stand-in.
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

export const localised = (thing, key) => thing[`${key}_localizations`]?.[state.locale] ?? thing[key];

export async function post(path, body) {
  const response = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  return { ok: response.ok, body: await response.json() };
}

export function act(body) {
  return post("/sandbox/interactions", {
    member: state.me.id, locale: state.locale, channel: state.channel.id, ...body,
  });
}

export async function upload(files) {
  const form = new FormData();
  files.forEach((file, index) => form.append(`files[${index}]`, file, file.name));
  const response = await fetch(`/sandbox/attachments?channel=${state.channel.id}`, { method: "POST", body: form });
  return response.ok ? (await response.json()).map((attachment) => attachment.id) : null;
}
