"""From the words of a command to a policy, and what the wishes cost."""

import re
from typing import Any

from api.services.plan_files import PlanFiles, read_territory
from planning.errors import BadQuota
from planning.offers import Band, grids_in_band, make_offers, offer_lines
from planning.settlements import Split
from planning.territory import PlanPolicy, Territory, check_territory, grids_wanted

_BAND = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


def read_wishes(
    files: PlanFiles, *, band: str | None, split: str, **wishes: Any
) -> tuple[Territory, PlanPolicy]:
    """Read the layers, and turn a size band into a number of grids.

    Raises
    ------
    BadInput
        If a layer cannot be read or the wishes contradict each other.
    """
    if split not in tuple(Split):
        raise BadQuota(f"split {split!r} is unknown; say {', '.join(Split)}")
    if band is not None:
        if wishes["grids"] is not None or wishes["target_load"] is not None:
            raise BadQuota("ask for a number of grids, a target load or a size band")
        # A placeholder lets the other wishes be checked before the layers are read.
        PlanPolicy(**{**wishes, "grids": 1}, split=Split(split))
    policy = None if band else PlanPolicy(**wishes, split=Split(split))
    territory = read_territory(files)
    if policy is None:
        check_territory(territory)
        wishes["grids"] = grids_in_band(territory.units, _parse_band(band or ""))
        policy = PlanPolicy(**wishes, split=Split(split))
    return territory, policy


def offers_of(territory: Territory, policy: PlanPolicy) -> list[str]:
    """Return what hard lines cost and what would cost less, as lines to print."""
    check_territory(territory)
    if territory.units["label"].nunique() < 2:
        return []
    total = float(territory.units["load"].sum())
    grids = grids_wanted(policy, total, 10**9)
    return offer_lines(make_offers(territory.units, grids), grids)


def _parse_band(text: str) -> Band:
    found = _BAND.fullmatch(text.strip())
    if not found:
        raise BadQuota(f"size band {text!r} cannot be read; write LOW-HIGH, as 300-500")
    return Band(float(found[1]), float(found[2]))
