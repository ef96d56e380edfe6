"""Lines, bureau formats, and whose county a file is of."""

import geopandas as gpd
import pytest
from shapely import LineString, MultiLineString

from geo.codes import padded
from geo.db.store import territory
from geo.errors import BadLayer
from tests.api.services.layers.offices import SOUTH, WEST, counts, middle


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
