"""Every route by every identity, about an object inside and one outside its area.

The routes come from the router, what is to happen from the table in `policy`. The
whole table is held again with the API's own scope check switched off: then row-level
security alone must give the same answers.
"""

import asyncio
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text, true
from starlette.routing import Route

from api.main import create_app
from api.settings import Settings
from geo.db import door
from geo.db.door import as_nobody
from geo.db.engine import engine_of
from tests.api.matrix.asking import BUILDERS, VOICE, Asker, photo
from tests.api.matrix.policy import IDENTITIES, POLICY, STATUS
from tests.api.matrix.world import ABROAD, COUNTY, World

MARKS = {"inside": "INNER", "outside": "OUTER"}


def routes_of(app) -> Iterator[str]:
    """Yield ``METHOD path`` of everything that the router answers."""
    found = []
    for each in app.router.routes:
        inner = getattr(each, "original_router", None)
        found += inner.routes if inner is not None else [each]
    for route in found:
        if isinstance(route, APIRoute | Route):
            for method in sorted(set(route.methods) - {"HEAD"}):
                yield f"{method} {route.path}"


@pytest.fixture(scope="module")
def admin_engine(cluster, fresh_database):
    engine = engine_of(cluster.admin_url(fresh_database.app.url.database))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def world(admin_engine, fresh_database, make_county):
    home = make_county(fresh_database, COUNTY)
    return World(admin_engine, home, make_county(fresh_database, ABROAD))


@pytest.fixture(scope="module")
def app(fresh_database, tmp_path_factory):
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("d")), fresh_database)


class Http:
    """Asks an application directly, with one event loop for all requests."""

    def __init__(self, app) -> None:
        self._runner = asyncio.Runner()
        transport = ASGITransport(app, raise_app_exceptions=False)
        self._http = AsyncClient(transport=transport, base_url="http://test")

    def request(self, method, url, **request):
        self._http.cookies.clear()
        return self._runner.run(self._http.request(method, url, **request))

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()


class Clients:
    """One client of the application, in the skin of any identity."""

    def __init__(self, http: Http, world: World) -> None:
        self._http, self._world = http, world
        self._cookies: dict[str, str] = {}

    def ask(self, route, identity, where, *, is_missing=False):
        return self.send(route, self.build(route, identity, where, is_missing))

    def build(self, route, identity, where, is_missing=False):
        """Return who asks, and what."""
        asker = Asker(self._world, self._world.places[where], identity, is_missing)
        return asker, asker.build(route)

    def send(self, route, build):
        asker, asked = build
        identity = asker.identity
        headers = dict(asked.headers)
        if identity == "device" and not route.startswith("POST /ingest"):
            headers.setdefault("authorization", f"Bearer {asker.token}")
        elif identity not in ("device", "nobody"):
            headers["cookie"] = f"xunge_session={self._cookie(identity)}"
        if route.startswith("DELETE"):
            self._cookies.pop(identity, None)
        return self._http.request(
            route.split()[0],
            asked.url,
            json=asked.json,
            content=asked.content,
            headers=headers,
        )

    def _cookie(self, identity: str) -> str:
        if identity not in self._cookies:
            login = {"worker": "INNER"}.get(identity, identity)
            body = {"login": login, "password": self._world.passwords[login]}
            answer = self._http.request("POST", "/api/v1/session", json=body)
            assert answer.status_code == 200
            self._cookies[identity] = answer.cookies["xunge_session"]
        return self._cookies[identity]

    def as_worker_of(self, mark: str, method: str, url: str, **request):
        body = {"login": mark, "password": self._world.passwords[mark]}
        signed_in = self._http.request("POST", "/api/v1/session", json=body)
        token = signed_in.cookies["xunge_session"]
        headers = {"cookie": f"xunge_session={token}"} | request.pop("headers", {})
        return self._http.request(method, url, headers=headers, **request)


@pytest.fixture(scope="module")
def clients(app, world):
    http = Http(app)
    found = Clients(http, world)
    for place in world.places.values():
        answer = found.as_worker_of(
            place.mark,
            "PUT",
            f"/api/v1/hazards/{place.case}/photos/{place.photo}",
            content=photo(),
            headers={"content-type": "image/jpeg"},
        )
        assert answer.status_code == 201
        answer = found.as_worker_of(
            place.mark,
            "PUT",
            f"/api/v1/hazards/{place.case}/voices/{place.voice}",
            content=VOICE,
            headers={"content-type": "audio/webm"},
        )
        assert answer.status_code == 201
        lon, lat = place.middle
        fix = {"t": int(world.now.timestamp() * 1000), "lon": lon, "lat": lat}
        answer = http.request(
            "POST",
            "/api/v1/fixes",
            json={"fixes": [fix]},
            headers={"Authorization": f"Bearer {world.tokens[place.mark]}"},
        )
        assert answer.status_code == 200
        appeal = {"id": str(uuid4()), "date": world.yesterday.isoformat()}
        appeal |= {"window": "evening", "note": "走过了"}
        path = "/api/v1/appeals"
        answer = found.as_worker_of(place.mark, "POST", path, json=appeal)
        assert answer.status_code == 201
    yield found
    http.close()


@pytest.fixture
def api_check_is_off(monkeypatch):
    """Nothing but row-level security narrows what a query finds."""
    for module in list(sys.modules.values()):
        if getattr(module, "within", None) is door.within and module is not door:
            monkeypatch.setattr(module, "within", lambda _code, _scope: true())
    monkeypatch.setattr(door, "within", lambda _code, _scope: true())


def answers_of(clients, route, identity):
    """Yield (place, answer); a list that is read is one request about both places."""
    answers = {}
    for where in MARKS:
        build = clients.build(route, identity, where)
        asked = build[1]
        is_list = route.startswith("GET") and not asked.headers
        name = asked.url if is_list else where
        if name not in answers:
            answers[name] = clients.send(route, build)
        yield where, answers[name]


def faults_of(clients, route, identities=IDENTITIES) -> list[str]:
    """Return where a route departs from its line of the table."""
    rule = POLICY[route]
    faults = []
    for identity in identities:
        for where, answer in answers_of(clients, route, identity):
            mark, letter = MARKS[where], rule.letter(identity, where)
            wanted = rule.ok if letter in "Y-" else {STATUS[letter]}
            shown = mark in answer.text
            may_show = letter == "Y"
            if answer.status_code not in wanted:
                faults.append(f"{identity} {where}: {answer.status_code}, not {wanted}")
            elif (rule.shows and may_show and not shown) or (shown and not may_show):
                faults.append(f"{identity} {where}: shows {mark} is {shown}")
            if "ABROAD" in answer.text and identity != "stranger":
                faults.append(f"{identity} {where}: shows another county")
    return faults


def test_every_route_has_its_line_and_every_line_its_route(app):
    assert set(routes_of(app)) == set(POLICY) == set(BUILDERS)


@pytest.mark.parametrize("route", POLICY)
def test_each_identity_gets_what_the_table_says_of(clients, route):
    assert faults_of(clients, route) == []


# Where the table tells inside from outside, or people who see from those who do not.
NARROWED = [
    route
    for route, rule in POLICY.items()
    if set(rule.inside + rule.outside) & {"N", "-"}
]


def looked_up(rule) -> list[str]:
    """Return for whom rows are looked up: who is refused at both places never is."""
    return [
        one
        for one in IDENTITIES
        if not {rule.letter(one, where) for where in MARKS} <= {"F", "U"}
    ]


@pytest.mark.parametrize("route", NARROWED)
def test_row_level_security_alone_gives_the_same_for(clients, route, api_check_is_off):
    assert faults_of(clients, route, looked_up(POLICY[route])) == []


@pytest.mark.parametrize("route", [r for r in POLICY if "_id}" in r])
def test_an_object_outside_is_as_if_it_were_not_there_for(clients, route):
    for identity in IDENTITIES:
        if POLICY[route].letter(identity, "outside") == "N":
            outside = clients.ask(route, identity, "outside")
            nowhere = clients.ask(route, identity, "outside", is_missing=True)
            assert (outside.status_code, outside.content) == (404, nowhere.content)


def test_no_byte_changes_when_only_the_other_county_changes(clients, world):
    lists = [r for r, rule in POLICY.items() if r.startswith("GET") and rule.shows]
    lists = [r for r in lists if "{" not in r]

    def answers():
        return {
            (route, who): clients.ask(route, who, "inside").content
            for route in [*lists, "GET /api/v1/territory"]
            for who in ("admin", "desk", "worker")
            # The age of a position follows the clock, and a stream numbers its events.
            if route not in ("GET /api/v1/latest", "GET /api/v1/live")
        }

    before = answers()
    abroad = world.places["abroad"]
    world.new_case(abroad)
    world.new_plan(abroad)
    world.new_appeal(abroad)
    assert answers() == before


def test_a_used_connection_that_forgot_its_scope_sees_no_row(
    clients, fresh_database, admin_engine
):
    clients.ask("GET /api/v1/hazards", "admin", "inside")
    with admin_engine.connect() as connection:
        tables = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
                " AND relrowsecurity AND NOT relispartition"
                " AND has_table_privilege('xunge_app', oid, 'SELECT') ORDER BY 1"
            )
        ).all()
    assert len(tables) > 20
    with as_nobody(fresh_database) as session:
        used = session.scalar(text("SELECT current_setting('xunge.scope', true)"))
        seen = {
            table: session.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in tables
        }
    assert used == "", "the connection is a used one"
    assert set(seen.values()) == {0}
