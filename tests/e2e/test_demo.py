"""From nothing to a town in force, patrolled for a day and shown on a page."""

import json
import re

import httpx
import pytest


@pytest.fixture(scope="module")
def logins(data_dir, first_run):
    book = json.loads((data_dir / "demo-deting.json").read_text("utf-8"))
    return {one["role"]: one for one in book["logins"]}


@pytest.fixture(scope="module")
def supervisor(first_run, logins):
    with httpx.Client(
        base_url=first_run.url, headers={"Origin": first_run.url}, timeout=60
    ) as client:
        one = logins["supervisor"]
        body = {"login": one["login"], "password": one["password"]}
        client.post("/api/v1/session", json=body).raise_for_status()
        yield client


@pytest.fixture(scope="module")
def board(data_dir, supervisor):
    day = json.loads((data_dir / "demo-deting.json").read_text("utf-8"))["day"]
    return supervisor.get("/api/v1/board", params={"date": day}).json()


def test_every_row_of_the_table_is_equal(first_run):
    rows = [line for line in first_run.output.splitlines() if line.startswith("│")]
    assert len(rows) == 12
    assert all("│ 是" in row for row in rows), first_run.output


def test_the_figures_of_the_article_come_out(first_run):
    cells = [
        [cell.strip() for cell in line.split("│")[1:4]]
        for line in first_run.output.splitlines()
        if line.startswith("│")
    ]
    ours = {label: float(value.replace(",", "")) for label, _, value in cells}
    assert ours["基础网格（已发布）"] == 213
    assert ours["专属网格（已发布）"] == 28
    assert ours["有责任网格员的网格"] == 241
    assert ours["网格面积合计，平方公里"] == 321
    assert ours["网格人口合计"] == 48_000
    assert ours["自然村（单元各在所属网格）"] == 264
    assert ours["封闭硐口（各恰在一格）"] == 192
    assert ours["服务场所（各恰在一格）"] == 316
    assert ours["企业（各恰在一格）"] == 12


def test_the_proof_and_the_bound_are_printed(first_run):
    assert "覆盖：成立" in first_run.output
    assert re.search(r"最大偏差 [\d.]+ %.*不低于 [\d.]+ %", first_run.output)


def test_one_log_in_of_each_role_is_printed(first_run, logins):
    assert set(logins) == {
        "admin",
        "planner",
        "supervisor",
        "duty_desk",
        "handler",
        "worker",
        "auditor",
    }
    assert all(one["password"] in first_run.output for one in logins.values())


def test_nobody_who_sat_still_or_drew_a_track_is_verified(first_run):
    assert "坐着不动或编造的有效 0" in first_run.output


def test_most_rounds_of_the_day_are_verified(board):
    assert board["totals"]["required"] == 723
    assert board["totals"]["verified"] > 0.9 * 723


def test_the_grids_are_served_as_they_were_published(supervisor):
    grids = supervisor.get("/api/v1/grids").json()["features"]
    kinds = [grid["properties"]["kind"] for grid in grids]
    assert kinds.count("base") == 213
    assert kinds.count("exclusive") == 28
    assert all(grid["properties"]["lead"] for grid in grids)


def test_most_hazards_are_closed_with_their_whole_history(supervisor):
    hazards = supervisor.get("/api/v1/hazards").json()["features"]
    closed = [one for one in hazards if one["properties"]["state"] == "closed"]
    assert (len(hazards), len(closed)) == (245, 230)
    detail = supervisor.get(f"/api/v1/hazards/{closed[0]['id']}").json()
    assert [step["event"] for step in detail["history"]] == [
        "report",
        "accept",
        "dispatch",
        "handle",
        "feed_back",
        "verify",
        "close",
    ]
    assert len(detail["photos"]) == 1


def test_a_demo_that_is_told_to_end_takes_its_server_along(second_run):
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{second_run.url}/healthz")


def test_a_second_run_keeps_the_data_and_loads_nothing(second_run):
    assert "loaded" not in second_run.output
    assert "坐着不动" not in second_run.output
    rows = [line for line in second_run.output.splitlines() if line.startswith("│")]
    assert len(rows) == 12
    assert all("│ 是" in row for row in rows)
