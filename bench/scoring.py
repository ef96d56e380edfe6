"""Drawn windows, judged and counted: what verdicts came, and which were wrong."""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streets

from tracking.ground.areas import Checkpoint, grid_versions
from tracking.ground.roster import Assignment, Roster
from tracking.rules.policy import DEFAULT_RULE, Rule
from tracking.verdict.verify import verify_days

KINDS = ("verified", "partial", "missed", "no_data", "suspicious")


@dataclass(frozen=True)
class Case:
    """A scenario: how to draw it, what is right, and the reason that must be named.

    What is beyond every check is named in the manual, and counted apart. Sizes of
    grids that are not given are the world's.
    """

    name: str
    draw: Callable[[Any], list[pd.DataFrame]]
    right: tuple[str, ...]
    reason: str = ""
    windows: tuple[str, ...] = ("morning",)
    rule: Rule = DEFAULT_RULE
    least_km2: float | None = None
    most_km2: float | None = None
    is_beyond: bool = False

    @property
    def sizes(self) -> dict[str, float]:
        given = {"least_km2": self.least_km2, "most_km2": self.most_km2}
        return {name: size for name, size in given.items() if size is not None}

    @property
    def is_honest(self) -> bool:
        return self.right == ("verified",)


@dataclass
class World:
    """What a scenario draws into: people beside the own worker, grids, checkpoints."""

    people: list[tuple[str, str, str]] = field(default_factory=list)
    grids: list[tuple[str, Any]] = field(default_factory=list)
    points: list[tuple[str, str, tuple[float, float]]] = field(default_factory=list)


def judged(scenes, case, day, plane, centres):
    """Return worker and patrol of each window that counts of drawn scenes."""
    frames, people, codes, shapes, points = [], [], [], [], []
    for scene, centre in zip(scenes, centres, strict=True):
        frames += case.draw(scene)
        people += [Assignment(*row) for row in scene.world.people]
        for code, shape in scene.world.grids:
            codes.append(code)
            shapes.append(streets.on_earth(shape, centre, plane))
        for name, code, at in scene.world.points:
            spot = streets.on_earth(shapely.Point(at), centre, plane)
            points.append(Checkpoint(name, code, spot.x, spot.y))
    grids = gpd.GeoDataFrame({"grid_code": codes}, geometry=shapes, crs=4326)
    bodies = verify_days(
        pd.concat(frames, ignore_index=True),
        Roster(grid_versions(grids), people, points),
        case.rule,
        days=[day],
    )
    counted = {scene.worker for scene in scenes}
    return [
        (body["worker_id"], patrol)
        for body in bodies
        if body["worker_id"] in counted
        for patrol in body["patrols"]
        if patrol["window"] in case.windows
    ]


def bounds(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % bounds of a share (Wilson 1927)."""
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / n / n / 4)
    ends = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return tuple(max(0.0, end) for end in ends)


class Table:
    """The rows of a matrix, printed as they come, and its sums."""

    def __init__(self) -> None:
        self.sums = Counter()
        print(f"{'scenario':30}{'right':12}" + "".join(f"{k:>11}" for k in KINDS))

    def add(self, case: Case, found: list[dict[str, Any]]) -> None:
        """Print and count the patrols of one scenario."""
        counts = Counter(p["verdict"] for p in found)
        wrong = [p for p in found if p["verdict"] not in case.right]
        unnamed = sum(
            case.reason not in {r["code"] for r in p["reasons"]}
            for p in found
            if case.reason and p["verdict"] in case.right
        )
        n, hits = len(found), len(found) - len(wrong)
        low, high = bounds(hits, n)
        why = Counter("+".join(r["code"] for r in p["reasons"][:3]) for p in wrong)
        print(
            f"{case.name:30}{'/'.join(case.right):12}"
            + "".join(f"{counts[k]:11}" for k in KINDS)
            + f"   {hits / n:6.1%} [{low:.1%}, {high:.1%}]  "
            + (f"reason not named: {unnamed}  " if unnamed else "")
            + " ".join(f"{k}:{v}" for k, v in why.most_common(3)),
            flush=True,
        )
        if case.is_beyond:
            self.sums["beyond"] += n
            self.sums["beyond caught"] += hits
            return
        self.sums["right"] += hits
        self.sums["all"] += n
        self.sums["unnamed"] += unnamed
        kind = "honest" if case.is_honest else "fake"
        self.sums[kind] += n
        self.sums[kind + " wrong"] += (
            len(wrong) if case.is_honest else counts["verified"]
        )

    def end(self) -> None:
        """Print the sums with their bounds."""
        s = self.sums
        for what, hits, n in (
            ("right", s["right"], s["all"]),
            ("honest refused", s["honest wrong"], s["honest"]),
            ("fakes verified", s["fake wrong"], s["fake"]),
            ("caught of what cannot always be", s["beyond caught"], s["beyond"]),
        ):
            if n:
                low, high = bounds(hits, n)
                share = f"{hits / n:.2%} [{low:.2%}, {high:.2%}]"
                print(f"{what}: {hits} of {n} = {share}")
        print(f"right, but the reason not named: {s['unnamed']}")


def run(about: str, cases, scene, day, plane, apart_m: float) -> None:
    """Draw, judge and count every scenario of a world, as the command line asks.

    Parameters
    ----------
    about : str
        For ``--help``.
    scene : callable
        Draws a worker and a grid: (number, centre, rng, least_km2, most_km2).
    """
    options = argparse.ArgumentParser(description=about)
    options.add_argument("--windows", type=int, default=30)
    options.add_argument("--seed", type=int, default=time.time_ns() % 100_000)
    options.add_argument("--only", default="")
    options.add_argument("--show", action="store_true")
    asked = options.parse_args()
    print(f"seed {asked.seed}, {asked.windows} workers a scenario")
    table = Table()
    for case in cases:
        if asked.only not in case.name:
            continue
        rng = np.random.default_rng([asked.seed, sum(map(ord, case.name))])
        centres = streets.centres(asked.windows, plane, apart_m=apart_m)
        scenes = [scene(n, at, rng, **case.sizes) for n, at in enumerate(centres)]
        found = judged(scenes, case, day, plane, centres)
        table.add(case, [patrol for _, patrol in found])
        if asked.show:
            show_wrong(case, found, scenes)
    table.end()


def show_wrong(case: Case, found, scenes) -> None:
    """Print each window that was judged wrongly."""
    for worker, patrol in found:
        if patrol["verdict"] not in case.right:
            area = scenes[int(worker[1:])].grid.area / 1e6
            reasons = [tuple(r.values()) for r in patrol["reasons"]]
            print(f"    {worker} {area:.3f} km2 {patrol['verdict']} {reasons}")
