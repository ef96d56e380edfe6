"""The planner's main job against the real server: load, ask, compare, edit, publish."""
# ruff: noqa: F811

from datetime import UTC, datetime, timedelta

import geopandas as gpd
import pytest
import shapely

from api.services.works.job_runner import JobRunner
from geo.db.door import as_job
from geo.db.store import jobs, territory
from tests.api.doing import doing
from tests.web.planners import (  # noqa: F401
    SIDE,
    SOUTH,
    WEST,
    address,
    app,
    ask_for,
    await_saved,
    desk,
    draft_id,
    draft_of,
    middles,
    neighbours,
    open_plan,
    paint,
    place_of,
    spot,
    town,
    world,
)
from tests.web.visiting import barriers

pytestmark = [pytest.mark.web, pytest.mark.usefixtures("built")]


@pytest.fixture
def do_next(fresh_database, town, app):
    """A function that does the job that waits, here.

    Before it begins, the job is half-way at a stage for as long as `seen` takes.
    """
    county_id, folder = town.county_id, app.state.settings.data_dir
    with doing(fresh_database, county_id, folder) as do:

        def do_seen(seen=lambda: None):
            def half_way(job_id):
                with as_job(fresh_database, county_id) as session:
                    jobs.note(session, county_id, job_id, stage="divide", percent=40)
                seen()

            do(half_way)

        yield do_seen


@pytest.fixture
def rivers(tmp_path):
    """A file of three rivers whose names stand in a column that nobody would guess."""
    lines = [
        shapely.LineString([(WEST, SOUTH + k * SIDE / 4), (WEST + SIDE, SOUTH + 0.002)])
        for k in (1, 2, 3)
    ]
    frame = gpd.GeoDataFrame(
        {"水名": ["东沟", "西沟", "南沟"]}, geometry=lines, crs=4326
    )
    path = tmp_path / "河流.geojson"
    path.write_text(frame.to_json(), "utf-8")
    return path


def test_a_planner_asks_paints_undoes_and_publishes(
    desk, address, app, tmp_path, do_next
):
    page = desk()
    assert barriers(page) == []
    ask_for(page, "不要了")
    page.wait_for_selector("[data-test=job]:has-text('排队中')")
    with page.expect_response("**/cancel"):
        page.click("[data-test=job] >> text=取消")
    JobRunner(app.state.database, tmp_path).run_next()
    page.wait_for_selector("[data-test=job]:has-text('已取消')")
    ask_for(page, "初稿", by="户数")
    do_next(lambda: page.wait_for_selector("[data-test=job]:has-text('划分网格40%')"))
    page.wait_for_selector("tr.fresh")
    page.click(".name >> text=初稿")
    page.wait_for_selector("[data-ready=true]")
    draft = draft_of(page)
    assert draft.load_name == "households"
    a, b = neighbours(page)
    own, other = draft.units["grid"][a], draft.units["grid"][b]
    paint(page, a, b)
    await_saved(page)
    assert draft_of(page).units["grid"][b] == own
    page.keyboard.press("Control+z")
    page.wait_for_selector("[data-test=redo]:enabled")
    assert draft_of(page).units["grid"][b] == other
    assert barriers(page) == []
    day = _publish(page)
    grids = page.request.get("/api/v1/grids", params={"on": day}).json()
    assert len(grids["features"]) == 5
    assert [
        u for u in page.asked if not u.startswith((address, "data:", "blob:"))
    ] == []


def _publish(page) -> str:
    """Walk from the draft to publication; look at the village's page on the way."""
    page.click("[data-test=tab-flow]")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("[data-test=next-step]:has-text('征求意见')")
    page.click("[data-test=answer] >> nth=0")
    page.click("[data-test=agree]")
    page.wait_for_selector("text=同意 1")
    with page.context.expect_page() as opened:
        page.click("text=打印村页 >> nth=0")
    sheet = opened.value
    sheet.wait_for_load_state()
    assert "户" in sheet.inner_text("body")
    # The sheet may run no scripts, axe's neither: a copy is looked at.
    paper = sheet.content()
    sheet.goto("about:blank")
    sheet.set_content(paper)
    assert barriers(sheet) == []
    sheet.close()
    page.click("[data-test=next-step]:has-text('审定')")
    page.click("[data-test=next-step]:has-text('公示')")
    page.click("[data-test=moves]")
    page.wait_for_selector("[data-test=moves-sum]")
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    page.fill("[data-test=effective-on]", day)
    assert barriers(page) == []
    page.click("[data-test=publish]")
    page.wait_for_selector(f"text=自 {day} 起生效")
    return day


def test_two_plans_stand_side_by_side_with_the_places_where_they_differ(desk, draft_id):
    page = desk()
    made = page.request.post(
        f"/api/v1/plans/{draft_id}/copy", data={"name": "另一稿"}
    ).json()
    open_plan(page, made["id"])
    a, b = neighbours(page)
    paint(page, a, b)
    await_saved(page)
    page.click("text=方案列表")
    for plan in (draft_id, made["id"]):
        page.check(f"tr:has(a[href='/planner/{plan}']) input")
    page.click("text=对比所选")
    page.wait_for_selector("[data-ready=true]")
    page.wait_for_selector("figcaption:has-text('1 块地换了网格')")
    page.click("[data-test=moves]")
    page.wait_for_selector("[data-test=moves-sum]:has-text('户')")
    assert "任务相当" in page.inner_text("table >> nth=0")
    assert "不得跨越的线" in page.inner_text("table >> nth=0")
    assert barriers(page) == []
    page.click("header .theme")
    page.click("header button:has-text('EN')")
    page.wait_for_selector("th:has-text('Largest deviation')")
    assert barriers(page) == []
    for path in (f"/planner/{made['id']}", "/planner"):
        page.goto(path)
        page.wait_for_selector("[data-ready=true], table")
        assert barriers(page) == []


def test_a_line_splits_a_grid_and_problems_name_their_place(desk, draft_id):
    page = desk()
    open_plan(page, draft_id)
    draft = draft_of(page)
    # Between the two rows of the first village.
    lat = SOUTH + SIDE / 2
    page.click("[data-test=tool-line]")
    page.mouse.click(*spot(page, WEST + 0.0002, lat))
    page.mouse.dblclick(*spot(page, WEST + 2 * SIDE - 0.0002, lat))
    await_saved(page)
    assert len(draft_of(page).grids["code"]) == len(draft.grids["code"]) + 1
    page.keyboard.press("l")
    page.mouse.click(*spot(page, *place_of(0)))
    page.click("text=先不分配")
    page.click("[data-test=tab-breaches]")
    page.wait_for_selector("[data-test=breach]:has-text('没有分给任何网格')")
    page.click("[data-test=repair]")
    page.wait_for_selector("text=没有问题")
    await_saved(page)
    assert -1 not in draft_of(page).units["grid"]


def test_two_planners_never_overwrite_each_other_silently(desk, draft_id):
    page, colleague = desk(), desk("planner_b")
    open_plan(page, draft_id)
    open_plan(colleague, draft_id)
    draft = draft_of(page)
    # Quiet until it saves, so that the page does not hear of the colleague by itself.
    quiet = [True]
    page.route(
        "**/edits?since=*", lambda route: route.abort() if quiet else route.continue_()
    )
    page.on("response", lambda answer: answer.status == 409 and quiet.clear())
    a, b = neighbours(page)
    paint(colleague, a, b)
    await_saved(colleague)
    paint(page, b, a)
    page.wait_for_selector("text=规划员乙 在")
    page.click("[data-test=take-theirs]")
    await_saved(page)
    now = draft_of(page)
    assert now.units["grid"][b] == draft.units["grid"][a]
    assert now.version == draft.version + 1


# Last: with rivers the plans of the other tests would be others.
def test_a_layer_is_looked_at_matched_checked_and_loaded(
    desk, do_next, rivers, town, fresh_database
):
    page = desk()
    page.click("text=导入数据")
    page.wait_for_selector("[data-test=layer-file]")
    page.select_option("select >> nth=0", label="河流")
    page.set_input_files("[data-test=layer-file]", rivers)
    page.wait_for_selector("text=排队中")
    do_next()
    page.wait_for_selector("[data-test=sample][data-shapes='3']")
    page.select_option("select[aria-label=名称]", label="水名")
    assert "东沟、西沟、南沟" in page.inner_text(".el-dialog table")
    page.click("[data-test=layer-check]")
    page.wait_for_selector("text=排队中")
    do_next()
    page.wait_for_selector("[data-test=layer-report]:has-text('新增')")
    assert barriers(page) == []
    page.click("[data-test=layer-write]")
    page.wait_for_selector("text=排队中")
    do_next()
    page.wait_for_selector("[data-test=layer-report]:has-text('导入完成')")
    with as_job(fresh_database, town.county_id) as session:
        stored = territory.lines_of(session, town.county_id)
    assert sorted(stored["name"]) == ["东沟", "南沟", "西沟"]
