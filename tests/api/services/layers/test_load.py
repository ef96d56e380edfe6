"""Loading villages: what is written, what is refused, what a second time changes."""

from datetime import date

import geopandas as gpd
import pytest
import shapely
import shapely.affinity
from shapely import Point, box
from sqlalchemy import select

from geo.codes import padded
from geo.coverage import is_valid_coverage
from geo.db.models import Import
from geo.db.store import territory
from geo.errors import BadInput, BadLayer
from tests.api.services.layers.offices import SIDE, SOUTH, TODAY, WEST, counts


def test_the_first_layer_makes_county_town_and_villages(office):
    report = office.load("villages", office.villages(), county_name="试县")
    assert counts(report) == (6, 0, 0, 0)
    assert report.counts["made"] == 1
    assert office.regions()["code"].tolist() == [
        padded(office.village(i)) for i in range(6)
    ]
    (town,) = office.regions(level="town").itertuples()
    assert (town.code, town.kind) == (padded(office.town), "derived")
    assert shapely.equals(town.geometry, office.regions().union_all())


def test_outlines_are_stored_to_the_last_bit(settled):
    delivered = gpd.read_file(settled.villages()).sort_values("code")
    stored = settled.regions().geometry
    assert [g.geoms[0].wkb for g in stored] == [g.wkb for g in delivered.geometry]


def test_the_same_file_again_changes_nothing(settled):
    before = settled.regions()["id"].tolist()
    report = settled.load("villages", settled.villages())
    assert counts(report) == (0, 0, 6, 0)
    assert "made" not in report.counts
    assert settled.regions()["id"].tolist() == before


def test_a_dry_run_tells_everything_and_writes_nothing(office):
    report = office.load("villages", office.villages(), dry_run=True)
    assert counts(report) == (6, 0, 0, 0)
    assert "would be 6 new" in report.lines()[0]
    assert office.id is None


def test_a_dry_run_of_a_change_writes_nothing(settled):
    path = settled.villages(v0={"population": 999})
    assert counts(settled.load("villages", path, dry_run=True)) == (0, 1, 5, 0)
    assert settled.regions()["population"].tolist()[0] == 100
    assert len(settled.read(imports)) == 1


def imports(session, county_id):
    query = select(Import).where(Import.county_id == county_id)
    return session.scalars(query.order_by(Import.at)).all()


def test_every_load_is_on_the_record(settled):
    settled.load("villages", settled.villages(v0={"population": 7}))
    first, second = settled.read(imports)
    assert first.counts == {"new": 6, "changed": 0, "same": 0, "gone": 0, "made": 1}
    assert second.counts == {"new": 0, "changed": 1, "same": 5, "gone": 0}
    assert first.source_name == "villages.geojson"
    assert first.code == padded(settled.town)
    assert any("population 100 -> 7" in line for line in second.report["samples"])


def test_a_change_on_the_first_day_corrects_the_version(settled):
    settled.load("villages", settled.villages(v0={"population": 7}))
    assert settled.regions()["population"].tolist()[0] == 7
    assert settled.regions(date(2026, 5, 19)).empty


def test_a_later_change_makes_a_new_version_and_keeps_the_old(settled):
    later = date(2026, 7, 1)
    path = settled.villages(v0={"population": 7})
    settled.load("villages", path, valid_from=later)
    assert settled.regions(TODAY)["population"].tolist()[0] == 100
    assert settled.regions(date(2026, 6, 30))["population"].tolist()[0] == 100
    assert settled.regions(later)["population"].tolist()[0] == 7


def test_a_change_before_the_version_in_force_is_refused(settled):
    path = settled.villages(v0={"population": 7})
    with pytest.raises(BadLayer, match="in force only from 2026-05-20"):
        settled.load("villages", path, valid_from=date(2026, 1, 1))


def test_a_village_that_is_gone_ends_and_its_past_stays(settled):
    later = date(2026, 7, 1)
    report = settled.load("villages", settled.villages(5), valid_from=later)
    assert counts(report) == (0, 0, 5, 1)
    assert len(settled.regions(later)) == 5
    assert len(settled.regions(TODAY)) == 6
    town = settled.regions(later, "town").geometry[0]
    assert town.equals(settled.regions(later).union_all())


def test_villages_of_another_town_are_left_alone(settled):
    other = settled.town[:6] + "101"
    row = {
        "code": f"{other}200",
        "name": "外村",
        "geometry": box(WEST - SIDE, SOUTH, WEST, SOUTH + SIDE),
    }
    report = settled.load("villages", settled.write("other.geojson", [row]))
    assert counts(report) == (1, 0, 0, 0)
    assert len(settled.regions()) == 7


def test_more_than_half_goes_only_if_that_is_meant(office):
    rows = [
        {
            "code": office.village(i),
            "name": f"{i}",
            "geometry": box(
                WEST + i * SIDE, SOUTH, WEST + (i + 1) * SIDE, SOUTH + SIDE
            ),
        }
        for i in range(24)
    ]
    office.load("villages", office.write("all.geojson", rows))
    part = office.write("part.geojson", rows[:3])
    with pytest.raises(BadLayer, match="21 of 24 rows are no longer"):
        office.load("villages", part)
    assert counts(office.load("villages", part, allow_gone=True)) == (0, 0, 3, 21)


def test_a_delivered_outline_replaces_the_one_that_was_made(settled):
    outline = settled.regions().union_all()
    row = {"code": settled.town, "name": "试镇", "geometry": outline}
    settled.load("towns", settled.write("town.geojson", [row]))
    (town,) = settled.regions(level="town").itertuples()
    assert (town.name, town.kind) == ("试镇", None)
    report = settled.load("villages", settled.villages(v0={"population": 7}))
    assert "made" not in report.counts


def test_villages_that_miss_the_outline_of_their_town_are_noted(settled):
    outline = box(WEST, SOUTH, WEST + 3 * SIDE, SOUTH + 2.1 * SIDE)
    row = {"code": settled.town, "name": "试镇", "geometry": outline}
    settled.load("towns", settled.write("town.geojson", [row]))
    report = settled.load("villages", settled.villages())
    assert any("villages and outline of 试镇 differ" in note for note in report.notes)


def test_codes_may_be_padded_with_zeros(office):
    outline = box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
    row = {"code": f"{office.town}000", "name": "试镇", "geometry": outline}
    office.load("towns", office.write("t.geojson", [row]))
    row = {"code": f"{office.code}000000", "name": "试县", "geometry": outline}
    office.load("county", office.write("c.geojson", [row]))
    levels = set(office.regions(level=None)["level"])
    assert levels == {"county", "town"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"code": "41x"}, "is none: 6 digits"),
        ({"code": ""}, "code is empty in row 1"),
        ({"code": "990101100200"}, "is not of county"),
        ({"population": -5}, "population -5 in row 1 is no count"),
        ({"population": "many"}, "population 'many' in row 1 is no count"),
    ],
)
def test_wrong_values_are_refused_with_their_row(office, change, problem):
    with pytest.raises(BadLayer, match=problem):
        office.load("villages", office.villages(v0=change))
    assert office.id is None


def test_a_code_that_stands_twice_is_refused(office):
    path = office.villages(v1={"code": office.village(0)})
    with pytest.raises(BadLayer, match="stands twice"):
        office.load("villages", path)


def test_towns_are_no_villages(office):
    row = {"code": office.town, "name": "试镇", "geometry": box(111, 34, 111.1, 34.1)}
    path = office.write("t.geojson", [row])
    with pytest.raises(BadLayer, match="is one of a town, not of a village"):
        office.load("villages", path)
    assert counts(office.load("regions", path)) == (1, 0, 0, 0)


def test_points_are_no_villages(office):
    row = {"code": office.village(0), "name": "村", "geometry": Point(111, 34)}
    with pytest.raises(BadLayer, match="holds points; villages need areas"):
        office.load("villages", office.write("p.geojson", [row]))


def test_an_unknown_layer_names_those_that_are_known(office):
    with pytest.raises(BadLayer, match="'swamps' is unknown; use one of regions"):
        office.load("swamps", office.villages())


def test_a_small_overlap_is_mended_and_reported(office):
    wide = box(WEST, SOUTH, WEST + SIDE * 1.005, SOUTH + SIDE)
    report = office.load("villages", office.villages(v0={"geometry": wide}))
    assert any("coverage was not clean: 1 overlaps" in n for n in report.notes)
    assert is_valid_coverage(office.regions())
    assert counts(office.load("villages", office.folder / "villages.geojson")) == (
        (0, 0, 6, 0)
    )


def test_a_large_overlap_is_refused(office):
    wide = box(WEST, SOUTH, WEST + SIDE * 1.3, SOUTH + SIDE)
    with pytest.raises(BadLayer, match=r"of the smaller; no drawing error"):
        office.load("villages", office.villages(v0={"geometry": wide}))
    assert office.id is None


def test_nothing_is_left_of_a_load_that_fails_at_the_end(office, monkeypatch):
    def fail(*_args):
        raise BadInput("the last step fails")

    monkeypatch.setattr(territory, "add_import", fail)
    with pytest.raises(BadInput, match="the last step"):
        office.load("villages", office.villages())
    assert office.id is None
