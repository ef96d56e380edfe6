"""Month sheets: how the windows of people, grids and villages stand, added up.

A `Tally` counts each window once, by its standing, so that every number comes with its
denominator: `verified` of `counted`. Excused windows, silence, open appeals, doubts
that nobody has looked at and provisional verdicts stand apart and weigh on nobody. The
sum over a month is the sum over its days, in any order. People are never ranked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

from tracking.fairness.appeals import Standing

Key = TypeVar("Key", str, int, tuple[str, str])


@dataclass(frozen=True)
class WindowCount:
    """One window of a worker's day as it counts.

    `has_basis` is false for a rule that only records.
    """

    worker_id: str
    day: date
    window: str
    grid_code: str
    standing: Standing
    has_basis: bool


@dataclass(frozen=True)
class Tally:
    """How many windows stand how; `record_only` of them under a rule without basis."""

    verified: int = 0
    not_verified: int = 0
    excused: int = 0
    no_data: int = 0
    open_appeal: int = 0
    in_review: int = 0
    provisional: int = 0
    record_only: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            **{
                f.name: getattr(self, f.name) + getattr(other, f.name)
                for f in fields(Tally)
            }
        )

    @property
    def counted(self) -> int:
        """The denominator: windows that are settled and neither excused nor silent."""
        return self.verified + self.not_verified

    @property
    def waiting(self) -> int:
        """Windows that may still change or wait for a person."""
        return self.open_appeal + self.in_review + self.provisional

    @property
    def windows(self) -> int:
        """All windows, however they stand."""
        return self.counted + self.excused + self.no_data + self.waiting


def sum_by(
    windows: Iterable[WindowCount], key: Callable[[WindowCount], Key]
) -> dict[Key, Tally]:
    """Return the tally of each key, sorted by key.

    Parameters
    ----------
    windows : iterable of WindowCount
        Any order.
    key : callable
        What is added up: `by_worker`, `by_grid` or `by_village`.
    """
    counts: dict[Key, dict[str, int]] = {}
    for window in windows:
        row = counts.setdefault(key(window), {})
        row[window.standing] = row.get(window.standing, 0) + 1
        row["record_only"] = row.get("record_only", 0) + (not window.has_basis)
    return {k: Tally(**_known(counts[k])) for k in sorted(counts)}


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies."""
    return sum(tallies, Tally())


def by_worker(window: WindowCount) -> str:
    """Return the worker of a window."""
    return window.worker_id


def by_grid(window: WindowCount) -> str:
    """Return the grid of a window."""
    return window.grid_code


def by_village(window: WindowCount) -> str:
    """Return the village of a window: the first 12 digits of its grid."""
    return window.grid_code[:12]


def _known(row: Mapping[str, int]) -> dict[str, int]:
    return {str(name): count for name, count in row.items()}
