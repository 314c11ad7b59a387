// Pictures in a mosaic, and one of them large.
import { byId, h, link, safeUrl } from "/page/dom.js";
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
  const draw = (at) => {
    const picture = pictures[(at + pictures.length) % pictures.length];
    const alt = picture.description || picture.filename || say("picture");
    const step = (by) => () => draw(at + by);
    const many = pictures.length > 1;
    box.onkeydown = (event) => {
      if (many && event.key === "ArrowLeft") draw(at - 1);
      if (many && event.key === "ArrowRight") draw(at + 1);
    };
    box.replaceChildren(
      h("button", { type: "button", class: "close", "aria-label": say("close"), onclick: () => box.close() }, "✕"),
      h("figure", {}, h("img", { src: safeUrl(picture.url) ?? "", alt }), h("figcaption", {}, alt, " ", link(picture.url, say("original")))),
      ...(many ? [h("button", { type: "button", class: "previous", "aria-label": "←", onclick: step(-1) }, "‹"),
        h("button", { type: "button", class: "next", "aria-label": "→", onclick: step(1) }, "›")] : []));
  };
  draw(index);
  box.onclick = (event) => { if (event.target === box) box.close(); };
  box.showModal();
}
