"""Rules about files: parts, attachments, names, alt texts."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from tests.judge.request import (
    Json,
    Request,
    components_of,
    creates,
    is_v2,
    length,
    message_of,
    objects,
)

FILES_MAX = 10
FILE_BYTES = 10 * 1024 * 1024
REQUEST_BYTES = 25 * 1024 * 1024
ALT_TEXT_MAX = 1024
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
_PART = re.compile(r"files\[(\d+)\]")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_INDEX_DIGITS = 2  # `files[n]` has n < 10; a snowflake is far longer
_LINK = "attachment://"


def _attachments(request: Request) -> list[Json]:
    return objects((message_of(request) or {}).get("attachments"))


def _index(attachment: Json) -> int | None:
    """The n of `files[n]` that a new attachment speaks of; None for one that is kept."""
    text = str(attachment.get("id", ""))
    return int(text) if text.isdigit() and len(text) <= _INDEX_DIGITS else None


def _parts(request: Request) -> dict[int, str]:
    """n → file name of every `files[n]`."""
    matches = ((_PART.fullmatch(upload.field), upload.filename) for upload in request.files)
    return {int(match[1]): name for match, name in matches if match}


def name_of_a_part(request: Request) -> Iterator[str]:
    """Parts are called `files[n]`, each once. Docs: reference#uploading-files."""
    names = [upload.field for upload in request.files]
    for name in names:
        if not _PART.fullmatch(name):
            yield f"a file part is called {name!r}, not files[n]"
    if len(names) != len(set(names)):
        yield "two file parts share a name"


def files_too_many(request: Request) -> Iterator[str]:
    """At most ten files. Docs: resources/message#create-message."""
    count = max(len(request.files), len(_attachments(request)))
    if count > FILES_MAX:
        yield f"{count} files, {FILES_MAX} are allowed"


def files_too_big(request: Request) -> Iterator[str]:
    """10 MiB a file, 25 MiB a request. Docs: reference#uploading-files, resources/message."""
    for upload in request.files:
        if upload.size > FILE_BYTES:
            yield f"{upload.filename} has {upload.size} bytes, {FILE_BYTES} are allowed"
    if sum(upload.size for upload in request.files) > REQUEST_BYTES:
        yield f"the files are over {REQUEST_BYTES} bytes together"


def files_where_a_message_is(request: Request) -> Iterator[str]:
    """Files come with a message. Docs: reference#uploading-files."""
    if request.files and message_of(request) is None:
        yield "files in a request that writes no message"


def attachment_without_file(request: Request) -> Iterator[str]:
    """A new attachment's id is the n of a `files[n]`. Docs: reference#uploading-files."""
    parts = _parts(request)
    for attachment in _attachments(request):
        index = _index(attachment)
        if index is not None and index not in parts:
            yield f"attachment {index} has no part files[{index}]"


def file_without_attachment(request: Request) -> Iterator[str]:
    """Every `files[n]` is listed. Docs: reference#editing-message-attachments."""
    listed = {_index(attachment) for attachment in _attachments(request)}
    for index in _parts(request):
        if index not in listed:
            yield f"files[{index}] is not listed in attachments"


def attachment_twice(request: Request) -> Iterator[str]:
    """Attachment ids are unique. Docs: reference#uploading-files."""
    ids = [str(attachment.get("id")) for attachment in _attachments(request)]
    if len(ids) != len(set(ids)):
        yield "two attachments share an id"


def file_name(request: Request) -> Iterator[str]:
    """ASCII letters, digits, `_`, `-`, `.`; each name once. Docs: reference#uploading-files."""
    parts = _parts(request)
    for name in parts.values():
        if not _NAME.fullmatch(name):
            yield f"the file name {name!r} is not of ASCII letters, digits, _, -, ."
    if len(set(parts.values())) != len(parts):
        yield "two files share a name, so attachment:// is ambiguous"
    for attachment in _attachments(request):
        called, index = attachment.get("filename"), _index(attachment)
        if index in parts and called is not None and called != parts[index]:
            yield f"the attachment is called {called!r}, its part {parts[index]!r}"


def alt_text_too_long(request: Request) -> Iterator[str]:
    """At most 1,024 characters. Docs: resources/message#attachment-object, components/reference."""
    for described in (*_attachments(request), *_media_items(request)):
        if length(described.get("description")) > ALT_TEXT_MAX:
            yield f"an alt text is over {ALT_TEXT_MAX} characters"


def picture_without_alt_text(request: Request) -> Iterator[str]:
    """Project: a picture can be heard. Docs: resources/message#attachment-object (description)."""
    shown = {_link(item): item for item in _media_items(request)}
    by_index = {_index(attachment): attachment for attachment in _attachments(request)}
    for index, name in _parts(request).items():
        described = by_index.get(index, {}).get("description") or shown.get(name, {}).get(
            "description"
        )
        if PurePosixPath(name).suffix.lower() in PICTURES and not described:
            yield f"the picture {name} has no alt text"


def link_to_no_file(request: Request) -> Iterator[str]:
    """attachment://name names a file of this message. Docs: reference."""
    names = set(_parts(request).values())
    kept = [each for each in _attachments(request) if _index(each) is None]
    names |= {str(each["filename"]) for each in kept if each.get("filename")}
    unknown_names = any(not each.get("filename") for each in kept)
    # An edit that lists no attachments keeps them all, names unknown.
    unlisted = not creates(request) and "attachments" not in (message_of(request) or {})
    if unknown_names or (unlisted and not request.files):
        return
    for link in _links(request) - names:
        yield f"{_LINK}{link} names no file of this message"


def file_that_v2_hides(request: Request) -> Iterator[str]:
    """With V2 a file shows only through a component. Docs: components/reference."""
    message = message_of(request)
    if message is None or not is_v2(message):
        return
    for name in sorted(set(_parts(request).values()) - _links(request)):
        yield f"the file {name} is shown by no component"


def _media_items(request: Request) -> Iterator[Json]:
    """Gallery items, thumbnails and file components."""
    for component in components_of(request):
        if "media" in component or "file" in component:
            yield component
        yield from objects(component.get("items"))


def _link(item: Json) -> str | None:
    """The file that a media item points at, None where it points elsewhere."""
    return _file_in(item.get("media") or item.get("file"))


def _file_in(medium: Any) -> str | None:
    url = medium.get("url") if isinstance(medium, dict) else None
    return url.removeprefix(_LINK) if isinstance(url, str) and url.startswith(_LINK) else None


def _links(request: Request) -> set[str]:
    """Every file that a component or an embed points at."""
    found = {_link(item) for item in _media_items(request)}
    for embed in objects((message_of(request) or {}).get("embeds")):
        found |= {_file_in(embed.get("image")), _file_in(embed.get("thumbnail"))}
    return {name for name in found if name is not None}


RULES = (
    name_of_a_part,
    files_too_many,
    files_too_big,
    files_where_a_message_is,
    attachment_without_file,
    file_without_attachment,
    attachment_twice,
    file_name,
    alt_text_too_long,
    picture_without_alt_text,
    link_to_no_file,
    file_that_v2_hides,
)
