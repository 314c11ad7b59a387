// How the page speaks with the stand-in; what went wrong comes back as a sentence.
import { byId } from "/page/dom.js";
import { say, state } from "/page/state.js";

const TOO_LARGE = 413;
const MIB = 2 ** 20;

// Who acts, and where: taken before a wait, for the page may be another member's after it.
export const here = () => ({ member: state.me.id, locale: state.locale, channel: state.channel.id });

// { ok, body, problem }: problem is the sentence for the person, null where all went well.
export async function post(path, body) {
  const form = body instanceof FormData;
  const response = await fetch(path, {
    method: "POST", headers: form ? {} : { "Content-Type": "application/json" }, body: form ? body : JSON.stringify(body),
  }).catch(() => null); // nobody answers
  const answer = await response?.json().catch(() => null);
  const ok = Boolean(response?.ok && answer);
  return { ok, status: response?.status, body: answer ?? {}, problem: ok ? null : say("notSent") };
}

export async function act(body) {
  const sent = await post("/sandbox/interactions", { ...here(), ...body });
  if (sent.body.fault) {
    console.warn(sent.body.option, sent.body.fault); // names and reasons for who writes commands
    sent.problem = say("refused");
  }
  return sent;
}

// Of files to be sent, the sentence about the first that is too large, null where none is.
export function oversize(files) {
  const large = files.find((file) => file.size > state.file_limit);
  return large ? say("tooLarge", large.name, Math.floor(state.file_limit / MIB)) : null;
}

// The ids of the files; raises the sentence that says why there are none.
export async function upload(files, channel = state.channel.id) {
  const form = new FormData();
  files.forEach((file, index) => form.append(`files[${index}]`, file, file.name));
  const sent = await post(`/sandbox/attachments?channel=${channel}`, form);
  if (!sent.ok) throw new Error(sent.status === TOO_LARGE ? say("tooLargeTogether") : sent.problem);
  return sent.body.map((attachment) => attachment.id);
}

// The line above the message box.
export function hint(message = "") {
  byId("hint").textContent = message;
}

// Act from a message of the list, which has no line of its own for what goes wrong.
export async function press(body) {
  const sent = await act(body);
  hint(sent.problem ?? "");
  return sent;
}
