"""A county's day read in portions, for `tracking.verdict.portions` to look at."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from api.services.positions.carriers import carriers_of
from api.services.positions.tracks import pending_of, rows_of_days
from geo.db.models.tracks import NOBODY
from geo.db.store import tracks as store
from tracking.verdict.portions import Portion, closed_groups

_DAY = timedelta(days=1)
# So many workers are read at once: what they need is some ten megabytes.
_WORKERS = 48


class DayPortions:
    """The portions of a day, the same people in each at every reading.

    Parameters
    ----------
    session : Session
        From `as_job`.
    day : date
        Read with the day before: a track may be a copy; and the night after: a window
        may end there.

    Attributes
    ----------
    tracks : int
        How many devices people carried.
    is_behind : bool
        Whether fixes lie in the journal that are in no day track yet.
    """

    def __init__(self, session: Session, day: date) -> None:
        self._session = session
        self._days = (day - _DAY, day, day + _DAY)
        self._pending = pending_of(session)
        carried = store.carried_between(session, self._days)
        if self._pending:
            # Of all time: what came may be of any day.
            for device, spells in carriers_of(session, list(self._pending)).items():
                carried |= {(person, device) for _, _, person, _ in spells.spells}
        self._devices: dict[str, set[UUID]] = {}
        for person, device in carried:
            if person != NOBODY:
                self._devices.setdefault(str(person), set()).add(device)
        self._groups: list[list[str]] = []
        self.tracks = sum(len(own) for own in self._devices.values())
        self.is_behind = bool(self._pending)

    def group(self, workers: Iterable[str]) -> None:
        """Say who has a duty; whoever has fixes is read too."""
        pairs = [(p, str(d)) for p, own in self._devices.items() for d in own]
        self._groups = closed_groups(pairs, workers)

    def __call__(self, only: set[str] | None = None) -> Iterator[Portion]:
        """Read all portions, or those of some people and who shared their devices."""
        held: list[str] = []
        for group in self._groups:
            if only is not None and only.isdisjoint(group):
                continue
            held += group
            if len(held) >= _WORKERS:
                yield self._read(sorted(held))
                held = []
        if held:
            yield self._read(sorted(held))

    def _read(self, workers: Sequence[str]) -> Portion:
        devices = {d for w in workers for d in self._devices.get(w, ())}
        people = {UUID(w) for w in workers if w in self._devices}
        own = {d: rows for d, rows in self._pending.items() if d in devices}
        rows = rows_of_days(self._session, self._days, people, own) if people else []
        return Portion(
            workers, [(p, d, h) for p, d, _, h in rows], [r[2] for r in rows]
        )
