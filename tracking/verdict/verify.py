"""The verdict: a pure function of fixes, roster, rule and moment.

`verify_days` reads as the recipe: put the fixes in order, look at each worker's day,
compare the rounds that would count with other days and other people, judge, write down.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from tracking.ground.roster import Roster
from tracking.integrity.beside import compare
from tracking.integrity.digests import Digest
from tracking.integrity.placekeys import Places, Wanted, together
from tracking.integrity.ways import Ways
from tracking.rules.policy import DEFAULT_RULE, Rule
from tracking.signals.fixes import prepare_tracks
from tracking.verdict.alone import bodies_of, look
from tracking.verdict.elsewhere import Planes


@dataclass(frozen=True)
class Judged:
    """What a judging gives: verdicts, and digests to recognise copies by later."""

    bodies: list[dict[str, Any]]
    digests: list[Digest]


def verify_days(
    fixes: pd.DataFrame,
    roster: Roster,
    rule: Rule = DEFAULT_RULE,
    *,
    days: Sequence[date] | None = None,
    as_of_ms: int | None = None,
    with_silent: bool = False,
    digests: Sequence[Digest] = (),
) -> list[dict[str, Any]]:
    """Return the verdicts of every worker and local day.

    Parameters
    ----------
    fixes : DataFrame
        `geo.frames.FIX_COLUMNS`, any order, repeats allowed. Fixes of other days and
        other workers serve to recognise replays and companions.
    roster : Roster
    rule : Rule
    days : sequence of date, optional
        Only these local days; by default every day that has a usable time.
    as_of_ms : int, optional
        The moment that is judged at, milliseconds since the epoch; without it every
        deadline has passed.
    with_silent : bool, default False
        Also workers of whom nothing was received at all: their windows are no data.
    digests : sequence of Digest, optional
        Rounds of days whose fixes are not at hand.

    Returns
    -------
    list of dict
        One object per worker and day in the form of the command contract, sorted by
        worker and day; workers with an assignment and any input.
    """
    return judge_days(
        fixes,
        roster,
        rule,
        days=days,
        as_of_ms=as_of_ms,
        with_silent=with_silent,
        digests=digests,
    ).bodies


def judge_days(
    fixes: pd.DataFrame,
    roster: Roster,
    rule: Rule,
    *,
    days: Sequence[date] | None = None,
    as_of_ms: int | None = None,
    with_silent: bool = False,
    digests: Sequence[Digest] = (),
) -> Judged:
    """Return the verdicts as `verify_days` does, and the digests of their rounds.

    Parameters
    ----------
    fixes, roster, rule, days, as_of_ms, with_silent, digests
        See `verify_days`.
    """
    with no_collecting():
        return _judge_days(
            fixes, roster, rule, days, as_of_ms, with_silent, tuple(digests)
        )


@contextmanager
def no_collecting() -> Iterator[None]:
    """Keep the collector of cycles still: evidence is many small lists and no cycle.

    It would look through all of them again and again, a fifth of the whole time, and
    once more when it may again: so what was made meanwhile counts as old.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def _judge_days(
    fixes: pd.DataFrame,
    roster: Roster,
    rule: Rule,
    days: Sequence[date] | None,
    as_of_ms: int | None,
    with_silent: bool,
    digests: Sequence[Digest],
) -> Judged:
    tracks = prepare_tracks(fixes, rule, as_of_ms)
    workers = roster.workers()
    if not with_silent:
        seen = {track.worker_id for track in tracks}
        seen |= {entry.worker_id for entry in roster.calendar}
        workers = [worker for worker in workers if worker in seen]
    looked = look(tracks, workers, roster, Planes(roster.versions), rule, days)

    def places(wanted: Wanted) -> Places:
        return together([wanted.places_of(track) for track in tracks])

    earlier = Ways.of([*digests, *looked.earlier])
    found = compare(looked.sights, [earlier], places, rule)
    return Judged(bodies_of(looked, found, roster, rule, as_of_ms), looked.digests)
