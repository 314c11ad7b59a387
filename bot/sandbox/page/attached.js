// The files that go out with the next message: a chip each, which takes its file away again.
import { byId, h } from "/page/dom.js";
import { say } from "/page/state.js";

export const attached = () => [...byId("files").files];

export function attach(files) {
  const transfer = new DataTransfer(); // the one way to make a FileList
  for (const file of files) transfer.items.add(file);
  byId("files").files = transfer.files;
  drawAttached();
}

function detach(file) {
  const at = attached().indexOf(file);
  attach(attached().filter((other) => other !== file));
  const next = byId("attached").querySelectorAll("button")[Math.min(at, attached().length - 1)];
  (next ?? byId("text")).focus();
}

export function drawAttached() {
  const files = attached();
  byId("attached").setAttribute("aria-label", say("attached", files.length));
  byId("attached").replaceChildren(...files.map((file) => h("li", { class: "chip", "data-testid": "attached" },
    h("span", { title: file.name }, file.name),
    h("button", { type: "button", "aria-label": say("detach", file.name), "data-testid": "detach", onclick: () => detach(file) }, "✕"))));
}
