"""Workload: minutes per day of each unit, as a weighted sum of what stands in its row.

The weights come from a file that a county writes by hand, and `planning.units.fit` says
what observed patrols make of them. Each term is a column; sites are weighed by how long
a visit takes and how often it is due; walking is estimated from the area and the doors.

References
----------
Beardwood, Halton and Hammersley (1959): the shortest tour through n random points of an
area A is near 0.7124 sqrt(n A).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.frames import require_columns
from planning.errors import BadUnits, BadWeights
from planning.graphs.contact import FloatArray

_TOUR = 0.7124
_M_PER_KM, _MIN_PER_H = 1_000.0, 60.0


@dataclass(frozen=True)
class Walking:
    """How walking is estimated.

    Attributes
    ----------
    stops : str
        Column with the number of doors to pass.
    area_m2 : str
        Column with the ground of a unit, m².
    speed_kmh : float
    per_day : float
        Tours per day.
    """

    stops: str
    area_m2: str
    speed_kmh: float = 4.0
    per_day: float = 1.0


@dataclass(frozen=True)
class Weights:
    """Minutes per day of one of each column, and how walking is estimated."""

    minutes: Mapping[str, float]
    walking: Walking | None = None

    @property
    def columns(self) -> list[str]:
        """Every column that the units need."""
        more = [self.walking.stops, self.walking.area_m2] if self.walking else []
        return [*self.minutes, *more]


def parse_weights(table: Mapping[str, object]) -> Weights:
    """Return the weights that a file holds.

    Parameters
    ----------
    table : mapping
        ``weights``: minutes per day by column; ``sites``: by column ``minutes`` of a
        visit and ``every_days``; ``walking``: ``stops, area_m2, speed_kmh, per_day``.

    Raises
    ------
    BadWeights
        An unknown section, or a value that is not a number above or at 0.

    Examples
    --------
    >>> parse_weights({"sites": {"mines": {"minutes": 14, "every_days": 7}}}).minutes
    {'mines': 2.0}
    """
    unknown = sorted(set(table) - {"weights", "sites", "walking"})
    if unknown:
        raise BadWeights(
            f"section [{unknown[0]}] is unknown; write weights, sites or walking"
        )
    minutes = {
        name: _number(value, f"weights.{name}")
        for name, value in _section(table, "weights").items()
    }
    for name, visit in _section(table, "sites").items():
        if not isinstance(visit, Mapping):
            raise BadWeights(f"sites.{name}: write minutes and every_days")
        every = _number(visit.get("every_days"), f"sites.{name}.every_days")
        if every == 0:
            raise BadWeights(f"sites.{name}.every_days is 0; a visit needs an interval")
        spent = _number(visit.get("minutes"), f"sites.{name}.minutes")
        minutes[name] = minutes.get(name, 0.0) + spent / every
    walking = _walking(_section(table, "walking"))
    if not minutes and walking is None:
        raise BadWeights("no weight is given; write at least one column in [weights]")
    return Weights(minutes, walking)


def workload(units: pd.DataFrame, weights: Weights) -> FloatArray:
    """Return the load of each unit, minutes per day, to the hundredth.

    Raises
    ------
    BadFrame
        If a column is missing.
    BadUnits
        If a value is not a number at or above 0.
    """
    terms = workload_terms(units, weights)
    price = np.array([weights.minutes.get(name, 1.0) for name in terms.columns])
    return np.asarray(np.round(terms.to_numpy(np.float64) @ price, 2), np.float64)


def workload_terms(
    units: pd.DataFrame, weights: Weights, what: str = "units"
) -> pd.DataFrame:
    """Return one column per term: what is counted, and ``walking`` in minutes.

    `what` is what the rows are called where one is bad.
    """
    require_columns(units, dict.fromkeys(weights.columns), what)
    terms = {name: _counts(units, name, what) for name in weights.minutes}
    if weights.walking is not None:
        way = weights.walking
        doors, area = (_counts(units, c, what) for c in (way.stops, way.area_m2))
        km = _TOUR * np.sqrt(doors * area) / _M_PER_KM
        terms["walking"] = km / way.speed_kmh * _MIN_PER_H * way.per_day
    return pd.DataFrame(terms, index=units.index)


def _counts(units: pd.DataFrame, name: str, what: str) -> FloatArray:
    values = pd.to_numeric(units[name], errors="coerce").to_numpy(np.float64)
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise BadUnits(
            f"{what}: {name} is {units[name].iloc[row]} in row {row + 1}; "
            "a workload counts numbers that are not negative"
        )
    return values


def _section(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = table.get(name, {})
    if not isinstance(section, Mapping):
        raise BadWeights(f"{name} is no table; write [{name}] and a line per column")
    return section


def _walking(table: Mapping[str, object]) -> Walking | None:
    if not table:
        return None
    known = {"stops", "area_m2", "speed_kmh", "per_day"}
    unknown = sorted(set(table) - known)
    if unknown or not {"stops", "area_m2"} <= set(table):
        raise BadWeights(
            "walking: write stops and area_m2 (columns), and if wanted speed_kmh, "
            "per_day"
        )
    way = Walking(
        str(table["stops"]),
        str(table["area_m2"]),
        _number(table.get("speed_kmh", 4.0), "walking.speed_kmh"),
        _number(table.get("per_day", 1.0), "walking.per_day"),
    )
    if way.speed_kmh == 0:
        raise BadWeights("walking.speed_kmh is 0; nobody arrives")
    return way


def _number(value: object, name: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= float(value) < np.inf:  # type: ignore[arg-type]
        raise BadWeights(f"{name} is {value!r}; it must be a number at or above 0")
    return float(value)  # type: ignore[arg-type]
