"""A rule read from a table of a file or a request, checked field by field."""

import re
from dataclasses import replace
from datetime import date, time
from typing import Any

from geo.localtime import DAY_MS
from tracking.errors import BadRule
from tracking.rules.policy import DEFAULT_RULE, Rule, Window
from tracking.rules.presets import PRESETS

# Beyond this accuracy a fix places nobody.
_WORST_M = 100.0
_KINDS = {str: "text", int: "whole number", float: "number"}
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")


def rule_from(table: dict[str, Any]) -> Rule:
    """Return the rule that a table of a rules file states.

    Parameters
    ----------
    table : dict
        ``base`` names a preset (default ``yiri-sanxun-1``), ``rule_id`` the new rule;
        every other key is a field of `Rule`; ``windows`` is a list of tables with
        ``code``, ``start``, ``end`` (``"06:00"``) and ``name``.

    Raises
    ------
    BadRule
        If a key is unknown, or a value is of the wrong kind or impossible.

    Examples
    --------
    >>> rule_from({"base": "5-300", "dwell_min": 6}).dwell_min
    6.0
    """
    table = dict(table)
    base = PRESETS.get(str(table.pop("base", DEFAULT_RULE.rule_id)))
    if base is None:
        raise BadRule(f"base is no preset; use one of {', '.join(PRESETS)}")
    changes: dict[str, Any] = {}
    for key, value in table.items():
        changes[key] = (
            _read_windows(value) if key == "windows" else _read_value(base, key, value)
        )
    if changes and "rule_id" not in changes:
        changes["rule_id"] = _named_after(base, changes)
    return replace(base, **changes)


def _named_after(base: Rule, changes: dict[str, Any]) -> str:
    """Name a changed rule without a name after its content: never the preset's name."""
    return f"{base.rule_id}+{replace(base, **changes).digest[:8]}"


def _read_value(base: Rule, key: str, value: Any) -> Any:
    if key not in Rule.__dataclass_fields__:
        known = ", ".join(Rule.__dataclass_fields__)
        raise BadRule(f"{key!r} is no field of a rule; known are base, {known}")
    wanted = type(getattr(base, key))
    if wanted is str and isinstance(value, date | str):
        return str(value)
    if wanted is str or isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRule(f"{key} = {value!r} must be a {_KINDS[wanted]}")
    if not 0 <= value < float("inf"):
        raise BadRule(f"{key} = {value!r} must be a number from 0 up")
    if wanted is int and value != int(value):
        raise BadRule(f"{key} = {value!r} must be a whole number")
    if key == "accuracy_max_m" and value > _WORST_M:
        raise BadRule(f"{key} = {value!r}: at most {_WORST_M:g}; more places nobody")
    if key.endswith("_share") and value > 1:
        raise BadRule(f"{key} = {value!r} is a share and must lie in 0..1")
    return wanted(value)


def _read_windows(rows: Any) -> tuple[Window, ...]:
    if not isinstance(rows, list) or not rows:
        raise BadRule("windows must be a list of tables with code, start and end")
    windows = tuple(_read_window(row) for row in rows)
    codes = [w.code for w in windows]
    if len(set(codes)) < len(codes):
        raise BadRule(f"windows: a code stands twice among {', '.join(codes)}")
    spans = [w.span_ms(date(2026, 1, 1)) for w in windows]
    for i in range(1, len(spans)):
        if spans[i][0] < spans[i - 1][1]:
            raise BadRule(f"windows: {codes[i]} starts before {codes[i - 1]} ends")
    if spans[-1][1] > spans[0][0] + DAY_MS:
        raise BadRule(f"windows: {codes[-1]} runs into {codes[0]} of the next day")
    return windows


def _read_window(row: Any) -> Window:
    try:
        code, start, end = str(row["code"]), _clock(row["start"]), _clock(row["end"])
    except (KeyError, TypeError, ValueError) as trouble:
        raise BadRule(
            f"window {row!r}: needs code, start and end, with times like '06:00'"
        ) from trouble
    if not _CODE.fullmatch(code):
        raise BadRule(f"window code {code!r}: use small letters, digits and -")
    return Window(code, str(row.get("name", code)), start, end)


def _clock(value: Any) -> time:
    if isinstance(value, time):
        return value
    # Midnight at the end of a day is written 24:00 in Chinese timetables.
    return time() if value == "24:00" else time.fromisoformat(value)
