"""The judge's first half: Discord's own OpenAPI 3.1 description of its HTTP API.

The description is Discord's (MIT licence) and is not part of this project: it is read from the path
in DISCORD_OPENAPI, or from `shared/discord/openapi.json` beside the repository. Where neither is
there, this half rests.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.judge.request import Json, Request, Violation

ABSENT = "Discord's OpenAPI description is not at hand (set DISCORD_OPENAPI to its path)"

_DOCUMENT = "urn:discord"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_METHODS = ("get", "put", "post", "patch", "delete")
_MESSAGE_CHARACTERS = 240
_QUERY_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}  # discord.py sends 0 and 1


def description_path() -> Path | None:
    """Where Discord's description lies, None where it is not at hand."""
    named = os.environ.get("DISCORD_OPENAPI")
    path = Path(named) if named else _beside_the_repository()
    return path if path.is_file() else None


def _beside_the_repository() -> Path:
    return Path(__file__).parents[3] / "shared" / "discord" / "openapi.json"


def load(path: Path) -> "Schema":
    """Read the description."""
    return Schema(json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Operation:
    """One method on one path template. pointer: its place in the document."""

    template: str
    pattern: re.Pattern[str]
    pointer: str
    item: Json
    operation: Json

    @property
    def parameters(self) -> list[Json]:
        return [*self.item.get("parameters", []), *self.operation.get("parameters", [])]

    @property
    def media_types(self) -> Json:
        content: Json = self.operation.get("requestBody", {}).get("content", {})
        return content


class Schema:
    """Discord's description, with validators that are compiled when first needed."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def violations(self, request: Request) -> Iterator[Violation]:
        """Everything in which the request leaves the description."""
        operation = self.find(request.method, request.route)
        if operation is None:
            yield Violation("schema", "operation", request, "no such path and method")
            return
        for name, message in (
            *self._path_errors(operation, request),
            *self._query_errors(operation, request),
            *self._body_errors(operation, request),
        ):
            yield Violation("schema", name, request, message)

    def find(self, method: str, route: str) -> Operation | None:
        """The operation behind a method and a path; literal segments win over parameters."""
        for operation in self._operations.get(method.lower(), []):
            if operation.pattern.fullmatch(route):
                return operation
        return None

    @cached_property
    def _operations(self) -> dict[str, list[Operation]]:
        found: dict[str, list[Operation]] = {method: [] for method in _METHODS}
        # Fewest parameters first, so that @original is not taken for a message id.
        for template in sorted(self.document["paths"], key=lambda path: path.count("{")):
            item = self.document["paths"][template]
            pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)))
            for method in _METHODS:
                if method in item:
                    pointer = f"#/paths/{_escape(template)}/{method}"
                    found[method].append(Operation(template, pattern, pointer, item, item[method]))
        return found

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        resource = {**self.document, "$schema": _DIALECT}
        return jsonschema_rs.Registry([(_DOCUMENT, resource)], draft=jsonschema_rs.Draft202012)

    def _validator(self, schema: Json) -> jsonschema_rs.Draft202012Validator:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = jsonschema_rs.Draft202012Validator(
                schema, registry=self._registry, validate_formats=True
            )
        return self._validators[key]

    def _path_errors(self, operation: Operation, request: Request) -> Iterator[tuple[str, str]]:
        match = operation.pattern.fullmatch(request.route)
        values = match.groupdict() if match else {}
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                yield from self._parameter_errors(parameter, values[parameter["name"]])

    def _query_errors(self, operation: Operation, request: Request) -> Iterator[tuple[str, str]]:
        known = {each["name"]: each for each in operation.parameters if each["in"] == "query"}
        for name, value in request.query.items():
            if name in known:
                yield from self._parameter_errors(known[name], value)
            else:
                yield "query", f"unknown query parameter {name!r}"
        for name, parameter in known.items():
            if parameter.get("required") and name not in request.query:
                yield "query", f"query parameter {name!r} is missing"

    def _parameter_errors(self, parameter: Json, text: str) -> Iterator[tuple[str, str]]:
        schema = _anchored(parameter["schema"])
        for error in self._validator(schema).iter_errors(_read(text, parameter["schema"])):
            yield parameter["in"], f"{parameter['name']}: {error.message[:_MESSAGE_CHARACTERS]}"

    def _body_errors(self, operation: Operation, request: Request) -> Iterator[tuple[str, str]]:
        media_types = operation.media_types
        if request.body is None and not request.files:
            if operation.operation.get("requestBody", {}).get("required"):
                yield "body", "a body is required"
            return
        if not media_types:
            yield "body", "this operation takes no body"
            return
        if request.files and "multipart/form-data" not in media_types:
            yield "body", "this operation takes no files"
        # payload_json obeys the JSON schema; multipart only adds the files[n] parts to it.
        media = "application/json" if "application/json" in media_types else next(iter(media_types))
        pointer = f"{operation.pointer}/requestBody/content/{_escape(media)}/schema"
        validator = self._validator({"$ref": f"{_DOCUMENT}{pointer}"})
        for error in validator.iter_errors(normalise_ids(request.body)):
            for cause in _causes(error):
                place = "/".join(str(step) for step in cause.instance_path) or "the body"
                yield "body", f"{place}: {cause.message[-_MESSAGE_CHARACTERS:]}"


def normalise_ids(value: Any, holder: str = "") -> Any:
    """The body with integer ids as strings, which Discord reads alike and discord.py sends.

    Snowflakes only: `attachments[].id`, `…_id`, `…_ids`, `users`, `roles`. A component's `id` is an
    integer by right.
    """
    if isinstance(value, dict):
        return {
            key: str(item)
            if _is_snowflake_key(key, holder) and type(item) is int
            else normalise_ids(item, key)
            for key, item in value.items()
        }
    if isinstance(value, list):
        listed = holder in ("users", "roles") or holder.endswith("_ids")
        return [
            str(item) if listed and type(item) is int else normalise_ids(item, holder)
            for item in value
        ]
    return value


def _is_snowflake_key(key: str, holder: str) -> bool:
    if key == "id":
        return holder in ("attachments", "default_values")
    return key.endswith("_id") and key != "custom_id"


def _causes(error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
    """What lies behind "not valid under any of the schemas": the causes in the likeliest branch."""
    branches = getattr(error.kind, "context", None)
    if not branches:
        yield error
        return
    for cause in min(branches, key=lambda branch: _unlikeliness(branch, error.instance_path)):
        yield from _causes(cause)


def _unlikeliness(
    branch: list[jsonschema_rs.ValidationError], place: list[str | int]
) -> tuple[bool, int]:
    """Last the branches that are of another kind: other `type` constant, or null."""
    foreign = any(
        each.instance_path in (place, [*place, "type"])
        and each.kind.name in ("enum", "const", "type")
        for each in branch
    )
    return foreign, len(branch)


def _read(text: str, schema: Json) -> Any:
    """A query or path text as the JSON value that its schema speaks of."""
    if schema.get("type") == "boolean":
        return _QUERY_BOOLEANS.get(text, text)
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text


def _anchored(schema: Any) -> Any:
    """The schema with its document-local references made absolute."""
    if isinstance(schema, dict):
        return {
            key: f"{_DOCUMENT}{item}"
            if key == "$ref" and str(item).startswith("#")
            else _anchored(item)
            for key, item in schema.items()
        }
    return [_anchored(item) for item in schema] if isinstance(schema, list) else schema


def _escape(name: str) -> str:
    """A key as a segment of a JSON pointer inside a URI fragment."""
    pointer = name.replace("~", "~0").replace("/", "~1")
    return pointer.replace("{", "%7B").replace("}", "%7D")
