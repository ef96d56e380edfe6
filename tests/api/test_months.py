"""Month sheets and allowance sheets: sums, denominators, and cells that never run."""

import csv
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import Range

from geo.db.door import as_job
from geo.db.models import AuditEntry, CountyPolicy, Person
from geo.localtime import local_date
from tests.api.conftest import FAR, NEAR
from tests.api.test_appeals import put_verdict

EVIL = ("=HYPERLINK(1)", "@SUM(1)", "+1", "-1", "\t=1", "王五\x07")


@pytest.fixture(scope="module")
def month(world, fresh_database):
    """Two workers for three days of the last month, one under a rule that records."""
    now = datetime.now(UTC)
    first = (local_date(now).replace(day=1) - timedelta(days=40)).replace(day=1)
    near, far = world.people["near_worker"], world.people[f"{FAR}001"]
    days = [first + timedelta(days=n) for n in range(3)]
    judged = ("verified", "verified", "verified")
    for day, verdicts in zip(
        days,
        [judged, judged, ("verified", "partial", "no_data")],
        strict=True,
    ):
        put_verdict(
            fresh_database, world.county_id, near, f"{NEAR}001", day, verdicts, now
        )
        put_verdict(
            fresh_database,
            world.county_id,
            far,
            f"{FAR}001",
            day,
            ("partial", "missed", "suspicious"),
            now,
            record_only=True,
        )
    with as_job(fresh_database, world.county_id) as session:
        session.add(
            CountyPolicy(
                county_id=world.county_id,
                id=uuid4(),
                subject="allowance",
                valid=Range(None, None),
                body={"share_permille": 870},
            )
        )
    return f"{first:%Y-%m}"


def sheet(sign_in, month, login="boss", **query):
    answer = sign_in(login).get(f"/api/v1/months/{month}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def export(sign_in, month, form, login="boss"):
    return sign_in(login).get(
        f"/api/v1/months/{month}/allowance", params={"format": form}
    )


def test_numbers_come_with_their_denominators(sign_in, month, world):
    found = sheet(sign_in, month)
    rows = {r["key"]: r for r in found["rows"]}
    near = rows[str(world.people["near_worker"])]
    assert (near["verified"], near["counted"], near["no_data"]) == (7, 8, 1)
    assert near["windows"] == 9
    far = rows[str(world.people[f"{FAR}001"])]
    assert (far["counted"], far["in_review"], far["record_only"]) == (6, 3, 9)


@pytest.mark.parametrize("by", ["worker", "grid", "village"])
def test_every_way_to_add_up_gives_the_same_total(sign_in, month, by):
    found = sheet(sign_in, month, by=by)
    assert (found["total"]["verified"], found["total"]["counted"]) == (7, 14)
    for key, value in found["total"].items():
        assert sum(row[key] for row in found["rows"]) == value


def test_everybody_sees_only_the_own_rows(sign_in, month, world):
    own = sheet(sign_in, month, "near_worker")
    assert [r["key"] for r in own["rows"]] == [str(world.people["near_worker"])]
    far = sheet(sign_in, month, "far_boss")
    assert [r["key"] for r in far["rows"]] == [str(world.people[f"{FAR}001"])]
    assert not far["pays"]
    assert "只作记录" in far["note"]


def test_a_year_is_its_months(sign_in, month, world):
    query = {"worker_id": str(world.people["near_worker"])}
    year = sign_in("boss").get(f"/api/v1/years/{month[:4]}", params=query).json()
    assert year["months"][int(month[5:]) - 1]["verified"] == 7
    assert year["total"]["verified"] == 7
    hidden = sign_in("far_boss").get(f"/api/v1/years/{month[:4]}", params=query)
    assert hidden.status_code == 404


def test_a_rule_that_only_records_gives_no_pay_sheet_and_says_so(sign_in, month):
    refused = export(sign_in, month, "csv", "far_boss")
    assert refused.status_code == 409
    assert "只作记录" in refused.json()["error"]["message"]


def test_the_sheet_names_share_line_and_who_is_left_out(sign_in, month):
    answer = export(sign_in, month, "csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    line = dict(zip(rows[1], rows[2], strict=True))
    assert (line["有效"], line["应计"], line["有效率"]) == ("7", "8", "7/8 (87.5%)")
    assert (line["达标线"], line["结果"]) == ("87%", "达到")
    assert any("另有 1 人的规则只作记录" in row[0] for row in rows[3:])


@pytest.mark.parametrize("login", ["near_worker", "desk"])
def test_who_makes_no_sheet_gets_none(sign_in, month, login):
    assert export(sign_in, month, "xlsx", login).status_code == 403


@pytest.mark.parametrize("name", EVIL)
def test_no_cell_of_an_export_is_a_formula(sign_in, month, world, fresh_database, name):
    near = world.people["near_worker"]
    with as_job(fresh_database, world.county_id) as session:
        session.execute(update(Person).where(Person.id == near).values(name=name))
    book = openpyxl.load_workbook(BytesIO(export(sign_in, month, "xlsx").content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not [t for t in texts if t.startswith(("=", "+", "-", "@", "\t"))]
    written = book.active["B3"].value
    assert written.removeprefix("'") == name.replace("\x07", "")
    rows = csv.reader(StringIO(export(sign_in, month, "csv").content.decode("utf-8")))
    for row in rows:
        assert not [t for t in row if t.startswith(("=", "+", "-", "@", "\t"))]


def test_each_export_is_on_the_record(sign_in, month, world, fresh_database):
    export(sign_in, month, "xlsx", "auditor")
    with as_job(fresh_database, world.county_id) as session:
        found = session.query(AuditEntry).filter_by(
            object=f"allowance/{month}", actor_id=world.people["auditor"]
        )
        assert [row.detail for row in found] == [{"format": "xlsx"}]


@pytest.mark.parametrize("month", ["2026-13", "2026", "x"])
def test_a_month_is_a_month(sign_in, world, month):
    assert sign_in("boss").get(f"/api/v1/months/{month}").status_code == 422


def test_the_slip_of_a_window_is_a_page_of_its_own(sign_in, month, world):
    query = {
        "worker_id": str(world.people["near_worker"]),
        "date": f"{month}-03",
        "window": "afternoon",
    }
    page = sign_in("near_worker").get("/api/v1/slips", params=query)
    assert page.headers["content-type"].startswith("text/html")
    assert "script" not in page.headers["content-security-policy"]
    assert "还差几项" in page.text
    assert "在网格里多走 7 分钟" in page.text
    assert sign_in("far_boss").get("/api/v1/slips", params=query).status_code == 404
