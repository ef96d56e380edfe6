"""Appeals over HTTP: by the worker, answered by another person, side by side."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from geo.codes import padded, range_of
from geo.db.door import Viewer, as_job, as_viewer
from geo.db.engine import engine_of
from geo.db.models import AuditEntry, CalendarEntry, Verdict
from geo.localtime import local_date
from tests.api.conftest import FAR, NEAR

WINDOWS = ("morning", "afternoon", "evening")
NAMES = {"boss": "人员boss", "far_boss": "人员far_boss", "admin": "人员admin"}


def patrol(window, verdict, record_only=False, provisional=False):
    return {
        "window": window,
        "verdict": verdict,
        "excused": False,
        "provisional": provisional,
        "reasons": [{"code": "dwell_short", "value": 8, "needed": 15}]
        if verdict == "partial"
        else [],
        "start": None,
        "end": None,
        "dwell_min": 0.0,
        "distance_m": 0.0,
        "checkpoints_reached": 0,
        "checkpoints_required": 0,
        "largest_gap_s": 0,
        "evidence": {"record_only": record_only, "input_hash": "0" * 64},
    }


def put_verdict(database, county_id, person, code, day, verdicts, at, **more):
    body = {
        "worker_id": str(person),
        "date": day.isoformat(),
        "rule": "r",
        "verified": sum(v == "verified" for v in verdicts),
        "required": 3,
        "excused": 0,
        "patrols": [
            patrol(w, v, **more) for w, v in zip(WINDOWS, verdicts, strict=True)
        ],
    }
    with as_job(database, county_id) as session:
        last = session.scalars(
            select(Verdict.revision).where(
                Verdict.person_id == person, Verdict.day == day
            )
        ).all()
        session.add(
            Verdict(
                county_id=county_id,
                person_id=person,
                day=day,
                revision=max(last, default=0) + 1,
                code=padded(code),
                rule_id="r",
                input_hash="0" * 64,
                body=body,
                judged_at=at,
            )
        )


@pytest.fixture(scope="module")
def now():
    return datetime.now(UTC)


@pytest.fixture
def judge(world, fresh_database, now):
    """Return a function that gives the near worker a day, each its own."""
    days = iter(range(1000))

    def make(*verdicts, login="near_worker", age=None, hours=1, **more):
        on = local_date(now) - timedelta(days=2 if age is None else age)
        # Every test takes another person's day: the worker's clock moves back a week.
        on = on if age is not None else on - timedelta(days=next(days))
        put_verdict(
            fresh_database,
            world.county_id,
            world.people[login],
            f"{NEAR}001",
            on,
            verdicts,
            now - timedelta(hours=hours),
            **more,
        )
        return on

    return make


@pytest.fixture
def day(judge):
    return judge("verified", "partial", "no_data")


def body(on, window="afternoon", **changes):
    made = {
        "id": str(uuid4()),
        "date": on.isoformat(),
        "window": window,
        "note": "手机没电，走过了",
    }
    return made | changes


def answer(login="boss", outcome="verified", **changes):
    made = {"outcome": outcome, "reason": "查过邻居", "signature": NAMES[login]}
    return made | changes


def appeal(sign_in, on, window="afternoon"):
    made = sign_in("near_worker").post("/api/v1/appeals", json=body(on, window))
    assert made.status_code == 201, made.text
    return made.json()


def stands(sign_in, on, window="afternoon", login="boss"):
    found = sign_in(login).get("/api/v1/standings", params={"date": on.isoformat()})
    rows = {w["window"]: w for w in found.json()["windows"]}
    return rows[window]


@pytest.fixture(autouse=True)
def clean(world, fresh_database, cluster):
    """Take away what a test left; only the owner of the server may."""
    yield
    engine = engine_of(cluster.admin_url(fresh_database.app.url.database))
    with engine.begin() as connection:
        for table in ("decisions", "appeals", "verdicts", "calendar_entries"):
            connection.execute(text(f"DELETE FROM {table}"))
    engine.dispose()


def test_a_worker_appeals_and_another_person_decides(sign_in, day):
    made = appeal(sign_in, day)
    assert stands(sign_in, day)["standing"] == "open_appeal"
    path = f"/api/v1/appeals/{made['id']}/answer"
    answered = sign_in("boss").post(path, json=answer())
    assert answered.status_code == 200, answered.text
    seen = stands(sign_in, day, login="near_worker")
    assert seen["machine"]["verdict"] == "partial"
    assert seen["standing"] == "verified"
    assert seen["decisions"][0]["signature"] == "人员boss"


def test_an_appeal_sent_twice_counts_once(sign_in, day):
    worker, sent = sign_in("near_worker"), body(day)
    codes = [worker.post("/api/v1/appeals", json=sent).status_code for _ in range(2)]
    assert codes == [201, 200]
    other = worker.post("/api/v1/appeals", json=sent | {"note": "别的"})
    assert other.status_code == 409


def test_a_second_appeal_of_an_open_window_is_refused(sign_in, day):
    appeal(sign_in, day)
    again = sign_in("near_worker").post("/api/v1/appeals", json=body(day))
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_appealable")
    assert "请等答复" in again.json()["error"]["message"]


def test_an_appeal_that_says_nothing_is_refused(sign_in, day):
    silent = body(day, note="\u200b …")
    refused = sign_in("near_worker").post("/api/v1/appeals", json=silent)
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "note")


@pytest.mark.parametrize("window", ["morning", "nightly"])
def test_what_is_verified_or_was_never_judged_cannot_be_appealed(sign_in, day, window):
    refused = sign_in("near_worker").post("/api/v1/appeals", json=body(day, window))
    assert refused.status_code == {"morning": 409, "nightly": 404}[window]


def test_nobody_appeals_for_somebody_else(sign_in, day):
    refused = sign_in("boss").post("/api/v1/appeals", json=body(day))
    assert refused.status_code == 404


@pytest.mark.parametrize("login", ["near_worker", "auditor", "desk"])
def test_only_supervisors_answer(sign_in, day, login):
    made = appeal(sign_in, day)
    path = f"/api/v1/appeals/{made['id']}/answer"
    signed = answer() | {"signature": f"人员{login}"}
    refused = sign_in(login).post(path, json=signed)
    assert (refused.status_code, refused.json()["error"]["code"]) == (
        403,
        "decision_refused",
    )


def test_a_supervisor_of_another_village_sees_no_appeal(sign_in, day):
    made = appeal(sign_in, day)
    path = f"/api/v1/appeals/{made['id']}/answer"
    assert sign_in("far_boss").post(path, json=answer("far_boss")).status_code == 404
    listed = sign_in("far_boss").get("/api/v1/appeals").json()
    assert listed == {"appeals": [], "open": 0, "overdue": 0}


@pytest.mark.parametrize("changes", [{"signature": "张三"}, {"reason": " "}])
def test_an_answer_needs_the_own_name_and_a_reason(sign_in, day, changes):
    made = appeal(sign_in, day)
    path = f"/api/v1/appeals/{made['id']}/answer"
    refused = sign_in("boss").post(path, json=answer() | changes)
    assert refused.status_code == 403


def test_who_decided_before_does_not_answer_the_appeal(sign_in, day, world):
    override = answer(outcome="not_verified") | {
        "id": str(uuid4()),
        "worker_id": str(world.people["near_worker"]),
        "date": day.isoformat(),
        "window": "afternoon",
    }
    assert sign_in("boss").post("/api/v1/decisions", json=override).status_code == 201
    made = appeal(sign_in, day)
    path = f"/api/v1/appeals/{made['id']}/answer"
    assert sign_in("boss").post(path, json=answer()).status_code == 403
    assert sign_in("admin").post(path, json=answer("admin")).status_code == 200
    seen = stands(sign_in, day)
    assert [d["outcome"] for d in seen["decisions"]] == ["not_verified", "verified"]


def test_an_answered_appeal_is_not_answered_again(sign_in, day):
    made = appeal(sign_in, day)
    path = f"/api/v1/appeals/{made['id']}/answer"
    assert sign_in("boss").post(path, json=answer()).status_code == 200
    assert sign_in("admin").post(path, json=answer("admin")).status_code == 409


def test_each_decision_is_in_the_audit_log(sign_in, day, world, fresh_database):
    made = appeal(sign_in, day)
    sign_in("boss").post(f"/api/v1/appeals/{made['id']}/answer", json=answer())
    with as_job(fresh_database, world.county_id) as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.object == f"decision/{made['id']}")
        ).all()
    assert [(r.action, r.actor_id) for r in rows] == [("decide", world.people["boss"])]
    assert rows[0].detail["machine"] == "partial"


def test_an_appeal_after_seven_days_is_refused(sign_in, judge):
    old = judge("partial", "partial", "partial", age=12, hours=9 * 24)
    refused = sign_in("near_worker").post("/api/v1/appeals", json=body(old))
    assert refused.json()["error"]["code"] == "not_appealable"
    assert "申诉期已过" in refused.json()["error"]["message"]


def test_a_new_verdict_of_an_old_day_may_be_appealed_for_seven_days(sign_in, judge):
    old = judge("partial", "partial", "partial", age=12)
    assert appeal(sign_in, old)["date"] == old.isoformat()


def test_appeals_without_an_answer_in_time_are_listed_as_overdue(
    sign_in, day, world, fresh_database, cluster
):
    made = appeal(sign_in, day)
    engine = engine_of(cluster.admin_url(fresh_database.app.url.database))
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE appeals SET due_at = now() - interval '1 hour'")
        )
    engine.dispose()
    late = sign_in("boss").get("/api/v1/appeals", params={"which": "overdue"}).json()
    assert [a["id"] for a in late["appeals"]] == [made["id"]]
    assert (late["open"], late["overdue"]) == (1, 1)


def excuse(world, on, **changes):
    made = {
        "id": str(uuid4()),
        "worker_ids": [str(world.people["near_worker"])],
        "first": on.isoformat(),
        "last": on.isoformat(),
        "kind": "weather",
        "reason": "暴雪封路",
        "signature": "人员boss",
    }
    return made | changes


def test_worker_days_are_excused_together(sign_in, day, world, fresh_database):
    sent = excuse(world, day)
    made = sign_in("boss").post("/api/v1/excuses", json=sent)
    assert made.status_code == 201, made.text
    # The verified window needs no excuse.
    assert (made.json()["workers"], made.json()["windows"]) == (1, 2)
    assert stands(sign_in, day)["standing"] == "excused"
    assert stands(sign_in, day, "morning")["standing"] == "verified"
    with as_job(fresh_database, world.county_id) as session:
        kinds = session.scalars(select(CalendarEntry.kind)).all()
    assert kinds == ["weather"]
    again = sign_in("boss").post("/api/v1/excuses", json=sent)
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("login", "changes", "status"),
    [
        ("near_worker", {"signature": "人员near_worker"}, 403),
        ("far_boss", {"signature": "人员far_boss"}, 404),
        ("boss", {"signature": "x"}, 403),
        ("boss", {"last": "2020-01-01"}, 422),
    ],
)
def test_who_may_not_excuses_nobody(sign_in, day, world, login, changes, status):
    refused = sign_in(login).post("/api/v1/excuses", json=excuse(world, day, **changes))
    assert refused.status_code == status


def test_the_database_itself_refuses_a_decision_on_the_own_verdict(
    world, fresh_database, day
):
    boss = world.people["boss"]
    viewer = Viewer(world.county_id, boss, (range_of(NEAR), range_of(FAR)))
    insert = text(
        "INSERT INTO decisions (county_id, id, person_id, day, window_code, code, "
        "revision, machine_verdict, outcome, reason, decided_by, signature, "
        "decided_at) SELECT county_id, gen_random_uuid(), person_id, day, 'evening', "
        "code, revision, 'partial', 'verified', 'r', :by, 's', now() FROM verdicts "
        "WHERE day = :day"
    )
    for by in (world.people["near_worker"], world.people["admin"]):
        with (
            pytest.raises(DBAPIError),
            as_viewer(fresh_database, viewer) as session,
        ):
            session.execute(insert, {"by": by, "day": day})


def test_nobody_changes_or_takes_away_what_was_said(world, fresh_database):
    viewer = Viewer(world.county_id, world.people["boss"], (range_of(NEAR),))
    for statement in (
        "UPDATE appeals SET note = 'x'",
        "DELETE FROM appeals",
        "UPDATE decisions SET reason = 'x'",
        "DELETE FROM decisions",
    ):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            as_viewer(fresh_database, viewer) as session,
        ):
            session.execute(text(statement))
