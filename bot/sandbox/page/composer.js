// The message box: plain text, or a command with its options as chips.
import { byId, h } from "/page/dom.js";
import { act, here, hint, oversize, post, upload } from "/page/api.js";
import { attach, attached, drawAttached } from "/page/attached.js";
import { localised, nameOf, say, state } from "/page/state.js";

const SUBCOMMAND = 1, GROUP = 2;
const STRING = 3, INTEGER = 4, BOOLEAN = 5, MEMBER = 6, CHANNEL = 7, NUMBER = 10, ATTACHMENT = 11;

let chosen = null; // the command being filled in: { command, path, options }
let fields = []; // { option, input } in the order of their chips
let items = []; // what the completion offers
let active = 0;

const text = () => byId("text");

// Every command and subcommand that this member may use, by its full path.
function offered() {
  const may = BigInt(state.me.permissions);
  const found = [];
  const walk = (command, node, path) => {
    const subs = (node.options ?? []).filter((o) => o.type === SUBCOMMAND || o.type === GROUP);
    if (subs.length) for (const sub of subs) walk(command, sub, [...path, sub.name]);
    else found.push({ command, node, path, options: node.options ?? [] });
  };
  for (const command of state.commands) {
    const needs = BigInt(command.default_member_permissions ?? 0);
    if (command.type === 1 && (needs & ~may) === 0n) walk(command, command, [command.name]);
  }
  return found;
}

const shownPath = (entry) => [localised(entry.command, "name"), ...entry.path.slice(1)].join(" ");

// The list above the box.

function showItems(list) {
  items = list;
  active = 0;
  drawItems();
}

function drawItems() {
  const box = byId("completion");
  box.hidden = !items.length;
  text().setAttribute("aria-expanded", String(items.length > 0));
  box.replaceChildren(...items.map((item, index) => h("div", {
    class: index === active ? "option active" : "option", role: "option", id: `option-${index}`, "aria-selected": String(index === active),
    "data-testid": "completion-item", onmousedown: (event) => { event.preventDefault(); item.pick(); },
  }, h("b", {}, item.label), ...(item.marks ?? []), h("small", {}, item.description ?? ""))));
  const owner = chosen ? document.activeElement : text();
  if (items.length) owner?.setAttribute("aria-activedescendant", `option-${active}`);
  else owner?.removeAttribute("aria-activedescendant");
  box.children[active]?.scrollIntoView({ block: "nearest" });
}

function offerCommands() {
  const typed = text().value;
  if (!typed.startsWith("/") || typed.includes("\n")) return showItems([]);
  const all = offered();
  const exact = all.filter((e) => [e.path.join(" "), shownPath(e)].some((p) => typed.startsWith(`/${p} `)))
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (exact) {
    const path = [exact.path.join(" "), shownPath(exact)].find((p) => typed.startsWith(`/${p} `));
    return choose(exact, typed.slice(path.length + 2));
  }
  const wanted = typed.slice(1).toLowerCase();
  const matching = all.filter((e) => e.path.join(" ").includes(wanted) || shownPath(e).includes(wanted));
  hint(all.length ? "" : say("noCommands"));
  return showItems(matching.map((entry) => ({
    label: `/${shownPath(entry)}`, description: localised(entry.node, "description"),
    marks: entry.options.map((o) => h("span", { class: o.required ? "mark required" : "mark" }, localised(o, "name"))),
    pick: () => choose(entry),
  })));
}

// Files go with plain messages alone: while a command is filled in, they wait out of sight.
function showBox(shown) {
  for (const id of ["text", "attach", "attached"]) byId(id).hidden = !shown;
}

function choose(entry, rest = "") {
  chosen = entry;
  fields = [];
  text().value = "";
  showBox(false);
  hint();
  showItems([]);
  byId("chips").replaceChildren(h("span", { class: "command", "data-testid": "chosen-command" }, `/${shownPath(entry)}`),
    h("span", { id: "extras" }));
  for (const option of entry.options.filter((o) => o.required)) addField(option);
  if (!fields.length && rest && entry.options.length) addField(entry.options[0]);
  drawExtras();
  const first = fields[0]?.input;
  if (first && rest && first.tagName === "INPUT" && first.type !== "file") first.value = rest;
  (first ?? byId("send")).focus();
  if (first) describe(fields[0]);
}

function leave() {
  chosen = null;
  fields = [];
  byId("chips").replaceChildren();
  showBox(true);
  hint();
  showItems([]);
  text().focus();
}

// Options of the chosen command.

function inputFor(option) {
  const common = {
    "data-testid": `option-${option.name}`, "aria-label": localised(option, "name"), "aria-required": String(Boolean(option.required)),
  };
  const list = (pairs) => h("select", common, h("option", { value: "" }, say("choose")), ...pairs.map(([value, label]) => h("option", { value }, label)));
  if (option.choices?.length) return list(option.choices.map((c) => [c.value, localised(c, "name")]));
  if (option.type === BOOLEAN) return list([["true", say("yes")], ["false", say("no")]]);
  if (option.type === MEMBER) return list(state.members.map((m) => [m.id, m.name]));
  if (option.type === CHANNEL) return list(state.channels.map((c) => [c.id, `#${c.name}`]));
  if (option.type === ATTACHMENT) return h("input", { ...common, type: "file" });
  const numeric = option.type === INTEGER || option.type === NUMBER;
  return h("input", { ...common, type: "text", inputMode: numeric ? "numeric" : "text", size: numeric ? 6 : 18, placeholder: option.required ? say("required") : say("optional") });
}

function addField(option) {
  const input = inputFor(option);
  const field = { option, input };
  field.chip = h("label", { class: "chip" }, h("span", {}, localised(option, "name"), option.required && h("i", { title: say("required") }, "*")), input);
  input.addEventListener("focus", () => describe(field));
  input.addEventListener("input", () => {
    field.chip.classList.remove("bad");
    hint();
    if (input.type === "text" && input.size) input.size = Math.min(48, Math.max(input.size, input.value.length * 2 + 2));
    if (option.autocomplete) suggest(field);
  });
  input.addEventListener("keydown", (event) => fieldKey(event, field));
  fields.push(field);
  byId("chips").insertBefore(field.chip, byId("extras"));
  return field;
}

function drawExtras() {
  const left = chosen.options.filter((o) => !fields.some((f) => f.option === o));
  byId("extras").replaceChildren(...left.map((option) => h("button", {
    type: "button", class: "extra", "data-testid": `add-${option.name}`, title: localised(option, "description"), "aria-label": `${say("addOption")}: ${localised(option, "name")}`,
    onclick: () => { addField(option).input.focus(); drawExtras(); },
  }, `+ ${localised(option, "name")}`)));
}

// A line that says what the focused option is for.
function describe({ option }) {
  items = [];
  byId("completion").hidden = false;
  byId("completion").replaceChildren(h("div", { class: "about" }, h("b", {}, localised(option, "name")),
    h("span", { class: option.required ? "mark required" : "mark" }, say(option.required ? "required" : "optional")), h("small", {}, localised(option, "description"))));
}

let asked = 0;
async function suggest(field) {
  const number = ++asked;
  const options = Object.fromEntries(fields.filter((f) => f.input.value && f.input.type !== "file").map((f) => [f.option.name, f.input.value]));
  options[field.option.name] = field.input.value;
  const sent = await act({ type: "autocomplete", command: chosen.path.join(" "), options, focused: field.option.name });
  if (!sent.ok) return;
  const response = await fetch(`/sandbox/interactions/${sent.body.id}/wait?until=choices&timeout_s=4`).catch(() => null);
  if (!response?.ok || number !== asked || !chosen) return;
  showItems(((await response.json()).choices ?? []).map((c) => ({
    label: localised(c, "name"), pick: () => { field.input.value = c.value; showItems([]); },
  })));
}

function moveActive(event) {
  if (!items.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return false;
  event.preventDefault();
  active = (active + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length;
  drawItems();
  return true;
}

function fieldKey(event, field) {
  if (event.isComposing || event.keyCode === 229) return; // an input method is still choosing characters
  if (moveActive(event)) return;
  if (event.key === "Escape") leave();
  else if (event.key === "Enter" && event.target.tagName !== "SELECT") {
    event.preventDefault();
    if (items.length) items[active].pick();
    else submit();
  } else if (event.key === "Backspace" && !field.input.value && event.target.tagName !== "SELECT") {
    event.preventDefault();
    if (field.option.required || fields.length === 1) return leave();
    field.chip.remove();
    fields = fields.filter((other) => other !== field);
    drawExtras();
    fields.at(-1)?.input.focus();
  } else if (event.key === "Tab" && !event.shiftKey) {
    const left = chosen.options.find((o) => !fields.some((f) => f.option === o));
    if (items.length) { event.preventDefault(); items[active].pick(); }
    else if (fields.at(-1) === field && left) { event.preventDefault(); addField(left).input.focus(); drawExtras(); }
  }
}

// What is wrong with a field, as a sentence; null where nothing is.
function wrong({ option, input }) {
  const name = localised(option, "name"), value = input.value;
  if (!value) return option.required ? say("missing", name) : null;
  if (option.type === STRING && !option.choices?.length) {
    const length = [...value].length;
    if (length < (option.min_length ?? 0)) return say("tooShort", name, option.min_length);
    if (length > (option.max_length ?? 6000)) return say("tooLong", name, option.max_length ?? 6000);
  }
  if ((option.type === INTEGER || option.type === NUMBER) && !option.choices?.length) {
    const pattern = option.type === INTEGER ? /^-?\d+$/ : /^-?\d+(\.\d+)?$/;
    if (!pattern.test(plain(value))) return say("notNumber", name);
    const low = option.min_value ?? -(2 ** 53), high = option.max_value ?? 2 ** 53;
    if (Number(plain(value)) < low || Number(plain(value)) > high) return say("outOfRange", name, low, high);
  }
  if (option.type === ATTACHMENT) return oversize([...input.files]);
  return null;
}

const plain = (value) => value.normalize("NFKC").trim(); // full-width digits are digits

async function valueOf({ option, input }) {
  if (option.type === ATTACHMENT) return (await upload([input.files[0]]))[0];
  if (option.type === BOOLEAN) return input.value === "true";
  if (option.type === INTEGER || option.type === NUMBER) return Number(plain(input.value));
  return input.value;
}

async function submit() {
  if (!chosen) return sendText();
  const missing = chosen.options.find((o) => o.required && !fields.some((f) => f.option === o));
  if (missing) addField(missing);
  for (const field of fields) {
    const problem = wrong(field);
    if (problem) {
      field.chip.classList.add("bad");
      field.input.focus();
      return hint(problem);
    }
  }
  const command = chosen, as = here();
  const options = {};
  try {
    for (const field of fields) if (field.input.value) options[field.option.name] = await valueOf(field);
  } catch (error) {
    return hint(error.message);
  }
  const sent = await act({ ...as, type: "command", command: command.path.join(" "), options });
  if (!sent.ok) return hint(sent.problem);
  if (chosen === command) leave();
}

async function sendText() {
  const value = text().value.trim();
  const files = attached();
  const large = oversize(files);
  if (large) return hint(large);
  if (!value && !files.length) return;
  if (value.startsWith("/")) {
    const exact = offered().find((e) => [e.path.join(" "), shownPath(e)].includes(value.slice(1)));
    if (!exact) return hint(say("unknownCommand"));
    choose(exact);
    if (!exact.options.some((o) => o.required)) submit();
    return;
  }
  const from = here();
  text().value = "";
  attach([]);
  hint();
  const problem = await deliver(value, files, from);
  if (!problem) return;
  text().value = value + text().value; // in front of what has been typed since
  const stayed = from.member === state.me.id && from.channel === state.channel.id;
  if (stayed && !attached().length) attach(files);
  hint(problem);
}

// The sentence of what went wrong; null where nothing did.
async function deliver(value, files, { member, channel }) {
  try {
    const attachments = files.length ? await upload(files, channel) : [];
    return (await post("/sandbox/messages", { text: value.slice(0, 2000), attachments, member, channel })).problem;
  } catch (error) {
    return error.message;
  }
}

function boxKey(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (moveActive(event)) return;
  if (event.key === "Escape") { showItems([]); hint(); }
  else if (items.length && (event.key === "Enter" || event.key === "Tab")) { event.preventDefault(); items[active].pick(); }
  else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
}

export function startComposer() {
  text().addEventListener("input", (event) => {
    hint();
    if (!event.isComposing) offerCommands();
  });
  text().addEventListener("compositionend", offerCommands);
  text().addEventListener("keydown", boxKey);
  byId("files").addEventListener("change", () => {
    hint();
    drawAttached();
    text().focus();
  });
  PHONE.addEventListener("change", () => { if (state.channel) drawPlaceholder(); });
  byId("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  byId("send").addEventListener("keydown", (event) => { if (event.key === "Escape" && chosen) leave(); });
}

const PHONE = matchMedia("(max-width: 720px)"); // as in style.css
let lastFor = ""; // whose box it was, and in which channel

function drawPlaceholder() {
  text().placeholder = PHONE.matches ? say("placeholderShort") : say("placeholder", nameOf(state.channel));
}

// After the member, the channel, the language or the commands have changed.
export function refreshComposer() {
  const now = `${state.me.id} ${state.channel.id}`;
  if (lastFor && now !== lastFor) attach([]); // a file goes out from where and by whom it was chosen
  lastFor = now;
  if (chosen) leave();
  drawPlaceholder();
  drawAttached();
  text().setAttribute("aria-label", say("placeholder", nameOf(state.channel)));
  byId("send").setAttribute("aria-label", say("send"));
  byId("attach").title = say("attach");
  byId("files").setAttribute("aria-label", say("attach"));
}
