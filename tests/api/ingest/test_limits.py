import pytest

from api.ingest import limits
from api.ingest.limits import Limits, TooMuch

FLOOD, OTHER = b"flood", b"other"


def test_a_device_that_has_spent_all_waits_and_others_do_not():
    found = Limits()
    found.spend(FLOOD, 200_000, 0.0)
    with pytest.raises(TooMuch) as caught:
        found.require(FLOOD, 1.0)
    found.require(OTHER, 1.0)
    found.require(FLOOD, 1.0 + caught.value.retry_after_s)


def test_credit_comes_back_but_never_beyond_the_store():
    found = Limits()
    found.spend(FLOOD, 10, 0.0)
    found.spend(FLOOD, 100_000, 1e9)
    with pytest.raises(TooMuch):
        found.require(FLOOD, 1e9)


def test_a_week_offline_is_inside_the_credit():
    found = Limits()
    for _ in range(60_480 // 50):
        found.require(OTHER, 0.0)
        found.spend(OTHER, 50, 0.0)


def test_37_a_flooding_phone_is_told_when_to_come_again(
    client, phone, make_phone, monkeypatch
):
    monkeypatch.setattr(limits, "_BURST", 10.0)
    # So slow that a busy machine gives no credit back between two posts.
    monkeypatch.setattr(limits, "_PER_S", 0.01)
    fixes = [{"t": i, "lon": 1, "lat": 1} for i in range(1_779_249_600, 1_779_249_620)]
    assert phone.native(client, fixes).status_code == 200
    refused = phone.native(client, fixes)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert phone.osmand(client, lat=1, lon=1).status_code == 429
    assert make_phone().native(client, fixes[:1]).status_code == 200
