"""Files as offices deliver them."""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point, box

from geo.crs import wgs84_to_bd09, wgs84_to_gcj02
from geo.errors import BadDatum, BadLayer
from geo.reading import as_text, read_layer

NAMES = ["幸福社区", "杨村村民委员会", "plain"]


def points(**columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"名称": NAMES, **columns},
        geometry=[Point(111.0, 34.0), Point(111.1, 34.1), Point(112.0, 34.2)],
        crs=4326,
    )


def shapefile(
    path: Path, encoding: str = "GBK", cpg: str | None = None, language: int = 0
) -> Path:
    points().to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    data[29] = language
    path.with_suffix(".dbf").write_bytes(data)
    return path


def rename(path: Path, **names: str) -> None:
    """Give columns names of UTF-8 that are cut to ten bytes, as programs write them."""
    data = path.with_suffix(".dbf").read_bytes()
    for old, new in names.items():
        field = new.encode()[:10].ljust(11, b"\0")
        data = data.replace(old.encode().ljust(11, b"\0"), field, 1)
    path.with_suffix(".dbf").write_bytes(data)


def geojson(path: Path, features: list, **more) -> Path:
    document = {"type": "FeatureCollection", "features": features, **more}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def feature(geometry, **properties) -> dict:
    shape = None if geometry is None else shapely.geometry.mapping(geometry)
    return {"type": "Feature", "geometry": shape, "properties": properties}


@pytest.mark.parametrize("cpg", [None, "GBK", "936", "UTF-8", "ISO-8859-1", "nonsense"])
@pytest.mark.parametrize("language", [0, 0x4D, 0x57, 0x03])
def test_a_gbk_shapefile_is_read_whatever_it_says_of_itself(tmp_path, cpg, language):
    path = shapefile(tmp_path / "villages.shp", "GBK", cpg, language)
    layer = read_layer(path)
    assert layer.frame["名称"].tolist() == NAMES
    assert layer.source.encoding == "gb18030"


@pytest.mark.parametrize("cpg", [None, "UTF-8", "GBK", "ISO-8859-1"])
def test_a_utf8_shapefile_is_read_whatever_it_says_of_itself(tmp_path, cpg):
    layer = read_layer(shapefile(tmp_path / "villages.shp", "UTF-8", cpg))
    assert layer.frame["名称"].tolist() == NAMES


def test_gbk_bytes_that_happen_to_be_utf8_are_still_gbk(tmp_path):
    path = tmp_path / "a.shp"
    frame = gpd.GeoDataFrame({"n": ["山"]}, geometry=[Point(111, 34)], crs=4326)
    frame.to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink()
    assert "山".encode("gbk").decode("utf-8") != "山"
    assert read_layer(path).frame["n"].tolist() == ["山"]


def test_a_guessed_encoding_leaves_a_note_with_a_sample(tmp_path):
    (note,) = read_layer(shapefile(tmp_path / "villages.shp")).notes
    assert "GB18030" in note
    assert "幸福社区" in note


def test_a_lying_cpg_is_named_in_the_note(tmp_path):
    (note,) = read_layer(shapefile(tmp_path / "a.shp", "GBK", "UTF-8")).notes
    assert ".cpg says UTF-8, but the text is not" in note


def test_a_stated_encoding_that_does_not_fit_is_refused(tmp_path):
    path = shapefile(tmp_path / "villages.shp")
    with pytest.raises(BadLayer, match="attributes are not UTF-8"):
        read_layer(path, encoding="UTF-8")
    with pytest.raises(BadLayer, match="'klingon' is unknown"):
        read_layer(path, encoding="klingon")


def test_a_name_cut_in_the_middle_of_a_character_loses_only_that(tmp_path):
    path = shapefile(tmp_path / "villages.shp")
    data = path.with_suffix(".dbf").read_bytes()
    start = data.index("幸福社区".encode("gbk"))
    width = 80
    full = ("x" + "杨" * 40).encode("gbk")[:width]
    path.with_suffix(".dbf").write_bytes(data[:start] + full + data[start + width :])
    assert read_layer(path).frame["名称"][0] == "x" + "杨" * 39


def test_a_column_name_cut_in_the_middle_of_a_character_loses_only_that(tmp_path):
    path = tmp_path / "groups.shp"
    points(a=["一组", "二组", "三组"], b=[3, 4, 5]).to_file(path, encoding="UTF-8")
    rename(path, a="户组编号", b="常住人口")
    frame = read_layer(path).frame
    assert frame["名称"].tolist() == NAMES
    assert frame["户组编"].tolist() == ["一组", "二组", "三组"]
    assert frame["常住人"].tolist() == [3, 4, 5]


def test_column_names_that_are_one_when_cut_are_refused_with_a_way_out(tmp_path):
    path = tmp_path / "groups.shp"
    points(a=[1, 2, 3], b=[1, 2, 3]).to_file(path, encoding="UTF-8")
    rename(path, a="户组编号", b="户组编码")
    with pytest.raises(BadLayer, match=r"2 column names are '户组编' .* a GeoPackage"):
        read_layer(path)


def test_a_shapefile_without_its_index_is_refused(tmp_path):
    path = shapefile(tmp_path / "villages.shp")
    path.with_suffix(".shx").unlink()
    with pytest.raises(BadLayer, match=r"\.shx is missing"):
        read_layer(path)
    with pytest.raises(BadLayer, match=r"name the \.shp"):
        read_layer(path.with_suffix(".dbf"))


def test_a_zip_with_gbk_member_names_is_read(tmp_path):
    path = shapefile(tmp_path / "v.shp")
    parts = {
        f"资料/村界{suffix}": path.with_suffix(suffix)
        for suffix in (".shp", ".shx", ".dbf", ".prj")
    }
    target = tmp_path / "村界.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for name, file in parts.items():
            archive.writestr(_GbkName(name), file.read_bytes())
    layer = read_layer(target)
    assert layer.frame["名称"].tolist() == NAMES
    assert layer.source.name == "村界.shp"


class _GbkName(zipfile.ZipInfo):
    """A member whose name is written in GBK without the UTF-8 flag."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def test_of_several_layers_in_a_zip_one_must_be_named(tmp_path):
    a, b = tmp_path / "a.geojson", tmp_path / "b.geojson"
    geojson(a, [feature(Point(111, 34), name="a")])
    geojson(b, [feature(Point(111, 34), name="b")])
    target = tmp_path / "both.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(a, "a.geojson")
        archive.write(b, "b.geojson")
    with pytest.raises(BadLayer, match=r"several layers in the zip \(a, b\)"):
        read_layer(target)
    assert read_layer(target, layer="b").frame["name"].tolist() == ["b"]


def test_a_zip_that_would_swell_is_refused(tmp_path):
    target = tmp_path / "bomb.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b"0" * 2**24)
    with pytest.raises(BadLayer, match="100-fold"):
        read_layer(target)


def test_member_paths_of_a_zip_reach_nothing_outside(tmp_path):
    inner = geojson(tmp_path / "a.geojson", [feature(Point(111, 34))])
    target = tmp_path / "slip.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(inner, "../../../escaped.geojson")
    assert len(read_layer(target).frame) == 1
    assert not list(tmp_path.parent.glob("escaped*"))


@pytest.mark.parametrize(
    "name", ["a.geojson", "a.shp", "a.gpkg", "a.csv", "a.vrt", "a.json"]
)
def test_a_vrt_is_refused_under_any_name(tmp_path, name):
    real = geojson(tmp_path / "real.geojson", [feature(Point(111, 34))])
    path = tmp_path / name
    path.write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='real'><SrcDataSource>{real}"
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(BadLayer, match="is a VRT"):
        read_layer(path)


def test_a_gdal_pipeline_in_json_is_refused(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "gdal_streamed_alg", "command_line": "gdal read x"}')
    with pytest.raises(BadLayer, match="no GeoJSON FeatureCollection"):
        read_layer(path)


@pytest.mark.parametrize("path", ["http://host/a.geojson", "/vsicurl/http://host/a"])
def test_nothing_is_fetched(path):
    with pytest.raises(BadLayer, match="only local files"):
        read_layer(path)


def test_a_crs_behind_a_link_is_refused(tmp_path):
    crs = {"type": "link", "properties": {"href": "http://host/crs"}}
    path = geojson(tmp_path / "a.geojson", [feature(Point(111, 34))], crs=crs)
    with pytest.raises(BadLayer, match="names no known CRS"):
        read_layer(path)


@pytest.mark.parametrize("driver", ["GPKG", "FlatGeobuf", "GeoJSON", "Parquet"])
def test_every_format_gives_the_same_rows(tmp_path, driver):
    path = tmp_path / "layer.bin"
    if driver == "Parquet":
        points(n=[1, 2, 3]).to_parquet(path)
    else:
        made = tmp_path / {"GPKG": "a.gpkg", "FlatGeobuf": "a.fgb"}.get(
            driver, "a.json"
        )
        points(n=[1, 2, 3]).to_file(made, driver=driver)
        path = made
    layer = read_layer(path)
    rows = layer.frame.sort_values("n")
    assert rows["名称"].tolist() == NAMES
    assert rows.geometry.x.tolist() == [111.0, 111.1, 112.0]
    assert (layer.kind, layer.source.driver) == ("point", driver)


def test_of_several_layers_in_a_package_one_must_be_named(tmp_path):
    path = tmp_path / "a.gpkg"
    points().to_file(path, layer="村", driver="GPKG")
    points().to_file(path, layer="路", driver="GPKG")
    with pytest.raises(BadLayer, match="say which layer; it has 村, 路"):
        read_layer(path)
    assert read_layer(path, layer="路").source.layer_name == "路"
    with pytest.raises(BadLayer, match="no layer 'x'"):
        read_layer(path, layer="x")


@pytest.mark.parametrize(
    ("lon", "lat"),
    [("lon", "lat"), ("LNG", "Lat"), ("longitude", "latitude"), ("经度", "纬度")],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_with_coordinates_is_a_layer(tmp_path, lon, lat, encoding):
    path = tmp_path / "a.csv"
    text = f"名称,代码,{lon},{lat}\n杨村,012345,111.5,34.5\n幸福,000001,111.6,34.6\n"
    path.write_bytes(text.encode(encoding))
    frame = read_layer(path).frame
    assert frame["代码"].tolist() == ["012345", "000001"]
    assert frame.geometry.x.tolist() == [111.5, 111.6]


def test_a_table_without_coordinates_names_its_columns(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,code\na,1\n")
    with pytest.raises(BadLayer, match="no column of longitude, nor one of WKT"):
        read_layer(path)
    with pytest.raises(BadLayer, match="no column 'east'"):
        read_layer(path, lon="east", lat="north")


SQUARE = box(111, 34, 111.5, 34.5)


@pytest.mark.parametrize("name", ["WKT", "geometry", "the_geom", "几何"])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_with_wkt_is_a_layer(tmp_path, name, suffix):
    path = tmp_path / f"a.{suffix}"
    table = pd.DataFrame({"code": ["012", "013"], name: [SQUARE.wkt, None]})
    table.to_csv(path, index=False) if suffix == "csv" else table.to_parquet(path)
    layer = read_layer(path)
    assert (layer.kind, layer.frame["code"].tolist()) == ("area", ["012"])
    assert layer.frame.geometry[0].equals(SQUARE)
    assert "1 rows without geometry left out: 2" in layer.notes


def test_wkt_may_state_its_crs(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,geom\n1,SRID=4546;POINT (545082 3768000)\n")
    point = read_layer(path).frame.geometry[0]
    assert (point.x, point.y) == pytest.approx((111.488, 34.04), abs=0.01)
    path.write_text("id,geom\n1,SRID=4546;POINT (1 2)\n2,SRID=4547;POINT (1 2)\n")
    with pytest.raises(BadLayer, match="geom is in several CRS: 4546, 4547"):
        read_layer(path)


def test_what_is_no_wkt_is_named_with_its_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,wkt\n1,POINT (111 34)\n2,POINT (111\n")
    with pytest.raises(BadLayer, match=r"wkt 'POINT \(111' in row 2 is no WKT"):
        read_layer(path)


def test_coordinates_that_are_named_come_before_wkt(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f'lon,lat,wkt\n112,35,"{SQUARE.wkt}"\n')
    assert read_layer(path).kind == "area"
    assert read_layer(path, lon="lon", lat="lat").kind == "point"


def test_a_word_where_a_number_should_be_is_named_with_its_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("lon,lat\n111,34\nabc,34\n")
    with pytest.raises(BadLayer, match="lon 'abc' in row 2 is no number"):
        read_layer(path)


def test_rows_without_a_place_are_left_out_with_a_note(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\na,111,34\nb,,\n")
    layer = read_layer(path)
    assert layer.frame["name"].tolist() == ["a"]
    assert layer.source.row_count == 2
    assert "1 rows without geometry left out: 2" in layer.notes


def test_surveyors_x_is_northing_and_swapped_with_a_note(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,x,y\na,3768000,545082\n")
    layer = read_layer(path, crs="EPSG:4546")
    assert layer.frame.geometry.x[0] == pytest.approx(111.488, abs=0.01)
    assert any("swapped" in note for note in layer.notes)


def test_swapped_degrees_are_refused(tmp_path):
    path = geojson(tmp_path / "a.geojson", [feature(Point(34, 111))])
    with pytest.raises(BadLayer, match="swapped"):
        read_layer(path)


@pytest.mark.parametrize(
    ("geometries", "problem"),
    [
        ([], "no feature with a geometry"),
        ([None], "no feature with a geometry"),
        ([Point(111, 34), box(111, 34, 112, 35)], "mixed geometry"),
        ([shapely.GeometryCollection([Point(111, 34)])], "mixed geometry"),
    ],
)
def test_what_is_no_layer_is_refused(tmp_path, geometries, problem):
    path = geojson(tmp_path / "a.geojson", [feature(g) for g in geometries])
    with pytest.raises(BadLayer, match=problem):
        read_layer(path)


def test_an_infinite_coordinate_is_refused(tmp_path):
    path = tmp_path / "a.geojson"
    geojson(path, [feature(Point(111, 34))])
    path.write_text(path.read_text().replace("111.0", "1e999"))
    with pytest.raises(BadLayer):
        read_layer(path)


def test_a_broken_geometry_is_named_with_its_row(tmp_path):
    good, bad = feature(Point(111, 34)), feature(Point(111, 34))
    bad["geometry"] = {"type": "Polygon", "coordinates": [[1, 2]]}
    path = geojson(tmp_path / "a.geojson", [good, bad])
    with pytest.raises(BadLayer, match="feature 2 has a broken geometry"):
        read_layer(path)


@pytest.mark.parametrize("text", ["", "{", "hello", "{}", "[1]"])
def test_what_is_no_geojson_is_refused(tmp_path, text):
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(BadLayer):
        read_layer(path)


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    with pytest.raises(BadLayer, match="no such file"):
        read_layer(tmp_path / "none.gpkg")
    with pytest.raises(BadLayer, match="is a folder"):
        read_layer(tmp_path)


def test_a_truncated_package_is_refused(tmp_path):
    path = tmp_path / "a.gpkg"
    points().to_file(path, driver="GPKG")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(BadLayer):
        read_layer(path)


def test_heights_are_left_out_with_a_note(tmp_path):
    path = geojson(tmp_path / "a.geojson", [feature(Point(111, 34, 500))])
    layer = read_layer(path)
    assert not layer.frame.has_z.any()
    assert "heights are left out" in layer.notes


def projected(path: Path, epsg: int, add: float = 0.0, said: int | None = None) -> Path:
    frame = points().to_crs(epsg)
    frame = frame.set_geometry(frame.translate(xoff=add)).set_crs(
        said or epsg, allow_override=True
    )
    frame.to_file(path, driver="GPKG")
    return path


@pytest.mark.parametrize("epsg", [4525, 4546, 4508, 4497, 3857, 32649])
def test_projected_layers_come_into_degrees(tmp_path, epsg):
    layer = read_layer(projected(tmp_path / "a.gpkg", epsg))
    assert layer.frame.crs.to_epsg() == 4326
    assert layer.frame.geometry.x.tolist() == pytest.approx([111.0, 111.1, 112.0])
    assert layer.frame.geometry.y.tolist() == pytest.approx([34.0, 34.1, 34.2])


def test_the_files_own_crs_is_kept_when_asked(tmp_path):
    layer = read_layer(projected(tmp_path / "a.gpkg", 32649), to_crs=None)
    assert layer.frame.crs.to_epsg() == 32649


@pytest.mark.parametrize(
    ("epsg", "add", "said"), [(4546, 37e6, 4546), (4525, -37e6, 4525)]
)
def test_a_zone_number_against_the_crs_is_adjusted_with_a_note(
    tmp_path, epsg, add, said
):
    layer = read_layer(projected(tmp_path / "a.gpkg", epsg, add, said))
    assert layer.frame.geometry.x.tolist() == pytest.approx([111.0, 111.1, 112.0])
    assert any("zone number 37" in note for note in layer.notes)


def test_eastings_of_another_zone_are_refused(tmp_path):
    with pytest.raises(BadLayer, match="contradict"):
        read_layer(projected(tmp_path / "a.gpkg", 4546, 39e6))


def test_degrees_under_a_crs_in_metres_are_refused(tmp_path):
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(111.9, 34.1)], crs=4546)
    frame.to_file(tmp_path / "a.gpkg")
    with pytest.raises(BadLayer, match="EPSG:4490"):
        read_layer(tmp_path / "a.gpkg")


def test_metres_without_a_crs_are_refused_with_a_guess(tmp_path):
    path = geojson(tmp_path / "a.geojson", [feature(Point(37_545_082, 3_768_000))])
    with pytest.raises(BadLayer, match="zone 37: EPSG:4525"):
        read_layer(path)
    assert read_layer(path, crs="EPSG:4525").frame.geometry.x[0] == pytest.approx(
        111.488, abs=0.01
    )


@pytest.mark.parametrize("epsg", [4610, 2362])
def test_an_old_datum_without_a_known_shift_is_refused(tmp_path, epsg):
    frame = points().set_crs(epsg, allow_override=True)
    if not frame.crs.is_geographic:
        frame = points().set_crs(4610, allow_override=True).to_crs(epsg)
    frame.to_file(tmp_path / "a.gpkg", driver="GPKG")
    with pytest.raises(BadDatum, match="no known shift here: give parameters"):
        read_layer(tmp_path / "a.gpkg")


def test_an_old_datum_with_parameters_is_moved(tmp_path):
    frame = points().set_crs(4610, allow_override=True)
    frame.to_file(tmp_path / "a.gpkg", driver="GPKG")
    stated = "+proj=longlat +a=6378140 +b=6356755.288 +towgs84=24,-123,-94 +type=crs"
    moved = read_layer(tmp_path / "a.gpkg", crs=stated).frame
    apart = np.hypot(
        *(moved.geometry.x - frame.geometry.x, moved.geometry.y - frame.geometry.y)
    )
    assert (apart > 1e-4).all()


def test_cgcs2000_degrees_stay_as_they_are(tmp_path):
    points().set_crs(4490, allow_override=True).to_file(tmp_path / "a.gpkg")
    layer = read_layer(tmp_path / "a.gpkg", coord_type="cgcs2000")
    assert layer.frame.crs.to_epsg() == 4326
    assert layer.frame.geometry.x.tolist() == points().geometry.x.tolist()


@pytest.mark.parametrize(
    ("coord_type", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)]
)
def test_a_stated_shift_is_taken_off(tmp_path, coord_type, shift):
    x, y = shift(points().geometry.x.to_numpy(), points().geometry.y.to_numpy())
    shifted = points().set_geometry(gpd.points_from_xy(x, y, crs=4326))
    shifted.to_file(tmp_path / "a.gpkg", driver="GPKG")
    layer = read_layer(tmp_path / "a.gpkg", coord_type=coord_type)
    assert layer.frame.geometry.x.tolist() == pytest.approx(
        [111.0, 111.1, 112.0], abs=1e-10
    )
    assert any(coord_type in note for note in layer.notes)


def test_an_unknown_coord_type_is_refused(tmp_path):
    with pytest.raises(BadDatum, match="'mars' is unknown"):
        read_layer(tmp_path / "a.gpkg", coord_type="mars")


def test_lines_and_areas_are_told_apart(tmp_path):
    line = geojson(tmp_path / "l.json", [feature(LineString([(111, 34), (112, 34)]))])
    area = geojson(tmp_path / "a.json", [feature(box(111, 34, 112, 35))])
    assert (read_layer(line).kind, read_layer(area).kind) == ("line", "area")


def test_a_gbk_geojson_is_read_with_a_note(tmp_path):
    path = geojson(tmp_path / "a.json", [feature(Point(111, 34), name="杨村")])
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    layer = read_layer(path)
    assert layer.frame["name"].tolist() == ["杨村"]
    assert "sample: 杨村" in layer.notes[0]


def test_numbers_become_text_as_a_person_writes_them():
    column = pd.Series([410325105001.0, None, " a ", 7, "", float("nan")], dtype=object)
    assert as_text(column).tolist() == ["410325105001", None, "a", "7", None, None]
