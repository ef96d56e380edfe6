"""What a plan's command prints when it is done."""

from collections.abc import Iterator, Mapping
from typing import Any

from planning.account.offers import Offers, offer_lines

_AIMS = {
    "people": "people changed least",
    "grids": "grids changed least",
    "free": "moves weighed against compactness",
}
# Half of the last digit that is printed.
_SHOWN_PCT = 0.005


def ground_lines(bound: float, offers: Offers) -> list[str]:
    """Return what lines and ground force, a fraction, and what would force less."""
    return [
        "on the ground, with forbidden crossings, separate land and the heaviest unit: "
        f"no plan can come below {100 * bound:.2f} % largest deviation",
        *offer_lines(offers),
    ]


def plan_lines(report: Mapping[str, Any], out: str) -> Iterator[str]:
    """Yield the lines: notes, joined villages, further loads, redraw, then the sum."""
    for note in report["notes"]:
        yield f"note: {note}"
    for village in report.get("joined_villages", ()):
        yield f"village {village['village']} counts as one with {village['into']}"
    for load in report.get("more_loads", ()):
        yield (
            f"{load['column']}: largest deviation {load['max_deviation_pct']:.2f} %, "
            f"mean {load['mean_deviation_pct']:.2f} %, {load['outside_grids']} grids "
            f"outside (lines and indivisible units force "
            f"{load['bound_units_pct']:.2f} %)"
        )
    if "redraw" in report:
        forced = max(score["value"] for score in report["scores"]["bounds"].values())
        yield from _redraw_lines(report["redraw"], forced)
    yield f"{_sum(report)}; {out}"


def _sum(report: Mapping[str, Any]) -> str:
    balance, bounds = (
        {key: score["value"] for key, score in report["scores"][group].items()}
        for group in ("balance", "bounds")
    )
    proof = "proven" if report["proof"]["holds"] else "NOT PROVEN"
    return (
        f"{report['grids']['base']} base + {report['grids']['exclusive']} exclusive "
        f"grids; largest deviation {balance['max_deviation_pct']:.2f} % "
        f"{_aside(report)}(lines and separate land force "
        f"{bounds['bound_lines_pct']:.2f} %, indivisible units "
        f"{bounds['bound_units_pct']:.2f} %, heavy units' neighbours "
        f"{bounds['bound_neighbours_pct']:.2f} %, oversized units "
        f"{bounds['bound_oversized_pct']:.2f} %); coverage {proof}"
    )


def _aside(report: Mapping[str, Any]) -> str:
    """Return how even the grids are without those of oversized units, if any are."""
    if not report["oversized_units"]:
        return ""
    balance = report["scores"]["balance"]
    rest, least = (
        balance[f"residual_{name}_pct"]["value"] for name in ("max_deviation", "bound")
    )
    return (
        f"and {rest:.2f} % with the {len(report['oversized_units'])} oversized aside, "
        f"where lines, separate land and units force {least:.2f} % "
    )


def _redraw_lines(redraw: Mapping[str, Any], forced_pct: float) -> Iterator[str]:
    paid, aim = redraw["paid"], _AIMS[redraw["change"]]
    yield f"redraw, {aim}: {_price(paid)}{_missed(paid, forced_pct)}"
    for price in redraw["prices"]:
        yield (
            f"  price of {price['tolerance_pct']:g} %: {_price(price)}"
            f"{_missed(price, forced_pct)}"
        )


def _missed(price: Mapping[str, Any], forced_pct: float) -> str:
    """Return how far from the tolerance it ends: what is least holds inside it only."""
    wanted_pct, reached_pct = price["tolerance_pct"], price["reached_pct"]
    if wanted_pct is None or reached_pct <= wanted_pct + _SHOWN_PCT:
        return ""
    if reached_pct <= forced_pct + _SHOWN_PCT:
        return f"; {reached_pct:.2f} % is forced"
    return f"; reached {reached_pct:.2f} % only"


def _price(price: Mapping[str, Any]) -> str:
    return (
        f"{price['moved_load']:,.0f} ({price['moved_pct']:.2f} %) move in "
        f"{price['moved_units']} units, {price['touched_grids']} grids; least "
        f"{price['bound_load']:,.0f}, of whole units {price['bound_units_load']:,.0f}, "
        f"{price['bound_grids']} grids"
    )
