"""The folder of a plan: what its files are called, and which of them a run wrote."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import BadInput

ASSIGNMENT, UNITS = "assignment.csv", "units.csv"
GRIDS, MICRO_GRIDS = "grids.geojson", "micro_grids.geojson"
MOVES, VILLAGES = "moves.csv", "villages.html"
REPORT, PAGE = "report.json", "report.html"
# Those that every alternative has for itself, with its number from the second on.
_OF_EACH = (ASSIGNMENT, GRIDS, MICRO_GRIDS, UNITS)
# What a plan writes, as far as it is known before how many alternatives there are.
OUT_NAMES = (*_OF_EACH, MOVES, PAGE, REPORT, VILLAGES)


def of_plan(name: str, number: int) -> str:
    """Return what a file is called of the plan of this number.

    Examples
    --------
    >>> of_plan(ASSIGNMENT, 1), of_plan(ASSIGNMENT, 2)
    ('assignment.csv', 'assignment_2.csv')
    """
    stem, kind = name.split(".")
    return name if number == 1 else f"{stem}_{number}.{kind}"


def is_result(name: str) -> bool:
    """Return whether a plan writes a file of this name."""
    first = re.sub(r"_\d+(?=\.)", "", name)
    return name in OUT_NAMES or first in _OF_EACH


@dataclass
class PlanFolder:
    """The folder of a run, and the names of the files that it wrote there."""

    path: Path
    _written: set[str] = field(default_factory=set)

    def make(self) -> None:
        """Make the folder, unless it is there.

        Raises
        ------
        BadInput
            With the reason of the system.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"{self.path}: no folder can be made here: {error.strerror}"
            ) from None

    def file(self, name: str, number: int = 1) -> Path:
        """Return where to write a file of the plan of this number."""
        own = of_plan(name, number)
        self._written.add(own)
        return self.path / own

    def left_over(self) -> list[str]:
        """Return the results that lie there and that this run did not write."""
        there = (path.name for path in self.path.iterdir() if path.is_file())
        return sorted(n for n in there if is_result(n) and n not in self._written)


def require_kept(folder: Path, inputs: Iterable[Path]) -> None:
    """Raise if an input is a result that lies in the folder of a new plan.

    The plan that it is of would be written over: all of it, or the files beside it.

    Raises
    ------
    BadInput
        With the file and the way out.
    """
    for path in inputs:
        real = path.resolve()
        if real.parent == folder.resolve() and is_result(real.name):
            raise BadInput(
                f"{path} is of a plan in {folder}, over which the new one would be "
                "written; name another folder with -o"
            )
