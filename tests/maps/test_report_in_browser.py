"""The report draws in Chromium with no network at all."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from maps.plan_words import Measure
from maps.report import plan_report
from maps.village_page import village_pages
from tests.maps.plans import NAMES, VILLAGES, grids, previous, report, units
from tests.web.visiting import PATIENCE_MS, await_true

pytestmark = pytest.mark.web


@pytest.fixture
def page(browser):
    context = browser.new_context(offline=True)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_it_draws_its_grids_and_asks_nobody(page, tmp_path):
    cells = [box(x, 0, x + 1, 1) for x in range(4)]
    four = gpd.GeoDataFrame(
        {"grid_code": list("abcd"), "load": [1.0, 2.0, 3.0, 4.0]},
        geometry=cells,
        crs=4326,
    )
    file = tmp_path / "report.html"
    file.write_text(plan_report(four, four, {"grids": 4}, "方案甲"), "utf-8")
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("canvas.leaflet-zoom-animated")
    assert [u for u in asked if not u.startswith("data:")] == [file.as_uri()]
    assert errors == []
    assert page.inner_text("h1") == "方案甲"
    await_true(page, lambda: _drawn_pixels(page) > 1000)


def test_printed_it_is_the_proof_sheet(page, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(
        plan_report(grids(), units(), report(), "方案", previous()), "utf-8"
    )
    page.goto(file.as_uri())
    assert not page.is_visible("#proof")
    page.emulate_media(media="print")
    assert page.is_visible("#proof")
    assert not page.is_visible(".panel")
    assert not page.is_visible(".folium-map")
    page.emulate_media(media="screen")
    page.click("text=证明单")
    assert page.is_visible("#proof h1")


def test_the_sheet_of_a_large_village_fits_on_its_page(page, tmp_path):
    count = 60
    code = VILLAGES[0]
    cells = gpd.GeoDataFrame(
        {
            "unit_id": [f"一个名字很长的自然村第{i}组" for i in range(count)],
            "label": code,
            "load": 200.0 + np.arange(count),
            "grid_id": [f"{code}{i + 1:03d}" for i in range(count)],
        },
        geometry=[box(111 + i / 100, 34, 111.01 + i / 100, 34.2) for i in range(count)],
        crs=4326,
    )
    kinds = ("road", "river", "ridge", "village_line", "open", "outline")
    borders = [{"to": None, "kind": kind, "length_m": 10.0} for kind in kinds]
    large = cells.assign(
        kind="base", name="", area_m2=1e6, borders=[borders] * count
    ).drop(columns="unit_id")
    old = cells.set_index("unit_id")["grid_id"].shift(1).fillna(f"{code}099")
    content = report()
    content["why_not"][0]["grid_id"] = f"{code}001"
    file = tmp_path / "villages.html"
    sheets = village_pages(
        large, cells, content, old, NAMES, Measure("人", True), "方案"
    )
    file.write_text(sheets, "utf-8")
    page.goto(file.as_uri())
    sheet = "document.querySelector('.page')"
    over = page.evaluate(f"{sheet}.scrollHeight - {sheet}.clientHeight")
    assert over <= 0


def _drawn_pixels(page) -> int:
    return page.evaluate(
        """() => {
            const c = document.querySelector('canvas.leaflet-zoom-animated');
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            let n = 0;
            for (let i = 3; i < d.length; i += 4) if (d[i] > 0) n++;
            return n;
        }"""
    )
