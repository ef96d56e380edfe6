"""Several plans at once: the ones that no other plan beats in everything."""

from collections.abc import Iterable
from dataclasses import replace

from planning.errors import BadQuota
from planning.pipeline import Hear, Tell, hear_nothing, make_plan, tell_nobody
from planning.plan import Plan
from planning.units.territory import PlanPolicy, Territory

# Tighter and looser balance, and the next seeds, around what was asked for.
_TOLERANCE_FACTORS = (1.0, 0.3, 2.0, 0.6, 4.0)

# Where lines force the largest deviation, the mean tells which plan is more even; where
# they force all grids of a village to one side, only the spread does. An oversized unit
# drowns the largest: what the other grids have counts too.
_BALANCE = (
    "max_deviation_pct",
    "residual_max_deviation_pct",
    "residual_mean_deviation_pct",
    "cv",
)


def make_alternatives(
    territory: Territory,
    policy: PlanPolicy,
    count: int,
    tell: Tell = tell_nobody,
    hear: Hear = hear_nothing,
) -> list[Plan]:
    """Return those of `count` tries that no other beats, each once.

    Balance (`_BALANCE`), compactness (cut borders) and stability (moved load) are
    compared. The first plan is the one with the policy as given or, if a try no wider
    in its tolerance beats that in everything, the best balanced that does.
    `tell` and `hear` as in `make_plan`, over all tries.
    """
    if count < 1:
        raise BadQuota(f"{count} alternatives are none; ask for at least 1")
    plans = []
    for number, each in enumerate(_policies(policy, count)):

        def tell_of_all(stage: str, done: float, before: int = number) -> None:
            tell(stage, (before + done) / count)

        heard = hear if number == 0 else hear_nothing
        plans.append(make_plan(territory, each, tell_of_all, heard))
    plans = [plans[0], *(_with_prices(plan, plans[0]) for plan in plans[1:])]
    is_kept = [plan.report["policy"]["tolerance"] <= policy.tolerance for plan in plans]
    return [plans[n] for n in _front([_judged(plan) for plan in plans], is_kept)]


def _policies(policy: PlanPolicy, count: int) -> Iterable[PlanPolicy]:
    for number in range(count):
        turn, factor = divmod(number, len(_TOLERANCE_FACTORS))
        yield replace(
            policy,
            tolerance=min(0.99, policy.tolerance * _TOLERANCE_FACTORS[factor]),
            seed=policy.seed + turn,
            # What a tolerance costs is the same beside every try, and dear to find.
            price_list=() if number else policy.price_list,
        )


def _with_prices(plan: Plan, first: Plan) -> Plan:
    """Return the plan with the price list of the first try, if there is one."""
    if "redraw" not in first.report:
        return plan
    prices = first.report["redraw"]["prices"]
    return plan.with_report(redraw={**plan.report["redraw"], "prices": prices})


def _judged(plan: Plan) -> tuple[float, ...]:
    scores = plan.report["scores"]
    return (
        *(scores["balance"][key]["value"] for key in _BALANCE),
        scores["manageability"]["cut_edges"]["value"],
        scores["stability"]["moved_load_pct"]["value"] or 0.0,
    )


def _front(points: list[tuple[float, ...]], may_lead: list[bool]) -> list[int]:
    """Return what leads, then which other points nothing beats.

    The first point leads, or what beats it and may. Of points that are the same the
    earliest stays.
    """
    front = [
        n
        for n, point in enumerate(points)
        if point not in points[:n] and not any(_beats(p, point) for p in points)
    ]
    better = [n for n in front if may_lead[n] and _beats(points[n], points[0])]
    first = min(better, key=lambda n: points[n], default=0)
    return [first, *(n for n in front if n != first)]


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    pairs = zip(one, other, strict=True)
    return one != other and all(a <= b for a, b in pairs)
