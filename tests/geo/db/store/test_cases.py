"""A report finds its grid, else its village, else its county."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from geoalchemy2 import WKTElement
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range

from geo.codes import padded
from geo.db.models import Grid, GridVersion, Region
from geo.db.store.cases import locate

DAY = date(2026, 5, 20)
ALWAYS = Range(date(2020, 1, 1), None)
VILLAGE = "410398100200"
WEST, EAST, MINE = f"{VILLAGE}001", f"{VILLAGE}002", f"{VILLAGE}003"


def box(west, south, east, north):
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return WKTElement(f"MULTIPOLYGON((({ring})))", srid=4326)


@pytest.fixture
def add_grid(session, county):
    def add(code, geom, *, kind="base", valid=ALWAYS, **more):
        grid_id = uuid4()
        session.add(
            Grid(county_id=county, id=grid_id, qr_id=uuid4(), code=padded(code))
        )
        session.flush()
        values = {
            "county_id": county,
            "grid_id": grid_id,
            "valid": valid,
            "code": padded(code),
            "kind": kind,
            "name": code,
            "village_code": padded(code[:12]),
            "load": 1.0,
            "geom": geom,
        }
        session.add(GridVersion(**values | more))
        session.flush()
        return grid_id

    return add


@pytest.fixture
def village(session, county):
    for code, level in ((VILLAGE, "village"), (VILLAGE[:9], "town")):
        session.add(
            Region(
                county_id=county,
                id=uuid4(),
                code=padded(code),
                level=level,
                name=level,
                valid=ALWAYS,
                geom=box(0, 0, 2, 1),
            )
        )
    session.flush()


def test_a_point_lies_in_its_grid(session, add_grid):
    add_grid(WEST, box(0, 0, 1, 1))
    east = add_grid(EAST, box(1, 0, 2, 1))
    assert locate(session, 1.5, 0.5, DAY) == (east, padded(EAST))


def test_on_a_border_the_lower_code_is_taken(session, add_grid):
    add_grid(EAST, box(1, 0, 2, 1))
    west = add_grid(WEST, box(0, 0, 1, 1))
    assert locate(session, 1.0, 0.5, DAY) == (west, padded(WEST))


def test_an_exclusive_grid_goes_before_the_base_grid_it_lies_over(session, add_grid):
    add_grid(WEST, box(0, 0, 1, 1))
    mine = add_grid(
        MINE,
        box(0.4, 0.4, 0.6, 0.6),
        kind="exclusive",
        category="mine",
        is_overlay=True,
    )
    assert locate(session, 0.5, 0.5, DAY)[0] == mine


def test_a_micro_grid_is_not_where_a_case_lies(session, add_grid):
    west = add_grid(WEST, box(0, 0, 1, 1))
    inner = box(0.4, 0.4, 0.6, 0.6)
    add_grid(WEST, inner, kind="micro", parent_grid_id=west)
    assert locate(session, 0.5, 0.5, DAY)[0] == west


def test_the_grid_is_that_of_the_day(session, add_grid):
    old = add_grid(WEST, box(0, 0, 1, 1), valid=Range(date(2020, 1, 1), DAY))
    new = add_grid(EAST, box(0, 0, 1, 1), valid=Range(DAY, None))
    assert locate(session, 0.5, 0.5, DAY - timedelta(days=1))[0] == old
    assert locate(session, 0.5, 0.5, DAY)[0] == new


def test_outside_every_grid_the_nearest_village_is_named(session, village, add_grid):
    add_grid(WEST, box(0, 0, 1, 1))
    assert locate(session, 5.0, 0.5, DAY) == (None, padded(VILLAGE))


def test_where_nothing_is_loaded_it_is_the_county(session, county):
    code = session.scalar(
        text("SELECT code FROM counties WHERE id = :id"), {"id": county}
    )
    assert locate(session, 5.0, 0.5, DAY) == (None, code)
