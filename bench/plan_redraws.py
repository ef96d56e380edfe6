"""Redraws of our own plan after every load changed by a tenth, beside METIS anew."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from plan_cases import Case, metis

from planning.account.prices import Drawn, price_of
from planning.division.partition import divide
from planning.division.redrawing.redraw import Previous
from planning.graphs.graph import UnitGraph

# Inside 5 %: times the transport bound, and percent of grids untouched. Inside 1 %:
# percent of the load moved.
_TIMES, _UNTOUCHED_PCT, _MOVED_PCT = 3.0, 90.0, 3.0


class Redrawn(NamedTuple):
    """What one redraw changed, beside the least that any redraw must.

    `times` is the load moved as a multiple of the bound for loads that can be cut
    anywhere (the transport bound), `least_times` what whole units make of it at least,
    and `whole` the load moved as a multiple of that.
    """

    times: float
    least_times: float
    whole: float
    moved_pct: float
    untouched_pct: float
    most_untouched_pct: float
    dev: float
    cpu: float


Redraw = Callable[[UnitGraph, Previous], np.ndarray]


def show_redraws(case: Case, wide: int, narrow: int) -> None:
    """Shock every load by 10 % and go back into the band from our own 1 % plan."""
    old = case.ours(0.01, 0)
    print(
        f"\nRedraws of {case.name}; the least that any redraw moves is proven by loads "
        "and contacts alone.\n| redraw to | by | shocks | moved / transport bound, "
        "worst | median | least that whole units allow, worst | median "
        "| moved / bound of whole units, worst | median | moved %, worst | median "
        "| untouched %, least | most that any redraw leaves, least | max dev %, worst "
        "| CPU s | misses |\n" + "|---" * 16 + "|"
    )
    rows: tuple[tuple[float, str, int, Redraw], ...] = (
        (0.05, "METIS anew", wide, partial(_anew, case)),
        (0.05, "people", wide, partial(_again, case, 0.05)),
        (0.05, "grids", wide, partial(_again, case, 0.05)),
        (0.01, "people", narrow, partial(_again, case, 0.01)),
    )
    for tolerance, by, shocks, make in rows:
        if shocks:
            found = [_redrawn(case, old, s, tolerance, by, make) for s in range(shocks)]
            _show(tolerance, by, found)


def shocked(case: Case, shock: int) -> np.ndarray:
    """Return the loads after a log-normal shock of 10 % to each."""
    noise = np.random.default_rng(shock).lognormal(0.0, 0.1, len(case.load))
    return np.round(case.load * noise).astype(np.int64)


def _again(
    case: Case, tolerance: float, graph: UnitGraph, before: Previous
) -> np.ndarray:
    one = np.zeros(graph.size, np.int64)
    return divide(graph, one, case.k, tolerance, 0, before).part


def _anew(case: Case, graph: UnitGraph, _before: Previous) -> np.ndarray:
    return metis(graph, case.k, 0)


def _redrawn(
    case: Case, old: np.ndarray, shock: int, tolerance: float, by: str, make: Redraw
) -> Redrawn:
    load = shocked(case, shock)
    graph, one = case.weighted(load), np.zeros(len(old), np.int64)
    change = by if by in ("people", "grids") else "free"
    before = Previous(old, np.zeros(len(old), bool), 1.0, change)
    started = time.process_time()
    new = make(graph, before)
    cpu = time.process_time() - started
    drawn = Drawn(graph, one, case.k, load.astype(float))
    paid = price_of(drawn, new, before, tolerance)
    return Redrawn(
        paid.moved_load / max(1.0, paid.bound_load),
        paid.bound_units_load / max(1.0, paid.bound_load),
        paid.moved_load / max(1.0, paid.bound_units_load),
        paid.moved_pct,
        max(0.0, 100 - 100 * paid.touched_grids / case.k),
        100 - 100 * paid.bound_grids / case.k,
        paid.reached_pct,
        cpu,
    )


def _show(tolerance: float, by: str, rows: list[Redrawn]) -> None:
    found = Redrawn(*np.array(rows).T)
    missed = "" if by == "METIS anew" else _misses(tolerance, found) or "none"
    print(
        f"| {100 * tolerance:.0f} % | {by} | {len(rows)} "
        f"| {found.times.max():.2f} | {np.median(found.times):.2f} "
        f"| {found.least_times.max():.2f} | {np.median(found.least_times):.2f} "
        f"| {found.whole.max():.2f} | {np.median(found.whole):.2f} "
        f"| {found.moved_pct.max():.3f} | {np.median(found.moved_pct):.3f} "
        f"| {found.untouched_pct.min():.1f} | {found.most_untouched_pct.min():.1f} "
        f"| {found.dev.max():.2f} | {found.cpu.max():.2f} | {missed} |",
        flush=True,
    )


def _misses(tolerance: float, found: Redrawn) -> str:
    """Return the goals that were missed, in how many draws, and how many had to be."""
    out = found.dev > 100 * tolerance + 0.005
    misses = [_missed(f"dev <= {100 * tolerance:.0f}", out)]
    if tolerance > 0.01:
        misses += [
            _missed(
                f"moved <= {_TIMES:.0f} x",
                found.times > _TIMES,
                found.least_times > _TIMES,
            ),
            _missed(
                f"untouched >= {_UNTOUCHED_PCT:.0f}",
                found.untouched_pct < _UNTOUCHED_PCT,
                found.most_untouched_pct < _UNTOUCHED_PCT,
            ),
        ]
    else:
        misses.append(
            _missed(f"moved <= {_MOVED_PCT:.0f} %", found.moved_pct > _MOVED_PCT)
        )
    return ", ".join(filter(None, misses))


def _missed(goal: str, missed: Any, forced: Any = None) -> str:
    if not missed.any():
        return ""
    draws = f"{goal} in {int(missed.sum())} draws"
    return draws if forced is None else f"{draws} ({int(forced.sum())} proven forced)"
