// Keep the keyboard's place while rows of a list are drawn anew.
const FOCUSABLE = ":is(button, select, input, summary, a[href], [tabindex]):not(:disabled)";

const kindOf = (element) => element.dataset.customId ?? element.dataset.testid ?? element.className;

const like = (row, kind) => [...row.querySelectorAll(FOCUSABLE)].filter((element) => kindOf(element) === kind);

// What stands in a row drawn anew where `held` stood in the row before.
function successor(held, before, row) {
  const kind = kindOf(held);
  const twins = like(row, kind).filter((element) => element.checkVisibility());
  return twins[Math.min(like(before, kind).indexOf(held), twins.length - 1)];
}

// What has the focus now; call what is returned to give it, or what came in its place, the focus again.
export function remember() {
  const held = document.activeElement;
  const row = held?.closest("[data-id]");
  if (!row) return () => {};
  const list = row.parentElement;
  const rows = [...list.children];
  const at = rows.indexOf(row);
  const order = [row, ...rows.slice(at + 1), ...rows.slice(0, at).reverse()].filter((one) => one.dataset.id);
  return () => {
    if (document.activeElement === held) return;
    const still = order.map((one) => list.querySelector(`:scope > [data-id="${one.dataset.id}"]`)).find(Boolean);
    const place = still?.dataset.id === row.dataset.id ? (held.isConnected ? held : successor(held, row, still)) : null;
    const next = place ?? still ?? list; // never another button: Enter may still be down
    if (next === still) still.tabIndex = -1; // may be given the focus, and is no stop of Tab
    next.focus({ preventScroll: true });
  };
}

export function keepFocus(redraw) {
  const giveBack = remember();
  redraw();
  giveBack();
}
