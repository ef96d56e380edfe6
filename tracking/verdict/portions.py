"""A county's day in portions: each looked at alone, all compared, a few told again.

What the fixes of a portion of the workers show needs no other portion, so portions may
be looked at one after another in little memory, or side by side in processes. Most
verdicts stand as they are then; only where the comparison finds something, or too many
clocks are wrong in the same way, a portion is looked at once more.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import orjson

from tracking.ground.roster import Roster
from tracking.integrity.beside import Found, compare
from tracking.integrity.digests import Digest
from tracking.integrity.placekeys import Places, Wanted, all_places, together
from tracking.integrity.sights import Sight
from tracking.integrity.ways import Ways
from tracking.rules.policy import Rule
from tracking.signals.clock import Clocks, without_server_errors
from tracking.signals.fixes import clocks_of, finished_tracks, raw_tracks
from tracking.storage.stacking import Carried, stacked
from tracking.verdict.alone import bodies_of, look
from tracking.verdict.elsewhere import Planes
from tracking.verdict.verify import no_collecting


@dataclass(frozen=True)
class Matter:
    """What is judged: a day of all workers of a county, in parts with a rule each.

    Attributes
    ----------
    day : date
    as_of_ms : int
    parts : sequence of (Rule, Roster)
        A worker is in one of them, or in none.
    knows_before : bool
        Whether the ways of the days before are at hand as digests; else they are
        found in the fixes.
    """

    day: date
    as_of_ms: int
    parts: Sequence[tuple[Rule, Roster]]
    knows_before: bool = False

    @cached_property
    def planes(self) -> list[Planes]:
        """The planes of each part; parts share their grids."""
        made: dict[int, Planes] = {}
        for _, roster in self.parts:
            if id(roster.versions) not in made:
                made[id(roster.versions)] = Planes(roster.versions)
        return [made[id(roster.versions)] for _, roster in self.parts]


@dataclass(frozen=True)
class Portion:
    """Some workers, sorted, and the packed rows of all their devices.

    Attributes
    ----------
    workers : sequence of str
        Whoever shared a device stands in the same portion.
    rows : sequence of Carried
        By worker, device and day, of the day, the one before and the one after.
    counts : sequence of int
        How many fixes each row holds.
    """

    workers: Sequence[str]
    rows: Sequence[Carried]
    counts: Sequence[int]


@dataclass(frozen=True)
class Shown:
    """What a portion shows by itself under the rule of one part.

    Attributes
    ----------
    lines : dict
        The written verdict of each worker of the part, as if nobody else had walked.
    sights : list of Sight
    earlier : list of Digest
    places : tuple of ndarray
        Of the moving fixes of its tracks (`tracking.integrity.placekeys`).
    clocks : Clocks
    """

    lines: dict[str, bytes]
    sights: list[Sight]
    earlier: list[Digest]
    places: Places
    clocks: Clocks


@dataclass(frozen=True)
class Task:
    """A portion to look at, with what is known by then of each part."""

    portion: Portion
    clocks: Sequence[Clocks] | None = None
    found: Sequence[Found] | None = None


@dataclass
class Outcome:
    """The written verdict of each worker, and the ways of rounds that passed."""

    lines: dict[str, bytes] = field(default_factory=dict)
    digests: list[Digest] = field(default_factory=list)


# Does tasks, in order, one after another or side by side.
Doing = Callable[[Iterable[Task]], Iterator[list[Shown]]]
# The portions of all workers, or of some and whoever shared a device with them.
Reading = Callable[[set[str] | None], Iterable[Portion]]


def show(matter: Matter, task: Task) -> list[Shown]:
    """Return what a portion shows in each part.

    Parameters
    ----------
    matter : Matter
    task : Task
        Once it is known what others add, only lines are told.
    """
    with no_collecting():
        portion = task.portion
        raw = raw_tracks(stacked(portion.rows, portion.counts), matter.as_of_ms)
        shown = []
        for n, (rule, roster) in enumerate(matter.parts):
            own = clocks_of(raw, rule)
            clocks = own if task.clocks is None else task.clocks[n]
            tracks = finished_tracks(raw, rule, clocks)
            looked = look(
                *(tracks, portion.workers, roster, matter.planes[n], rule),
                days=[matter.day],
                knows_before=matter.knows_before,
            )
            found = {} if task.found is None else task.found[n]
            lines = {
                body["worker_id"]: orjson.dumps(body)
                for body in bodies_of(looked, found, roster, rule, matter.as_of_ms)
            }
            if task.found is not None:
                shown.append(Shown(lines, [], [], together([]), own))
                continue
            places = together([all_places(t, 0, len(t) - 1) for t in tracks])
            sights = looked.sights
            shown.append(Shown(lines, sights, looked.earlier, places, own))
        return shown


def judge_portions(
    matter: Matter, reading: Reading, doing: Doing, before: Ways
) -> Outcome:
    """Return the verdicts of a county's day, as `tracking.verdict.verify` does.

    Parameters
    ----------
    matter : Matter
    reading : callable
    doing : callable
        Calls `show` with `matter` and each task.
    before : Ways
        Of rounds of days whose fixes are not read.
    """
    if not matter.parts:
        return Outcome()
    shown = list(doing(Task(portion) for portion in reading(None)))
    clocks = [_clocks(rows, rule) for rows, rule in _by_part(matter, shown)]
    _look_again_at_clocks(shown, clocks, reading, doing)
    outcome, found = Outcome(), []
    for rows, rule in _by_part(matter, shown):
        for row in rows:
            outcome.lines |= row.lines
        sights = sorted((s for row in rows for s in row.sights), key=lambda s: s.key)
        outcome.digests += [s.digest for s in sights if s.digest is not None]
        earlier = [before, Ways.of([digest for row in rows for digest in row.earlier])]
        found.append(compare(sights, earlier, _places_of(rows), rule))
    touched = {worker for beside in found for worker, _, _ in beside}
    if touched:
        tasks = (Task(portion, clocks, found) for portion in reading(touched))
        for parts in doing(tasks):
            for row in parts:
                outcome.lines |= row.lines
    return outcome


def _by_part(
    matter: Matter, shown: Sequence[list[Shown]]
) -> Iterator[tuple[list[Shown], Rule]]:
    for n, (rule, _) in enumerate(matter.parts):
        yield [parts[n] for parts in shown], rule


def _clocks(rows: Sequence[Shown], rule: Rule) -> Clocks:
    """Return what is known of all clocks, the server's own errors left out."""
    errors = {key: e for row in rows for key, e in row.clocks.errors.items()}
    devices = sum(row.clocks.devices for row in rows)
    return without_server_errors(Clocks(errors, devices), rule)


def _look_again_at_clocks(
    shown: list[list[Shown]],
    clocks: Sequence[Clocks],
    reading: Reading,
    doing: Doing,
) -> None:
    """Look again at portions whose clocks were right: the server's was wrong."""
    wrong = [
        any(
            clocks[n].errors.get(key) != errors
            for n, row in enumerate(parts)
            for key, errors in row.clocks.errors.items()
        )
        for parts in shown
    ]
    if not any(wrong):
        return
    portions = (p for p, was in zip(reading(None), wrong, strict=True) if was)
    again = doing(Task(portion, clocks) for portion in portions)
    for place in [n for n, was in enumerate(wrong) if was]:
        shown[place] = next(again)


def _places_of(rows: Sequence[Shown]) -> Callable[[Wanted], Places]:
    def places(wanted: Wanted) -> Places:
        found = [wanted.among(row.places) for row in rows]
        key, t, _ = (np.concatenate(column) for column in zip(*found, strict=True))
        # Numbers of tracks are a portion's own.
        owner = [n * _TRACKS + row[2].astype(np.int64) for n, row in enumerate(found)]
        return key, t, np.concatenate(owner)

    return places


# More than a portion ever has.
_TRACKS = 1 << 32


def closed_groups(
    carried: Iterable[tuple[str, str]], workers: Iterable[str]
) -> list[list[str]]:
    """Return workers in groups that no device reaches out of, sorted.

    Parameters
    ----------
    carried : iterable of (worker, device)
    workers : iterable of str
        More workers, perhaps without any device.
    """
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while (up := above.setdefault(name, name)) != name:
            above[name] = above[up]
            name = above[name]
        return name

    first: dict[str, str] = {}
    for worker, device in carried:
        one, other = root(worker), root(first.setdefault(device, worker))
        above[max(one, other)] = min(one, other)
    for worker in workers:
        root(worker)
    groups: dict[str, list[str]] = {}
    for worker in sorted(above):
        groups.setdefault(root(worker), []).append(worker)
    return list(groups.values())
