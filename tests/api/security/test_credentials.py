"""Passwords and tokens are long, random, and kept as hashes."""

from argon2 import Type

from api.security.credentials import (
    HASHER,
    hash_password,
    hash_token,
    is_password,
    new_password,
    new_token,
)


def test_a_password_fits_its_own_hash_only():
    stored = hash_password("四字口令")
    assert stored.startswith("$argon2id$")
    assert is_password("四字口令", stored)
    assert not is_password("other", stored)


def test_a_try_costs_what_the_standard_asks():
    # The one that was imported, not the quick one of the tests. RFC 9106 and OWASP: at
    # least 19 MiB and two passes.
    assert HASHER.type is Type.ID
    assert HASHER.memory_cost >= 19 * 1024
    assert HASHER.time_cost >= 2


def test_an_unknown_login_fits_nothing():
    assert not is_password("any", None)


def test_a_broken_hash_fits_nothing():
    assert not is_password("any", "$argon2id$broken")


def test_tokens_have_256_bits_and_never_repeat():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 for token in tokens)
    assert len(hash_token(next(iter(tokens)))) == 32


def test_a_token_of_any_characters_can_be_hashed():
    assert len(hash_token("\ud800\x00é")) == 32


def test_passwords_never_repeat():
    assert len({new_password() for _ in range(100)}) == 100
