"""Every tool of the editor against the real server, by mouse, keys and finger."""
# ruff: noqa: F811

import numpy as np
import pytest

from tests.web.planners import (  # noqa: F401
    address,
    app,
    asked_of,
    await_saved,
    desk,
    draft_id,
    draft_of,
    middles,
    neighbours,
    open_plan,
    paint,
    spot,
    town,
    world,
)
from tests.web.visiting import await_true, barriers

pytestmark = [pytest.mark.web, pytest.mark.usefixtures("built")]


def choose(page, code: str) -> None:
    """Choose a grid in the list; the map flies there."""
    page.fill("input[type=search]", code)
    page.click("[data-test=grid-row]")
    page.wait_for_selector(f"[data-test=grid-card]:has-text('{code}')")


def saved(page, version: int):
    """The draft, once the server has so many changes."""
    await_true(page, lambda: draft_of(page).version >= version)
    return draft_of(page)


def shared_corner(page) -> tuple[str, tuple[float, float]]:
    """A corner inside a village that two grids share: one of them, and its place."""
    land, draft = asked_of(page, "land"), draft_of(page)
    around: dict[int, set[int]] = {}
    for unit, parts in enumerate(land["polygons"]):
        for vertex in {v for rings in parts for ring in rings for v in ring}:
            around.setdefault(vertex, set()).add(unit)
    grid, village = draft.units["grid"], draft.units["village"]
    lon, lat = (np.cumsum(land["vertices"][k::2]) / 1e7 for k in (0, 1))
    for vertex, units in sorted(around.items()):
        if len(units) > 2 and len({village[u] for u in units}) == 1:
            homes = {grid[u] for u in units}
            if len(homes) > 1:
                return draft.grids["code"][min(homes)], (lon[vertex], lat[vertex])
    raise AssertionError("no corner is shared")


def test_a_problem_is_counted_once_whatever_is_edited_elsewhere(desk, draft_id):
    page = desk()
    open_plan(page, draft_id)
    grid, village = (draft_of(page).units[name] for name in ("grid", "village"))
    codes = draft_of(page).grids["code"]
    near, far = village.index(0), village.index(1)
    asked = {"kind": "move", "units": [far], "to": codes[grid[near]]}
    answer = page.request.post(
        f"/api/v1/plans/{draft_id}/edits", data={"version": 0, "edit": asked}
    )
    assert answer.ok, answer.text()
    page.reload()
    page.wait_for_selector("[data-test=breach-card].bad")
    problems = draft_of(page).breach_count
    assert problems > 0
    others = set(range(len(codes))) - {grid[near], grid[far]}
    choose(page, codes[min(others)])
    page.keyboard.press("k")
    saved(page, 2)
    await_saved(page)
    assert page.inner_text("[data-test=breach-card] .big") == str(problems)
    page.click("[data-test=tab-breaches]")
    assert page.locator("[data-test=breach]").count() == problems


def test_grids_are_locked_merged_and_balanced_anew(desk, draft_id):
    page = desk()
    open_plan(page, draft_id)
    a, b = neighbours(page)
    first = draft_of(page)
    own, other = (first.grids["code"][first.units["grid"][u]] for u in (a, b))
    choose(page, own)
    page.keyboard.press("k")
    assert saved(page, 1).grids["locked"].count(True) == 1
    paint(page, b, a)
    page.wait_for_selector("text=这个网格已锁定")
    assert barriers(page) == []
    assert draft_of(page).units["grid"] == first.units["grid"]
    choose(page, own)
    page.click("[data-test=lock]")
    saved(page, 2)
    page.click("[data-test=merge]")
    page.click(f"[data-test=merge-with]:has-text('与 {other[-3:]} 合并')")
    merged = saved(page, 3)
    assert other not in merged.grids["code"]
    assert own in page.inner_text("[data-test=grid-card]")
    page.click("[data-test=ask-why]")
    page.wait_for_selector("[data-test=why] ~ ol > li:has-text('%')")
    page.keyboard.press("Control+z")
    back = saved(page, 4)
    assert back.units["grid"] == first.units["grid"]
    paint(page, a, b)
    uneven = saved(page, 5)
    page.keyboard.press("r")
    even = saved(page, 6)
    assert even.summary["max_deviation_pct"] < uneven.summary["max_deviation_pct"]
    assert barriers(page) == []


def test_a_corner_moves_with_both_sides_and_comes_back(desk, draft_id):
    page = desk()
    open_plan(page, draft_id)
    grid, corner = shared_corner(page)
    x, y = spot(page, *corner)
    page.keyboard.press("n")
    unit = draft_of(page).units["grid"].index(draft_of(page).grids["code"].index(grid))
    page.mouse.click(*spot(page, *middles(page, unit)[0]))
    page.wait_for_selector(f"[data-test=grid-card]:has-text('{grid}')")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 14, y + 9, steps=3)
    page.mouse.up()
    moved = saved(page, 1)
    assert len(moved.moved_vertices) == 1
    assert moved.breaches == []
    page.click("[data-test=undo]")
    assert saved(page, 2).moved_vertices == []


def test_the_assignment_goes_out_and_comes_back_without_loss(desk, draft_id, tmp_path):
    page = desk()
    open_plan(page, draft_id)
    path = f"/api/v1/plans/{draft_id}/assignment.csv"
    before = page.request.get(path).body()
    a, b = neighbours(page)
    paint(page, a, b)
    await_saved(page)
    assert page.request.get(path).body() != before
    file = tmp_path / "划分.csv"
    file.write_bytes(before)
    page.set_input_files("input[type=file]", file)
    page.wait_for_selector("text=已导入")
    assert page.request.get(path).body() == before
    # The last code loses a digit.
    file.write_bytes(before[:-3] + b"\r\n")
    page.set_input_files("input[type=file]", file)
    page.wait_for_selector("text=grid_id 不是 15 位网格编码")
    assert page.request.get(path).body() == before


def test_a_remark_is_made_at_a_place_and_ticked_off(desk, draft_id):
    page = desk()
    open_plan(page, draft_id)
    page.click("[data-test=tab-comments]")
    page.fill(".comments textarea", "这条沟雨天过不去")
    page.click(".comments .send button")
    page.wait_for_selector(".comments li:has-text('这条沟雨天过不去')")
    assert barriers(page) == []
    page.click("text=✓ >> nth=-1")
    page.wait_for_selector(".comments li.closed")


def test_a_planner_without_a_mouse_moves_a_settlement(desk, draft_id):
    page = desk()
    open_plan(page, draft_id)
    a, b = neighbours(page)
    draft = draft_of(page)
    own = draft.grids["code"][draft.units["grid"][a]]
    page.focus("input[type=search]")
    page.keyboard.type(own)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.focus("[data-test=grid-units]")
    page.keyboard.press("Enter")
    name = draft.units["name"][a]
    page.focus(f"[data-test=grid-card] label:has-text('{name}') input")
    page.keyboard.press("Space")
    page.focus("[data-test=pick-units]")
    page.keyboard.press("Enter")
    other = draft.grids["code"][draft.units["grid"][b]]
    page.focus(f"[data-test=move-to]:has-text('{other[-3:]}')")
    page.keyboard.press("Enter")
    assert saved(page, 1).units["grid"][a] == draft.units["grid"][b]


def test_the_editor_fits_a_phone_and_a_finger_paints(desk, draft_id):
    page = desk(phone=True)
    open_plan(page, draft_id)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".map-box").bounding_box()["height"] > 150
    assert barriers(page) == []
    page.tap("[data-test=tool-brush]")
    page.wait_for_selector("[data-test=fold][aria-expanded=false]")
    before = draft_of(page).units["grid"]
    draw_by_finger(page, page.locator(".map-box").bounding_box())
    assert saved(page, 1).units["grid"] != before
    page.tap("[data-test=tool-choose]")
    page.wait_for_selector("[data-test=fold][aria-expanded=true]")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def draw_by_finger(page, box) -> None:
    """Draw along the middle of the map, from a quarter of it to three quarters."""
    phone = page.context.new_cdp_session(page)
    y = box["y"] + box["height"] * 0.45
    left = box["x"] + box["width"] * 0.2

    def touch(kind: str, *points: float) -> None:
        places = [{"x": x, "y": y} for x in points]
        phone.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", left)
    for share in (0.3, 0.4, 0.5):
        touch("touchMove", box["x"] + box["width"] * share)
    touch("touchEnd")
