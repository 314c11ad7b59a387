// Pictures in a mosaic, and one of them large.
import { byId, h, link, safeUrl } from "/page/dom.js";
import { remember } from "/page/focus.js";
import { say } from "/page/state.js";

export function gallery(pictures) {
  const sole = pictures.length === 1;
  return h("div", { class: `mosaic n${Math.min(pictures.length, 5)}` }, ...pictures.map((picture, index) => {
    const alt = picture.description || picture.filename || say("picture");
    const image = h("img", { src: safeUrl(picture.url) ?? "", alt, title: picture.description ?? "", loading: "lazy", "data-testid": "picture" });
    if (sole && picture.width) Object.assign(image, { width: picture.width, height: picture.height });
    return h("button", { type: "button", class: "picture", "aria-label": `${say("enlarge")}: ${alt}`, onclick: () => enlarge(pictures, index) }, image);
  }));
}

export function enlarge(pictures, index) {
  const box = byId("lightbox");
  const image = h("img"), caption = h("figcaption");
  let at = index;
  const draw = () => {
    const picture = pictures[at];
    const alt = picture.description || picture.filename || say("picture");
    Object.assign(image, { src: safeUrl(picture.url) ?? "", alt });
    caption.replaceChildren(alt, " ", link(picture.url, say("original")));
  };
  const step = (by) => {
    at = (at + by + pictures.length) % pictures.length;
    draw(); // the buttons stay, and with them the focus
  };
  const many = pictures.length > 1;
  box.onkeydown = (event) => {
    if (many && event.key === "ArrowLeft") step(-1);
    if (many && event.key === "ArrowRight") step(1);
  };
  box.onclick = (event) => { if (event.target === box) box.close(); };
  box.onclose = remember();
  box.replaceChildren(
    h("button", { type: "button", class: "close", "aria-label": say("close"), onclick: () => box.close() }, "✕"),
    h("figure", {}, image, caption),
    ...(many ? [h("button", { type: "button", class: "previous", "aria-label": "←", onclick: () => step(-1) }, "‹"),
      h("button", { type: "button", class: "next", "aria-label": "→", onclick: () => step(1) }, "›")] : []));
  draw();
  box.showModal();
}
