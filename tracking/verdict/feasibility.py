"""Whether a rule can be met at all: one honest round walked in every grid.

A rule that no honest worker can meet in a small grid punishes the grid. So before a
plan or a rule is published, somebody walks every grid in a simulation, and where the
round does not pass or takes over an hour, the preset that fits is named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import shapely

from tracking.ground.areas import Checkpoint, GridVersion, Plane
from tracking.ground.roster import Assignment, Roster
from tracking.rules.policy import Rule, Window
from tracking.rules.presets import PRESETS
from tracking.simulate import Phone, Walker, record
from tracking.verdict.judge import VERIFIED
from tracking.verdict.verify import verify_days

MOST_MIN = 60.0
_MINUTES = (18.0, 25.0, 35.0, 50.0, 60.0)
_ALTERNATIVES = ("5-300", "small-grid", "yard", "household", "10-1000")
_TRIED_MIN = (25.0, 50.0)
# One lucky round proves nothing: so many in a row must pass; more in grids of less than
# so many square metres, where one has to turn back so often that some rounds pass and
# others do not.
_DRAWS = 4
_MORE_DRAWS = ((60_000.0, 8), (20_000.0, 24))
_RESTS = "stationary"
_DAY = date(2026, 5, 20)
_SPEED_MPS = 1.2


@dataclass(frozen=True)
class Feasibility:
    """How one grid fares under a rule.

    `minutes` is the shortest time in which honest rounds pass, None where none within
    an hour do; `lacks` then says what the longest missed, and `preset` what fits.
    """

    grid_code: str
    minutes: float | None
    lacks: tuple[str, ...]
    preset: str | None


def find_unfit(
    versions: Sequence[GridVersion],
    rule: Rule,
    rng: np.random.Generator,
    checkpoints: Sequence[Checkpoint] = (),
) -> list[Feasibility]:
    """Return the grids in which an honest round cannot pass within an hour.

    Parameters
    ----------
    versions : sequence of GridVersion
        One version of each grid.
    rule : Rule
    rng : numpy.random.Generator
    checkpoints : sequence of Checkpoint, optional
        Visited in a round trip, nearest first, 30 s each.
    """
    left = [v.grid_code for v in versions]
    found: dict[str, tuple[str, ...]] = {}
    for minutes in _MINUTES:
        lacks = _walk_often(versions, left, rule, minutes, rng, checkpoints)
        left = [code for code in left if lacks[code]]
        # Who looks as if at rest in so narrow a grid is not helped by walking on.
        found |= {code: lacks[code] for code in left if _RESTS in lacks[code]}
        left = [code for code in left if code not in found]
    found |= {code: lacks[code] for code in left}
    left = [v.grid_code for v in versions if v.grid_code in found]
    presets: dict[str, str] = {}
    # The preset that takes the shortest walk: of those as short, the first.
    for minutes, name in product(_TRIED_MIN, _ALTERNATIVES):
        other = replace(PRESETS[name], windows=rule.windows)
        open_codes = [
            code
            for code in left
            # A preset that looks for rest as strictly would find it again some day.
            if code not in presets and not (_RESTS in found[code] and other.turns_back)
        ]
        tried = _walk_often(versions, open_codes, other, minutes, rng, checkpoints)
        presets |= {code: name for code in open_codes if not tried[code]}
    return [Feasibility(c, None, found[c], presets.get(c)) for c in left]


def _walk_often(
    versions: Sequence[GridVersion],
    codes: Iterable[str],
    rule: Rule,
    minutes: float,
    rng: np.random.Generator,
    checkpoints: Sequence[Checkpoint],
) -> dict[str, tuple[str, ...]]:
    """Return what the worst of several rounds lacks in each grid."""
    lacks: dict[str, tuple[str, ...]] = {}
    left = list(codes)
    draws = {v.grid_code: _draws_in(v) for v in versions}
    drawn = 0
    while left:
        lacks |= _walk_all(versions, left, rule, minutes, rng, checkpoints)
        drawn += 1
        left = [code for code in left if not lacks[code] and drawn < draws[code]]
    return lacks


def _draws_in(version: GridVersion) -> int:
    plane = Plane(float(version.geometry.centroid.x))
    area_m2 = float(plane.project_geometry(version.geometry).area)
    return max([_DRAWS, *(more for below, more in _MORE_DRAWS if area_m2 < below)])


def _walk_all(
    versions: Sequence[GridVersion],
    codes: Iterable[str],
    rule: Rule,
    minutes: float,
    rng: np.random.Generator,
    checkpoints: Sequence[Checkpoint],
) -> dict[str, tuple[str, ...]]:
    """Return what a round of some minutes lacks in each grid."""
    wanted = set(codes)
    grids = [v for v in versions if v.grid_code in wanted]
    if not grids:
        return {}
    window = max(rule.windows, key=_length_ms)
    begin = window.span_ms(_DAY)[0] + 60_000
    fixes = pd.concat(
        [_walk(v, begin, minutes, rng, checkpoints) for v in grids], ignore_index=True
    )
    roster = Roster(
        [replace(v, from_ms=-(2**62), to_ms=2**62) for v in grids],
        [Assignment(v.grid_code, v.grid_code) for v in grids],
        [c for c in checkpoints if c.grid_code in wanted],
    )
    number = rule.windows.index(window)
    bodies = verify_days(fixes, roster, rule, days=[_DAY])
    return {body["worker_id"]: _lacks(body["patrols"][number]) for body in bodies}


def _lacks(patrol: dict[str, object]) -> tuple[str, ...]:
    if patrol["verdict"] == VERIFIED:
        return ()
    reasons = patrol["reasons"]
    codes = tuple(r["code"] for r in reasons) if isinstance(reasons, list) else ()
    return codes or (str(patrol["verdict"]),)


def _length_ms(window: Window) -> int:
    start, end = window.span_ms(_DAY)
    return end - start


def _walk(
    version: GridVersion,
    begin_ms: int,
    minutes: float,
    rng: np.random.Generator,
    checkpoints: Sequence[Checkpoint],
) -> pd.DataFrame:
    plane = Plane(float(version.geometry.centroid.x))
    area = plane.project_geometry(version.geometry)
    room = max(shapely.get_parts(area), key=shapely.area)
    middle = room.representative_point()
    walker = Walker((middle.x, middle.y), begin_ms, rng)
    points = [c for c in checkpoints if c.grid_code == version.grid_code]
    x, y = plane.project(
        np.array([c.lon for c in points]), np.array([c.lat for c in points])
    )
    left = set(range(len(points)))
    while left:
        here = walker.at
        near = min(left, key=lambda i: (np.hypot(x[i] - here[0], y[i] - here[1]), i))
        walker.go_to((float(x[near]), float(y[near])), _SPEED_MPS).stay(30)
        left.remove(near)
    rest = 60.0 * minutes - (walker.now_ms - begin_ms) / 1000.0
    if rest > 0:
        walker.patrol(area, rest, _SPEED_MPS)
    device = Phone(device_id=version.grid_code)
    return record(walker.trace(), device, version.grid_code, plane, rng)
