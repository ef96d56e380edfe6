"""A slow, full or restarted database is answered politely: 200 or 503, never a 500."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest
from sqlalchemy import text

from geo.db.engine import engine_of

PATH = "/api/v1/regions"
# More than the pool has connections.
CLIENTS = int(os.environ.get("XUNGE_CROWD", "16"))


@pytest.fixture
def admin(cluster, fresh_database):
    engine = engine_of(cluster.admin_url(fresh_database.app.url.database))
    yield engine
    engine.dispose()


@pytest.fixture
def ask(address, sign_in):
    """Return a function (times) -> answers of so many requests at once."""
    cookies = dict(sign_in("admin").cookies)

    def one(_number):
        with httpx.Client(base_url=address, cookies=cookies, timeout=60) as client:
            return client.get(PATH)

    def many(times):
        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))

    return many


def test_a_locked_table_and_an_empty_pool_are_503_with_a_time_to_come_again(ask, admin):
    with admin.begin() as connection:
        connection.execute(text("LOCK TABLE regions IN ACCESS EXCLUSIVE MODE"))
        # Some wait for the table and the others for a connection, until both give up.
        answers = ask(CLIENTS)
    assert Counter(a.status_code for a in answers) == {503: CLIENTS}
    assert all(int(a.headers["retry-after"]) > 0 for a in answers)
    assert {a.json()["error"]["code"] for a in answers} == {"unavailable"}
    assert [a.status_code for a in ask(3)] == [200] * 3


def test_connections_that_die_under_load_cost_no_500(ask, admin):
    stop = Event()

    def kill():
        with admin.connect() as connection:
            live = connection.execution_options(isolation_level="AUTOCOMMIT")
            while not stop.wait(0.02):
                live.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )

    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill)
        seen = Counter(a.status_code for _ in range(6) for a in ask(8))
        stop.set()
        killing.result()
    assert set(seen) <= {200, 503}, seen
    assert [a.status_code for a in ask(3)] == [200] * 3
