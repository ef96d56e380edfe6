"""Plans that may not cross the lines of labels, beside the bound that these force."""

import time

import pandas as pd
from plan_cases import Case

from planning.pipeline import make_plan
from planning.units.territory import PlanPolicy, Territory

# Points that the largest deviation may lie above the printed bound.
_POINTS = 0.5


def show_lines(cases: list[Case]) -> None:
    """Print how a whole plan with hard lines scores on each set."""
    print(
        "\n| hard lines | lines of | CPU s, all stages | straddling | broken | grids "
        "| max dev % | printed bound % | scorer's bound % | misses |\n"
        + "|---" * 10
        + "|"
    )
    for case in cases:
        _show(case)


def _show(case: Case) -> None:
    units = case.units.rename(columns={"pop": "load", "bnd": "label"})
    started = time.process_time()
    plan = make_plan(Territory(units=units), PlanPolicy(grids=case.k, seed=0))
    cpu = time.process_time() - started
    links = pd.DataFrame(plan.report["links"], columns=["u", "v"])
    found = case.score(
        units,
        plan.assignment,
        weight="load",
        k=case.k,
        edges=case.edges,
        extra=links,
        boundary="label",
    )
    dev = found["max_abs_dev_pct"]
    bound = plan.report["scores"]["bounds"]["bound_lines_pct"]["value"]
    reached = {
        "0 straddle": found["straddling_grids"] == 0,
        "valid": found["noncontiguous_parts"] == 0 and found["grids"] == case.k,
        f"within {_POINTS} points": dev <= bound + _POINTS,
    }
    missed = ", ".join(name for name, ok in reached.items() if not ok) or "none"
    print(
        f"| {case.name} k {case.k} | {found['boundary_labels']} labels | {cpu:.1f} "
        f"| {found['straddling_grids']} | {found['noncontiguous_parts']} "
        f"| {found['grids']} | {dev:.2f} | {bound:.2f} "
        f"| {found['lb_boundary_max_abs_dev_pct']:.2f} | {missed} |",
        flush=True,
    )
