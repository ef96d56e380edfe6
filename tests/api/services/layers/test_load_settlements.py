"""Settlements find their villages, by code or by place."""

import json

import pytest
from shapely import Point

from geo.codes import padded
from geo.db.store import territory
from geo.errors import BadLayer
from tests.api.services.layers.offices import (
    SOUTH,
    WEST,
    counts,
    middle,
)


def test_settlements_need_villages(office):
    with pytest.raises(BadLayer, match="load the villages first"):
        office.load("settlements", office.homes())


def test_settlements_get_their_village_by_code(settled):
    settled.load("settlements", settled.homes())
    stored = settled.read(territory.settlements_of)
    assert stored["code"].tolist() == [padded(settled.village(i)) for i in range(6)]
    assert stored["population"].tolist() == [50] * 6


def test_settlements_without_a_code_get_their_village_by_place(settled):
    rows = [{"编号": f"H{i}", "人口": 9, "geometry": middle(i)} for i in range(6)]
    settled.load("settlements", settled.write("h.geojson", rows))
    stored = settled.read(territory.settlements_of)
    assert stored["code"].tolist() == [padded(settled.village(i)) for i in range(6)]
    assert stored["name"].tolist() == [f"H{i}" for i in range(6)]


def test_a_settlement_in_no_village_is_refused(settled):
    rows = [{"code": "H", "population": 9, "geometry": Point(WEST - 1, SOUTH)}]
    with pytest.raises(BadLayer, match="1 rows lie in no loaded village"):
        settled.load("settlements", settled.write("h.geojson", rows))


def test_a_settlement_that_lies_elsewhere_than_it_says_is_reported(settled):
    path = settled.homes()
    document = json.loads(path.read_text())
    document["features"][0]["properties"]["village_code"] = settled.village(5)
    path.write_text(json.dumps(document))
    report = settled.load("settlements", path)
    said = f"row 1 says village {settled.village(5)}, but lies in {settled.village(0)}"
    assert said in report.notes
    stored = settled.read(territory.settlements_of)
    assert stored["code"].tolist()[0] == padded(settled.village(5))


def test_a_village_that_is_not_loaded_is_named(settled):
    path = settled.homes(village_code=f"{settled.town}999")
    with pytest.raises(BadLayer, match=r"village \d+999 in row 1 is not loaded"):
        settled.load("settlements", path)


def test_settlements_without_population_are_refused(settled):
    rows = [{"code": "H", "geometry": middle(0)}]
    with pytest.raises(BadLayer, match="no column of population; map one"):
        settled.load("settlements", settled.write("h.geojson", rows))
    rows = [{"code": "H", "人口": None, "geometry": middle(0)}]
    with pytest.raises(BadLayer, match="人口 is empty in row 1"):
        settled.load("settlements", settled.write("h.geojson", rows))


def test_a_wrong_guess_is_mended_by_a_mapping(settled):
    rows = [
        {"code": "x", "no": f"H{i}", "heads": i, "geometry": middle(i)}
        for i in range(6)
    ]
    path = settled.write("h.geojson", rows)
    with pytest.raises(BadLayer, match="'x' stands twice"):
        settled.load("settlements", path)
    settled.load("settlements", path, mapping={"ref": "no", "population": "heads"})
    stored = settled.read(territory.settlements_of)
    assert stored["ref"].tolist() == [f"H{i}" for i in range(6)]
    assert stored["attrs"].tolist()[0] == {"code": "x"}
    with pytest.raises(BadLayer, match="field 'size' is unknown"):
        settled.load("settlements", path, mapping={"size": "heads"})
    with pytest.raises(BadLayer, match="has no column 'none'"):
        settled.load("settlements", path, mapping={"ref": "none"})


def test_a_settlement_that_is_no_longer_in_the_file_goes(settled):
    path = settled.homes()
    settled.load("settlements", path)
    document = json.loads(path.read_text())
    document["features"].pop()
    path.write_text(json.dumps(document))
    assert counts(settled.load("settlements", path)) == (0, 0, 5, 1)
    assert len(settled.read(territory.settlements_of)) == 5
