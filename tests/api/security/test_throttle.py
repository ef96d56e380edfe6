"""Wrong tries are few per window, and of nobody else."""

from datetime import UTC, datetime, timedelta

from api.security.throttle import Throttle

NOW = datetime(2026, 5, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_sixth_try_waits_until_the_window_moves_on():
    throttle = Throttle(5, 15 * MINUTE)
    for n in range(5):
        assert throttle.take("a", NOW + n * MINUTE) is None
    assert throttle.take("a", NOW + 5 * MINUTE) == 10 * MINUTE
    assert throttle.take("a", NOW + 16 * MINUTE) is None


def test_another_key_is_not_held_up():
    throttle = Throttle(1, MINUTE)
    assert throttle.take(("login", "1.1.1.1"), NOW) is None
    assert throttle.take(("login", "2.2.2.2"), NOW) is None


def test_a_right_try_is_not_counted():
    throttle = Throttle(1, MINUTE)
    for _ in range(3):
        assert throttle.take("a", NOW) is None
        throttle.give_back("a")


def test_a_right_try_does_not_pardon_the_wrong_ones():
    throttle = Throttle(2, MINUTE)
    throttle.take("a", NOW)
    throttle.take("a", NOW)
    throttle.give_back("a")
    assert throttle.take("a", NOW) is None
    assert throttle.take("a", NOW) == MINUTE
