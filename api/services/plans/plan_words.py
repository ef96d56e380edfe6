"""What a plan's command prints when it is done."""

from collections.abc import Iterator, Mapping
from typing import Any


def ground_line(bound: float) -> str:
    """Return what lines and ground force, a fraction, as a line before planning."""
    return (
        "on the ground, with forbidden crossings and separate land: no plan can come "
        f"below {100 * bound:.2f} % largest deviation"
    )


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
        yield from _redraw_lines(report["redraw"])
    balance, bounds = report["scores"]["balance"], report["scores"]["bounds"]
    yield (
        f"{report['grids']['base']} base + {report['grids']['exclusive']} exclusive "
        f"grids; largest deviation {balance['max_deviation_pct']['value']:.2f} % "
        f"(lines and separate land force {bounds['bound_lines_pct']['value']:.2f} %, "
        f"indivisible units {bounds['bound_units_pct']['value']:.2f} %, "
        "heavy units' neighbours "
        f"{bounds['bound_neighbours_pct']['value']:.2f} %, oversized units "
        f"{bounds['bound_oversized_pct']['value']:.2f} %); coverage "
        f"{'proven' if report['proof']['holds'] else 'NOT PROVEN'}; {out}"
    )


def _redraw_lines(redraw: Mapping[str, Any]) -> Iterator[str]:
    yield f"redraw, {redraw['change']} changed least: {_price(redraw['paid'])}"
    for price in redraw["prices"]:
        missed = price["reached_pct"] > price["tolerance_pct"] + 0.005
        yield (
            f"  price of {price['tolerance_pct']:g} %: {_price(price)}"
            + (f"; reached {price['reached_pct']:.2f} % only" if missed else "")
        )


def _price(price: Mapping[str, Any]) -> str:
    return (
        f"{price['moved_load']:,.0f} ({price['moved_pct']:.2f} %) move in "
        f"{price['moved_units']} units, {price['touched_grids']} grids; least "
        f"{price['bound_load']:,.0f}, of whole units {price['bound_units_load']:,.0f}, "
        f"{price['bound_grids']} grids"
    )
