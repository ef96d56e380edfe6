"""Real logs of walkers and runners, each judged by a rule that fits its length.

Run from the project's folder: ``python bench/walks.py LOGS.csv...``; columns
``track_id``, ``t``, ``lon``, ``lat`` and, if known, ``accuracy`` and ``speed``. Logs of
a car, or too short to be a round, are to be left out of the files or named in
``--without``. The rule asks for a share of the time and of the way that a log has, four
tenths if nothing else is asked: a rest of twenty minutes ends a round.
"""

import argparse
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.localtime import DAY_MS, local_date_of_ms
from tracking.areas import grid_versions
from tracking.motion import anchor_distance
from tracking.plane import Plane
from tracking.policy import DEFAULT_RULE, rule_from
from tracking.roster import Assignment, Roster
from tracking.verify import verify_days

WHOLE_DAY = [{"code": "day", "start": "00:00", "end": "24:00"}]
LEAST = 30


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("logs", nargs="+")
    options.add_argument("--without", nargs="*", default=[])
    options.add_argument("--share", type=float, default=0.4)
    asked = options.parse_args()
    verified = walks = 0
    for path in asked.logs:
        for name, log in read(path).groupby("track_id"):
            if name in asked.without or len(log) < LEAST or log["lon"].max() > 180:
                continue
            patrol, rule = judged(str(name), log, asked.share)
            walks += 1
            verified += patrol["verdict"] == "verified"
            reasons = [(r["code"], r["value"], r["needed"]) for r in patrol["reasons"]]
            print(
                f"{name!s:32} {len(log):6} fixes {patrol['verdict']:11}"
                f"{patrol['dwell_min']:7.1f} of {rule.dwell_min:5.1f} min"
                f"{patrol['distance_m']:9.0f} of {rule.distance_m:6.0f} m  {reasons}"
            )
    print(f"verified {verified} of {walks}")


def read(path: str) -> pd.DataFrame:
    log = pd.read_csv(path)
    t = pd.to_datetime(log["t"], utc=True, format="ISO8601")
    ms = t.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64) // 1000
    return log.assign(t_ms=ms)


def judged(name: str, log: pd.DataFrame, share: float):
    """Return the patrol of a log in the box around it, and the rule that it met."""
    day = local_date_of_ms(int(log["t_ms"].median()))
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
    rule = fitting(log, share)
    roster = Roster(grid_versions(grids), [Assignment(name, "g")])
    bodies = verify_days(fixes, roster, rule, days=[day])
    return bodies[0]["patrols"][0], rule


def fitting(log: pd.DataFrame, asked: float):
    """Return the default rule with a share of a log's own time and way."""
    t = np.sort(log["t_ms"].to_numpy())
    seconds = (t - t[0]) / 1000.0
    steps = np.diff(seconds)
    order = np.argsort(log["t_ms"].to_numpy(), kind="stable")
    plane = Plane(float(log["lon"].median()))
    x, y = plane.project(*(log[c].to_numpy(float)[order] for c in ("lon", "lat")))
    widest = float(steps.max())
    slots = np.unique(seconds // DEFAULT_RULE.rate_every_s)
    share = len(slots) / (seconds[-1] // DEFAULT_RULE.rate_every_s + 1)
    seen = seconds[-1] - float(steps[steps > DEFAULT_RULE.gap_s].sum())
    rule = rule_from(
        {
            "rule_id": "own-length",
            "windows": WHOLE_DAY,
            "rate_share": min(0.9 * share, DEFAULT_RULE.rate_share),
            "dwell_min": min(asked * seen / 60.0, asked * DAY_MS / 60_000),
            "distance_m": asked * float(anchor_distance(seconds, x, y, 30.0, 300.0)),
        }
    )
    return rule if widest <= rule.gap_s else replace(rule, gap_s=1.01 * widest)


if __name__ == "__main__":
    main()
