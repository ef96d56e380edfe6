"""Fixes as integers: what is stored, hashed, merged and compared.

A `FixBlock` holds the fixes of one device as one matrix of whole numbers, so that two
fixes are the same exactly if their numbers are: milliseconds, 1e-7 degree, centimetre,
millimetre per second. Nothing is judged here; flags say what a reader should know.

Identity of a fix is (device, `t_ms`, content hash); the hash covers what the phone
said, never when or how often it arrived.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.crs import COORD_TYPES, to_wgs84
from geo.frames import MOCK_NO, MOCK_UNKNOWN, MOCK_YES

IntMatrix = NDArray[np.int64]
IntArray = NDArray[np.int64]

# Units behind the names: e7 = 1e-7 degree, cm, mmps = mm/s, cdeg = 0.01 degree,
# permille of a full battery. The order is part of the stored form: only append.
FIELDS = (
    "t_ms",
    "received_ms",
    "lon_e7",
    "lat_e7",
    "accuracy_cm",
    "speed_mmps",
    "heading_cdeg",
    "altitude_cm",
    "battery_permille",
    "mock",
    "provider",
    "datum",
    "flags",
)
COLUMN: Mapping[str, int] = {name: i for i, name in enumerate(FIELDS)}
T, RECEIVED, FLAGS, PROVIDER = (
    COLUMN[name] for name in ("t_ms", "received_ms", "flags", "provider")
)

UNKNOWN = -1
# Altitudes may be negative, so their "not said" lies 100 km under the ground.
UNKNOWN_ALTITUDE = -10_000_000

NULL_ISLAND = 1
FUTURE = 2
LATE = 4
ACCURACY_UNKNOWN = 8
CONFLICT = 16
OFF_DUTY = 32

# A phone's clock may run this far ahead of ours before we say so.
FUTURE_MS = 5 * 60_000
LATE_MS = 7 * 86_400_000
_NULL_ISLAND_E7 = 1_000_000
_WGS84 = COORD_TYPES.index("wgs84")

# What the phone said, hence what the hash covers; the provider enters as its text.
_CONTENT = [COLUMN[n] for n in FIELDS if n not in ("received_ms", "flags")]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SALTS = _GOLDEN * np.arange(1, len(_CONTENT) + 1, dtype=np.uint64)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))

_MOCK_WORDS = {
    "true": MOCK_YES,
    "1": MOCK_YES,
    "yes": MOCK_YES,
    "false": MOCK_NO,
    "0": MOCK_NO,
    "no": MOCK_NO,
}


@dataclass(frozen=True, eq=False)
class FixBlock:
    """Fixes of one device.

    Attributes
    ----------
    values : ndarray of int64, shape (n, len(FIELDS))
        One row per fix, columns and units as in `FIELDS`.
    providers : tuple of str
        Texts that the column ``provider`` points into; 0 is always ``""``.
    """

    values: IntMatrix
    providers: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        return len(self.values)

    def column(self, name: str) -> IntArray:
        """Return one column by its name in `FIELDS`, shape (n,)."""
        return self.values[:, COLUMN[name]]

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "FixBlock":
        """Return some of the fixes, by index or mask."""
        return FixBlock(self.values[rows], self.providers)


EMPTY = FixBlock(np.empty((0, len(FIELDS)), np.int64))


def block_of(
    rows: Sequence[Sequence[int]], providers: tuple[str, ...] = ("",)
) -> FixBlock:
    """Return rows of whole numbers, in the order of `FIELDS`, as a block."""
    if not rows:
        return EMPTY
    return FixBlock(np.array(rows, np.int64), providers)


def concat(blocks: Sequence[FixBlock]) -> FixBlock:
    """Return blocks as one, the texts of their providers unified and sorted."""
    full = [block for block in blocks if len(block)]
    if not full:
        return EMPTY
    used = {
        block.providers[i]
        for block in full
        if len(block.providers) > 1
        for i in np.unique(block.column("provider"))
    }
    providers = ("", *sorted(used - {""}))
    return FixBlock(
        np.concatenate([_renumbered(block, providers) for block in full]), providers
    )


def _renumbered(block: FixBlock, providers: tuple[str, ...]) -> IntMatrix:
    if block.providers == providers:
        return block.values
    place = {text: i for i, text in enumerate(providers)}
    table = np.array([place.get(text, 0) for text in block.providers], np.int64)
    values = block.values.copy()
    values[:, PROVIDER] = table[values[:, PROVIDER]]
    return values


def content_hashes(block: FixBlock) -> IntArray:
    """Return a 64-bit hash of what the phone said in each fix (splitmix64 finalizer).

    Returns
    -------
    ndarray of int64, shape (n,)
        The same on every machine; receipt and flags do not enter.
    """
    words = block.values.view(np.uint64)[:, _CONTENT]
    texts = np.array([_text_hash(text) for text in block.providers], np.uint64)
    words[:, _CONTENT.index(PROVIDER)] = texts[block.column("provider")]
    # A salt per column, so that 5 m of accuracy is not 5 degrees of heading.
    return _mixed(_mixed(words + _SALTS).sum(axis=1)).view(np.int64)


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * _MIX[0]
    state = (state ^ (state >> np.uint64(27))) * _MIX[1]
    return state ^ (state >> np.uint64(31))


def _text_hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def flags_of(block: FixBlock) -> IntArray:
    """Return the flags that follow from each fix and its first receipt alone."""
    late = block.column("received_ms") - block.column("t_ms")
    near_zero = (np.abs(block.column("lon_e7")) < _NULL_ISLAND_E7) & (
        np.abs(block.column("lat_e7")) < _NULL_ISLAND_E7
    )
    # A phone that sends zero has no figure; no receiver is exact to the centimetre.
    return (
        near_zero * NULL_ISLAND
        | (late < -FUTURE_MS) * FUTURE
        | (late > LATE_MS) * LATE
        | (block.column("accuracy_cm") <= 0) * ACCURACY_UNKNOWN
    ).astype(np.int64)


def to_frame(block: FixBlock) -> pd.DataFrame:
    """Return fixes in plain units, coordinates as WGS 84.

    Returns
    -------
    DataFrame
        t_ms, received_ms (int64, UTC); lon, lat (degrees, WGS 84); accuracy_m,
        speed_mps, heading_deg, altitude_m, battery_pct (float64, NaN = not said);
        mock (int8), provider, coord_type (str), flags (int64).
    """
    lon, lat = positions(block)
    return pd.DataFrame(
        {
            "t_ms": block.column("t_ms"),
            "received_ms": block.column("received_ms"),
            "lon": lon,
            "lat": lat,
            "accuracy_m": _scaled(block, "accuracy_cm", 100.0),
            "speed_mps": _scaled(block, "speed_mmps", 1000.0),
            "heading_deg": _scaled(block, "heading_cdeg", 100.0),
            "altitude_m": _scaled(block, "altitude_cm", 100.0, UNKNOWN_ALTITUDE),
            "battery_pct": _scaled(block, "battery_permille", 10.0),
            "mock": block.column("mock").astype(np.int8),
            "provider": np.array(block.providers, object)[block.column("provider")],
            "coord_type": np.array(COORD_TYPES, object)[block.column("datum")],
            "flags": block.column("flags"),
        }
    )


def positions(block: FixBlock) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes as WGS 84 degrees, shape (n,) each."""
    lon = block.column("lon_e7") / 1e7
    lat = block.column("lat_e7") / 1e7
    datum = block.column("datum")
    if (datum == _WGS84).all():
        return lon, lat
    for code in np.unique(datum):
        own = datum == code
        lon[own], lat[own] = to_wgs84(lon[own], lat[own], COORD_TYPES[code])
    return lon, lat


def _scaled(
    block: FixBlock, name: str, per_unit: float, unknown: int = UNKNOWN
) -> NDArray[np.float64]:
    values = block.column(name)
    return np.where(values == unknown, np.nan, values / per_unit)


def mock_code(value: object) -> int:
    """Return a phone's word on mocking as -1 unknown, 0 no, 1 yes."""
    if value is None:
        return MOCK_UNKNOWN
    return _MOCK_WORDS.get(str(value).strip().lower(), MOCK_UNKNOWN)
