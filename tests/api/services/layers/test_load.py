"""Loading layers: what is written, what is refused, what a second time changes."""

import itertools
import json
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from geoalchemy2 import WKBElement
from shapely import LineString, MultiLineString, Point, box
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from api.services.layers import load
from api.services.layers.load import LoadOptions, load_layer
from geo.codes import padded
from geo.coverage import is_valid_coverage
from geo.crs import wgs84_to_gcj02
from geo.db.door import as_job
from geo.db.models import Grid, GridVersion, Import
from geo.db.store import territory
from geo.errors import BadDatum, BadInput, BadLayer
from geo.reading import read_layer

NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)
TODAY = date(2026, 5, 20)
TOWNS = Path(__file__).parents[5] / "shared" / "data" / "towns"
WEST, SOUTH, SIDE = 111.80, 34.00, 0.02
_COUNTIES = itertools.count(510_001)


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """Read in this process: that a process apart reads the same is tested elsewhere."""
    monkeypatch.setattr(load, "read_apart", read_layer)


class Office:
    """A county of a test's own, and the files that it delivers."""

    def __init__(self, database, folder):
        self.database, self.folder = database, folder
        self.code = str(next(_COUNTIES))
        self.town = f"{self.code}100"

    def village(self, number):
        return f"{self.town}{200 + number}"

    def villages(self, count=6, **changes):
        """Villages in two rows, ``changes`` by number of the village."""
        rows = []
        for i in range(count):
            west, south = WEST + i // 2 * SIDE, SOUTH + i % 2 * SIDE
            row = {
                "code": self.village(i),
                "name": f"第{i}村",
                "population": 100 + i,
                "geometry": box(west, south, west + SIDE, south + SIDE),
            }
            rows.append(row | changes.get(f"v{i}", {}))
        return self.write("villages.geojson", rows)

    def homes(self, **more):
        """A settlement in the south-east of each of six villages."""
        rows = [
            {
                "code": f"H{i}",
                "name": f"第{i}庄",
                "population": 50,
                "village_code": self.village(i),
                "geometry": shapely.affinity.translate(middle(i), 0.008, -0.008),
            }
            | more
            for i in range(6)
        ]
        return self.write("homes.geojson", rows)

    def write(self, name, rows):
        features = [
            {
                "type": "Feature",
                "geometry": shapely.geometry.mapping(row["geometry"]),
                "properties": {k: v for k, v in row.items() if k != "geometry"},
            }
            for row in rows
        ]
        path = self.folder / name
        document = {"type": "FeatureCollection", "features": features}
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def load(self, layer, path, *, dry_run=False, now=NOW, **options):
        said = LoadOptions(**({"county": self.code} | options))
        return load_layer(self.database, layer, path, said, now=now, dry_run=dry_run)

    @property
    def id(self):
        with as_job(self.database, uuid4()) as session:
            found = territory.find_county(session, padded(self.code))
            return found and found.id

    def read(self, function, *args, **options):
        with as_job(self.database, self.id) as session:
            return function(session, self.id, *args, **options)

    def regions(self, day=TODAY, level="village"):
        return self.read(territory.regions_on, day, level=level)


def middle(i):
    return Point(WEST + (i // 2 + 0.5) * SIDE, SOUTH + (i % 2 + 0.5) * SIDE)


def counts(report):
    return tuple(report.counts[word] for word in ("new", "changed", "same", "gone"))


@pytest.fixture
def office(database, tmp_path):
    return Office(database, tmp_path)


@pytest.fixture
def settled(office):
    """An office whose villages are loaded."""
    office.load("villages", office.villages(), county_name="试县")
    return office


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


def shifted(path, target):
    frame = gpd.read_file(path)
    geoms = shapely.transform(
        np.asarray(frame.geometry.array), wgs84_to_gcj02, interleaved=False
    )
    frame.set_geometry(gpd.GeoSeries(geoms, crs=4326)).to_file(target)
    return target


@pytest.mark.parametrize(
    ("layer", "file"), [("villages", "villages"), ("settlements", "homes")]
)
def test_a_layer_a_gcj02_vector_off_is_refused_and_loads_when_said(
    settled, layer, file
):
    path = getattr(settled, file)()
    off = shifted(path, settled.folder / f"{file}.gpkg")
    with pytest.raises(
        BadDatum, match=r"by the GCJ-02 vector .* say --coord-type gcj02"
    ):
        settled.load(layer, off)
    report = settled.load(layer, off, coord_type="gcj02")
    assert report.counts["gone"] == 0


def test_a_second_delivery_a_gcj02_vector_off_the_first_is_refused(settled):
    path = mines(settled)
    settled.load("mines", path)
    off = shifted(path, settled.folder / "off.gpkg")
    with pytest.raises(BadDatum, match="say --coord-type gcj02"):
        settled.load("mines", off)


def test_the_first_layer_cannot_be_checked_and_says_so(office):
    report = office.load("villages", office.villages())
    assert any("nothing is loaded to check the datum" in n for n in report.notes)


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


def mines(office, count=3, **more):
    rows = [
        {
            "code": f"K{i}",
            "name": f"{i}号硐口",
            "mineral": "钼",
            "sealed_on": "2018-07-15",
            "village_code": office.village(i),
            "geometry": middle(i),
        }
        | more
        for i in range(count)
    ]
    return office.write("mines.geojson", rows)


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


def test_lines_are_split_numbered_and_put_into_the_village_of_their_middle(settled):
    a = LineString([(WEST, SOUTH + 0.01), (WEST + 0.01, SOUTH + 0.01)])
    far = LineString([(WEST + 0.05, SOUTH + 0.01), (WEST + 0.055, SOUTH + 0.01)])
    rows = [{"road_class": "村道", "geometry": MultiLineString([a, far])}]
    path = settled.write("roads.geojson", rows)
    assert counts(settled.load("roads", path)) == (2, 0, 0, 0)
    stored = settled.read(territory.lines_of, kind="road")
    assert sorted(stored["code"]) == [
        padded(settled.village(0)),
        padded(settled.village(4)),
    ]
    assert set(stored["line_class"]) == {"村道"}
    assert counts(settled.load("roads", path)) == (0, 0, 2, 0)


def test_rivers_are_known_by_their_names(settled):
    line = LineString([(WEST, SOUTH), (WEST + 0.01, SOUTH + 0.01)])
    path = settled.write("r.geojson", [{"name": "德亭河", "geometry": line}])
    settled.load("rivers", path)
    stored = settled.read(territory.lines_of, kind="river")
    assert stored["ref"].tolist() == ["德亭河"]


def test_a_bureau_shapefile_with_chinese_columns_is_a_layer(office):
    frame = gpd.read_file(office.villages())
    frame = frame.rename(
        columns={"code": "区划代码", "name": "名称", "population": "人口"}
    )
    path = office.folder / "村界.shp"
    frame.to_crs(4546).to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink()
    report = office.load("villages", path, county=None)
    assert counts(report) == (6, 0, 0, 0)
    assert office.regions()["name"].tolist() == [f"第{i}村" for i in range(6)]
    assert any("GB18030" in note and "第0村" in note for note in report.notes)


def test_a_csv_of_settlements_is_a_layer(settled):
    lines = ["编号,名称,人口,经度,纬度"]
    for i in range(6):
        lines.append(f"H{i},第{i}庄,{i},{middle(i).x!r},{middle(i).y!r}")
    path = settled.folder / "h.csv"
    path.write_bytes("\n".join(lines).encode("gb18030"))
    assert counts(settled.load("settlements", path)) == (6, 0, 0, 0)


def test_the_county_is_found_where_the_codes_tell_it(office):
    report = office.load("villages", office.villages(), county=None)
    assert report.county == office.code
    mixed = office.villages(v0={"code": "990101100200"})
    with pytest.raises(BadLayer, match="codes of several counties"):
        office.load("villages", mixed, county=None)


def test_a_county_code_has_six_digits(office):
    with pytest.raises(BadLayer, match="a county has 6 digits"):
        office.load("villages", office.villages(), county=office.town)


DETING = {
    "villages": ("admin_villages", 25),
    "towns": ("boundary", 1),
    "settlements": ("natural_villages", 264),
    "mine_openings": ("mines", 192),
    "venues": ("venues", 316),
    "schools": ("schools", 8),
    "enterprises": ("enterprises", 12),
    "service_stations": ("service_stations", 25),
    "exclusive_areas": ("exclusive_sites", 28),
    "rivers": ("rivers", 6),
    "roads": ("roads", 598),
    "ridges": ("ridges", 2),
}


def test_the_layers_of_a_real_town_load_and_load_again(fresh_database):
    if not TOWNS.exists():
        pytest.skip(f"{TOWNS} is not here: shared data is absent")
    for again in (False, True):
        for layer, (file, count) in DETING.items():
            path = TOWNS / "deting" / f"{file}.geojson"
            report = load_layer(fresh_database, layer, path, now=NOW)
            if not again and layer == "towns":
                assert counts(report) == (0, 1, 0, 0)
                continue
            wanted = (0, 0, count, 0) if again else (count, 0, 0, 0)
            assert counts(report) == wanted


@pytest.mark.parametrize("town", ["weixian", "dangshan", "liuhang", "linzhou"])
def test_the_layers_of_other_towns_load_and_load_again(fresh_database, town):
    if not TOWNS.exists():
        pytest.skip(f"{TOWNS} is not here: shared data is absent")
    layers = {"regions": "boundary", "towns": "towns", "villages": "villages"}
    layers |= {"settlements": "blocks", "roads": "roads"}
    for again in (False, True):
        county = None
        for layer, file in layers.items():
            path = TOWNS / town / f"{file}.geojson"
            if not path.exists():
                continue
            options = LoadOptions(county=county)
            report = load_layer(fresh_database, layer, path, options, now=NOW)
            county = report.county
            new, changed, same, gone = counts(report)
            assert (changed, gone) == (0, 0)
            assert (same if again else new) == len(gpd.read_file(path))
