"""Vector tiles: what lies in the viewer's areas, remembered and tagged."""

from datetime import UTC, datetime, timedelta
from math import asinh, pi, radians, tan

import pytest
from sqlalchemy import update

from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import Region
from tests.api.conftest import FAR, GRIDS, NEAR, middle_of

DAY = {"on": "2026-05-20"}


def tile_at(lon, lat, layer="grids", zoom=14):
    count = 2**zoom
    x = int((lon + 180) / 360 * count)
    y = int((1 - asinh(tan(radians(lat))) / pi) / 2 * count)
    return f"/api/v1/tiles/{layer}/{zoom}/{x}/{y}.mvt"


NEAR_GRID, FAR_GRID = f"{NEAR}001", f"{FAR}001"


@pytest.mark.parametrize("zoom", [8, 11, 12, 13, 14, 16])
def test_a_tile_holds_the_grids_that_lie_in_it(sign_in, zoom):
    url = tile_at(*middle_of(NEAR_GRID), zoom=zoom)
    tile = sign_in("admin").get(url, params=DAY)
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert NEAR_GRID.encode() in tile.content
    assert (FAR_GRID.encode() in tile.content) == (zoom < 14)


def test_a_tile_shows_nothing_outside_the_own_area(sign_in):
    url = tile_at(*middle_of(NEAR_GRID), zoom=11)
    assert FAR_GRID.encode() in sign_in("admin").get(url, params=DAY).content
    theirs = sign_in("far_boss").get(url, params=DAY).content
    assert FAR_GRID.encode() in theirs
    assert NEAR_GRID.encode() not in theirs


def test_a_tile_without_anything_is_empty(sign_in):
    assert sign_in("admin").get(tile_at(100.0, 30.0)).status_code == 204
    before = {"on": "2019-01-01"}
    url = tile_at(*middle_of(NEAR_GRID))
    assert sign_in("admin").get(url, params=before).status_code == 204


def test_a_tile_that_did_not_change_is_not_sent_again(sign_in):
    client, url = sign_in("admin"), tile_at(*middle_of(NEAR_GRID))
    first = client.get(url, params=DAY)
    again = {"if-none-match": first.headers["etag"]}
    assert client.get(url, params=DAY, headers=again).status_code == 304
    other = sign_in("boss").get(url, params=DAY)
    assert other.headers["etag"] != first.headers["etag"]


def test_a_change_is_seen_within_seconds(sign_in, fresh_database, world, app):
    client = sign_in("admin")
    url = tile_at(*middle_of(NEAR_GRID), layer="regions")
    first = client.get(url, params=DAY)
    assert "村200".encode() in first.content
    with as_job(fresh_database, world.county_id) as session:
        session.execute(
            update(Region).where(Region.code == padded(NEAR)).values(name="新村")
        )
    # As if the stamp had been read long ago.
    stamps = app.state.tiles._stamps
    for key, (_, stamp) in stamps.items():
        stamps[key] = (datetime.now(UTC) - timedelta(minutes=1), stamp)
    second = client.get(url, params=DAY)
    assert "新村".encode() in second.content
    assert second.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("grids/3/9/0", 404),
        ("grids/99/0/0", 422),
        ("people/3/1/1", 422),
        ("grids/3/-1/0", 422),
    ],
)
def test_a_tile_of_no_world_is_refused(sign_in, path, status):
    answer = sign_in("admin").get(f"/api/v1/tiles/{path}.mvt")
    assert answer.status_code == status


def test_every_grid_of_the_county_is_in_its_tile(sign_in):
    client = sign_in("admin")
    for code in GRIDS:
        assert (
            code.encode() in client.get(tile_at(*middle_of(code)), params=DAY).content
        )
