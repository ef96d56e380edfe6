"""Vector tiles with a memory: what was cut for the same areas is cut once.

A tile is remembered under the areas that it was cut for and a stamp of the layer's
rows, so that nobody gets a colleague's tile, and a publication is seen within seconds.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any, Literal, NamedTuple

from api.errors import NotFound
from api.services.access.session import SignedIn
from api.services.remembered import Remembered
from geo.db.door import as_viewer
from geo.db.engine import Database
from geo.db.store import tiles as store

LayerName = Literal["grids", "regions", "sites"]
MAX_ZOOM = 18
# How long a stamp is believed: the longest that an old tile can be shown.
_BELIEVED = timedelta(seconds=2)
_MOST_BYTES, _MOST_STAMPS = 64_000_000, 1_000


class Address(NamedTuple):
    """Which tile of which layer on which day."""

    layer: LayerName
    zoom: int
    x: int
    y: int
    day: date


@dataclass(frozen=True)
class Tile:
    """A tile and its tag."""

    content: bytes
    tag: str


class Tiles:
    """The tiles that this process remembers, at most 64 MB."""

    def __init__(self) -> None:
        self._tiles = Remembered(_MOST_BYTES)
        self._stamps: OrderedDict[Any, tuple[datetime, tuple[int, int]]] = OrderedDict()
        self._lock = Lock()

    def tile(
        self, database: Database, viewer: SignedIn, at: Address, now: datetime
    ) -> Tile:
        """Return a tile of what a viewer may see.

        Raises
        ------
        NotFound
            If there is no such tile in the world.
        """
        if not (0 <= at.x < 1 << at.zoom and 0 <= at.y < 1 << at.zoom):
            raise NotFound(f"tile {at} is not of this world")
        stamp = self._stamp(database, viewer, at.layer, now)
        name = (viewer.county_id, viewer.scope, stamp, at)
        tag = hashlib.sha256(repr(name).encode()).hexdigest()[:32]
        found = self._tiles.find(tag)
        if found is None:
            with as_viewer(database, viewer, read_only=True) as session:
                found = store.cut(session, *at)
            self._tiles.keep(tag, found)
        return Tile(found, f'"{tag}"')

    def _stamp(
        self, database: Database, viewer: SignedIn, layer: str, now: datetime
    ) -> tuple[int, int]:
        key = (viewer.county_id, viewer.scope, layer)
        with self._lock:
            known = self._stamps.get(key)
        if known is not None and abs(now - known[0]) < _BELIEVED:
            return known[1]
        with as_viewer(database, viewer, read_only=True) as session:
            stamp = store.stamp_of(session, viewer.county_id, layer, viewer.scope)
        with self._lock:
            self._stamps[key] = (now, stamp)
            self._stamps.move_to_end(key)
            while len(self._stamps) > _MOST_STAMPS:
                self._stamps.popitem(last=False)
        return stamp
