"""The territory as pages ask for it."""

from datetime import date
from uuid import uuid4

import pytest
from geoalchemy2 import WKTElement
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import Range

from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import LandscapeLine, Site

FAR_GRID, NEAR_GRIDS = "410399100201001", ["410399100200001", "410399100200002"]


@pytest.fixture(scope="module")
def things(fresh_database, world):
    """A sealed mine opening in a grid, one not yet in any, and a river."""
    common = {"county_id": world.county_id, "kind": "mine_opening"}
    since = Range(date(2020, 1, 1), None)
    point = WKTElement("POINT(111.925 34.005)", srid=4326)
    with as_job(fresh_database, world.county_id) as session:
        for ref, code in (("K1", FAR_GRID), ("K2", FAR_GRID[:12])):
            session.add(
                Site(
                    **common,
                    id=uuid4(),
                    ref=ref,
                    name=f"{ref}号硐口",
                    code=padded(code),
                    grid_id=None,
                    attrs={"risk_level": "较大"},
                    valid=since,
                    geom=point,
                )
            )
        session.add(
            LandscapeLine(
                county_id=world.county_id,
                id=uuid4(),
                ref="r1",
                kind="river",
                name="德亭河",
                code=padded(FAR_GRID[:12]),
                geom=WKTElement("LINESTRING(111.9 34,111.93 34.01)", srid=4326),
            )
        )
    yield
    with as_job(fresh_database, world.county_id) as session:
        session.execute(delete(Site))
        session.execute(delete(LandscapeLine))


def features(response):
    assert response.status_code == 200
    layer = response.json()
    assert layer["type"] == "FeatureCollection"
    return [feature["properties"] for feature in layer["features"]]


def test_the_territory_tells_county_extent_and_counts(sign_in):
    body = sign_in("boss").get("/api/v1/territory").json()
    assert body["county"] == {"code": "410399", "name": "试县"}
    assert body["bbox"] == pytest.approx([111.90, 34.00, 111.93, 34.01])
    assert body["counts"]["villages"] == 2
    assert body["counts"]["base_grids"] == 3


def test_regions_are_given_by_level(sign_in):
    boss = sign_in("boss")
    villages = features(boss.get("/api/v1/regions?level=village"))
    assert [v["code"] for v in villages] == ["410399100200", "410399100201"]
    assert features(boss.get("/api/v1/regions?level=town")) == []
    assert boss.get("/api/v1/regions?level=street").status_code == 422


def test_grids_come_with_village_lead_and_a_colour_unlike_their_neighbours(sign_in):
    grids = features(sign_in("boss").get("/api/v1/grids"))
    assert [g["grid_code"] for g in grids] == [*NEAR_GRIDS, FAR_GRID]
    assert grids[0]["village_name"] == "村200"
    assert grids[0]["lead"] == "网格员 410399100200001"
    colours = [g["colour"] for g in grids]
    assert colours[0] != colours[1] != colours[2]


def test_grids_of_a_day_before_the_first_plan_are_none(sign_in):
    assert features(sign_in("boss").get("/api/v1/grids?on=2019-12-31")) == []


def test_who_may_see_one_village_sees_only_that(sign_in, things):
    far_boss = sign_in("far_boss")
    assert [g["grid_code"] for g in features(far_boss.get("/api/v1/grids"))] == [
        FAR_GRID
    ]
    assert [r["code"] for r in features(far_boss.get("/api/v1/regions"))] == [
        "410399100201"
    ]
    worker = sign_in("near_worker")
    assert features(worker.get("/api/v1/sites")) == []
    assert features(worker.get("/api/v1/landscape")) == []


def test_a_site_tells_its_grid_only_once_it_has_one(sign_in, things):
    sites = features(sign_in("boss").get("/api/v1/sites?kind=mine_opening"))
    assert [s["ref"] for s in sites] == ["K1", "K2"]
    assert [s["grid_code"] for s in sites] == [FAR_GRID, None]
    assert sites[0]["attrs"] == {"risk_level": "较大"}
    assert features(sign_in("boss").get("/api/v1/sites?kind=venue")) == []


def test_the_landscape_has_kind_and_name(sign_in, things):
    (river,) = features(sign_in("boss").get("/api/v1/landscape"))
    assert river == {"kind": "river", "name": "德亭河"}


@pytest.mark.parametrize(
    "path", ["territory", "regions", "grids", "sites", "landscape"]
)
def test_nobody_sees_the_territory_without_signing_in(client, path):
    assert client.get(f"/api/v1/{path}").status_code == 401


def test_somebody_without_an_area_gets_an_empty_territory(sign_in):
    body = sign_in("hand").get("/api/v1/territory").json()
    assert body["bbox"] is None
    assert body["towns"] == []
