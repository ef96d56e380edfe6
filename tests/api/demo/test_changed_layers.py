"""The figures are measured in what was built, so other layers give other figures."""

import json
import shutil

import pytest

from api.demo import deting


def _edit(path, change):
    layer = json.loads(path.read_text(encoding="utf-8"))
    layer["features"] = change(layer["features"])
    path.write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")


def _double_first_village(features):
    village = features[0]["properties"]["village_code"]
    for feature in features:
        if feature["properties"]["village_code"] == village:
            feature["properties"]["population"] *= 2
    return features


@pytest.fixture(scope="module")
def figures(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("layers") / "changed"
    shutil.copytree(deting.packaged_layers(), folder)
    _edit(folder / "mines.geojson", lambda features: features[1:])
    _edit(folder / "exclusive_sites.geojson", lambda features: features[:-2])
    _edit(folder / "natural_villages.geojson", _double_first_village)
    return built(folder)


def test_a_mine_that_is_gone_is_not_counted(figures):
    assert figures["封闭硐口（各恰在一格）"] == 191


def test_fewer_sites_give_fewer_exclusive_grids_and_fewer_leads(figures):
    assert figures["专属网格（已发布）"] == 26
    assert figures["有责任网格员的网格"] == 239


def test_a_village_with_twice_the_people_shows_in_the_sum(figures):
    first = json.loads(
        (deting.packaged_layers() / "natural_villages.geojson").read_text("utf-8")
    )["features"]
    village = first[0]["properties"]["village_code"]
    more = sum(
        feature["properties"]["population"]
        for feature in first
        if feature["properties"]["village_code"] == village
    )
    assert figures["网格人口合计"] == 48_000 + more


def test_what_did_not_change_stays(figures):
    assert figures["基础网格（已发布）"] == 213
    assert figures["服务场所（各恰在一格）"] == 316


def test_hazards_are_not_counted_before_they_are_reported(figures):
    assert figures["平台上报隐患（各恰在一格）"] == 0
