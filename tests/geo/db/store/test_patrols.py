"""Judging a day: one judge after the other."""

from datetime import date
from threading import Event, Thread

from sqlalchemy import text

from geo.db.door import as_job
from geo.db.store.patrols import lock_judging

DAY = date(2026, 5, 20)


def test_a_second_judge_waits_longer_than_for_a_row_and_keeps_the_limit(
    database, county
):
    waited, started = [], Event()

    def judge_too():
        with as_job(database, county) as session:
            session.execute(text("SET LOCAL lock_timeout = '1ms'"))
            started.set()
            lock_judging(session, county, DAY)
            waited.append(session.scalar(text("SHOW lock_timeout")))

    second = Thread(target=judge_too)
    with as_job(database, county) as session:
        lock_judging(session, county, DAY)
        second.start()
        started.wait()
        second.join(0.2)
        assert not waited
    second.join()
    assert waited == ["1ms"]
