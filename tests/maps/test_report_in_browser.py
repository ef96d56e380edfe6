"""The report draws in Chromium with no network at all."""

import geopandas as gpd
import pytest
from shapely import box

from maps.report import plan_report

pytestmark = pytest.mark.web


@pytest.fixture
def page(browser):
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def test_it_draws_its_grids_and_asks_nobody(page, tmp_path):
    cells = [box(x, 0, x + 1, 1) for x in range(4)]
    grids = gpd.GeoDataFrame(
        {"grid_code": list("abcd"), "load": [1.0, 2.0, 3.0, 4.0]},
        geometry=cells,
        crs=4326,
    )
    file = tmp_path / "report.html"
    file.write_text(plan_report(grids, grids, {"grids": 4}, "方案甲"), "utf-8")
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("canvas.leaflet-zoom-animated")
    assert [u for u in asked if not u.startswith("data:")] == [file.as_uri()]
    assert errors == []
    assert page.inner_text("h1") == "方案甲"
    assert _drawn_pixels(page) > 1000


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
