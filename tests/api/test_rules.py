"""Rules over HTTP and at the command line: listed, added, ended, tried."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from api.cli.main import app as command
from api.services.verdicts import rule_trials
from geo.db.door import as_job
from geo.db.models import AuditEntry
from geo.localtime import local_date
from tests.api.conftest import COUNTY, FAR, GRIDS, TOWN
from tests.api.test_layers import do_next, finish  # noqa: F401
from tests.api.test_patrols import judged, noon, yesterday  # noqa: F401

TODAY = local_date(datetime.now(UTC))
TOMORROW = TODAY + timedelta(days=1)


def rule(region=TOWN, body=None, **more):
    said = {
        "id": str(uuid4()),
        "region_code": region,
        "valid_from": TOMORROW.isoformat(),
        "rule": body or {"base": "5-300", "rule_id": "small"},
    }
    return said | more


def listed(client, region):
    rules = client.get("/api/v1/rules").json()["rules"]
    return [r for r in rules if r["region_code"] == region]


def test_everybody_may_know_the_rules(sign_in):
    found = sign_in("near_worker").get("/api/v1/rules").json()
    assert found["default"]["dwell_min"] == 15
    assert "winter" in found["presets"]


def test_an_administrator_adds_a_rule_and_is_told_where_it_cannot_be_met(
    sign_in, fresh_database, world
):
    admin = sign_in("admin")
    sent = rule(f"{FAR}001", {"dwell_min": 300})
    answer = admin.post("/api/v1/rules", json=sent)
    assert answer.status_code == 201, answer.text
    fit = answer.json()["fit"]
    assert fit["walked"] == 1
    [unfit] = fit["unfit"]
    assert (unfit["grid_code"], unfit["preset"]) == (f"{FAR}001", "5-300")
    assert unfit["lacks"] == ["dwell_short"]
    assert answer.json()["rule"]["record_only"] is True
    # The phone's network failed and it is sent once more: it is there once.
    assert admin.post("/api/v1/rules", json=sent).status_code == 201
    assert len(listed(admin, f"{FAR}001")) == 1
    with as_job(fresh_database, world.county_id) as session:
        said = select(AuditEntry.action).where(
            AuditEntry.object == f"rule/{sent['id']}"
        )
        assert session.scalars(said).all() == ["rule.add"]


def test_a_new_rule_takes_the_place_of_the_one_before(sign_in):
    admin, region = sign_in("admin"), f"{TOWN}201"
    admin.post("/api/v1/rules", json=rule(region, valid_from=TODAY.isoformat()))
    later = TODAY + timedelta(days=30)
    admin.post("/api/v1/rules", json=rule(region, valid_from=later.isoformat()))
    days = [(r["valid_from"], r["last_day"]) for r in listed(admin, region)]
    before = later - timedelta(days=1)
    assert days == [
        (TODAY.isoformat(), before.isoformat()),
        (later.isoformat(), None),
    ]
    early = rule(region, valid_from=TOMORROW.isoformat())
    assert admin.post("/api/v1/rules", json=early).status_code == 409


def test_rules_of_seasons_and_kinds_stand_beside_each_other(sign_in):
    admin, region = sign_in("admin"), f"{TOWN}200"
    for more in ({}, {"season": "11-01/02-28"}, {"kind": "school"}):
        answer = admin.post("/api/v1/rules", json=rule(region, **more))
        assert answer.status_code == 201
    assert len(listed(admin, region)) == 3


def test_a_rule_ends_with_its_basis(sign_in):
    admin, region = sign_in("admin"), f"{FAR}002"
    body = {
        "basis": "县发〔2026〕1号",
        "scene": "森林防火",
        "ends_on": (TODAY + timedelta(days=60)).isoformat(),
    }
    made = admin.post("/api/v1/rules", json=rule(region, body)).json()["rule"]
    assert (made["record_only"], made["last_day"]) == (False, body["ends_on"])


def test_a_rule_is_ended_and_one_that_has_not_begun_goes(sign_in):
    admin, region = sign_in("admin"), f"{FAR}003"
    sent = rule(region, valid_from=TODAY.isoformat())
    admin.post("/api/v1/rules", json=sent)
    end = {"last_day": TOMORROW.isoformat()}
    ended = admin.post(f"/api/v1/rules/{sent['id']}/end", json=end)
    assert ended.json()["last_day"] == TOMORROW.isoformat()
    again = admin.post(f"/api/v1/rules/{sent['id']}/end", json=end)
    assert again.status_code == 422
    coming = rule(region, valid_from=(TODAY + timedelta(days=9)).isoformat())
    admin.post("/api/v1/rules", json=coming)
    assert len(listed(admin, region)) == 2
    admin.post(f"/api/v1/rules/{coming['id']}/end", json=end)
    assert len(listed(admin, region)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_from": (TODAY - timedelta(days=1)).isoformat()},
        {"season": "winter"},
        {"region_code": "4103"},
        {"rule": {"dwell_minutes": 5}},
        {"rule": {"dwell_min": -1}},
        {"rule": {"base": "x"}},
        {"rule": {"ends_on": "soon"}},
        {"rule": {"ends_on": TODAY.isoformat()}},
        {"rule": {"name": "\0"}},
        {"rule": {"windows": [{"code": "a", "start": "x", "end": "y"}]}},
        {"kind": "Ü"},
    ],
)
def test_a_rule_that_cannot_be_is_refused(sign_in, wrong):
    answer = sign_in("admin").post("/api/v1/rules", json=rule() | wrong)
    assert answer.status_code == 422
    assert "\0" not in answer.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"valid_from": (TODAY - timedelta(days=1)).isoformat()}, "最早从今天起"),
        ({"season": "winter"}, "11-01/02-28"),
        ({"rule": {"dwell_minutes": 5}}, "不是规则的字段"),
        ({"rule": {"dwell_min": -1}}, "dwell_min 须是不小于 0 的数"),
        ({"rule": {"moving_share": 2}}, "moving_share 是比例"),
        ({"rule": {"base": "x"}}, "可用的有：yiri-sanxun-1"),
        ({"rule": {"ends_on": TODAY.isoformat()}}, "早于生效日"),
        ({"rule": {"windows": [{"code": "a", "start": "x", "end": "y"}]}}, "06:00"),
    ],
)
def test_a_refusal_says_what_would_do(sign_in, wrong, words):
    answer = sign_in("admin").post("/api/v1/rules", json=rule() | wrong)
    assert words in answer.json()["error"]["message"]


def test_a_trial_that_cannot_be_is_no_job(sign_in):
    asked = rule() | {"first": TODAY.isoformat(), "last": TODAY.isoformat()}
    del asked["id"], asked["valid_from"]
    boss = sign_in("boss")
    backwards = asked | {"first": TOMORROW.isoformat()}
    for wrong in (backwards, asked | {"rule": {"gap_s": -1}}):
        refused = boss.post("/api/v1/rules/preview", json=wrong)
        assert refused.status_code == 422, refused.text


def test_only_administrators_change_rules(sign_in):
    for login in ("boss", "near_worker", "auditor"):
        client = sign_in(login)
        assert client.post("/api/v1/rules", json=rule()).status_code == 403
        end = {"last_day": TOMORROW.isoformat()}
        answer = client.post(f"/api/v1/rules/{uuid4()}/end", json=end)
        assert answer.status_code == 403


def test_a_harder_rule_would_have_lost_rounds_and_writes_nothing(
    judged,  # noqa: F811
    sign_in,
    finish,  # noqa: F811
    yesterday,  # noqa: F811
):
    boss = sign_in("boss")
    day = {"first": yesterday.isoformat(), "last": yesterday.isoformat()}
    before = boss.get("/api/v1/patrols", params={"date": day["first"]}).json()

    def tried(body):
        asked = {"region_code": TOWN, "rule": body, **day}
        return finish(boss, boss.post("/api/v1/rules/preview", json=asked))["result"]

    hard, same = tried({"distance_m": 50_000}), tried({"name": "别名"})
    assert (hard["looked_at"], hard["lost"], hard["gained"]) == (3, 3, 0)
    assert hard["before"]["verified"] == 3
    assert "verified" not in hard["after"]
    assert hard["reasons"]["distance_short"] == 3
    assert (same["lost"], same["gained"]) == (0, 0)
    assert same["after"] == same["before"]
    after = boss.get("/api/v1/patrols", params={"date": day["first"]}).json()
    assert after == before


def test_a_long_preview_looks_at_days_spread_over_the_time(
    monkeypatch,
    sign_in,
    finish,  # noqa: F811
):
    monkeypatch.setattr(rule_trials, "MOST_WORKER_DAYS", 9)
    first = TODAY - timedelta(days=29)
    asked = {"region_code": COUNTY, "rule": {"dwell_min": 5}}
    asked |= {"first": first.isoformat(), "last": TODAY.isoformat()}
    admin = sign_in("admin")
    found = finish(admin, admin.post("/api/v1/rules/preview", json=asked))["result"]
    assert found["worker_days"] > 60
    assert 1 <= len(found["days"]) <= 3
    assert found["looked_at"] <= 9


def test_the_grids_that_are_fit_are_walked_by_who_may_plan(sign_in):
    found = sign_in("boss").get("/api/v1/rules/fit").json()
    assert found == {"walked": len(GRIDS), "unfit": []}
    assert sign_in("near_worker").get("/api/v1/rules/fit").status_code == 403


def test_the_command_adds_lists_and_ends_rules(fresh_settings, world, monkeypatch):
    monkeypatch.setenv(
        "XUNGE_DATABASE_URL", fresh_settings.database_url.get_secret_value()
    )
    region = f"{FAR}004"

    def run(*words):
        done = CliRunner().invoke(command, ["rule", *words])
        assert done.exit_code == 0, done.output
        return done.output

    day = ["--valid-from", TODAY.isoformat()]
    said = run("add", region, *day, "--rules", "10-1000")
    assert "10-1000 holds" in said
    assert "0 grids walked" in said
    rule_id = said.split()[0]
    assert f"{rule_id}  {region}" in run("list", COUNTY)
    run("end", COUNTY, rule_id, "--last-day", TOMORROW.isoformat())
    assert f"{TODAY}..{TOMORROW}" in run("list", COUNTY)
    days = ["--first", TODAY.isoformat(), "--last", TODAY.isoformat()]
    assert "worker-days" in run("try", TOWN, *days, "--rules", "30-2000")
    assert "3 grids walked" in run("fit", TOWN)
