"""Who is to patrol where, and when somebody is excused: the other half of the input."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from tracking.errors import BadRoster
from tracking.ground.areas import Checkpoint, GridVersion


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
    _versions: dict[str, list[GridVersion]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _points: dict[str, list[Checkpoint]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _entries: dict[tuple[str, str], list[CalendarEntry]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        known = {v.grid_code for v in self.versions}
        _require_grids("assignments", (a.grid_code for a in self.assignments), known)
        _require_grids("checkpoints", (c.grid_code for c in self.checkpoints), known)
        for assignment in sorted(set(self.assignments), key=repr):
            self._by_worker.setdefault(assignment.worker_id, []).append(assignment)
        for version in self.versions:
            self._versions.setdefault(version.grid_code, []).append(version)
        for point in self.checkpoints:
            self._points.setdefault(point.grid_code, []).append(point)
        for entry in self.calendar:
            for key in {("", entry.grid_code), (entry.worker_id, "")} - {("", "")}:
                self._entries.setdefault(key, []).append(entry)

    def versions_of(self, grid_codes: Iterable[str]) -> list[GridVersion]:
        """Return all versions of some grids."""
        return [v for code in grid_codes for v in self._versions.get(code, ())]

    def checkpoints_of(self, grid_codes: Iterable[str]) -> list[Checkpoint]:
        """Return the checkpoints of some grids."""
        return [c for code in grid_codes for c in self._points.get(code, ())]

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
        codes = sorted(set(grid_codes))
        entries = list(self._entries.get((worker_id, ""), ()))
        if len(codes) == 1:
            entries += self._entries.get(("", codes[0]), [])
        if not entries:
            return None
        half = (end_ms - start_ms) / 2
        for kind in sorted({e.kind for e in entries}):
            own = [
                (max(e.start_ms, start_ms), min(e.end_ms, end_ms))
                for e in entries
                if e.kind == kind
            ]
            if _covered(own) >= half:
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
