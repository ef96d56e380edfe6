import pytest

from tracking.formats.scalars import number, time_ms, whole

NOON = 1_779_249_600_000


@pytest.mark.parametrize(
    "said",
    [
        "2026-05-20T12:00:00+08:00",
        "2026-05-20T04:00:00Z",
        "2026-05-20T04:00:00.000Z",
        "2026-05-20T04:00:00",
        "2026-05-20 04:00:00",
        1_779_249_600,
        "1779249600",
        1_779_249_600_000,
        "1779249600000",
        1_779_249_600.0,
        "1779249600.000",
    ],
)
def test_every_way_to_write_a_moment_is_the_same_moment(said):
    assert time_ms(said) == NOON


def test_parts_of_a_millisecond_are_cut_off():
    assert time_ms("2026-05-20T04:00:00.0019999Z") == NOON + 1
    assert time_ms("1779249600.123") == NOON + 123


def test_a_time_before_1970_goes_down_not_towards_zero():
    assert time_ms("1901-12-13T20:45:52.2073437Z") == -2_147_483_647_793
    assert time_ms(-2_147_483_648) == -2_147_483_648_000


@pytest.mark.parametrize(
    "said",
    [None, "", "noon", True, [], {}, "2026-13-40 00:00:00", "1e999", 10**40, "9" * 30],
)
def test_what_is_no_time_is_none(said):
    assert time_ms(said) is None


@pytest.mark.parametrize(
    "said", [True, False, None, "", "x", "nan", "inf", [], 10**400]
)
def test_what_is_no_number_is_none(said):
    assert number(said) is None


def test_numbers_of_forms_are_text():
    assert number("12.5") == 12.5


def test_values_out_of_range_are_not_said():
    assert whole(-1.0, 100.0, 0, 36_000) == -1
    assert whole(361.0, 100.0, 0, 36_000) == -1
