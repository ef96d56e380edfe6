"""Sites carry their kind, lie in their grids and end when they are gone."""

from datetime import date
from uuid import uuid4

import pytest
import shapely
import shapely.affinity
from geoalchemy2 import WKBElement
from shapely import box
from sqlalchemy.dialects.postgresql import Range

from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import Grid, GridVersion
from geo.db.store import territory
from geo.errors import BadLayer
from tests.api.services.layers.offices import (
    SIDE,
    SOUTH,
    TODAY,
    WEST,
    counts,
    middle,
    mines,
)


def test_mine_openings_keep_what_no_field_takes(settled):
    settled.load("mines", mines(settled))
    stored = settled.read(territory.sites_on, TODAY)
    assert stored["kind"].tolist() == ["mine_opening"] * 3
    assert stored["attrs"].tolist()[0] == {"mineral": "钼", "sealed_on": "2018-07-15"}
    assert counts(settled.load("mine_openings", mines(settled))) == (0, 0, 3, 0)


def test_a_site_that_is_gone_ends_and_its_past_stays(settled):
    settled.load("mines", mines(settled))
    later = date(2026, 7, 1)
    report = settled.load("mines", mines(settled, 2), valid_from=later)
    assert counts(report) == (0, 0, 2, 1)
    assert len(settled.read(territory.sites_on, later)) == 2
    assert len(settled.read(territory.sites_on, TODAY)) == 3


def test_a_number_that_another_town_uses_is_refused(settled):
    settled.load("mines", mines(settled))
    other = f"{settled.code}101200"
    area = box(WEST - SIDE, SOUTH, WEST, SOUTH + SIDE)
    row = {"code": other, "name": "外村", "geometry": area}
    settled.load("villages", settled.write("o.geojson", [row]))
    row = {"code": "K0", "name": "x", "village_code": other, "geometry": area.centroid}
    with pytest.raises(BadLayer, match=r"'K0' is taken by 0号硐口 in \d+100"):
        settled.load("mines", settled.write("m.geojson", [row]))


def test_exclusive_areas_carry_their_category(settled):
    rows = [
        {
            "code": f"Z{i}",
            "name": f"区{i}",
            "kind": kind,
            "geometry": middle(i).buffer(0.001),
        }
        for i, kind in enumerate(["企业", "学校", "别的"])
    ]
    settled.load("exclusive_sites", settled.write("z.geojson", rows))
    stored = settled.read(territory.sites_on, TODAY, kind="exclusive_area")
    assert stored["category"].tolist() == ["enterprise", "school", "别的"]
    assert stored["is_exclusive"].all()


def test_a_mixed_layer_of_sites_names_the_kind_of_each(settled):
    rows = [
        {"code": "a", "name": "a", "kind": "venue", "geometry": middle(0)},
        {"code": "a", "name": "b", "kind": "school", "geometry": middle(1)},
    ]
    with pytest.raises(BadLayer, match="stands twice"):
        settled.load("sites", settled.write("s.geojson", rows))
    rows[1]["code"] = "b"
    settled.load("sites", settled.write("s.geojson", rows))
    assert settled.read(territory.sites_on, TODAY)["kind"].tolist() == [
        "school",
        "venue",
    ]


def test_a_site_loaded_after_publication_lies_in_its_grid(settled):
    grid, code = uuid4(), padded(f"{settled.village(0)}001")
    area = settled.regions().geometry[0]
    with as_job(settled.database, settled.id) as session:
        common = {"county_id": settled.id, "code": code}
        session.add(Grid(id=grid, qr_id=uuid4(), **common))
        session.flush()
        session.add(
            GridVersion(
                grid_id=grid,
                valid=Range(TODAY, None),
                kind="base",
                name="网格",
                village_code=padded(settled.village(0)),
                load=1.0,
                geom=WKBElement(shapely.to_wkb(area), srid=4326),
                **common,
            )
        )
    settled.load("mines", mines(settled))
    stored = settled.read(territory.sites_on, TODAY)
    assert stored["code"].tolist() == [
        code,
        padded(settled.village(1)),
        padded(settled.village(2)),
    ]
    assert stored["grid_id"].tolist() == [grid, None, None]
    assert counts(settled.load("mines", mines(settled))) == (0, 0, 3, 0)
