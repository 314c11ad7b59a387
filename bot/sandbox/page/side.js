// The side bar, which on a phone slides over the messages and away again.
import { byId } from "/page/dom.js";

const isOpen = () => document.body.classList.contains("side");

function show(open) {
  document.body.classList.toggle("side", open);
  byId("menu").setAttribute("aria-expanded", String(open));
}

export function closeSide() {
  if (!isOpen()) return;
  const within = byId("sidebar").contains(document.activeElement);
  show(false);
  if (within) byId("menu").focus(); // what had the focus cannot be seen any more
}

export function startSide() {
  byId("menu").addEventListener("click", () => {
    if (isOpen()) return closeSide();
    show(true);
    byId("channels").querySelector("[aria-current]")?.focus();
  });
  byId("messages").addEventListener("click", closeSide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeSide();
  });
}
