"""What a round has to come to, and what it lacks of that."""

import numpy as np

from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding
from tracking.walking.measuring import Measures
from tracking.walking.reach import Hit


def checkpoints_needed(count: int, rule: Rule) -> int:
    """Return how many of `count` checkpoints a round must reach."""
    return int(np.ceil(round(rule.checkpoint_share * count, 9)))


def find_shortfalls(
    found: Measures, hits: tuple[Hit, ...], rule: Rule, *, is_stay: bool
) -> tuple[Finding, ...]:
    """Return every need that the measures of an episode miss.

    Parameters
    ----------
    found : Measures
    hits : tuple of Hit
    rule : Rule
    is_stay : bool
        A stay never moves, whatever its measures are.
    """
    return tuple(
        Finding(code, value, needed)
        for code, value, needed, ok in _needs(found, hits, rule, is_stay)
        if not ok
    )


def _needs(
    r: Measures, hits: tuple[Hit, ...], rule: Rule, is_stay: bool
) -> list[tuple[str, float, float, bool]]:
    waived = rule.visits > 0 and r.visits >= rule.visits
    moves = not is_stay and (
        r.moving_min >= rule.moving_min or r.distance_m >= rule.distance_m or waived
    )
    rows = [
        # Of what looked like moving in a stay, nothing counts.
        ("stationary", 0.0 if is_stay else r.moving_min, rule.moving_min, moves),
        ("dwell_short", r.dwell_min, rule.dwell_min, r.dwell_min >= rule.dwell_min),
        (
            "distance_short",
            r.distance_m,
            rule.distance_m,
            waived or r.distance_m >= rule.distance_m,
        ),
    ]
    if r.moving_min > 0.0:
        share = r.moving_share
        rows.append(
            ("vehicle_speed", share, rule.moving_share, share >= rule.moving_share)
        )
    if hits:
        need = checkpoints_needed(len(hits), rule)
        reached = sum(hit.was_reached for hit in hits)
        rows.append(("checkpoints_missed", reached, need, reached >= need))
    else:
        enough = waived or r.cells >= rule.cells_per_10_min
        rows.append(("coverage_low", r.cells, rule.cells_per_10_min, enough))
    rows.append(
        ("gap_long", r.largest_gap_s, rule.gap_s, r.largest_gap_s <= rule.gap_s)
    )
    rows.append(
        ("rate_low", r.seen_share, rule.rate_share, r.seen_share >= rule.rate_share)
    )
    return rows
