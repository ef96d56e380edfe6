"""Honest months: how many workers are refused at least once, with 95 % bounds.

Run from the project's folder: ``python bench/months.py --workers 60 --seed 7``. Each
worker keeps a grid, a home, a phone, a pace and some habits all month: cheap phones,
dense trees, narrow lanes, slow legs. Half of them live in the fourth world's valleys,
half in the third world's villages, in grids from 0.05 km2 up, where the default rule
can be met. Every day has three rounds that are long enough; everything that is not
verified is a wrong refusal. Every run without a seed is a fresh draw.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

import adversaries
import country
import disguises
import geopandas as gpd
import numpy as np
import pandas as pd
import phones
import residents
import streets
import valley
from radios import Radio
from scoring import bounds

from tracking.ground.areas import grid_versions
from tracking.ground.roster import Assignment, Roster
from tracking.rules.policy import DEFAULT_RULE
from tracking.verdict.verify import verify_days

DAY_MS = 86_400_000
HOURS = (7.0, 12.0, 18.0)
FEWEST_KM2 = 0.05
HABIT = 0.4


@dataclass(frozen=True)
class Trait:
    """What a worker is like all month: phones of both worlds, pace and minutes."""

    name: str
    radio: Radio
    kit: phones.Kit
    pace: tuple[float, float] = (0.95, 1.4)
    minutes: tuple[float, float] = (19.0, 28.0)


PLAIN = residents.PLAIN, phones.GOOD
TRAITS = (
    Trait("good phone", *PLAIN),
    Trait("cheap phone", residents.CHEAP, phones.CHEAP),
    Trait(
        "dense trees",
        residents.FOREST,
        replace(phones.CHEAP, silences=3.0, silence_s=150.0),
        minutes=(23.0, 32.0),
    ),
    Trait("slow walker", *PLAIN, pace=(0.55, 0.75), minutes=(28.0, 38.0)),
    Trait(
        "narrow lanes",
        residents.CANYON,
        replace(phones.CHEAP, bounce=12.0),
    ),
    Trait(
        "a fix in 45 s",
        replace(residents.PLAIN, every_s=45.0),
        replace(phones.GOOD, every_s=(30.0, 50.0)),
    ),
    Trait("old phone", residents.WEAK, replace(phones.CHEAP, slow=(9.0, 200.0))),
    Trait(
        "slow and cheap",
        residents.CHEAP,
        phones.CHEAP,
        pace=(0.55, 0.75),
        minutes=(28.0, 38.0),
    ),
)


def rests(about, body, minutes):
    """Let a body of either world sit at home."""
    return body.sit(60 * minutes) if about == "valley" else body.rest(60 * minutes)


def in_valley(scene, trait, home, pace, ways):
    """Return the true places of an outing from home and back, one a second."""
    way = None
    if ways and scene.rng.random() < HABIT:
        way = ways[int(scene.rng.integers(len(ways)))]
    walk = scene.patrol(trait.minutes, pace, way=way)
    ways.append(walk.line)
    body = rests("valley", valley.Person(home, scene.rng), scene.rng.uniform(8, 25))
    body.along([walk.xy()[0]], pace).add(walk.xy()[1:]).along([home], pace)
    return rests("valley", body, scene.rng.uniform(8, 25)).xy()


def in_village(scene, trait, home, pace, ways):
    """Return the same by the lanes of a village; there habits are the lanes."""
    body = rests("village", country.Body(home, scene.rng), scene.rng.uniform(8, 25))
    walk = scene.walk(trait.minutes, pace, at=home)
    body.parts += walk.parts[1:]
    body.at = walk.at
    return rests("village", body.go([home], pace), scene.rng.uniform(8, 25)).xy()


def month_of(number, centre, trait, days, rng):
    """Return scene and fixes of one worker's month."""
    in_fourth = number % 2 == 0
    world = disguises if in_fourth else adversaries
    scene = world.Scene(number, centre, rng, least_km2=FEWEST_KM2)
    home, pace = scene.home(), float(rng.uniform(*trait.pace))
    ways: list[np.ndarray] = []
    frames = []
    for day in range(days):
        for hour in HOURS:
            start = scene.midnight + day * DAY_MS
            start += int(3_600_000 * (hour + rng.uniform(0.0, 1.5)))
            if in_fourth:
                places = in_valley(scene, trait, home, pace, ways)
                frames.append(scene.fixes(places, start, trait.radio))
            else:
                places = in_village(scene, trait, home, pace, ways)
                frames.append(scene.fixes(places, start, trait.kit))
    return scene, pd.concat(frames, ignore_index=True)


def judged(scene, centre, fixes, days):
    """Return the patrols of every day of a worker's month."""
    plane = disguises.PLANE
    grids = gpd.GeoDataFrame(
        {"grid_code": [scene.code]},
        geometry=[streets.on_earth(scene.grid, centre, plane)],
        crs=4326,
    )
    roster = Roster(grid_versions(grids), [Assignment(scene.worker, scene.code)])
    dates = [disguises.DAY + timedelta(days=n) for n in range(days)]
    bodies = verify_days(fixes, roster, DEFAULT_RULE, days=dates)
    return [(body["date"], p) for body in bodies for p in body["patrols"]]


def share(hits: int, n: int) -> str:
    low, high = bounds(hits, n)
    return f"{hits} of {n} = {hits / n:.2%} [{low:.2%}, {high:.2%}]"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", type=int, default=60)
    options.add_argument("--days", type=int, default=24)
    options.add_argument("--seed", type=int, default=time.time_ns() % 100_000)
    options.add_argument("--show", action="store_true")
    asked = options.parse_args()
    print(f"seed {asked.seed}, {asked.workers} workers, {asked.days} days, 3 rounds")
    windows, months = Counter(), Counter()
    all_of, reasons = Counter(), Counter()
    begun = time.process_time()
    for n, centre in enumerate(streets.centres(asked.workers, disguises.PLANE)):
        trait = TRAITS[(n // 2) % len(TRAITS)]
        rng = np.random.default_rng([asked.seed, n])
        scene, fixes = month_of(n, centre, trait, asked.days, rng)
        found = judged(scene, centre, fixes, asked.days)
        wrong = [(day, p) for day, p in found if p["verdict"] != "verified"]
        windows[trait.name] += len(wrong)
        months[trait.name] += bool(wrong)
        all_of[trait.name] += 1
        for day, patrol in wrong:
            codes = "+".join(r["code"] for r in patrol["reasons"][:3])
            reasons[f"{patrol['verdict']} {codes}"] += 1
            if asked.show:
                told = [tuple(r.values()) for r in patrol["reasons"]]
                area = scene.grid.area / 1e6
                print(f"  {n} {trait.name} {area:.3f} km2 {day} {told}", flush=True)
    each = 3 * asked.days
    for name, count in all_of.items():
        print(
            f"{name:16}{share(windows[name], each * count):42}"
            f"months {share(months[name], count)}"
        )
    print(f"windows refused: {share(windows.total(), each * asked.workers)}")
    print(f"months with any: {share(months.total(), asked.workers)}")
    print(", ".join(f"{k}: {v}" for k, v in reasons.most_common()))
    print(f"CPU {time.process_time() - begun:.0f} s")


if __name__ == "__main__":
    main()
