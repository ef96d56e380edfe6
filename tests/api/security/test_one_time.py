"""One-time codes are those of RFC 6238, near now only, and made from two halves."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.security.one_time import (
    STEP_S,
    as_text,
    code_at,
    hash_recovery_code,
    link_of,
    new_recovery_codes,
    new_salt,
    secret_of,
    step_of,
)

SECRET = b"12345678901234567890"
# RFC 6238, appendix B, the rows of SHA-1; the last six of their eight digits.
TABLE = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize("at", TABLE)
def test_the_codes_are_those_of_the_standard_at(at):
    assert code_at(SECRET, at // STEP_S) == TABLE[at]


@given(st.integers(STEP_S, 2**34), st.integers(-5, 5))
def test_a_code_is_taken_one_step_early_or_late_and_no_more(at, off):
    now = datetime.fromtimestamp(at, UTC)
    step = at // STEP_S + off
    if step < 0:
        return
    found = step_of(SECRET, code_at(SECRET, step), now)
    # Two steps may share a code by chance; then the later one of those near now counts.
    if abs(off) <= 1:
        assert found is not None
        assert code_at(SECRET, found) == code_at(SECRET, step)
    elif found is not None:
        assert code_at(SECRET, found) == code_at(SECRET, step)


@given(st.text(max_size=12))
def test_what_is_no_code_is_none(text):
    found = step_of(SECRET, text, datetime.fromtimestamp(59, UTC))
    near = {code_at(SECRET, step) for step in (0, 1, 2)}
    assert (found is not None) == (text in near)


def test_salt_and_key_are_both_needed_for_a_secret():
    person, salt = uuid4(), new_salt()
    secret = secret_of(b"k" * 32, person, salt)
    assert len(secret) == 20
    assert secret != secret_of(b"l" * 32, person, salt)
    assert secret != secret_of(b"k" * 32, person, new_salt())
    assert secret != secret_of(b"k" * 32, uuid4(), salt)


def test_an_app_can_read_the_link():
    link = link_of(SECRET, "值班 desk", "巡格")
    assert link.startswith("otpauth://totp/")
    assert f"secret={as_text(SECRET)}&" in link
    assert " " not in link
    assert link.isascii()


def test_recovery_codes_are_many_and_stand_for_one_person():
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    person = uuid4()
    hashed = hash_recovery_code(person, codes[0])
    assert hashed == hash_recovery_code(person, codes[0].upper().replace("-", ""))
    assert hashed != hash_recovery_code(uuid4(), codes[0])
