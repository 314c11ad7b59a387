// A modal that the bot opened.
import { byId, h } from "/page/dom.js";
import { act, oversize, upload } from "/page/api.js";
import { remember } from "/page/focus.js";
import { markdown } from "/page/markdown.js";
import { say, state } from "/page/state.js";

const ROW = 1, SELECT = 3, TEXT_INPUT = 4, MEMBERS = 5, TEXT = 10, LABEL = 18, FILE_UPLOAD = 19, RADIO = 21, CHECKBOXES = 22, CHECKBOX = 23;
const PARAGRAPH = 2;

function field(component, readers) {
  const name = component.custom_id;
  const required = component.required ?? true;
  const common = { id: `modal-${name}`, "data-testid": `modal-${name}` };
  if (component.type === TEXT_INPUT) {
    const input = h(component.style === PARAGRAPH ? "textarea" : "input", {
      ...common, value: component.value ?? "", required, placeholder: component.placeholder ?? "", rows: 4,
      minLength: component.min_length ?? 0, maxLength: component.max_length ?? 4000,
    });
    readers[name] = async () => input.value;
    return input;
  }
  if (component.type === FILE_UPLOAD) {
    const input = h("input", { ...common, type: "file", required: required && (component.min_values ?? 1) > 0, multiple: (component.max_values ?? 1) > 1 });
    readers[name] = async () => {
      const files = [...input.files];
      const large = oversize(files);
      if (large) throw new Error(large);
      return files.length ? upload(files) : [];
    };
    return input;
  }
  if (component.type === SELECT || component.type === MEMBERS) {
    const options = component.options ?? state.members.map((m) => ({ label: m.name, value: m.id }));
    const several = (component.max_values ?? 1) > 1;
    const input = h("select", { ...common, required, multiple: several },
      !several && h("option", { value: "" }, component.placeholder ?? say("choose")),
      ...options.map((o) => h("option", { value: o.value, selected: o.default }, o.label)));
    readers[name] = async () => [...input.selectedOptions].map((o) => o.value).filter(Boolean);
    return input;
  }
  if (component.type === CHECKBOX) {
    const input = h("input", { ...common, type: "checkbox", checked: component.default });
    readers[name] = async () => input.checked;
    return input;
  }
  if (component.type === RADIO || component.type === CHECKBOXES) {
    const kind = component.type === RADIO ? "radio" : "checkbox";
    const boxes = component.options.map((o) => h("input", { type: kind, name, value: o.value, checked: o.default, required: kind === "radio" && required }));
    readers[name] = async () => {
      const on = boxes.filter((box) => box.checked).map((box) => box.value);
      return kind === "radio" ? on[0] ?? null : on;
    };
    return h("div", common, ...component.options.map((o, index) => h("label", { class: "choice" }, boxes[index], o.label)));
  }
  return null;
}

function labelled(text, description, component, readers) {
  const required = (component.required ?? true) && component.type !== CHECKBOX;
  return h("div", { class: "modal-field" },
    h("label", { htmlFor: `modal-${component.custom_id}` }, text, required && h("i", { title: say("required") }, " *")),
    description && h("small", {}, description), field(component, readers));
}

function part(component, readers) {
  if (component.type === ROW) return component.components.map((child) => labelled(child.label, null, child, readers));
  if (component.type === LABEL) return labelled(component.label, component.description, component.component, readers);
  if (component.type === TEXT) return h("div", {}, markdown(component.content));
  return null;
}

export function openModal({ id, modal }) {
  const dialog = byId("modal");
  const readers = {};
  const problem = h("p", { class: "error", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    const values = {};
    try {
      for (const [name, read] of Object.entries(readers)) values[name] = await read();
    } catch (error) {
      problem.textContent = error.message;
      return;
    }
    const sent = await act({ type: "modal", interaction: id, values });
    if (sent.ok) dialog.close();
    else problem.textContent = sent.problem;
  };
  dialog.setAttribute("aria-label", modal.title);
  dialog.replaceChildren(h("form", { onsubmit: submit },
    h("h2", {}, modal.title), ...modal.components.flatMap((component) => part(component, readers)), problem,
    h("div", { class: "modal-end" },
      h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, say("cancel")),
      h("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, say("submit")))));
  dialog.onclose = remember();
  dialog.showModal();
}
