"""Planted faults in messages, files and components."""

from dataclasses import replace

from tests.judge.fault import plant
from tests.judge.shapes import (
    attachment,
    button,
    callback,
    channel_message,
    edit,
    follow_up,
    gallery,
    label,
    modal,
    picture,
    row,
    text,
    v2_edit,
)

MESSAGES_AND_FILES = (
    plant("a misspelt message key", "unknown_key_in_a_message", edit(contents="カレー")),
    plant("a misspelt embed key", "unknown_key_in_a_message", edit(embeds=[{"titel": "丼"}])),
    plant("an empty follow-up", "empty_message", follow_up(content="")),
    plant("a text of spaces", "blank_content", follow_up(content=" \n ")),
    plant("a text of 2,001 characters", "content_too_long", edit(content="丼" * 2001), schema=True),
    plant(
        "a channel message of 2,001 characters, which the schema lets pass",
        "content_too_long",
        channel_message(content="丼" * 2001),
    ),
    plant("a text that is a number", None, edit(content=7), schema=True),
    plant("a text beside the V2 flag", "content_beside_v2", v2_edit(text(), content="カレー")),
    plant(
        "an embed beside the V2 flag",
        "content_beside_v2",
        v2_edit(text(), embeds=[{"title": "丼"}]),
    ),
    plant("a V2 message without components", "v2_without_components", v2_edit()),
    plant("an edit that turns ephemeral", "flags_that_fit", edit(flags=64)),
    plant("flags as text", None, edit(flags="64"), schema=True),
    plant("mentions left to ping", "mentions_pinned_down", edit(allowed_mentions=None)),
    plant(
        "everyone pinged", "mentions_pinned_down", edit(allowed_mentions={"parse": ["everyone"]})
    ),
    plant(
        "a role pinged",
        "mentions_pinned_down",
        edit(allowed_mentions={"parse": [], "roles": ["12"]}),
    ),
    plant(
        "somebody pinged who is not addressed",
        "mentions_pinned_down",
        edit(content="hello <@12>", allowed_mentions={"parse": [], "users": ["12"]}),
    ),
    plant(
        "a second one pinged beside the one who is addressed",
        "mentions_pinned_down",
        edit(content="<@12> hello", allowed_mentions={"parse": [], "users": ["12", "13"]}),
    ),
    plant(
        "a mention type that Discord does not know",
        "mentions_pinned_down",
        edit(allowed_mentions={"parse": ["members"]}),
        schema=True,
    ),
    plant("eleven embeds", "embeds_too_many", edit(embeds=[{"title": "丼"}] * 11), schema=True),
    plant(
        "embeds of 6,001 characters in all",
        "embeds_too_long",
        edit(embeds=[{"description": "丼" * 4000}, {"description": "丼" * 2001}]),
    ),
    plant(
        "an embed title of 257 characters",
        "embed_limits",
        edit(embeds=[{"title": "丼" * 257}]),
        schema=True,
    ),
    plant(
        "an embed field without a value",
        "embed_limits",
        edit(embeds=[{"fields": [{"name": "種", "value": ""}]}]),
    ),
    plant(
        "a nonce of 26 characters", "nonce_that_holds", channel_message(nonce="n" * 26), schema=True
    ),
    plant("a nonce that is not enforced", "nonce_that_holds", channel_message(enforce_nonce=False)),
    plant(
        "a file part called file",
        "name_of_a_part",
        edit(files=(picture(field="file"),), attachments=[]),
    ),
    plant(
        "eleven files",
        "files_too_many",
        edit(files=tuple(map(picture, range(11))), attachments=list(map(attachment, range(11)))),
        schema=True,
    ),
    plant(
        "a file of 11 MiB",
        "files_too_big",
        edit(files=(picture(size=11 << 20),), attachments=[attachment()]),
    ),
    plant(
        "a file beside a deferral",
        "files_where_a_message_is",
        replace(callback(5), files=(picture(),)),
    ),
    plant(
        "an attachment whose file is missing",
        "attachment_without_file",
        edit(files=(picture(),), attachments=[attachment(), attachment(1)]),
    ),
    plant("a file that no attachment names", "file_without_attachment", edit(files=(picture(),))),
    plant(
        "an attachment listed twice",
        "attachment_twice",
        edit(files=(picture(),), attachments=[attachment(), attachment()]),
    ),
    plant(
        "an attachment without id",
        None,
        edit(files=(picture(),), attachments=[{"filename": "dish-0.png"}]),
        schema=True,
    ),
    plant(
        "a Japanese file name",
        "file_name",
        edit(files=(picture(filename="丼.png"),), attachments=[attachment(filename="丼.png")]),
    ),
    plant(
        "an attachment with another name than its file",
        "file_name",
        edit(files=(picture(),), attachments=[attachment(filename="bowl.png")]),
    ),
    plant(
        "an alt text of 1,025 characters",
        "alt_text_too_long",
        edit(files=(picture(),), attachments=[attachment(description="丼" * 1025)]),
        schema=True,
    ),
    plant(
        "a picture without alt text",
        "picture_without_alt_text",
        edit(files=(picture(),), attachments=[{"id": "0", "filename": "dish-0.png"}]),
    ),
    plant(
        "a gallery that shows a missing file",
        "link_to_no_file",
        v2_edit(gallery("bowl.png"), attachments=[]),
    ),
    plant(
        "a file that a V2 message hides",
        "file_that_v2_hides",
        v2_edit(text(), files=(picture(),), attachments=[attachment()]),
    ),
)

COMPONENTS = (
    plant(
        "a misspelt button key",
        "unknown_key_in_a_component",
        edit(components=[row(button(lable="再"))]),
    ),
    plant(
        "a component of type 99", "unknown_key_in_a_component", v2_edit({"type": 99}), schema=True
    ),
    plant(
        "two buttons with one custom_id",
        "duplicate_custom_id",
        edit(components=[row(button(), button())]),
    ),
    plant(
        "two components with one id",
        "duplicate_component_id",
        v2_edit(text() | {"id": 5}, text() | {"id": 5}),
    ),
    plant(
        "a custom_id of 101 characters",
        "custom_id_length",
        edit(components=[row(button("x" * 101))]),
        schema=True,
    ),
    plant(
        "an empty custom_id", "custom_id_length", edit(components=[row(button(""))]), schema=True
    ),
    plant(
        "a button without custom_id",
        "custom_id_missing",
        edit(components=[row({"type": 2, "style": 1, "label": "再"})]),
    ),
    plant(
        "a link button without url",
        "button_of_its_style",
        edit(components=[row({"type": 2, "style": 5, "label": "店"})]),
    ),
    plant(
        "a button of style 9",
        "button_of_its_style",
        edit(components=[row(button(style=9))]),
        schema=True,
    ),
    plant(
        "a button label of 81 characters",
        "button_label_too_long",
        edit(components=[row(button(label="再" * 81))]),
        schema=True,
    ),
    plant(
        "six buttons in a row",
        "row_too_full",
        edit(components=[row(*(button(f"b{n}") for n in range(6)))]),
        schema=True,
    ),
    plant("an empty row", "row_too_full", edit(components=[row()]), schema=True),
    plant(
        "six rows of buttons",
        "too_many_rows",
        edit(components=[row(button(f"b{n}")) for n in range(6)]),
    ),
    plant(
        "a text component without the V2 flag",
        "v2_component_without_flag",
        edit(components=[text()]),
    ),
    plant(
        "41 components, some of them nested",
        "v2_too_many",
        v2_edit(*({"type": 17, "components": [text()] * 20} for _ in range(2))),
    ),
    plant(
        "4,001 characters of text components",
        "v2_too_long",
        v2_edit(text("丼" * 4001)),
        schema=True,
    ),
    plant("an empty text component", "v2_too_long", v2_edit(text("")), schema=True),
    plant(
        "a section without accessory",
        "section_in_order",
        v2_edit({"type": 9, "components": [text()]}),
        schema=True,
    ),
    plant(
        "a gallery of eleven", "gallery_in_order", v2_edit(gallery(*["a.png"] * 11)), schema=True
    ),
    plant(
        "a select without options",
        "select_in_order",
        edit(components=[row({"type": 3, "custom_id": "s", "options": []})]),
        schema=True,
    ),
    plant(
        "a modal of six components",
        "modal_size",
        modal(*(label({"type": 4, "custom_id": f"i{n}", "style": 1}) for n in range(6))),
    ),
    plant(
        "a modal title of 46 characters", "modal_head", modal(label(), title="丼" * 46), schema=True
    ),
    plant("a button in a modal", "modal_layout", modal(row(button())), schema=True),
    plant("a label of 46 characters", "label_in_order", modal(label(label="丼" * 46)), schema=True),
    plant(
        "a file upload in a message",
        "modal_parts_in_a_message",
        v2_edit(label({"type": 19, "custom_id": "photo"})),
        schema=True,
    ),
)


FAULTS = (*MESSAGES_AND_FILES, *COMPONENTS)
