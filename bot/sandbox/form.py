"""What Discord demands of a message or a modal, by its developer documentation."""

from collections.abc import Iterator

from bot.sandbox.body import Body
from bot.sandbox.refusal import FormFaults, Refusal
from bot.sandbox.rules import COMPONENTS_V2, Json, Rules

# Component types.
ROW, BUTTON, SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
FILE_UPLOAD = 19
V2_ONLY = (SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER)
LINK, PREMIUM = 5, 6  # button styles without a custom_id

CONTENT_MAX = 2000
EMBEDS_MAX, EMBEDS_TEXT_MAX = 10, 6000
FILES_MAX = 10
V2_COMPONENTS_MAX, V2_TEXT_MAX = 40, 4000


def walk(components: object, path: str = "components") -> Iterator[tuple[str, Json]]:
    """Every component of a tree with its path, parents first."""
    if not isinstance(components, list):
        return
    for index, component in enumerate(components):
        if not isinstance(component, dict):
            continue
        here = f"{path}.{index}"
        yield here, component
        yield from walk(component.get("components"), f"{here}.components")
        for key in ("component", "accessory"):
            if isinstance(component.get(key), dict):
                yield from walk([component[key]], f"{here}.{key}")


def check_message(body: Body, rules: Rules) -> None:
    """Refuse a message or an edit that is wrong in itself; what it leaves out is not looked at."""
    form, faults = body.form(), FormFaults()
    if len(body.files) > FILES_MAX:
        faults.add("files", "BASE_TYPE_MAX_LENGTH", f"Must be {FILES_MAX} or fewer in length.")
    if any(len(file.data) > rules.file_limit for file in body.files):
        raise Refusal(40005)
    faults.length("content", form.get("content"), 0, CONTENT_MAX)
    _check_embeds(form.get("embeds") or [], faults)
    _check_attachments(form.get("attachments") or [], faults)
    _check_components(form, faults)
    faults.raise_if_any()


def _check_attachments(attachments: object, faults: FormFaults) -> None:
    if not isinstance(attachments, list):
        faults.add("attachments", "LIST_TYPE_CONVERT", "Only iterables may be used")
        return
    if len(attachments) > FILES_MAX:
        faults.add("attachments", "BASE_TYPE_MAX_LENGTH", f"Must be {FILES_MAX} or fewer.")
    for index, entry in enumerate(attachments):
        if not isinstance(entry, dict) or "id" not in entry:
            faults.add(f"attachments.{index}.id", "BASE_TYPE_REQUIRED", "This field is required")
            continue
        faults.length(f"attachments.{index}.description", entry.get("description"), 0, 1024)


def _check_embeds(embeds: list[Json], faults: FormFaults) -> None:
    if len(embeds) > EMBEDS_MAX:
        faults.add("embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {EMBEDS_MAX} or fewer in length.")
    total = 0
    for index, embed in enumerate(embeds):
        path = f"embeds.{index}"
        faults.length(f"{path}.title", embed.get("title"), 0, 256)
        faults.length(f"{path}.description", embed.get("description"), 0, 4096)
        fields = embed.get("fields") or []
        if len(fields) > 25:
            faults.add(f"{path}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        for at, entry in enumerate(fields):
            faults.length(f"{path}.fields.{at}.name", entry.get("name"), 1, 256)
            faults.length(f"{path}.fields.{at}.value", entry.get("value"), 1, 1024)
            total += len(str(entry.get("name"))) + len(str(entry.get("value")))
        footer = (embed.get("footer") or {}).get("text")
        author = (embed.get("author") or {}).get("name")
        faults.length(f"{path}.footer.text", footer, 0, 2048)
        faults.length(f"{path}.author.name", author, 0, 256)
        texts = (embed.get("title"), embed.get("description"), footer, author)
        total += sum(len(text) for text in texts if isinstance(text, str))
    if total > EMBEDS_TEXT_MAX:
        faults.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds {EMBEDS_TEXT_MAX}")


def _check_components(form: Json, faults: FormFaults) -> None:
    components = form.get("components") or []
    v2 = bool(int(form.get("flags") or 0) & COMPONENTS_V2)
    every = list(walk(components))
    if v2:
        text = sum(len(str(c.get("content", ""))) for _, c in every if c.get("type") == TEXT)
        if text > V2_TEXT_MAX:
            faults.add("components", "COMPONENT_MAX_TOTAL_TEXT", f"At most {V2_TEXT_MAX}")
        if len(every) > V2_COMPONENTS_MAX:
            faults.add("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "At most 40")
    elif len(components) > 5:
        faults.add("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    seen: set[str] = set()
    for path, component in every:
        _check_component(path, component, faults)
        custom_id = component.get("custom_id")
        if isinstance(custom_id, str):
            if custom_id in seen:
                message = "Component custom id cannot be duplicated"
                faults.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", message)
            seen.add(custom_id)


def _check_component(path: str, component: Json, faults: FormFaults) -> None:
    kind = component.get("type")
    if kind == ROW:
        children = component.get("components") or []
        if not 1 <= len(children) <= 5:
            faults.add(f"{path}.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5.")
    elif kind == BUTTON:
        faults.length(f"{path}.label", component.get("label"), 0, 80)
        if component.get("style") == LINK:
            faults.length(f"{path}.url", component.get("url"), 1, 512)
        elif component.get("style") != PREMIUM:
            faults.length(f"{path}.custom_id", component.get("custom_id"), 1, 100)
            if not component.get("label") and not component.get("emoji"):
                faults.add(path, "BUTTON_COMPONENT_MISSING_LABEL", "A label or emoji is required")
    elif kind in SELECTS:
        faults.length(f"{path}.custom_id", component.get("custom_id"), 1, 100)
        if kind == SELECT and not 1 <= len(component.get("options") or []) <= 25:
            faults.add(f"{path}.options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25.")
    elif kind in (TEXT_INPUT, FILE_UPLOAD):
        faults.length(f"{path}.custom_id", component.get("custom_id"), 1, 100)
    elif not isinstance(kind, int):
        faults.add(f"{path}.type", "BASE_TYPE_REQUIRED", "This field is required")


def check_whole(message: Json) -> None:
    """Refuse a finished message that is empty, or mixes both kinds of layout."""
    faults = FormFaults()
    if message["flags"] & COMPONENTS_V2:
        for key in ("content", "embeds"):
            if message[key]:
                code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
                text = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                faults.add(key, code, text)
    else:
        for path, component in walk(message["components"]):
            if component.get("type") in V2_ONLY:
                text = 'Value of field "type" must be one of (1,).'
                faults.add(f"{path}.type", "BASE_TYPE_CHOICES", text)
    faults.raise_if_any()
    if not any(message[key] for key in ("content", "embeds", "components", "attachments")):
        raise Refusal(50006)


def check_modal(modal: Json) -> None:
    """Refuse a modal that Discord would not open."""
    faults = FormFaults()
    faults.length("data.title", modal.get("title"), 1, 45)
    faults.length("data.custom_id", modal.get("custom_id"), 1, 100)
    components = modal.get("components") or []
    if not 1 <= len(components) <= 5:
        faults.add("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    seen: set[object] = set()
    for path, component in walk(components, "data.components"):
        _check_component(path, component, faults)
        if component.get("type") == LABEL:
            faults.length(f"{path}.label", component.get("label"), 1, 45)
        custom_id = component.get("custom_id")
        if custom_id is not None and custom_id in seen:
            faults.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Duplicated")
        seen.add(custom_id)
    faults.raise_if_any()
