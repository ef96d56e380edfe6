"""From the words of a command to a policy, and what the wishes cost."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from api.services.out_files import require_folder
from api.services.plans.plan_folder import OUT_NAMES, require_kept
from api.services.plans.plan_layers import PlanFiles, read_territory
from planning.account.offers import bound_line, grids_in_band
from planning.errors import BadQuota
from planning.pipeline import joined_villages, units_to_plan
from planning.units.checks import check_lines, check_territory
from planning.units.settlements import Split
from planning.units.territory import PlanPolicy, Territory, grids_wanted

_BAND = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
_NO_PRICES = ("", "none")


def read_asked(asked: Mapping[str, Any]) -> tuple[PlanFiles, Territory, PlanPolicy]:
    """Return files, layers and policy of a command line, by the names of its options.

    Raises
    ------
    BadInput
        If a layer cannot be read, the wishes contradict each other, or nothing can be
        written where the plan should go.
    """
    require_folder(asked["out"], OUT_NAMES)
    single = ("units", "out", "within", "outlines", "exclusive", "previous", "lock")
    words: dict[str, Any] = {name: asked[name] for name in single}
    for name in ("also", "barriers", "spots"):
        words[name] = tuple(asked[name] or ())
    files = PlanFiles(
        **words,
        id_column=asked["id"],
        load_column=asked["load"],
        weights=asked["weights"],
        overlays=asked["overlays"],
    )
    require_kept(files.out, files.layers)
    plain = ("grids", "tolerance", "seed", "stability", "micro", "change", "cut_blocks")
    territory, policy = read_wishes(
        files,
        **{name: asked[name] for name in (*plain, "band", "split", "prices")},
        target_load=asked["target"],
        join_below=asked["join_tiny"],
        line_price=tuple(asked["line_price"] or ()),
        forbidden=tuple(asked["forbid"] or ()),
    )
    return files, territory, policy


def read_wishes(
    files: PlanFiles,
    *,
    band: str | None,
    split: str,
    prices: str,
    line_price: Sequence[str],
    **wishes: Any,
) -> tuple[Territory, PlanPolicy]:
    """Read the layers, and the wishes into a policy.

    Raises
    ------
    BadInput
        If a layer cannot be read or the wishes contradict each other.
    """
    if split not in tuple(Split):
        raise BadQuota(f"split {split!r} is unknown; say {', '.join(Split)}")
    wishes |= {
        "split": Split(split),
        "price_list": _parse_prices(prices) if files.previous else (),
        "line_prices": tuple(_parse_line_price(text) for text in line_price),
    }
    policy = PlanPolicy(**wishes, size_band=None if band is None else _parse_band(band))
    if policy.join_below and files.within is None:
        raise BadQuota("join-tiny joins villages: name their column with --within")
    territory = read_territory(files)
    check_lines(territory, policy)
    return territory, policy


def cost_of_lines(territory: Territory, policy: PlanPolicy) -> list[str]:
    """Return what hard lines cost by arithmetic, as lines to print before planning."""
    check_territory(territory)
    if territory.units["label"].nunique() < 2:
        return []
    whole = not territory.may_split(policy)
    if policy.size_band is not None:
        if policy.join_below:
            # Which villages count as one is known when their ground is.
            return []
        return _band_lines(territory, policy.size_band, whole)
    units = units_to_plan(territory)
    total = float(units["load"].sum())
    if policy.join_below:
        host = joined_villages(territory, policy)
        units = units.assign(label=[host.get(name, name) for name in units["label"]])
    return [bound_line(units, grids_wanted(policy, total, 10**9), whole)]


def _band_lines(
    territory: Territory, band: tuple[float, float], whole: bool
) -> list[str]:
    units = units_to_plan(territory)
    grids = grids_in_band(units, band, whole, territory.grids_before)
    low, high = band
    return [f"{low:g}-{high:g} in every grid: {grids} grids, a free number per village"]


def _parse_band(text: str) -> tuple[float, float]:
    found = _BAND.fullmatch(text.strip())
    if not found:
        raise BadQuota(f"size band {text!r} cannot be read; write LOW-HIGH, as 300-500")
    return float(found[1]), float(found[2])


def _parse_prices(text: str) -> tuple[float, ...]:
    """Return tolerances written in percent, as fractions."""
    if text.strip() in _NO_PRICES:
        return ()
    try:
        percents = [float(part) for part in text.split(",")]
    except ValueError:
        percents = []
    if not percents or not all(0 < percent < 100 for percent in percents):
        raise BadQuota(
            f"prices {text!r} cannot be read; write percents above 0 and below 100 as "
            "5,3,1, or none"
        )
    return tuple(percent / 100.0 for percent in percents)


def _parse_line_price(text: str) -> tuple[str, float]:
    kind, _, price = text.strip().partition("=")
    try:
        # Whether there is such a kind or price is for the policy to say.
        return kind.strip(), float(price)
    except ValueError:
        raise BadQuota(
            f"line price {text!r} cannot be read; write KIND=PRICE, as river=0.3"
        ) from None
