"""The whole application on a real port, a small county, and people signed in.

The county is drawn by hand: two villages, three grids in a row from west to east, one
person per role.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from threading import Thread
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from geoalchemy2 import WKTElement
from PIL import Image
from sqlalchemy.dialects.postgresql import Range

from api.cli.listening import listen
from api.main import create_app
from api.services.cases.hazards import seed_categories
from api.services.people.people import (
    Posting,
    add_person,
    enrol_devices,
    open_account,
    staff_grids,
)
from api.settings import Settings
from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import Grid, GridVersion, PatrolRule, Region
from tracking.cases.roles import Role

COUNTY, TOWN = "410399", "410399100"
NEAR, FAR = f"{TOWN}200", f"{TOWN}201"
# One hundredth of a degree each, in a row from west to east.
GRIDS = {f"{NEAR}001": 111.90, f"{NEAR}002": 111.91, f"{FAR}001": 111.92}
SOUTH, SIDE = 34.00, 0.01
SINCE = date(2020, 1, 1)
ACCOUNTS = {
    "admin": (Role.ADMIN, COUNTY),
    "desk": (Role.DUTY_DESK, TOWN),
    "boss": (Role.SUPERVISOR, TOWN),
    "far_boss": (Role.SUPERVISOR, FAR),
    "near_worker": (Role.WORKER, f"{NEAR}001"),
    # A department's handler is at home in the county town and has no area here.
    "hand": (Role.HANDLER, "410399001"),
    "auditor": (Role.AUDITOR, COUNTY),
}


@dataclass
class World:
    """What the tests of the API need to know."""

    county_id: UUID
    passwords: dict[str, str] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    token: str = ""


def middle_of(grid_code):
    return GRIDS[grid_code] + SIDE / 2, SOUTH + SIDE / 2


def make_world(database, county_id):
    world = World(county_id)
    with as_job(database, county_id) as session:
        for code, west in ((NEAR, 111.90), (FAR, 111.92)):
            width = 2 * SIDE if code == NEAR else SIDE
            session.add(_region(county_id, code, west, width))
        for code, west in GRIDS.items():
            _add_grid(session, county_id, code, west)
        session.flush()
        seed_categories(session, county_id)
        _hire(session, world)
    return world


def _hire(session, world):
    for login, (role, area) in ACCOUNTS.items():
        person = add_person(session, world.county_id, name=f"人员{login}", code=area)
        world.people[login] = person
        world.passwords[login] = open_account(
            session, world.county_id, person, login=login, role=role, areas=[area]
        )
    rows = [Posting(code, f"网格员 {code}") for code in GRIDS]
    leads = staff_grids(session, world.county_id, rows, SINCE)
    world.people |= leads
    carrier = leads[f"{FAR}001"]
    since = datetime(2020, 1, 1, tzinfo=UTC)
    world.token = enrol_devices(session, world.county_id, [carrier], since)[carrier]


def all_day(county_id, since=SINCE):
    """Return a rule by which somebody is on duty at any hour that tests run.

    Without a margin: else what is sent after midnight is of the day before too.
    """
    hours = (("morning", "00:00", "12:00"), ("evening", "12:00", "24:00"))
    windows = [{"code": c, "start": a, "end": b} for c, a, b in hours]
    return PatrolRule(
        county_id=county_id,
        id=uuid4(),
        rule_id="all-day",
        code=padded(COUNTY),
        digits=6,
        kind="",
        season="",
        valid=Range(since, None),
        body={"windows": windows, "duty_margin_min": 0},
    )


def _square(west, width):
    east, north = west + width, SOUTH + SIDE
    ring = f"{west} {SOUTH},{east} {SOUTH},{east} {north},{west} {north},{west} {SOUTH}"
    return WKTElement(f"MULTIPOLYGON((({ring})))", srid=4326)


def _region(county_id, code, west, width):
    return Region(
        county_id=county_id,
        id=uuid4(),
        code=padded(code),
        level="village",
        name=f"村{code[-3:]}",
        valid=Range(SINCE, None),
        geom=_square(west, width),
    )


def _add_grid(session, county_id, code, west):
    grid_id = uuid4()
    session.add(Grid(county_id=county_id, id=grid_id, qr_id=uuid4(), code=padded(code)))
    session.flush()
    session.add(
        GridVersion(
            county_id=county_id,
            grid_id=grid_id,
            valid=Range(SINCE, None),
            code=padded(code),
            kind="base",
            name=f"网格{code[-3:]}",
            village_code=padded(code[:12]),
            load=1.0,
            properties={},
            geom=_square(west, SIDE),
        )
    )


@pytest.fixture(scope="module")
def world(fresh_database, make_county):
    return make_world(fresh_database, make_county(fresh_database, COUNTY))


@pytest.fixture(scope="module")
def app(fresh_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    return create_app(Settings(data_dir=folder), fresh_database)


@contextmanager
def serving(app):
    """Serve an application on a real port: what a phone and a browser talk to."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_level="critical", ws="none")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def address(app):
    with serving(app) as found:
        yield found


@pytest.fixture
def client(address):
    """Somebody who is not signed in."""
    with httpx.Client(base_url=address, timeout=120) as nobody:
        yield nobody


@pytest.fixture
def sign_in(address, world):
    """Return a function (login) -> client with a session."""
    opened = []

    def open_session(login):
        client = httpx.Client(base_url=address, timeout=120)
        opened.append(client)
        body = {"login": login, "password": world.passwords[login]}
        assert client.post("/api/v1/session", json=body).status_code == 200
        return client

    yield open_session
    for client in opened:
        client.close()


@pytest.fixture
def device(client, world):
    """The phone of the worker in the far village."""
    client.headers["Authorization"] = f"Bearer {world.token}"
    return client


@pytest.fixture
def report():
    """Return a function (grid code, **changes) -> the body of a new hazard."""

    def make(grid_code, **changes):
        lon, lat = middle_of(grid_code)
        return {
            "id": str(uuid4()),
            "lon": lon,
            "lat": lat,
            "coord_type": "wgs84",
            "category": "safety.mine_opening",
            "level": "general",
            "text": "硐口封墙有裂缝",
            "reported_at": "2026-05-20T09:30:00+08:00",
        } | changes

    return make


@pytest.fixture
def photo():
    """The bytes of a small photo."""
    out = BytesIO()
    Image.new("RGB", (64, 48), "gray").save(out, "JPEG")
    return out.getvalue()
