"""The report of a plan opens from disk, alone, in Chinese."""

import re

import geopandas as gpd
import pytest
from shapely import box

from geo.errors import BadFrame
from maps.escaping import escaped
from maps.report import plan_report

EVIL = "</script><img src=x onerror=alert(1)>`${alert(1)}`{{7*7}}{% x %}"


def grids(**columns):
    cells = [box(x, y, x + 1, y + 1) for y in range(3) for x in range(3)]
    base = {
        "grid_code": [f"{n:03d}" for n in range(9)],
        "load": [float(90 + n) for n in range(9)],
    }
    return gpd.GeoDataFrame({**base, **columns}, geometry=cells, crs=4326)


def test_no_address_of_another_host_is_loaded():
    page = plan_report(grids(), None, {}, "方案")
    assert not re.search(r"<(script|link|img)[^>]*(src|href)=", page)
    assert 'attributionControl": false' in page


def test_names_cannot_leave_their_place():
    page = plan_report(grids(name=[EVIL] * 9), None, {EVIL: EVIL}, EVIL)
    assert "<img" not in page
    assert "${alert" not in page
    assert "onerror=alert(1)>" not in page
    assert "&#123;&#123;7*7}}" in page, "a name must not be run as a template"


def test_title_scores_and_legend_are_there():
    page = plan_report(grids(), None, {"balance": {"cv": 0.0312}}, "德亭方案")
    assert "<title>德亭方案</title>" in page
    assert "变异系数" in page
    assert "0.0312" in page
    assert "图例" in page


def test_the_worst_grids_say_why_they_are_outside():
    page = plan_report(grids(reason=["few_units"] + [""] * 8), None, {}, "方案")
    row = re.search(r"<tr><td>000</td>.*?</tr>", page)
    assert row is not None
    assert "居民点太大太少，凑不出相等的量" in row.group()


def test_the_same_plan_gives_the_same_file():
    assert plan_report(grids(), grids(), {}, "a") == plan_report(
        grids(), grids(), {}, "a"
    )


def test_exclusive_grids_do_not_shift_the_mean():
    kinds = ["exclusive"] + ["base"] * 8
    loads = [10_000.0] + [100.0] * 8
    page = plan_report(grids(kind=kinds, load=loads), None, {}, "a")
    assert "专属网格" in page
    assert "+0.00" in page


def test_too_many_units_are_named_instead_of_drawn(monkeypatch):
    monkeypatch.setattr("maps.report.MAX_UNITS_DRAWN", 5)
    page = plan_report(grids(), grids(), {}, "a")
    assert "图上不画单元" in page


def test_grids_may_have_an_id_instead_of_a_code():
    page = plan_report(grids().rename(columns={"grid_code": "grid_id"}), None, {}, "a")
    assert "008" in page


@pytest.mark.parametrize("column", ["grid_code", "load"])
def test_a_missing_column_is_named(column):
    with pytest.raises(BadFrame, match="grid_id" if column == "grid_code" else column):
        plan_report(grids().drop(columns=column), None, {}, "a")


def test_a_plan_without_grids_is_refused():
    with pytest.raises(BadFrame, match="empty"):
        plan_report(grids().iloc[:0], None, {}, "a")


def test_escaping_keeps_chinese():
    assert escaped("德亭镇 <一>") == "德亭镇 &lt;一&gt;"
