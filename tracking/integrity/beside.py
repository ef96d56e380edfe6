"""What a round shows beside all others: copies of earlier ways, devices on one body.

A round comes here as a `Sight`. What is found goes back by the key of the round, to be
judged with what its own fixes show.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from geo.localtime import DAY_MS
from tracking.integrity.comparison import find_companions
from tracking.integrity.digests import Digest
from tracking.integrity.replays import (
    AHEAD_MS,
    PlacesOf,
    ReplayIndex,
    find_near_replay,
    near_for,
    replay_evidence,
)
from tracking.integrity.sights import Sight, SightKey
from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding

REPLAY_DAYS = 30


@dataclass
class Beside:
    """What others add to a round: `doubts`, mere `notes`, and what was matched."""

    doubts: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    matches: list[dict[str, Any]] = field(default_factory=list)


Found = dict[SightKey, Beside]


def compare(
    sights: Sequence[Sight],
    earlier: Sequence[Digest],
    places: PlacesOf,
    rule: Rule,
) -> Found:
    """Return what is found of rounds beside all others; of most nothing is.

    Parameters
    ----------
    sights : sequence of Sight
        The rounds to judge, in any order.
    earlier : sequence of Digest
        Ways of rounds before that are not among `sights`.
    places : callable
        The places of all tracks, see `ReplayIndex`.
    rule : Rule
    """
    sights = sorted(sights, key=lambda seen: seen.key)
    found: Found = {}
    _add_replays(sights, earlier, places, rule, found)
    _add_companions(sights, rule, found)
    return found


def _add_replays(
    sights: Sequence[Sight],
    earlier: Sequence[Digest],
    places: PlacesOf,
    rule: Rule,
    found: Found,
) -> None:
    """Compare each round that passes with all fixes, and with rounds before it.

    Earlier ways are those of the same worker, and of whoever walked the same grids.
    """
    passing = [(seen, seen.digest) for seen in sights if seen.digest is not None]
    index = ReplayIndex(places, [seen for seen, _ in passing])
    before = _Before([*earlier, *(digest for _, digest in passing)])
    for seen, mine in passing:
        copy = index.find(seen, rule)
        if copy is not None:
            found.setdefault(seen.key, Beside()).doubts.append(copy)
            continue
        others = before.of(mine)
        near_m = near_for(seen, rule) if others else 0.0
        match = find_near_replay(mine, others, near_m, rule)
        if match is not None:
            doubt = Finding("replayed_track", match.apart_m, match.near_m)
            own = found.setdefault(seen.key, Beside())
            own.doubts.append(doubt)
            own.matches.append(replay_evidence(match))


class _Before:
    """Digests by worker and by place: who may be the source of a copy."""

    def __init__(self, digests: Sequence[Digest]) -> None:
        self._by_key: dict[object, list[Digest]] = {}
        for digest in sorted(digests, key=lambda d: (d.start_ms, d.worker_id)):
            for key in (digest.worker_id, *_blocks(digest)):
                self._by_key.setdefault(key, []).append(digest)

    def of(self, mine: Digest) -> list[Digest]:
        """Return earlier digests of the worker or of the same ground, each once."""
        found = {
            id(d): d
            for key in (mine.worker_id, *_blocks(mine))
            for d in self._by_key.get(key, ())
            if AHEAD_MS <= mine.start_ms - d.start_ms
            and mine.start_ms - d.end_ms <= REPLAY_DAYS * DAY_MS
        }
        return list(found.values())


def _blocks(digest: Digest) -> list[tuple[int, int]]:
    """Return the kilometre that a way has its middle in."""
    if not len(digest.places):
        return []
    lon, lat = digest.places[len(digest.places) // 2].tolist()
    return [(lon // 10_000, lat // 10_000)]


def _add_companions(sights: Sequence[Sight], rule: Rule, found: Found) -> None:
    by_day: dict[date, list[Sight]] = {}
    for seen in sights:
        if seen.is_claim:
            by_day.setdefault(seen.key[1], []).append(seen)
    for claims in by_day.values():
        for seen, beside in zip(claims, find_companions(claims, rule), strict=True):
            for finding, evidence in beside:
                own = found.setdefault(seen.key, Beside())
                joint = finding.code == "joint_patrol"
                (own.notes if joint else own.doubts).append(finding)
                own.matches.append(evidence)
