"""The planner's goals beside METIS and GerryChain on the same data, in the same run.

Run from the project's folder: ``python bench/plan.py``. Figures are the worst over the
seeds, METIS's too, but cuts are compared with the fewest that METIS found. Each row
names the goals that it misses. Needs ``../shared`` (data and the scorer, which imports
no planner); says so and ends if it is absent. CPU seconds are of the division alone,
with everything compiled before it counts. Without options everything is run that the
goals ask for, but 60,000 units with one seed and ten redraws to 1 %; takes some six
minutes. ``--sets``, ``--seeds``, ``--large-seeds``, ``--shocks``,
``--narrow-shocks``, ``--no-curve``, ``--no-lines`` and ``--no-made`` ask for less. What
one edit and one local re-balance cost: ``bench/edits.py``; how few borders any plan of
a small set can cut: ``bench/least_cuts.py``.
"""

import argparse
import importlib.util
import resource
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import plan_lines
import plan_redraws
import plan_sets
from plan_cases import GRIDS, SHARED, SMALL, Case, metis, scorer

from planning.division.partition import divide
from planning.graphs.graph import PLAIN_COST, UnitGraph, build_graph


class Goal(NamedTuple):
    """Most deviation in percent, most cuts as a share of METIS's, least mean PP."""

    dev: float
    cut: float
    pp: float = 0.0


GOALS = {
    ("nh320", 0.05): Goal(5.0, 0.88),
    ("nh320", 0.02): Goal(2.0, 1.0),
    ("chicago2069", 0.05): Goal(5.0, 0.88, 0.42),
    ("chicago2069", 0.01): Goal(1.0, 1.0),
    ("synth60k", 0.05): Goal(5.0, 0.88),
    ("synth60k", 0.01): Goal(1.0, 1.0),
}
# CPU of small sets, and of large ones as a multiple of METIS's; memory of the run.
CPU_S, CPU_METIS, MEMORY_MB = 5.0, 20.0, 1_000


class Worst(NamedTuple):
    """The worst of each figure over the seeds; `least_cut` is the best."""

    cpu: float
    dev: float
    broken: int
    grids: int
    cut: int
    pp: float
    least_cut: int


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sets", nargs="+", choices=GRIDS, default=list(GRIDS))
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--large-seeds", type=int, default=1)
    options.add_argument("--shocks", type=int, default=20, help="to 5 %%")
    options.add_argument("--narrow-shocks", type=int, default=10, help="to 1 %%")
    options.add_argument("--no-curve", action="store_true")
    options.add_argument("--no-lines", action="store_true", help="no hard lines")
    options.add_argument("--no-made", action="store_true", help="no sets with traps")
    return run(options.parse_args())


def run(asked: argparse.Namespace) -> int:
    """Print the tables that were asked for."""
    if not (SHARED / "data" / "planning").is_dir():
        print(
            "SKIPPED: ../shared with the planning data and the scorer is not there",
            file=sys.stderr,
        )
        return 0
    for name in sorted(GRIDS.keys() - set(asked.sets)):
        print(f"NOT RUN: {name}; name it in --sets")
    compile_all()
    cases = {name: Case(name) for name in asked.sets}
    seeds = {
        name: asked.seeds if len(case.load) <= SMALL else asked.large_seeds
        for name, case in cases.items()
    }
    print(f"worst of these seeds: {seeds}\n")
    print(
        "| set | method | CPU s | residual max dev % | broken | grids | cut "
        "| cut / METIS | mean PP | proven least dev % | misses |\n" + "|---" * 11 + "|"
    )
    for case in cases.values():
        compare(case, seeds[case.name])
    if "chicago2069" in cases and asked.shocks + asked.narrow_shocks:
        plan_redraws.show_redraws(
            cases["chicago2069"], asked.shocks, asked.narrow_shocks
        )
    if not asked.no_lines:
        small = [case for case in cases.values() if len(case.load) <= SMALL]
        plan_lines.show_lines(small)
    if not asked.no_curve:
        curve()
    if not asked.no_made:
        plan_sets.show_made(scorer(), asked.seeds)
        same = len(plan_sets.fingerprints()) == 1
        print(f"rows reversed, 1 and 2 threads, two hash seeds: same plan: {same}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reached = "" if peak < MEMORY_MB else ": MISSED"
    print(
        f"\npeak memory of the whole run, peers included: {peak:.0f} MB "
        f"(goal at 60,000 units: < {MEMORY_MB} MB{reached})"
    )
    return 0


def compile_all() -> None:
    """Plan a small set and one that is divided area by area, and throw both away."""
    Case("nh320").ours(0.01, 99)
    graph = squares(5_100)
    divide(graph, np.zeros(graph.size, np.int64), 250, 0.05, 99)


def compare(case: Case, seeds: int) -> None:
    """Print METIS, GerryChain on smaller sets, and our plans at each tolerance."""
    peer = worst(case, case.metis, seeds)
    show(case, "METIS k-way contig", peer, peer, "")
    if len(case.load) <= SMALL:
        gerrychain(case, peer)
    for tolerance in (0.05, 0.02, 0.01):
        goal = GOALS.get((case.name, tolerance))
        if goal is None and tolerance == 0.02:
            continue
        found = worst(case, partial(case.ours, tolerance), seeds)
        missed = (misses(case, found, peer, goal) or "none") if goal else "no goal set"
        forced = case.forced_pct(tolerance)
        show(case, f"ours, {100 * tolerance:.0f} %", found, peer, missed, forced)


def worst(case: Case, make: Callable[[int], np.ndarray], seeds: int) -> Worst:
    """Make and score a plan with each seed."""
    rows = []
    for seed in range(seeds):
        started = time.process_time()
        part = make(seed)
        cpu = time.process_time() - started
        rows.append((cpu, case.scored(part)))
    scores = pd.DataFrame([s for _, s in rows])
    wrong_k = (scores["grids"] - case.k).abs().argmax()
    return Worst(
        max(cpu for cpu, _ in rows),
        scores["residual_max_abs_dev_pct"].max(),
        scores["noncontiguous_parts"].max(),
        scores["grids"].iloc[wrong_k],
        scores["cut_edges"].max(),
        scores["mean_polsby_popper"].min(),
        scores["cut_edges"].min(),
    )


def misses(case: Case, found: Worst, peer: Worst, goal: Goal) -> str:
    """Return the goals that a row does not reach."""
    cpu = CPU_S if len(case.load) <= SMALL else CPU_METIS * peer.cpu
    reached = {
        "valid": found.broken == 0 and found.grids == case.k,
        f"dev <= {goal.dev}": found.dev <= goal.dev,
        f"cut <= {goal.cut} METIS": found.cut <= goal.cut * peer.least_cut,
        f"PP >= {goal.pp}": found.pp >= goal.pp,
        f"CPU <= {cpu:.1f} s": found.cpu <= cpu,
    }
    return ", ".join(name for name, ok in reached.items() if not ok)


def show(
    case: Case,
    method: str,
    row: Worst,
    peer: Worst,
    missed: str,
    forced: float | None = None,
) -> None:
    least = "" if forced is None else f"{forced:.2f}"
    print(
        f"| {case.name} k {case.k} | {method} | {row.cpu:.2f} | {row.dev:.2f} "
        f"| {row.broken} | {row.grids} | {row.cut} | {row.cut / peer.least_cut:.3f} "
        f"| {row.pp:.3f} | {least} | {missed} |",
        flush=True,
    )


def gerrychain(case: Case, peer: Worst) -> None:
    """Print one of GerryChain's seed plans at 5 %, where it is installed."""
    if importlib.util.find_spec("gerrychain") is None:
        print("SKIPPED: GerryChain is not installed (pip install -e .[bench])")
        return
    import networkx as nx  # type: ignore[import-untyped]
    from gerrychain import Graph
    from gerrychain.partition import recursive_tree_part
    from gerrychain.tree import bipartition_tree

    def plan(seed: int) -> np.ndarray:
        plain = nx.Graph(list(zip(case.u.tolist(), case.v.tolist(), strict=True)))
        for unit, load in enumerate(case.load.tolist()):
            plain.nodes[unit]["load"] = load
        found = recursive_tree_part(
            Graph.from_networkx(plain),
            range(case.k),
            case.load.sum() / case.k,
            "load",
            0.05,
            bipartition_tree_fn=partial(bipartition_tree, max_attempts=10_000),
            rng=seed,
        )
        return np.array([found[unit] for unit in range(len(case.load))])

    try:
        with warnings.catch_warnings(action="ignore"):
            found = worst(case, plan, 1)
    except Exception as error:
        print(f"GerryChain found no plan: {error!r}")
    else:
        show(case, "GerryChain tree plan, 5 %, 1 seed", found, peer, "")


def curve() -> None:
    """CPU over squares of 1,000 to 60,000 units, 20 to a grid."""
    print(
        "\n| units | grids | CPU s | CPU s / (n log2 n) * 1e6; goal: grows not "
        "| METIS CPU s | ours / METIS | max dev % |\n" + "|---" * 7 + "|"
    )
    for n in (1_000, 4_000, 15_000, 60_000):
        graph, grids = squares(n), n // 20
        started = time.process_time()
        part = divide(graph, np.zeros(graph.size, np.int64), grids, 0.05, 0).part
        ended = time.process_time()
        metis(graph, grids, 0)
        cpu, peer = ended - started, time.process_time() - ended
        weight = np.bincount(part, graph.load)
        print(
            f"| {graph.size} | {grids} | {cpu:.2f} "
            f"| {1e6 * cpu / (n * np.log2(n)):.2f} | {peer:.2f} | {cpu / peer:.1f} "
            f"| {100 * np.abs(weight / weight.mean() - 1).max():.2f} |",
            flush=True,
        )


def squares(units: int) -> UnitGraph:
    """Return about so many units in a square, with loads as uneven as blocks'."""
    side = round(units**0.5)
    cell = np.arange(side * side).reshape(side, side)
    u = np.r_[cell[:, :-1].ravel(), cell[:-1].ravel()]
    v = np.r_[cell[:, 1:].ravel(), cell[1:].ravel()]
    load = np.random.default_rng(7).lognormal(3, 0.6, side * side).astype(np.int64)
    return build_graph(load, u, v, np.full(len(u), PLAIN_COST))


if __name__ == "__main__":
    sys.exit(main())
