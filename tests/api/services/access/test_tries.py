"""Wrong tries are few per window, of nobody else, and a restart forgives none."""

from datetime import UTC, datetime
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.errors import BadLogin, TooManyTries
from api.services.access.tries import (
    TRIES_PER_LOGIN,
    WINDOW,
    counted,
    of_login,
    of_person,
)
from geo.db.engine import connect


def guess(database, login, address="198.51.100.1", *, is_right=False):
    with counted(database, of_login(login, address), datetime.now(UTC)):
        if not is_right:
            raise BadLogin("wrong")


def guess_wrong(database, login, times, address="198.51.100.1"):
    for _ in range(times):
        with pytest.raises(BadLogin):
            guess(database, login, address)


@pytest.fixture
def login():
    return uuid4().hex


@pytest.fixture
def address():
    return uuid4().hex


def test_the_sixth_try_waits_even_in_another_process(database, login, address):
    guess_wrong(database, login, TRIES_PER_LOGIN, address)
    other = connect(database.app.url.render_as_string(hide_password=False))
    with pytest.raises(TooManyTries) as refusal:
        guess(other, login, address, is_right=True)
    other.dispose()
    assert 0 < refusal.value.retry_after_s <= WINDOW.total_seconds() + 1


def test_the_same_login_from_elsewhere_is_let_in(database, login, address):
    guess_wrong(database, login, TRIES_PER_LOGIN, address)
    guess(database, login, uuid4().hex, is_right=True)


def test_one_address_cannot_walk_through_all_logins(database, address):
    for _ in range(50):
        guess_wrong(database, uuid4().hex, 1, address)
    with pytest.raises(TooManyTries):
        guess(database, uuid4().hex, address, is_right=True)


def test_right_tries_are_not_counted_and_pardon_no_wrong_ones(database, login, address):
    guess_wrong(database, login, TRIES_PER_LOGIN - 1, address)
    for _ in range(3):
        guess(database, login, address, is_right=True)
    guess_wrong(database, login, 1, address)
    with pytest.raises(TooManyTries):
        guess(database, login, address, is_right=True)


def test_tries_count_again_when_the_window_has_passed(
    database, login, address, cluster
):
    guess_wrong(database, login, TRIES_PER_LOGIN, address)
    engine = connect(cluster.admin_url(database.app.url.database)).owner
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE xunge_owner"))
        connection.execute(
            text(
                "UPDATE login_tries SET tried = ARRAY(SELECT t - interval '16 min' "
                "FROM unnest(tried) t), last_at = last_at - interval '16 min'"
            )
        )
    engine.dispose()
    guess(database, login, address, is_right=True)


def test_guesses_that_come_together_are_counted_one_by_one(database, login, address):
    outcomes, start = [], Barrier(8)

    def one():
        start.wait()
        try:
            guess(database, login, address)
        except (BadLogin, TooManyTries) as error:
            outcomes.append(type(error))

    threads = [Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(BadLogin) == TRIES_PER_LOGIN
    assert outcomes.count(TooManyTries) == 3


def test_neither_login_nor_address_can_be_read_from_what_is_kept():
    kept = b"".join(tried.key for tried in of_login("boss", "198.51.100.1"))
    assert b"boss" not in kept
    assert b"198" not in kept
    assert of_person("code", "a")[0].key != of_person("password", "a")[0].key
