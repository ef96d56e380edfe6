"""Who is to patrol where, and when somebody is excused: the other half of the input."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from tracking.areas import Checkpoint, GridVersion
from tracking.errors import BadRoster


@dataclass(frozen=True)
class Assignment:
    """A worker's duty for a grid, from and to a local day, both included."""

    worker_id: str
    grid_code: str
    group: str = ""
    from_day: date | None = None
    to_day: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the assignment is valid on a local day."""
        return (self.from_day is None or self.from_day <= day) and (
            self.to_day is None or day <= self.to_day
        )


@dataclass(frozen=True)
class CalendarEntry:
    """Leave, rest, training, weather or other duty of a worker or of a whole grid."""

    kind: str
    start_ms: int
    end_ms: int
    worker_id: str = ""
    grid_code: str = ""


@dataclass(frozen=True)
class Roster:
    """Everything beside the fixes that a verdict is made from.

    Raises
    ------
    BadRoster
        If an assignment or checkpoint names a grid that is not there.
    """

    versions: Sequence[GridVersion]
    assignments: Sequence[Assignment]
    checkpoints: Sequence[Checkpoint] = ()
    calendar: Sequence[CalendarEntry] = ()
    _by_worker: dict[str, list[Assignment]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        known = {v.grid_code for v in self.versions}
        _require_grids("assignments", (a.grid_code for a in self.assignments), known)
        _require_grids("checkpoints", (c.grid_code for c in self.checkpoints), known)
        for assignment in sorted(set(self.assignments), key=repr):
            self._by_worker.setdefault(assignment.worker_id, []).append(assignment)

    def of_worker(self, worker_id: str, day: date) -> list[Assignment]:
        """Return a worker's assignments of a local day."""
        return [a for a in self._by_worker.get(worker_id, ()) if a.holds_on(day)]

    def workers(self) -> list[str]:
        """Return every worker with any assignment, sorted."""
        return sorted(self._by_worker)

    def excused_by(
        self, worker_id: str, grid_codes: Iterable[str], start_ms: int, end_ms: int
    ) -> str | None:
        """Return the kind of the entries that cover at least half of a span, or None.

        Parameters
        ----------
        worker_id : str
        grid_codes : iterable of str
            An entry for a grid excuses only when it is every grid of the worker.
        start_ms, end_ms : int
            Half-open.
        """
        codes = set(grid_codes)
        kinds = sorted({e.kind for e in self.calendar})
        half = (end_ms - start_ms) / 2
        for kind in kinds:
            own = [
                (max(e.start_ms, start_ms), min(e.end_ms, end_ms))
                for e in self.calendar
                if e.kind == kind
                and (
                    e.worker_id == worker_id or (e.grid_code and codes <= {e.grid_code})
                )
            ]
            if own and _covered(own) >= half:
                return kind
        return None


def _covered(spans: list[tuple[int, int]]) -> int:
    total, reach = 0, None
    for start, end in sorted(s for s in spans if s[1] > s[0]):
        start = start if reach is None else max(start, reach)
        total += max(end - start, 0)
        reach = end if reach is None else max(reach, end)
    return total


def _require_grids(what: str, codes: Iterable[str], known: set[str]) -> None:
    for code in codes:
        if code not in known:
            raise BadRoster(f"{what}: grid_code {code!r} is none of the grids given")
