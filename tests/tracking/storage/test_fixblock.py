import numpy as np

from tracking.storage.fixblock import (
    COLUMN,
    FIELDS,
    FixBlock,
    concat,
    content_hashes,
    mock_code,
    positions,
    to_frame,
)


def fix(**said):
    row = [0] * len(FIELDS)
    row[COLUMN["t_ms"]] = row[COLUMN["received_ms"]] = 1_779_235_200_000
    row[COLUMN["lon_e7"]], row[COLUMN["lat_e7"]] = 1_119_000_000, 341_000_000
    row[COLUMN["accuracy_cm"]] = 500
    for name, value in said.items():
        row[COLUMN[name]] = value
    return row


def block(*rows, providers=("", "gps", "network")):
    return FixBlock(np.array(rows, np.int64), providers)


def test_the_hash_is_the_same_for_ever():
    assert content_hashes(block(fix(provider=1))).tolist() == [8193862794177120910]


def test_the_hash_knows_its_columns_and_provider_texts():
    same = block(fix(provider=1)), block(fix(provider=2), providers=("", "x", "gps"))
    assert content_hashes(same[0]) == content_hashes(same[1])
    swapped = fix(accuracy_cm=7, speed_mmps=9), fix(accuracy_cm=9, speed_mmps=7)
    assert len(set(content_hashes(block(*swapped)).tolist())) == 2


def test_texts_of_providers_are_unified():
    found = concat(
        [block(fix(provider=2)), block(fix(provider=1), providers=("", "a"))]
    )
    assert found.providers == ("", "a", "network")
    assert found.column("provider").tolist() == [2, 1]


def test_when_and_how_often_a_fix_arrived_is_not_in_its_hash():
    late = block(fix(received_ms=1_779_999_999_999, flags=16))
    assert content_hashes(late) == content_hashes(block(fix()))


def test_each_fix_is_read_in_its_own_datum():
    lon, _ = positions(block(fix(), fix(datum=2), fix(datum=1)))
    assert lon[0] == lon[2] == 111.9
    assert 100 < (lon[0] - lon[1]) * 92_000 < 700


def test_an_altitude_below_the_sea_is_an_altitude():
    unknown, low = fix(altitude_cm=-10_000_000), fix(altitude_cm=-15_000)
    found = to_frame(block(unknown, low))["altitude_m"]
    assert found.isna().tolist() == [True, False]
    assert found[1] == -150.0


def test_words_on_mocking_are_yes_no_or_unknown():
    said = [True, "true", 1, "1", False, "false", 0, None, "", "maybe", []]
    assert [mock_code(one) for one in said] == [1, 1, 1, 1, 0, 0, 0, -1, -1, -1, -1]
