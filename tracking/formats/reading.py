"""From what a phone said about one fix to a row of a `FixBlock`, or a rejection."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from geo.crs import COORD_TYPES
from tracking.errors import TooManyFixes
from tracking.formats.scalars import number, whole
from tracking.storage.fixblock import (
    EMPTY,
    UNKNOWN_ALTITUDE,
    FixBlock,
    IntArray,
    block_of,
    mock_code,
)

# Nobody patrolled with a phone before this; week rollovers (1,024 weeks) lie after it.
EARLIEST_MS = 946_684_800_000
# A clock a day ahead can be corrected by its live uploads; more is no date of a fix.
AHEAD_MS = 2 * 86_400_000
MOST_FIXES = 5_000
_E7 = 1e7
_LONGEST_PROVIDER = 32
MOST_PROVIDERS = 16


class Rejected(NamedTuple):
    """Something that is no usable fix, kept as it came.

    Attributes
    ----------
    reason : str
        ``unreadable | no_time | impossible_date | no_position | impossible_position |
        unknown_datum | other_device``.
    raw : bytes
        The fix as JSON with sorted keys, or the whole body if that is unreadable.
    t_ms : int or None
        The time that the phone gave, if it can be read at all.
    """

    reason: str
    raw: bytes
    t_ms: int | None = None


class Said(NamedTuple):
    """One fix as a phone said it, in plain units; None = not said."""

    t_ms: int | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    battery_pct: float | None = None
    mock: object = None
    provider: object = None


@dataclass(frozen=True)
class Upload:
    """What one request holds.

    Attributes
    ----------
    block : FixBlock
        The usable fixes, in the order of the request, repeats included.
    rejected : tuple of Rejected
    secret : str
        The device secret inside the body, where the format has one; else empty.
    batch_id : str
        The client's own number of the batch, or empty.
    sent_ms : int or None
        When the phone says that it sent this.
    """

    block: FixBlock = EMPTY
    rejected: tuple[Rejected, ...] = ()
    secret: str = ""
    batch_id: str = ""
    sent_ms: int | None = None


@dataclass
class Rows:
    """Rows being read; `upload` closes them into an `Upload`."""

    received_ms: int
    coord_type: str = "wgs84"
    rows: list[tuple[int, ...]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    providers: dict[str, int] = field(default_factory=lambda: {"": 0})

    def read(self, raw: Sequence[object], say: Callable[[Any], Said]) -> None:
        """Take each raw fix through `say`, which turns a mapping into a `Said`.

        Raises
        ------
        TooManyFixes
            If there are more than `MOST_FIXES`.
        """
        require_few(raw)
        for item in raw:
            if isinstance(item, dict):
                self.add(say(item), item)
            else:
                self.reject("unreadable", item)

    def add(self, said: Said, raw: Mapping[str, object]) -> None:
        """Take one fix, or reject it with its raw content."""
        reason = self._refusal(said)
        if reason:
            self.reject(reason, raw, said.t_ms)
        else:
            self.rows.append(self._row(said))

    def reject(self, reason: str, raw: object, t_ms: int | None = None) -> None:
        """Keep something that is no usable fix."""
        self.rejected.append(Rejected(reason, canonical(raw), t_ms))

    def upload(
        self, secret: str = "", batch_id: str = "", sent_ms: int | None = None
    ) -> Upload:
        """Return what was read."""
        block = block_of(self.rows, tuple(self.providers))
        return Upload(block, tuple(self.rejected), secret, batch_id, sent_ms)

    def _refusal(self, said: Said) -> str:
        if said.t_ms is None:
            return "no_time"
        if not EARLIEST_MS <= said.t_ms <= self.received_ms + AHEAD_MS:
            return "impossible_date"
        if said.lon is None or said.lat is None:
            return "no_position"
        if abs(said.lon) > 180 or abs(said.lat) > 90:
            return "impossible_position"
        return "" if self.coord_type in COORD_TYPES else "unknown_datum"

    def _row(self, said: Said) -> tuple[int, ...]:
        altitude = whole(
            said.altitude_m, 100.0, UNKNOWN_ALTITUDE + 1, -UNKNOWN_ALTITUDE
        )
        return (
            said.t_ms or 0,
            self.received_ms,
            round((said.lon or 0.0) * _E7),
            round((said.lat or 0.0) * _E7),
            whole(said.accuracy_m, 100.0, 0, 10**9),
            whole(said.speed_mps, 1000.0, 0, 10**9),
            whole(said.heading_deg, 100.0, 0, 36_000),
            altitude,
            whole(said.battery_pct, 10.0, 0, 1000),
            mock_code(said.mock),
            self._provider(said.provider),
            COORD_TYPES.index(self.coord_type),
            0,
        )

    def _provider(self, value: object) -> int:
        text = clean_text(value)
        if text not in self.providers and len(self.providers) >= MOST_PROVIDERS:
            return 0
        return self.providers.setdefault(text, len(self.providers))


def clean_text(value: object) -> str:
    """Return the name of a provider as it can be stored, empty for none."""
    if not isinstance(value, str):
        return ""
    # A lone surrogate is valid JSON, but no text that can be stored.
    return value.strip()[:_LONGEST_PROVIDER].encode("utf-8", "replace").decode()


def impossible_times(t_ms: IntArray, received_ms: int) -> NDArray[np.bool_]:
    """Return which times are of no fix that a phone can have made, shape (n,)."""
    return (t_ms < EARLIEST_MS) | (t_ms > received_ms + AHEAD_MS)


def require_few(raw: Sequence[object]) -> None:
    """Raise `TooManyFixes` if a request holds more than `MOST_FIXES`."""
    if len(raw) > MOST_FIXES:
        raise TooManyFixes(f"{len(raw)} fixes in one request, at most {MOST_FIXES}")


def canonical(raw: object) -> bytes:
    """Return raw content as bytes that are the same for the same content."""
    if isinstance(raw, bytes):
        return raw
    try:
        return orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return repr(raw).encode("utf-8", "backslashreplace")


def battery_of_share(level: object) -> float | None:
    """Return a battery level of 0..1 as percent, None if not said or negative."""
    share = number(level)
    return None if share is None or share < 0 else share * 100.0
