// Select menus: of one choice, or of several that are ticked and then sent together.
import { h } from "/page/dom.js";
import { press } from "/page/api.js";
import { say, state } from "/page/state.js";

const SPELLING_MS = 1000; // so long a browser takes a space for a part of what is being typed
const ESCAPE_MS = 300; // Chromium reports what Escape left as chosen, and only then the key

export const emojiOf = (emoji) => (emoji && !emoji.id ? `${emoji.name} ` : "");

function optionsOf(component) {
  if (component.type === 3) return component.options;
  if (component.type === 5) return state.members.map((m) => ({ label: m.name, value: m.id }));
  if (component.type === 8) return state.channels.map((c) => ({ label: `#${c.name}`, value: c.id }));
  return [];
}

const labelOf = (option) => `${emojiOf(option.emoji)}${option.label}${option.description ? ` — ${option.description}` : ""}`;

const decideButton = (component, onclick) => h("button", {
  type: "button", class: "button primary", "data-testid": "decide", "data-custom-id": component.custom_id, onclick,
}, say("decide"));

// Tells whether a change came from keys on the closed menu: browsers report each step of them as a choice.
function steps(menu) {
  let stepped = false, spelt = 0; // spelt: when a letter was last typed
  menu.addEventListener("pointerdown", () => { stepped = false; });
  menu.addEventListener("keydown", (event) => {
    const spelling = event.timeStamp - spelt < SPELLING_MS;
    const letter = [...event.key].length === 1 && (event.key !== " " || spelling);
    if (letter) spelt = event.timeStamp;
    const opens = (event.key === " " && !spelling) || event.altKey || ["F4", "Enter"].includes(event.key);
    if (opens) stepped = false; // what is chosen in the open menu is meant
    else if (letter || /^(Arrow|Page)|^(Home|End|Process)$/.test(event.key)) stepped = true;
  });
  return () => stepped;
}

function one(component, send) {
  const chosen = component.options?.some((o) => o.default);
  const menu = h("select", {
    class: "menu", disabled: component.disabled, "data-testid": "select", "data-custom-id": component.custom_id,
    "aria-label": component.placeholder ?? say("choose"),
  }, !chosen && h("option", { value: "", disabled: true, selected: true }, say("choose")),
  ...optionsOf(component).map((o) => h("option", { value: o.value, selected: o.default }, labelOf(o))));
  const stepped = steps(menu);
  const decide = decideButton(component, async () => {
    if (!(await send([menu.value])).ok) decide.hidden = false; // to try again; the same choice is no change
  });
  decide.hidden = true;
  let meant = 0;
  menu.addEventListener("change", () => {
    if (stepped()) decide.hidden = false;
    else meant = setTimeout(() => { meant = 0; decide.click(); }, ESCAPE_MS);
  });
  menu.addEventListener("keyup", (event) => {
    if (event.key !== "Escape" || !meant) return;
    clearTimeout(meant);
    meant = 0;
    decide.hidden = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || decide.hidden) return;
    event.preventDefault();
    decide.click();
  });
  return h("div", { class: "choosing" },
    h("label", {}, component.placeholder && h("span", {}, component.placeholder), menu), decide);
}

function several(component, send) {
  const low = component.min_values ?? 1, high = component.max_values;
  const boxes = optionsOf(component).map((o) =>
    h("input", { type: "checkbox", value: o.value, checked: o.default, "data-custom-id": component.custom_id }));
  const ticked = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const decide = decideButton(component, () => send(ticked()));
  const check = () => {
    const count = ticked().length;
    for (const box of boxes) box.disabled = component.disabled || (!box.checked && count >= high);
    decide.disabled = component.disabled || count < low || count > high;
  };
  check();
  return h("fieldset", { class: "choosing", "data-testid": "select", onchange: check },
    h("legend", {}, component.placeholder ?? say("choose")),
    h("div", { class: "menu boxes" }, ...optionsOf(component).map((o, index) => h("label", { class: "choice" }, boxes[index], labelOf(o)))),
    decide);
}

export function select(component, message) {
  const send = (values) => press({ type: "component", message: message.id, custom_id: component.custom_id, values });
  return ((component.max_values ?? 1) > 1 ? several : one)(component, send);
}
