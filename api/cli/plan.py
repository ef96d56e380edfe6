"""``xunge plan``: divide units into balanced, contiguous grids."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from api.cli import plan_options as ask
from api.cli.quiet import only_our_lines

if TYPE_CHECKING:
    from planning.account.offers import Offers


def plan(
    units: ask.Units,
    out: ask.Out,
    grids: ask.Grids = None,
    target: ask.Target = None,
    band: ask.SizeBand = None,
    id: ask.Id = "unit_id",
    load: ask.Load = "population",
    also: ask.Also = None,
    weights: ask.Weights = None,
    within: ask.Within = None,
    outlines: ask.Outlines = None,
    join_tiny: ask.JoinTiny = 0.0,
    barriers: ask.Barriers = None,
    line_price: ask.LinePrice = None,
    forbid: ask.Forbid = None,
    cut_blocks: ask.CutBlocks = False,
    spots: ask.Spots = None,
    exclusive: ask.Exclusive = None,
    overlays: ask.Overlays = False,
    previous: ask.Previous = None,
    change: ask.Change = "people",
    stability: ask.Stability = 0.5,
    prices: ask.Prices = "5,3,1",
    lock: ask.Lock = None,
    tolerance: ask.Tolerance = 0.05,
    seed: ask.Seed = 0,
    split: ask.SplitTo = "blocks",
    micro: ask.Micro = None,
    alternatives: ask.Alternatives = 1,
) -> None:
    """Divide units into balanced, contiguous grids, with a proof of coverage."""
    # Thirty options under their own names, to be read where they are needed.
    asked = dict(locals())
    with only_our_lines():
        _run(asked)


def _run(asked: dict[str, Any]) -> None:
    """Read, plan, write, and print what came of it."""
    from api.services.plans.plan_files import plan_files
    from api.services.plans.plan_wishes import cost_of_lines, read_asked
    from api.services.plans.plan_words import ground_lines, plan_lines

    files, territory, policy = read_asked(asked)
    # Held until all is found in order: a refusal is one line and no other.
    held = cost_of_lines(territory, policy)

    def tell(*lines: str) -> None:
        for line in (*held, *lines):
            typer.echo(line)
        held.clear()

    def hear(bound: float, offers: "Callable[[], Offers]") -> None:
        lines = ground_lines(bound, offers())
        # A lock may still be refused when all is divided.
        held.extend(lines) if territory.locked else tell(*lines)

    made = plan_files(
        files,
        policy,
        asked["alternatives"],
        territory,
        hear,
        lambda line: tell(f"note: {line}"),
    )
    tell(*plan_lines(made.report, str(asked["out"])))
