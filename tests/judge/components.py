"""Rules about components, of messages and of modals."""

from collections import Counter
from collections.abc import Iterator

from tests.judge.request import (
    Json,
    Request,
    components_of,
    is_v2,
    length,
    message_of,
    modal_of,
    objects,
)

ROW, BUTTON, TEXT_INPUT, SECTION, TEXT, GALLERY, LABEL = 1, 2, 4, 9, 10, 12, 18
SELECTS = (3, 5, 6, 7, 8)
INTERACTIVE = (*SELECTS, TEXT_INPUT, 19, 21, 22, 23)
MODAL_TOP = (ROW, TEXT, LABEL)
LINK_STYLE, PREMIUM_STYLE = 5, 6
STYLES = range(1, 7)
CUSTOM_ID_MAX = 100
BUTTON_LABEL_MAX = 80
ROWS_MAX = 5
ROW_BUTTONS_MAX = 5
V2_COMPONENTS_MAX = 40
V2_CHARACTERS = 4000  # over all text displays of a message
MODAL_COMPONENTS_MAX = 5
MODAL_TITLE_MAX = 45
LABEL_MAX = 45
LABEL_DESCRIPTION_MAX = 100
SELECT_OPTIONS_MAX = 25
GALLERY_MAX = 10
SECTION_MAX = 3


def _of_type(request: Request, *kinds: int) -> list[Json]:
    return [each for each in components_of(request) if each.get("type") in kinds]


def duplicate_custom_id(request: Request) -> Iterator[str]:
    """A custom_id is unique in its message or modal. Docs: components/reference."""
    ids = Counter(each["custom_id"] for each in components_of(request) if each.get("custom_id"))
    yield from (f"custom_id {each!r} stands {n} times" for each, n in ids.items() if n > 1)


def duplicate_component_id(request: Request) -> Iterator[str]:
    """A component's id is unique, 0 apart. Docs: components/reference#anatomy-of-a-component."""
    ids = Counter(each["id"] for each in components_of(request) if each.get("id"))
    yield from (f"component id {each} stands {n} times" for each, n in ids.items() if n > 1)


def custom_id_length(request: Request) -> Iterator[str]:
    """1–100 characters. Docs: components/reference#anatomy-of-a-component."""
    for holder in (*components_of(request), modal_of(request) or {}):
        custom_id = holder.get("custom_id")
        if custom_id is not None and not 1 <= length(custom_id) <= CUSTOM_ID_MAX:
            yield f"a custom_id has {length(custom_id)} characters, 1–{CUSTOM_ID_MAX} are allowed"


def custom_id_missing(request: Request) -> Iterator[str]:
    """What a member can press or fill needs a custom_id. Docs: components/reference#button."""
    for component in components_of(request):
        pressed = component.get("type") == BUTTON
        pressed = pressed and component.get("style") not in (LINK_STYLE, PREMIUM_STYLE)
        if (pressed or component.get("type") in INTERACTIVE) and not component.get("custom_id"):
            yield f"a component of type {component.get('type')} without custom_id"


def button_of_its_style(request: Request) -> Iterator[str]:
    """A link has a url, a premium button an sku_id, neither a custom_id.

    Docs: components/reference.
    """
    for button in _of_type(request, BUTTON):
        style = button.get("style")
        if style not in STYLES:
            yield f"button style {style!r}"
        for key, owner in (("url", LINK_STYLE), ("sku_id", PREMIUM_STYLE)):
            if (style == owner) != bool(button.get(key)):
                yield f"a button of style {style} {'without' if style == owner else 'with'} {key}"
        if style in (LINK_STYLE, PREMIUM_STYLE) and button.get("custom_id"):
            yield f"a button of style {style} with custom_id"
        if style != PREMIUM_STYLE and not button.get("label") and not button.get("emoji"):
            yield "a button with neither label nor emoji"


def button_label_too_long(request: Request) -> Iterator[str]:
    """At most 80 characters. Docs: components/reference#button."""
    for button in _of_type(request, BUTTON):
        if length(button.get("label")) > BUTTON_LABEL_MAX:
            yield f"a button label is over {BUTTON_LABEL_MAX} characters"


def row_too_full(request: Request) -> Iterator[str]:
    """Up to five buttons or one select, never none. Docs: components/reference#action-row."""
    for row in _of_type(request, ROW):
        inside = [each.get("type") for each in objects(row.get("components"))]
        selects = sum(kind in SELECTS for kind in inside)
        if not inside:
            yield "an empty action row"
        if len(inside) > ROW_BUTTONS_MAX:
            yield f"{len(inside)} buttons in a row, {ROW_BUTTONS_MAX} are allowed"
        if selects and len(inside) > 1:
            yield "a select shares its row"


def too_many_rows(request: Request) -> Iterator[str]:
    """Five rows in a message without V2. Docs: components/reference."""
    message = message_of(request)
    if message is None or is_v2(message):
        return
    rows = len(objects(message.get("components")))
    if rows > ROWS_MAX:
        yield f"{rows} rows, {ROWS_MAX} are allowed"


def v2_component_without_flag(request: Request) -> Iterator[str]:
    """Other components than rows need IS_COMPONENTS_V2. Docs: components/reference."""
    message = message_of(request)
    if message is None or is_v2(message):
        return
    kinds = {each.get("type") for each in objects(message.get("components"))}
    if kinds - {ROW}:
        yield f"components of types {sorted(map(str, kinds - {ROW}))} without IS_COMPONENTS_V2"


def v2_too_many(request: Request) -> Iterator[str]:
    """40 components, nested ones counted. Docs: components/reference."""
    message = message_of(request)
    count = len(components_of(request))
    if message is not None and is_v2(message) and count > V2_COMPONENTS_MAX:
        yield f"{count} components, {V2_COMPONENTS_MAX} are allowed"


def v2_too_long(request: Request) -> Iterator[str]:
    """4,000 characters over all text displays, none empty. Docs: components/reference."""
    texts = [length(each.get("content")) for each in _of_type(request, TEXT)]
    if sum(texts) > V2_CHARACTERS:
        yield f"the texts have {sum(texts)} characters, {V2_CHARACTERS} are allowed"
    if 0 in texts:
        yield "an empty text display"


def section_in_order(request: Request) -> Iterator[str]:
    """1–3 texts and an accessory. Docs: components/reference#section."""
    for section in _of_type(request, SECTION):
        if not 1 <= len(objects(section.get("components"))) <= SECTION_MAX:
            yield f"a section without 1–{SECTION_MAX} texts"
        if not isinstance(section.get("accessory"), dict):
            yield "a section without accessory"


def gallery_in_order(request: Request) -> Iterator[str]:
    """1–10 items. Docs: components/reference#media-gallery."""
    for gallery in _of_type(request, GALLERY):
        if not 1 <= len(objects(gallery.get("items"))) <= GALLERY_MAX:
            yield f"a gallery without 1–{GALLERY_MAX} items"


def select_in_order(request: Request) -> Iterator[str]:
    """1–25 options, unique values, min ≤ max. Docs: components/reference#string-select."""
    for select in _of_type(request, *SELECTS):
        options = objects(select.get("options"))
        if select.get("type") == SELECTS[0] and not 1 <= len(options) <= SELECT_OPTIONS_MAX:
            yield f"a select with {len(options)} options, 1–{SELECT_OPTIONS_MAX} are allowed"
        if len({str(option.get("value")) for option in options}) != len(options):
            yield "two options of a select share a value"
        least, most = select.get("min_values"), select.get("max_values")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield "a select with min_values over max_values"


def modal_size(request: Request) -> Iterator[str]:
    """1–5 components. Docs: interactions/receiving-and-responding."""
    modal = modal_of(request)
    if modal is None:
        return
    count = len(objects(modal.get("components")))
    if not 1 <= count <= MODAL_COMPONENTS_MAX:
        yield f"a modal with {count} components, 1–{MODAL_COMPONENTS_MAX} are allowed"


def modal_head(request: Request) -> Iterator[str]:
    """A title of 1–45 characters, a custom_id. Docs: interactions/receiving-and-responding."""
    modal = modal_of(request)
    if modal is None:
        return
    if not 1 <= length(modal.get("title")) <= MODAL_TITLE_MAX:
        yield f"a modal title is not 1–{MODAL_TITLE_MAX} characters"
    if not modal.get("custom_id"):
        yield "a modal without custom_id"


def modal_layout(request: Request) -> Iterator[str]:
    """Labels and texts on top, no button inside. Docs: components/reference#label."""
    modal = modal_of(request)
    if modal is None:
        return
    for top in objects(modal.get("components")):
        if top.get("type") not in MODAL_TOP:
            yield f"a component of type {top.get('type')} at the top of a modal"
    if _of_type(request, BUTTON):
        yield "a button in a modal"


def label_in_order(request: Request) -> Iterator[str]:
    """Label 1–45, description ≤ 100, one component. Docs: components/reference#label."""
    for label in _of_type(request, LABEL):
        if not 1 <= length(label.get("label")) <= LABEL_MAX:
            yield f"a label is not 1–{LABEL_MAX} characters"
        if length(label.get("description")) > LABEL_DESCRIPTION_MAX:
            yield f"a label's description is over {LABEL_DESCRIPTION_MAX} characters"
        if not isinstance(label.get("component"), dict):
            yield "a label without component"


def modal_parts_in_a_message(request: Request) -> Iterator[str]:
    """Labels and inputs live in modals only. Docs: components/reference."""
    if message_of(request) is not None and _of_type(request, TEXT_INPUT, LABEL, 19, 21, 22, 23):
        yield "a component that only modals can hold"


RULES = (
    duplicate_custom_id,
    duplicate_component_id,
    custom_id_length,
    custom_id_missing,
    button_of_its_style,
    button_label_too_long,
    row_too_full,
    too_many_rows,
    v2_component_without_flag,
    v2_too_many,
    v2_too_long,
    section_in_order,
    gallery_in_order,
    select_in_order,
    modal_size,
    modal_head,
    modal_layout,
    label_in_order,
    modal_parts_in_a_message,
)
