"""Jobs as they are listed."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from geo.codes import padded, range_of
from geo.db.door import Viewer, as_job, as_viewer
from geo.db.models import Person
from geo.db.store import jobs as store

COUNTY = "410398"
MADE_AT = datetime(2026, 5, 20, 8, tzinfo=UTC)


def a_job(number, maker):
    return {
        "id": UUID(int=number),
        "kind": "preview",
        "code": padded(COUNTY),
        "asked": {},
        "made_by": maker,
        "made_by_name": "A",
        "made_at": MADE_AT,
    }


def test_jobs_of_the_same_moment_are_listed_in_the_same_order(database, county):
    maker, code = uuid4(), padded(f"{COUNTY}100200")
    with as_job(database, county) as session:
        session.add(Person(county_id=county, id=maker, name="某人", code=code))
    viewer = Viewer(county, None, (range_of(COUNTY),))
    with as_viewer(database, viewer) as session:
        for number in (5, 2, 9, 1):
            store.add_job(session, county, a_job(number, maker))
        found = store.jobs_of(
            session, county, viewer.scope, kind=None, states=(), limit=3
        )
        assert [job.id.int for job in found] == [1, 2, 5]
