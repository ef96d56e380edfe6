"""Periodic work goes through every county, and trouble with one stops no other."""

import logging
from datetime import UTC, datetime, timedelta
from threading import Event

from api.jobs import WORKS, Periodic, do_all

NOW = datetime(2026, 5, 20, tzinfo=UTC)


def test_trouble_with_one_county_stops_no_other(fresh_database, make_county, caplog):
    counties = [make_county(fresh_database) for _ in range(3)]
    done = []

    def work(_database, county_id, _now):
        done.append(county_id)
        if county_id == counties[1]:
            raise RuntimeError("broken")

    with caplog.at_level(logging.ERROR):
        do_all(fresh_database, NOW, [work], Event())
    assert done == counties
    assert str(counties[1]) in caplog.text


def test_the_real_works_run_on_an_empty_county(fresh_database, make_county, caplog):
    make_county(fresh_database)
    do_all(fresh_database, NOW, WORKS, Event())
    assert caplog.text == ""


def test_it_stops_when_asked_to(fresh_database):
    begun = Event()
    with Periodic(
        fresh_database,
        every=timedelta(hours=1),
        works=[lambda *_: begun.set()],
    ) as periodic:
        assert begun.wait(30)
    assert not periodic._thread.is_alive()
