"""A request body as JSON or form: never an exception, whatever the bytes."""

import json
from urllib.parse import parse_qsl

import orjson

# Deeper nesting than any phone sends; Python's own parser would recurse into it.
_DEEPEST = 64
_MOST_FIELDS = 200


class Unreadable:
    """The answer of `read_json` for bytes that are no JSON."""


UNREADABLE = Unreadable()


def read_json(body: bytes) -> object:
    """Return the JSON value of a body, or `UNREADABLE`.

    NaN, Infinity and endless numbers are not JSON, but one of them in one fix must not
    lose the fixes beside it: they are read, and refused fix by fix.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _read_leniently(body)


def _read_leniently(body: bytes) -> object:
    text = body.decode("utf-8-sig", "replace")
    if _depth(text) > _DEEPEST:
        return UNREADABLE
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return UNREADABLE


def _depth(text: str) -> int:
    deepest = now = 0
    for mark in text:
        if mark in "[{":
            now += 1
            deepest = max(deepest, now)
        elif mark in "]}":
            now -= 1
    return deepest


def read_form(body: bytes) -> dict[str, str]:
    """Return the fields of a form body; of a repeated field the first counts.

    Read are the first 200 fields: no phone sends more, and the secret of the device
    may stand among them, so that this is work for strangers too.
    """
    text = body.decode("utf-8", "replace")
    few = "&".join(text.split("&", _MOST_FIELDS)[:_MOST_FIELDS])
    fields: dict[str, str] = {}
    if "%" not in few and "+" not in few:
        for part in few.split("&"):
            name, _, value = part.partition("=")
            if part:
                fields.setdefault(name, value)
        return fields
    for name, value in parse_qsl(few, keep_blank_values=True, errors="replace"):
        fields.setdefault(name, value)
    return fields
