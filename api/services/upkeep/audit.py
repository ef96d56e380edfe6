"""The record checked: every link recomputed, and its end held against an anchor.

A chain shows by itself that a row was changed or removed from the middle. That its end
was cut off only somebody outside can know: so the last hash of every county is written
each hour to a file that the database cannot reach.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from geo.db.door import as_job, as_nobody
from geo.db.engine import Database
from geo.db.store import audit
from geo.db.store.counties import county_ids
from geo.errors import BadInput

EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Anchor:
    """The end of a county's chain as it was at a moment."""

    at: str
    county_id: UUID
    seq: int
    hash: str


@dataclass(frozen=True)
class Checked:
    """What was found in a county's chain; sound when there is no trouble."""

    county_id: UUID
    links: int
    troubles: Sequence[str]


def verify(database: Database, anchors: Sequence[Anchor] = ()) -> list[Checked]:
    """Recompute the chain of every county, and hold it against the anchors."""
    with as_nobody(database) as session:
        counties = county_ids(session)
    known = sorted({*counties, *(anchor.county_id for anchor in anchors)})
    return [verify_county(database, county_id, anchors) for county_id in known]


def read_anchors(path: Path) -> list[Anchor]:
    """Return the anchors of a file, the oldest first.

    Raises
    ------
    BadInput
        If it cannot be read or a line is no anchor.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line]
        return [
            Anchor(r["at"], UUID(r["county_id"]), int(r["seq"]), r["hash"])
            for r in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is no file of anchors: {error}") from error


class Anchoring:
    """Periodic work: writes down each county's end of chain once an hour."""

    __name__ = "anchoring"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done: dict[UUID, datetime] = {}

    def __call__(self, database: Database, county_id: UUID, now: datetime) -> None:
        """Append the anchor of a county, unless that was done within the hour."""
        last = self._done.get(county_id)
        if last is not None and now - last < EVERY:
            return
        with as_job(database, county_id) as session:
            end = audit.last_link(session, county_id)
        if end is not None:
            row = {"at": now.isoformat(), "county_id": str(county_id)}
            _append(self._path, row | {"seq": end[0], "hash": end[1].hex()})
        self._done[county_id] = now


def verify_county(
    database: Database, county_id: UUID, anchors: Sequence[Anchor]
) -> Checked:
    """Recompute the chain of one county, and hold it against the anchors of it."""
    troubles: list[str] = []
    hashes: dict[int, str] = {}
    before, previous = 0, b""
    with as_job(database, county_id) as session:
        for link in audit.links_of(session, county_id):
            if link.seq != before + 1:
                troubles.append(f"{before + 1} to {link.seq - 1} are missing")
            elif bytes(link.previous_hash) != previous:
                troubles.append(f"{link.seq} does not follow the one before it")
            if bytes(link.hash) != bytes(link.computed):
                troubles.append(f"{link.seq} was changed")
            before, previous = link.seq, bytes(link.hash)
            hashes[link.seq] = previous.hex()
    for anchor in anchors:
        if anchor.county_id != county_id:
            continue
        if anchor.seq not in hashes:
            troubles.append(f"{anchor.seq} was there at {anchor.at} and is gone")
        elif hashes[anchor.seq] != anchor.hash:
            troubles.append(f"{anchor.seq} is not what it was at {anchor.at}")
    return Checked(county_id, len(hashes), troubles)


def _append(path: Path, row: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
        file.flush()
        os.fsync(file.fileno())
