"""Sets of units with the traps of real ones, made here, for the planner's bench.

Islands, units in several parts, a unit 60 times the ideal, two territories that do not
touch, units without load, many giants, nearly as many grids as units, 1 and 2 grids.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planning.pipeline import make_plan
from planning.plan import Plan
from planning.units.territory import PlanPolicy, Territory

_SIDE_M = 100.0
_EAST, _NORTH = 500_000.0, 3_770_000.0


class MadeSet(NamedTuple):
    """Units ``unit_id, load, label`` in a metric CRS and how many grids to cut."""

    name: str
    units: gpd.GeoDataFrame
    grids: int


def made_sets(seed: int) -> Iterator[MadeSet]:
    """Yield the sets of a seed."""
    rng = np.random.default_rng(seed)
    yield MadeSet("islands", _islands(rng), 40)
    yield MadeSet("multipart units", _multipart(rng), 30)
    yield MadeSet("a unit 60 x the ideal", _one_giant(rng), 40)
    yield MadeSet("two territories", _two_lands(rng), 37)
    yield MadeSet("40 % of units without load", _empty_units(rng), 25)
    yield MadeSet("many giants", _frame(_squares(20, 20), rng.pareto(1.0, 400)), 60)
    few = _frame(_squares(10, 10), _loads(rng, 100))
    for grids in (1, 2, 97, 100):
        yield MadeSet(f"{grids} grids of 100 units", few, grids)


def _squares(rows: int, columns: int, east: float = 0, north: float = 0) -> np.ndarray:
    row, column = np.divmod(np.arange(rows * columns), columns)
    x = _EAST + east + column * _SIDE_M
    y = _NORTH + north + row * _SIDE_M
    return shapely.box(x, y, x + _SIDE_M, y + _SIDE_M)


def _loads(rng: np.random.Generator, count: int) -> np.ndarray:
    return np.round(rng.lognormal(3.0, 0.7, count))


def _frame(shapes: np.ndarray, load: np.ndarray) -> gpd.GeoDataFrame:
    ids = [f"u{i:05d}" for i in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"unit_id": ids, "load": load, "label": ""}, geometry=shapes, crs=4546
    )


def _islands(rng: np.random.Generator) -> gpd.GeoDataFrame:
    """A mainland, an island of several grids, and islets of one to four units."""
    parts = [_squares(22, 30), _squares(8, 9, east=4_000)]
    for i in range(12):
        size = 1 + i % 4
        parts.append(_squares(1, size, east=-900, north=i * 250.0))
    shapes = np.concatenate(parts)
    return _frame(shapes, _loads(rng, len(shapes)))


def _multipart(rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Every tenth unit has an exclave some rows away."""
    shapes = _squares(24, 25).astype(object)
    exclaves = np.arange(5, 300, 10)
    for unit in exclaves.tolist():
        shapes[unit] = shapely.union(shapes[unit], shapes[unit + 300])
    keep = np.setdiff1d(np.arange(600), exclaves + 300)
    return _frame(shapes[keep], _loads(rng, len(keep)))


def _one_giant(rng: np.random.Generator) -> gpd.GeoDataFrame:
    shapes = _squares(25, 25)
    load = _loads(rng, 625)
    load[312] = 60 * (load.sum() - load[312]) / 39
    return _frame(shapes, load)


def _two_lands(rng: np.random.Generator) -> gpd.GeoDataFrame:
    shapes = np.concatenate([_squares(20, 20), _squares(13, 20, east=9_000)])
    return _frame(shapes, _loads(rng, len(shapes)))


def _empty_units(rng: np.random.Generator) -> gpd.GeoDataFrame:
    load = _loads(rng, 500)
    load[rng.random(500) < 0.4] = 0
    return _frame(_squares(20, 25), load)


def fingerprints() -> set[str]:
    """Return the hashes of one plan under other threads, hash seeds and row orders."""
    code = (
        "import sys, hashlib, numpy as np; sys.path.insert(0, 'bench')\n"
        "import plan_sets as sets\n"
        "made = next(sets.made_sets(0)); order = np.arange(len(made.units))\n"
        "rows = order if sys.argv[1] == '0' else order[::-1]\n"
        "plan = sets.planned(made._replace(units=made.units.iloc[rows]), 0)\n"
        "text = plan.assignment.to_csv(index=False).encode()\n"
        "print(hashlib.sha256(text).hexdigest())\n"
    )
    found = set()
    for threads, salt, rows in (("1", "1", "0"), ("2", "2", "1")):
        env = {
            **os.environ,
            "OMP_NUM_THREADS": threads,
            "NUMBA_NUM_THREADS": threads,
            "PYTHONHASHSEED": salt,
        }
        made = subprocess.run(
            [sys.executable, "-c", code, rows],
            env=env,
            capture_output=True,
            check=True,
            text=True,
        )
        found.add(made.stdout.strip())
    return found


def planned(made: MadeSet, seed: int) -> Plan:
    """Return the plan of a set at 5 %."""
    policy = PlanPolicy(grids=made.grids, tolerance=0.05, seed=seed)
    return make_plan(Territory(units=made.units), policy)


def show_made(score: Callable[..., dict[str, Any]], seeds: int) -> None:
    """Print what the independent scorer says of each set, the worst of the seeds."""
    print(
        "\n| made set | grids asked | grids | broken | oversized not alone "
        "| residual max dev % | explained |\n|---|---|---|---|---|---|---|"
    )
    rows: dict[str, list[tuple[dict[str, Any], bool]]] = {}
    asked: dict[str, int] = {}
    for seed in range(seeds):
        for made in made_sets(seed):
            plan = planned(made, seed)
            links = pd.DataFrame(plan.report["links"], columns=["u", "v"])
            scored = score(
                made.units, plan.assignment, weight="load", k=made.grids, extra=links
            )
            off = plan.grids["deviation_pct"].abs() > 5.0 + 1e-6
            told = bool((plan.grids.loc[off, "reason"] != "").all())
            asked[made.name] = made.grids
            rows.setdefault(made.name, []).append((scored, told))
    for name, found in rows.items():
        scores = [s for s, _ in found]
        grids = {s["grids"] for s in scores}
        print(
            f"| {name} | {asked[name]} | {'/'.join(map(str, sorted(grids)))} "
            f"| {max(s['noncontiguous_parts'] for s in scores)} "
            f"| {max(s['oversized_not_alone'] for s in scores)} "
            f"| {max(s['residual_max_abs_dev_pct'] for s in scores):.2f} "
            f"| {'all' if all(told for _, told in found) else 'NOT ALL'} |",
            flush=True,
        )
