"""Sets of units with fixed edges, the independent scorer, and METIS on the same graph.

Data and scorer stand in ``../shared``; the scorer imports no planner.
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pymetis

from planning.division.partition import divide
from planning.division.polishing.companions import least_excess
from planning.division.task import make_band
from planning.graphs.graph import (
    PLAIN_COST,
    UnitGraph,
    build_graph,
    integer_loads,
    subgraph,
)
from planning.graphs.oversized import peeled_ideal
from planning.graphs.roundness import length_prices

SHARED = Path(__file__).resolve().parents[2] / "shared"
GRIDS = {"nh320": 16, "chicago2069": 103, "synth60k": 3_000}
# Above this many units the goal is a multiple of METIS's CPU, below it plain seconds.
SMALL = 4_000


class Case:
    """One set of units with its edges and the independent scorer."""

    def __init__(self, name: str) -> None:
        folder = SHARED / "data" / "planning"
        self.name, self.k = name, GRIDS[name]
        self.units = gpd.read_file(folder / f"{name}.gpkg")
        self.edges = pd.read_csv(folder / f"{name}_edges.csv")
        place = {unit: i for i, unit in enumerate(self.units["unit_id"])}
        self.u = self.edges["u"].map(place).to_numpy(np.int64)
        self.v = self.edges["v"].map(place).to_numpy(np.int64)
        self.load, _ = integer_loads(self.units["pop"].to_numpy(float))
        price = length_prices(self.u, self.v, self.edges["shared_m"].to_numpy(float))
        self.cost = np.round(PLAIN_COST * price).astype(np.int64)
        self.graph = self.weighted(self.load)
        self.score = scorer()

    def weighted(self, load: np.ndarray) -> UnitGraph:
        return build_graph(load, self.u, self.v, self.cost)

    def scored(self, part: np.ndarray) -> dict[str, Any]:
        table = pd.DataFrame(
            {"unit_id": self.units["unit_id"], "grid_id": part.astype(str)}
        )
        return self.score(self.units, table, edges=self.edges, k=self.k)

    def ours(self, tolerance: float, seed: int) -> np.ndarray:
        one = np.zeros(len(self.load), np.int64)
        return divide(self.graph, one, self.k, tolerance, seed).part

    def metis(self, seed: int) -> np.ndarray:
        return metis(self.graph, self.k, seed)

    def forced_pct(self, tolerance: float) -> float:
        """Return the residual deviation that is proven to be forced, percent.

        By a unit that no connected set of its neighbours brings nearer to the band; 0
        if there is none. The scorer does not compute this bound.
        """
        heavy, ideal = peeled_ideal(self.load, self.k)
        rest = np.setdiff1d(np.arange(len(self.load)), heavy)
        inner = subgraph(self.graph, rest)
        band = make_band(inner, self.k - len(heavy), ideal, tolerance)
        excess = int(least_excess(inner, band).max(initial=0))
        return 100 * (tolerance + excess / ideal) if excess else 0.0


def metis(graph: UnitGraph, parts: int, seed: int) -> np.ndarray:
    """Return METIS's k-way division with its flag for contiguity."""
    scale = max(1, int(graph.load.sum()) // 10**8)
    _, label = pymetis.part_graph(
        parts,
        adjacency=pymetis.CSRAdjacency(graph.indptr, graph.indices),
        vweights=graph.load // scale,
        recursive=False,
        options=pymetis.Options(seed=seed, contig=True),
    )
    return np.asarray(label)


def scorer() -> Callable[..., dict[str, Any]]:
    """Return the independent scorer's function."""
    spec = importlib.util.spec_from_file_location(
        "score_plan", SHARED / "tools" / "score_plan.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score
