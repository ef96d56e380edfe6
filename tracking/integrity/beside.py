"""What a round shows beside all others: copies of earlier ways, devices on one body.

A round comes here as a `Sight`. What is found goes back by the key of the round, to be
judged with what its own fixes show.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracking.integrity.comparison import find_companions
from tracking.integrity.digests import Digest
from tracking.integrity.replays import (
    Match,
    PlacesOf,
    ReplayIndex,
    find_near_replay,
    near_for,
    replay_evidence,
)
from tracking.integrity.sights import Sight, SightKey
from tracking.integrity.ways import Ways
from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding


@dataclass
class Beside:
    """What others add to a round: `doubts`, mere `notes`, and what was matched."""

    doubts: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    matches: list[dict[str, Any]] = field(default_factory=list)


Found = dict[SightKey, Beside]


def compare(
    sights: Sequence[Sight],
    earlier: Sequence[Ways],
    places: PlacesOf,
    rule: Rule,
) -> Found:
    """Return what is found of rounds beside all others; of most nothing is.

    Parameters
    ----------
    sights : sequence of Sight
        The rounds to judge, in any order.
    earlier : sequence of Ways
        Of rounds before that are not among `sights`.
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
    earlier: Sequence[Ways],
    places: PlacesOf,
    rule: Rule,
    found: Found,
) -> None:
    """Compare each round that passes with all fixes, and with rounds before it.

    Earlier ways are those of the same worker, and of whoever walked the same grids.
    """
    passing = [(seen, seen.digest) for seen in sights if seen.digest is not None]
    index = ReplayIndex(places, [seen for seen, _ in passing])
    asked = []
    for seen, mine in passing:
        copy = index.find(seen, rule)
        if copy is None:
            asked.append((seen, mine))
        else:
            found.setdefault(seen.key, Beside()).doubts.append(copy)
    ways = *earlier, Ways.of([mine for _, mine in passing])
    before = [some for some in ways if len(some)]
    for seen, match in _matches(asked, before, rule):
        doubt = Finding("replayed_track", match.apart_m, match.near_m)
        own = found.setdefault(seen.key, Beside())
        own.doubts.append(doubt)
        own.matches.append(replay_evidence(match))


def _matches(
    asked: Sequence[tuple[Sight, Digest]], before: Sequence[Ways], rule: Rule
) -> Iterator[tuple[Sight, Match]]:
    """Yield the rounds that copy an earlier way; a whole month is compared in threads.

    The compiled part of it lets others run meanwhile.
    """

    def match(way: tuple[Sight, Digest]) -> Match | None:
        seen, mine = way
        return find_near_replay(mine, before, near_for(seen, rule), rule)

    found: Iterable[Match | None]
    if len(asked) * sum(map(len, before)) < _WORTH_THREADS:
        found = map(match, asked)
    else:
        with ThreadPoolExecutor(_THREADS) as threads:
            found = list(threads.map(match, asked))
    for (seen, _), one in zip(asked, found, strict=True):
        if one is not None:
            yield seen, one


# So many pairs, most of them far from one another, take longer than threads to start.
_WORTH_THREADS = 1_000_000
_THREADS = 4


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
