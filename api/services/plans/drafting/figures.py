"""What the page shows of a draft: numbers of grids, and what is broken."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from api.services.plans.drafting.drafts import Draft
from maps.village_rows import walk_minutes
from planning.edits.breaches import Breach, find_breaches
from planning.edits.land import Land
from planning.edits.state import PlanState
from planning.graphs.contact import IntArray

# A list that nobody can read to its end only costs time.
_SHOWN = 200

Columns = dict[str, list[Any]]


def grid_columns(draft: Draft, slots: IntArray) -> Columns:
    """Return the numbers of some grids as columns, in the order of `slots`."""
    state = draft.placed.state
    land = state.land
    size, area = state.total("size")[slots], state.total("area_cm2")[slots] / 10_000.0
    outline = (state.total("border_mm") + state.total("outer_mm"))[slots] / 1000.0
    with np.errstate(divide="ignore", invalid="ignore"):
        roundness = np.nan_to_num(4 * np.pi * area / outline**2)
    village = [_village(state, int(at)) for at in slots]
    homes = [float(draft.ground.households[state.members[at]].sum()) for at in slots]
    return {
        "code": [state.names[at] for at in slots],
        "village": village,
        "load": _round(state.total("load")[slots] / land.load_factor, 3),
        "units": size.tolist(),
        "area_m2": _round(area, 1),
        "polsby_popper": _round(roundness, 4),
        "pieces": state.total("pieces")[slots].tolist(),
        "walk_min": _round(walk_minutes(size, area), 1),
        "households": [None if h != h else round(h, 1) for h in homes],
        "locked": [int(at) in state.locked for at in slots],
    }


def as_rows(columns: Columns) -> list[dict[str, Any]]:
    """Return columns as one object per row."""
    names = list(columns)
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def summary(draft: Draft) -> dict[str, Any]:
    """Return how balanced the whole draft is."""
    state = draft.placed.state
    used = np.flatnonzero(state.total("size") > 0)
    load = state.total("load")[used] / state.land.load_factor
    ideal = state.ideal
    off = 100.0 * (load / ideal - 1.0) if ideal else np.zeros(len(used))
    worst = int(np.argmax(np.abs(off)))
    outside = np.abs(off) > 100.0 * draft.ground.tolerance + 1e-9
    return {
        "grids": len(used),
        "ideal": round(ideal, 3),
        "max_deviation_pct": round(float(np.abs(off).max()), 3),
        "mean_deviation_pct": round(float(np.abs(off).mean()), 3),
        "worst_grid": state.names[int(used[worst])],
        "outside": int(outside.sum()),
    }


def breaches(draft: Draft) -> tuple[list[dict[str, Any]], int]:
    """Return what is broken in the whole draft, at most 200, and how many there are."""
    found = (*draft.broken_ground, *find_breaches(draft.placed.state))
    land = draft.placed.state.land
    return [_breach(b, land) for b in found[:_SHOWN]], len(found)


def _breach(breach: Breach, land: Land) -> dict[str, Any]:
    return {
        "kind": breach.kind,
        "grid": breach.grid,
        "units": land.positions(breach.units).tolist(),
        "lon": breach.lon,
        "lat": breach.lat,
        "area_m2": round(breach.area_m2, 2),
    }


def _village(state: PlanState, at: int) -> int:
    """Return the village of most of a grid's units; of its name, if it has none."""
    labels = state.land.label[state.members[at]]
    if len(labels):
        return int(np.bincount(labels).argmax())
    home = state.names[at][:12]
    return state.land.labels.index(home) if home in state.land.labels else 0


def _round(values: Any, digits: int) -> Sequence[float]:
    return np.round(np.asarray(values, np.float64), digits).tolist()
