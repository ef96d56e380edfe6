"""The remembered ways of rounds, read as arrays: a month of a county is half a million.

They come as binary COPY, which is a fiftieth of the work of reading them as rows.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class HeldWays:
    """Ways of rounds as arrays: persons as 16 bytes, places as microdegrees.

    Way ``i`` has the places ``ends[i]`` to ``ends[i + 1]``.
    """

    person: NDArray[np.void]
    start_ms: NDArray[np.int64]
    end_ms: NDArray[np.int64]
    ends: NDArray[np.int64]
    places: NDArray[np.int32]


def ways_between(
    session: Session, county_id: UUID, first: date, last: date
) -> HeldWays:
    """Return the ways of rounds of a closed range of days, by day, person and start.

    There may be some hundred thousand, so they come as binary COPY, day by day.
    """
    connection = session.connection().connection.dbapi_connection
    heads, bodies = [], []
    with connection.cursor() as cursor:  # type: ignore[union-attr]
        for n in range((last - first).days + 1):
            told = BytesIO()
            query = cursor.mogrify(_WAYS, (county_id, first + timedelta(days=n)))
            cursor.copy_expert(query.decode(), told)
            head, body = _copied_ways(told.getbuffer())
            heads.append(head)
            bodies.append(body)
    head = np.concatenate(heads) if heads else np.empty(0, _HEAD)
    sizes = head["size"].astype(np.int64) // 8
    return HeldWays(
        head["person"],
        head["start_ms"].astype(np.int64),
        head["end_ms"].astype(np.int64),
        np.concatenate([[0], np.cumsum(sizes)]),
        _together(bodies),
    )


def _together(bodies: list[bytes]) -> NDArray[np.int32]:
    """Return the places of all days; each day's are let go as soon as they are there.

    A month of a large county is some hundred megabytes, which nobody has twice.
    """
    places = np.empty((sum(map(len, bodies)) // 8, 2), np.int32)
    end = len(places)
    while bodies:
        own = np.frombuffer(bodies.pop(), "<i4").reshape(-1, 2)
        places[end - len(own) : end] = own
        end -= len(own)
    return places


_WAYS = """
COPY (
    SELECT person_id, start_ms, end_ms, places FROM round_digests
    WHERE county_id = %s AND day = %s ORDER BY person_id, start_ms
) TO STDOUT (FORMAT binary)
"""
# A row of binary COPY: the number of fields, then each with its size before it.
_HEAD = np.dtype(
    [
        ("fields", ">i2"),
        *(("size_0", ">i4"), ("person", "V16")),
        *(("size_1", ">i4"), ("start_ms", ">i8")),
        *(("size_2", ">i4"), ("end_ms", ">i8")),
        ("size", ">i4"),
    ]
)
_COPY_BEGINS, _COPY_ENDS = 19, b"\xff\xff"


def _copied_ways(told: memoryview) -> tuple[NDArray[np.void], bytes]:
    """Return the fixed parts of the rows of a binary COPY, and their places."""
    heads, bodies = [], []
    at, wide = _COPY_BEGINS, _HEAD.itemsize
    while bytes(told[at : at + 2]) != _COPY_ENDS:
        size = int.from_bytes(told[at + wide - 4 : at + wide], "big")
        heads.append(told[at : at + wide])
        bodies.append(told[at + wide : at + wide + size])
        at += wide + size
    return np.frombuffer(b"".join(heads), _HEAD), b"".join(bodies)
