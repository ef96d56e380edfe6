"""Putting hostile texts everywhere: through every field of every route, then below it.

The fields come from the routes themselves (their description in OpenAPI), so a new one
is tried without being named here. What only layers and the clock bring in (names of
villages, grids, sites) is then written over in the database, with the same texts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from sqlalchemy import Engine, String, text

from geo.db.models.base import Base
from tests.api.matrix.asking import BUILDERS, Asked, Asker

# Columns that hold words of people or of their files, by name.
_WORDS = frozenset(
    "name phone note text body label reason signature made_by_name resolved_by_name "
    "source_name error point_name unit settlement".split()
)
# Who may: the administrator, or only the worker, or only who stands above a village.
_ASKING = ("admin", "worker", "town_boss")


@dataclass(frozen=True)
class Field:
    """A text that somebody may send: of a route's body, and how long it may be."""

    route: str
    name: str
    longest: int


def free_fields(described: dict[str, Any]) -> list[Field]:
    """Return every text of a body that is no id, code, date or word of a list."""
    found = []
    for path, ways in described["paths"].items():
        # A password or a code is compared and never shown.
        if path.startswith(("/api/v1/session", "/api/v1/me/")):
            continue
        for method, route in ways.items():
            body = _body_of(described, route)
            for name, cell in body.get("properties", {}).items():
                longest = _longest(cell)
                if longest:
                    found.append(Field(f"{method.upper()} {path}", name, longest))
    return found


def plant(
    http: httpx.Client, world: Any, fields: list[Field], payloads: dict[str, str]
) -> Counter[Field]:
    """Send every payload in every field that can hold it; return how many were taken.

    No answer may be a 5xx.
    """
    taken: Counter[Field] = Counter()
    cookies: dict[str, str] = {}
    for field in fields:
        for payload in payloads.values():
            if len(payload) > field.longest:
                continue
            for identity in _ASKING:
                asker = Asker(world, world.places["inside"], identity)
                asked = BUILDERS[field.route](asker)
                if asked.json is None:
                    continue
                body = asked.json | {field.name: payload}
                cookie = cookies.get(identity) or _sign_in(http, world, identity)
                cookies[identity] = cookie
                answer = _ask(http, field.route, asked, body, cookie)
                assert answer.status_code < 500, (field, payload)
                if answer.is_success:
                    taken[field] += 1
                    break
    return taken


def plant_file_names(http: httpx.Client, payloads: dict[str, str]) -> int:
    """Send a file under every name; return how many were taken. Signed in already."""
    taken = 0
    for payload in payloads.values():
        answer = http.post(
            f"/api/v1/layers?layer=villages&name={quote(payload[:150])}.geojson",
            content=b"{}",
            headers={
                "content-type": "application/octet-stream",
                "x-requested-with": "test",
            },
        )
        assert answer.status_code < 500
        taken += answer.is_success
    return taken


def sweep(admin: Engine, payloads: dict[str, str]) -> Counter[str]:
    """Write the payloads over every text of people and files; return how many each."""
    written: Counter[str] = Counter()
    texts = list(payloads.values())
    for table, column in _word_columns():
        with admin.begin() as connection:
            done = connection.execute(
                text(
                    f"WITH numbered AS (SELECT ctid AS place, tableoid AS part, "
                    f"row_number() OVER () AS n FROM {table}) "
                    f"UPDATE {table} AS t SET {column} = "
                    "(CAST(:texts AS text[]))[1 + n % :count] FROM numbered "
                    "WHERE t.ctid = place AND t.tableoid = part"
                ),
                {"texts": texts, "count": len(texts)},
            )
            written[f"{table}.{column}"] = done.rowcount
    return written


def _word_columns() -> Iterator[tuple[str, str]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name in _WORDS and isinstance(column.type, String):
                yield table.name, column.name


def _body_of(described: dict[str, Any], route: dict[str, Any]) -> dict[str, Any]:
    kinds = route.get("requestBody", {}).get("content", {})
    schema = kinds.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = described["components"]["schemas"].get(name, schema)
    return found


def _longest(cell: dict[str, Any]) -> int:
    for each in cell.get("anyOf", [cell]):
        is_free = each.get("type") == "string" and not (
            {"format", "pattern", "enum", "const"} & each.keys()
        )
        if is_free:
            return int(each.get("maxLength", 10_000))
    return 0


def _ask(
    http: httpx.Client, route: str, asked: Asked, body: Any, cookie: str
) -> httpx.Response:
    headers = {**asked.headers, "cookie": f"xunge_session={cookie}"}
    method = route.split()[0]
    return http.request(method, asked.url, json=body, headers=headers)


def _sign_in(http: httpx.Client, world: Any, identity: str) -> str:
    login = {"worker": "INNER"}.get(identity, identity)
    body = {"login": login, "password": world.passwords[login]}
    answer = http.post("/api/v1/session", json=body)
    http.cookies.clear()
    return answer.cookies["xunge_session"]
