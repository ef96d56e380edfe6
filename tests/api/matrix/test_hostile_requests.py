"""Every route under hostile requests: never a 5xx, and nothing is sent back.

Each route is asked as the matrix asks it, with one thing spoilt: a field, a key, the
whole body, a part of the address, the kind of content. What comes back must be an
answer of ours below 500, and must not hold the mark that was planted.

``XUNGE_FUZZ_EXAMPLES`` says how many requests each route gets; a few in the suite.
"""

import json
import os
import re
from copy import deepcopy
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.matrix.asking import BUILDERS, Asker
from tests.api.matrix.test_matrix import (  # noqa: F401
    admin_engine,
    app,
    clients,
    world,
)

EXAMPLES = int(os.environ.get("XUNGE_FUZZ_EXAMPLES", "3"))
MARK = "kanarienvogel"
WORDS = (
    MARK,
    MARK + "\0",
    MARK + "\ud800",
    MARK * 2_000,
    "../../" + MARK,
    f"'; DROP TABLE {MARK}; --",
    f"=cmd|{MARK}",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "9999-12-31T23:59:59+00:00",
    "00000000-0000-0000-0000-000000000000",
    "all",
    "",
    " ",
    "１２",
    "%00",
    "-1",
    "1e400",
)
NUMBERS = (0, -1, 2**31, 2**63, 2**64, 10**400, 1e308, -0.0, 5e-324)
ODD = (
    None,
    True,
    [],
    {},
    [None],
    {MARK: MARK},
    [[[[[[[[[[MARK]]]]]]]]]],
    float("nan"),
    float("inf"),
)
VALUES = st.sampled_from([*WORDS, *NUMBERS, *ODD])
RAW = st.sampled_from(
    [
        b"",
        b"{",
        b"\xff\xfe" + MARK.encode(),
        b"[" * 20_000,
        b'{"a":1e999999}',
        MARK.encode(),
        b"\x1f\x8b\x08" + bytes(50),
        b"null",
    ]
)
KINDS = st.sampled_from(
    ["application/json", "text/plain", "application/x-www-form-urlencoded", MARK]
)


def places_in(body, path=()):
    """Yield the way to every value of a body, the body itself first."""
    yield path
    pairs = body.items() if isinstance(body, dict) else ()
    if isinstance(body, list):
        pairs = enumerate(body)
    for key, value in pairs:
        yield from places_in(value, (*path, key))


def spoilt_body(draw, body):
    """Return a body with one value replaced, removed or added."""
    place = draw(st.sampled_from(list(places_in(body))))
    value = draw(VALUES)
    if not place:
        return draw(st.sampled_from([value, {**body, MARK: value}]))
    found = deepcopy(body)
    at = found
    for key in place[:-1]:
        at = at[key]
    if draw(st.integers(0, 4)) == 0:
        del at[place[-1]]
    else:
        at[place[-1]] = value
    return found


def spoilt_url(draw, url):
    """Return an address with a part of its path or one parameter replaced."""
    parts = urlsplit(url)
    word = draw(st.sampled_from(WORDS))
    safe = quote(word.encode("utf-8", "surrogatepass"), safe="")
    steps = parts.path.split("/")
    # Beyond /api/v1/thing there may be ids, dates and kinds.
    ids = [n for n, step in enumerate(steps) if n > 3 and step]
    pairs = [*parse_qsl(parts.query), ("limit", "5"), ("date", "2026-05-20")]
    if ids and draw(st.booleans()):
        steps[draw(st.sampled_from(ids))] = safe or "x"
        return "/".join(steps) + ("?" + parts.query if parts.query else "")
    name, _ = draw(st.sampled_from(pairs))
    rest = [pair for pair in parse_qsl(parts.query) if pair[0] != name]
    return f"{parts.path}?{urlencode(rest)}&{name}={safe}"


# Readiness is 503 on a server that is not durable, as the tests' is.
@pytest.mark.parametrize("route", [r for r in BUILDERS if r != "GET /ready"])
def test_nothing_that_is_sent_breaks(clients, world, route):  # noqa: F811
    method = route.split()[0]
    identity = "device" if "/ingest" in route or "fixes" in route else "admin"
    asker = Asker(world, world.places["inside"], identity)
    asked = asker.build(route)
    headers = dict(asked.headers)
    if identity == "admin":
        headers["cookie"] = f"xunge_session={clients._cookie('admin')}"
    elif "/ingest" not in route:
        headers["authorization"] = f"Bearer {asker.token}"

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data):
        url, body = asked.url, asked.content
        more = dict(headers)
        how = data.draw(st.sampled_from(["url", "body", "body", "raw"]))
        if asked.json is not None:
            body = json.dumps(asked.json).encode()
            more["content-type"] = "application/json"
        if how == "url" or method in ("GET", "DELETE"):
            url = spoilt_url(data.draw, url)
        elif how == "raw" or asked.json is None:
            body = data.draw(RAW)
            more["content-type"] = data.draw(KINDS)
        else:
            body = json.dumps(spoilt_body(data.draw, asked.json)).encode()
        answer = clients._http.request(method, url, content=body, headers=more)
        assert answer.status_code < 500, (method, url[:200], (body or b"")[:300])
        if answer.status_code >= 400:
            assert MARK not in answer.text

    ask()
    if route.startswith("DELETE /api/v1/session"):
        clients._cookies.pop("admin", None)


def test_no_parameter_of_any_address_takes_a_nul_for_text(clients, app):  # noqa: F811
    """Spoilt addresses are drawn; this one is tried at every place that takes text."""
    headers = {"cookie": f"xunge_session={clients._cookie('admin')}"}
    tried = 0
    for path, methods in app.openapi()["paths"].items():
        taken = methods.get("get", {}).get("parameters", ())
        names = [each["name"] for each in taken if each["in"] == "query"]
        where = re.sub(r"{\w+}", str(uuid4()), path)
        for name in names:
            url = f"{where}?{name}=%00{MARK}"
            answer = clients._http.request("GET", url, headers=headers)
            assert answer.status_code < 500, url
            tried += 1
    assert tried > 40
