"""What a unit's neighbours force, recomputed from the unit file by means of its own.

A unit of half a grid or more may have no connected set of neighbours that makes a grid
of the right size with it. Whoever draws the grids, the one with that unit lies outside
the tolerance. This script imports nothing of the planner: it reads loads and edges,
lays units heavier than the ideal aside as the scorer does, and for each heavy unit
looks through every connected set that holds it, until one is inside; a set at
or above the ideal only gets heavier. For each unit that is forced it prints the nearest
sets below and above, to be checked by hand. With a plan it names each grid outside the
tolerance and whether it is forced.

``python bench/forced.py UNITS EDGES.csv --grids K``, and ``--plan PLAN.csv`` if asked;
without arguments: the sets of ``../shared``, or a line that they are not there.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "planning"
GRIDS = {"nh320": 16, "chicago2069": 103, "synth60k": 3_000}
# Sets that are looked through for one unit; beyond, nothing is said of it.
MOST = 200_000


class Nearest(NamedTuple):
    """The connected sets with a unit that come nearest to the ideal on both sides."""

    below: frozenset[str]
    above: frozenset[str]


class Land(NamedTuple):
    """Loads and neighbours by unit, oversized ones left out, and the ideal of these."""

    load: dict[str, float]
    near: dict[str, list[str]]
    oversized: list[str]
    ideal: float

    def weight(self, units: frozenset[str]) -> float:
        return sum(self.load[unit] for unit in units)

    def off_pct(self, units: frozenset[str]) -> float:
        """Return by how much a grid of some units is off; without any, infinitely."""
        if not units:
            return float("inf")
        return 100 * (self.weight(units) / self.ideal - 1)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("units", nargs="?", type=Path)
    options.add_argument("edges", nargs="?", type=Path, help="columns u, v")
    options.add_argument("--grids", type=int)
    options.add_argument("--tolerance", type=float, default=0.01)
    options.add_argument("--load", default="pop")
    options.add_argument("--id", default="unit_id")
    options.add_argument("--plan", type=Path, help="columns unit_id, grid_id")
    asked = options.parse_args()
    if asked.units and asked.edges and asked.grids:
        table = gpd.read_file(asked.units)
        show(read(table[asked.id], table[asked.load], asked.edges, asked.grids), asked)
        return 0
    if asked.units:
        options.error("UNITS, EDGES and --grids go together")
    if not SHARED.is_dir():
        print("SKIPPED: ../shared with the planning data is not there", file=sys.stderr)
        return 0
    for name, grids in GRIDS.items():
        table = gpd.read_file(SHARED / f"{name}.gpkg")
        print(f"\n{name}, {grids} grids, {100 * asked.tolerance:g} %")
        edges = SHARED / f"{name}_edges.csv"
        show(read(table["unit_id"], table["pop"], edges, grids), asked)
    return 0


def read(ids: pd.Series, loads: pd.Series, edges: Path, grids: int) -> Land:
    """Read the land, units heavier than what is left for each grid laid aside."""
    load = dict(zip(ids.astype(str), loads.astype(float), strict=True))
    total, left, oversized = sum(load.values()), grids, list[str]()
    for unit in sorted(load, key=lambda u: -load[u]):
        if left == 1 or load[unit] * left <= total + 1e-9:
            break
        oversized.append(unit)
        total, left = total - load.pop(unit), left - 1
    near: dict[str, list[str]] = {unit: [] for unit in load}
    table = pd.read_csv(edges, dtype={"u": str, "v": str})
    for u, v in zip(table["u"], table["v"], strict=True):
        if u in load and v in load:
            near[u].append(v)
            near[v].append(u)
    return Land(load, near, oversized, total / left)


def nearest(land: Land, unit: str, limit: float) -> Nearest | None:
    """Return the nearest sets with a unit, `None` if there are too many to tell.

    Ends with the first set that is inside the limit, in percent.

    Every connected set is reached by adding neighbours one at a time; whoever was
    passed over stays out, so that none is met twice. A set at or above the ideal only
    gets heavier: nothing is added to it.
    """
    below, above = frozenset[str](), frozenset[str]()
    waiting: list[tuple[frozenset[str], frozenset[str]]] = [
        (frozenset([unit]), frozenset())
    ]
    for _ in range(MOST):
        if not waiting:
            return Nearest(below, above)
        units, out = waiting.pop()
        weight = land.weight(units)
        if abs(land.off_pct(units)) <= limit:
            return Nearest(units, units)
        if weight >= land.ideal:
            if not above or weight < land.weight(above):
                above = units
            continue
        if not below or weight > land.weight(below):
            below = units
        beside = {v for u in units for v in land.near[u]} - units - out
        passed = out
        for other in sorted(beside):
            waiting.append((units | {other}, passed))
            passed = passed | {other}
    return None


def show(land: Land, asked: argparse.Namespace) -> None:
    """Print every unit that forces its grid outside, and the grids of a plan."""
    forced = dict[str, float]()
    limit, unsure = 100 * asked.tolerance, 0
    print(f"{len(land.oversized)} oversized units aside; ideal {land.ideal:.4f}")
    for unit in sorted(land.load, key=lambda u: -land.load[u]):
        if land.load[unit] <= land.ideal / 2:
            break
        found = nearest(land, unit, limit)
        if found is None:
            unsure += 1
            continue
        off = min(abs(land.off_pct(side)) for side in found)
        if off > limit:
            forced[unit] = off
            print(
                f"unit {unit} (load {land.load[unit]:g}) forces {off:.3f} %: "
                f"{told(land, found.below)} below, {told(land, found.above)} above"
            )
    worst = max(forced.values(), default=0.0)
    print(
        f"{len(forced)} units forced beyond {limit:g} %, largest {worst:.3f} %; "
        f"{unsure} heavy units have too many sets to be looked through"
    )
    if asked.plan is not None:
        show_plan(land, forced, limit, asked.plan)


def told(land: Land, units: frozenset[str]) -> str:
    if not units:
        return "nothing"
    names = " + ".join(sorted(units, key=lambda u: (-land.load[u], u)))
    return f"{names} = {land.weight(units):g} ({land.off_pct(units):+.3f} %)"


def show_plan(land: Land, forced: dict[str, float], limit: float, plan: Path) -> None:
    """Print each grid outside the tolerance, those of oversized units aside."""
    table = pd.read_csv(plan, dtype=str)
    for grid, own in table.groupby("grid_id")["unit_id"]:
        units = frozenset(own)
        if not units <= land.load.keys():
            continue
        off = land.off_pct(units)
        if abs(off) > limit + 1e-9:
            least = max((forced.get(unit, 0.0) for unit in units), default=0.0)
            why = f"forced: {least:.3f} % at least" if least else "NOT forced by a unit"
            print(f"grid {grid}: {told(land, units)}; {why}")


if __name__ == "__main__":
    sys.exit(main())
