"""Real logs of walkers and runners, each judged by a rule that fits its length.

Run from the project's folder: ``python bench/walks.py LOGS.csv...``; columns
``track_id``, ``t``, ``lon``, ``lat`` and, if known, ``accuracy`` and ``speed``. The
rule asks for a share of the time and of the way that a log has, four tenths if nothing
else is asked; where somebody rested for twenty minutes, which ends a round, of its
longest part. What is no walk is left out and said, with its reason: a vehicle, a log
without times or in other units than degrees.
"""

import argparse
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scoring import bounds

from geo.localtime import LOCAL_ZONE, from_ms
from tracking.ground.areas import grid_versions
from tracking.ground.plane import Plane
from tracking.ground.roster import Assignment, Roster
from tracking.rules.policy import DEFAULT_RULE
from tracking.rules.reading import rule_from
from tracking.verdict.verify import verify_days
from tracking.walking.motion import anchor_distance

LEAST = 30
REST_S, REST_M = 1200.0, 25.0
STEP_S = 10.0
MINUTE_S = 60.0
# A quarter of the minutes in motion faster than this: no legs do that for long.
RIDES_MPS = 6.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("logs", nargs="+")
    options.add_argument("--share", type=float, default=0.4)
    asked = options.parse_args()
    verified = walks = 0
    for path in asked.logs:
        for name, log in read(path).groupby("track_id"):
            if log["lon"].abs().max() > 180:
                print(f"{name!s:32} {len(log):6} fixes left out: no degrees")
                continue
            way = Way.of(log)
            why = way.is_no_walk()
            if why:
                print(f"{name!s:32} {len(log):6} fixes left out: {why}")
                continue
            patrol, rule = judged(str(name), log, way, asked.share)
            walks += 1
            verified += patrol["verdict"] == "verified"
            reasons = [(r["code"], r["value"], r["needed"]) for r in patrol["reasons"]]
            print(
                f"{name!s:32} {len(log):6} fixes {patrol['verdict']:11}"
                f"{patrol['dwell_min']:7.1f} of {rule.dwell_min:5.1f} min"
                f"{patrol['distance_m']:9.0f} of {rule.distance_m:6.0f} m  {reasons}"
            )
    low, high = bounds(verified, walks)
    print(f"verified {verified} of {walks} [{low:.1%}, {high:.1%}]")


@dataclass(frozen=True)
class Way:
    """A log in order of time: seconds since its first fix, metres."""

    t: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @classmethod
    def of(cls, log: pd.DataFrame) -> "Way":
        """Return the way of a log, one fix for each time."""
        log = log.sort_values("t_ms", kind="stable").drop_duplicates("t_ms")
        plane = Plane(float(log["lon"].median()))
        x, y = plane.project(*(log[c].to_numpy(float) for c in ("lon", "lat")))
        return cls((log["t_ms"].to_numpy() - log["t_ms"].min()) / 1000.0, x, y)

    def is_no_walk(self) -> str:
        """Return why this is no walk, or nothing."""
        if len(self.t) < LEAST:
            return f"{len(self.t)} different times"
        fast = float(np.quantile(self.speeds(), 0.75))
        if fast > RIDES_MPS:
            return f"a vehicle, a quarter of its minutes faster than {fast:.1f} m/s"
        return ""

    def speeds(self) -> NDArray[np.float64]:
        """Return the speeds of minutes in motion."""
        at = np.arange(0.0, self.t[-1], MINUTE_S)
        x, y = (np.interp(at, self.t, v) for v in (self.x, self.y))
        speeds = np.hypot(np.diff(x), np.diff(y)) / MINUTE_S
        return speeds[speeds > DEFAULT_RULE.speed_low_mps]

    def longest_part(self) -> "Way":
        """Return what leads furthest of the parts between rests of twenty minutes."""
        at = np.arange(0.0, self.t[-1], STEP_S)
        x, y = (np.interp(at, self.t, v) for v in (self.x, self.y))
        k = int(REST_S / STEP_S)
        rests = np.zeros(len(at), bool)
        for i in range(len(at) - k):
            here = slice(i, i + k + 1)
            if max(x[here].std(), y[here].std()) * np.sqrt(2) <= REST_M:
                rests[here] = True
        edges = np.flatnonzero(np.diff(np.r_[True, rests, True].astype(int)))
        parts = [self.between(at[a], at[b - 1]) for a, b in edges.reshape(-1, 2)]
        return max(parts, key=lambda part: part.length_m())

    def between(self, begin_s: float, end_s: float) -> "Way":
        kept = (self.t >= begin_s) & (self.t <= end_s)
        return Way(self.t[kept], self.x[kept], self.y[kept])

    def length_m(self) -> float:
        """Return the way from anchor to anchor, as a verdict counts it."""
        return float(anchor_distance(self.t, self.x, self.y, 30.0, 300.0))


def read(path: str) -> pd.DataFrame:
    log = pd.read_csv(path)
    t = pd.to_datetime(log["t"], utc=True, format="ISO8601")
    ms = t.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64) // 1000
    return log.assign(t_ms=ms)


def judged(name: str, log: pd.DataFrame, way: Way, share: float):
    """Return the patrol of a log in the box around it, and the rule that it met."""
    first = from_ms(int(log["t_ms"].min())).astimezone(LOCAL_ZONE)
    box = shapely.box(
        log["lon"].min(), log["lat"].min(), log["lon"].max(), log["lat"].max()
    )
    grids = gpd.GeoDataFrame(
        {"grid_code": ["g"]}, geometry=[box.buffer(0.002)], crs=4326
    )
    n = len(log)
    fixes = pd.DataFrame(
        {
            "worker_id": name,
            "device_id": "",
            "t_ms": log["t_ms"].to_numpy(),
            "received_ms": log["t_ms"].to_numpy(),
            "lon": log["lon"].to_numpy(float),
            "lat": log["lat"].to_numpy(float),
            "accuracy_m": log.get("accuracy", pd.Series(np.nan, log.index)).to_numpy(),
            "speed_mps": np.full(n, np.nan),
            "mock": np.full(n, -1, np.int8),
        }
    )
    rule = fitting(way, f"{first.hour:02}:00", share)
    roster = Roster(grid_versions(grids), [Assignment(name, "g")])
    bodies = verify_days(fixes, roster, rule, days=[first.date()])
    return bodies[0]["patrols"][0], rule


def fitting(way: Way, begins: str, asked: float):
    """Return the default rule with a share of a log's own time and way.

    Its one window is the day that begins in the hour of the first fix.
    """
    part = way.longest_part()
    seconds = part.t - part.t[0]
    steps = np.diff(seconds)
    widest = float(steps.max())
    slots = np.unique(seconds // DEFAULT_RULE.rate_every_s)
    share = len(slots) / (seconds[-1] // DEFAULT_RULE.rate_every_s + 1)
    seen = seconds[-1] - float(steps[steps > DEFAULT_RULE.gap_s].sum())
    rule = rule_from(
        {
            "rule_id": "own-length",
            "windows": [{"code": "day", "start": begins, "end": begins}],
            "rate_share": min(0.9 * share, DEFAULT_RULE.rate_share),
            "dwell_min": asked * seen / 60.0,
            "distance_m": asked * part.length_m(),
        }
    )
    return rule if widest <= rule.gap_s else replace(rule, gap_s=1.01 * widest)


if __name__ == "__main__":
    main()
