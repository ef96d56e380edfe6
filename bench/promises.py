"""The table of promises: what was tried for each, and how often it failed.

Run by ``make torture`` from the project's folder, or for some of them alone:
``python bench/promises.py --only G1 G5``. Each is bounded in time; one that runs out
of it counts as failed. What this machine cannot try is counted apart. What no row
covers, docs/security.md says.

The suite holds short forms of the same promises and asserts counts only; here are the
long ones: more kills, more requests for each route, and the timings.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from trials import (
    LOG,
    ROOT,
    Kills,
    Outcome,
    guard_is_cheap,
    known_holes,
    migrations,
    million_points,
    planted,
    recovery,
    reports,
    suite,
    tell,
    together,
    trouble,
)

ROWS = """
G1  an acknowledged fix, report or photo is never lost or altered
G2  a retry never doubles
G3  the kill test notices planted bugs
G4  back after a kill, 95 of 100 within 10 s
G5  overload is refused politely: a million points, locked tables, empty pools
G6  a full disk and a slow or dying database lose nothing
G7  a backup and a moment come back with every hash
G8  nobody sees outside their area: every route, every identity
G9  the database's guard alone suffices
G10 the guard is on every table
G11 the guard is cheap on a large table
G12 hostile input gives no 5xx: every route, a hundred files
G13 uploads are inert
G14 no script in a page, no formula in an export
G15 no secret in logs, errors and tables
G16 every look is on record, and the record cannot be bent unseen
G17 access ends at once
G18 data goes when it should
G19 migrations keep data
G20 shared phones lose nothing
G21 a wrong clock of a phone corrupts no verdict
G22 nothing that is locked has a known hole
"""
HEAD = f"{'':4} {'tries':>8} {'failed':>6} {'untried':>9} {'s':>5}  promise"
NAMES = dict(line.split(maxsplit=1) for line in ROWS.strip().splitlines())


# Promises that tests of the suite try, and nothing else.
SUITES: Mapping[str, tuple[str, ...]] = {
    "G10": ("tests/geo/db/test_catalogue.py",),
    "G13": (
        "tests/api/services/cases/test_photos.py",
        "tests/api/test_photo_upload.py",
        "tests/api/test_voices.py",
        "tests/hostile/test_hostile_files.py::test_what_is_no_photo_is_refused",
    ),
    "G15": ("tests/api/security/test_records.py", "tests/api/test_second_factor.py"),
    "G16": (
        "tests/api/services/upkeep/test_audit.py",
        "tests/api/test_replay.py",
        "tests/api/test_patrols.py",
    ),
    "G17": (
        "tests/api/test_session.py",
        "tests/api/test_administration.py",
        "tests/api/test_rights_of_places.py",
    ),
    "G18": (
        "tests/api/services/positions/test_retention.py",
        "tests/api/services/upkeep/test_keeping.py",
    ),
    "G20": ("tests/web/test_worker_offline.py",),
    "G21": (
        "tests/tracking/signals/test_clock.py",
        "tests/tracking/fairness/test_slip.py",
        "tests/tracking/formats",
    ),
}
MATRIX = "tests/api/matrix/test_matrix.py"
# One file with so many tests that two workers take them one by one.
SHARED = ("--dist", "load")
Way = Callable[[], Outcome]


def promises(is_long: bool) -> dict[str, Way]:
    """Return how each promise is tried."""
    kills = Kills(100_000 if is_long else 20_000, 900 if is_long else 300)
    return {
        "G1": lambda: together(kills.lost, lambda: reports(400 if is_long else 60)),
        "G2": kills.doubled,
        "G3": planted,
        "G4": kills.slow,
        "G5": lambda: overload(is_long),
        "G6": no_room,
        "G7": lambda: restores(is_long),
        "G8": lambda: matrix("not alone"),
        "G9": lambda: matrix("alone or forgot"),
        "G11": lambda: guard_is_cheap(10_000_000 if is_long else 500_000),
        "G12": lambda: hostile(is_long),
        "G14": lambda: no_script(is_long),
        "G19": lambda: together(
            lambda: migrations(1_300_000 if is_long else 420_000),
            lambda: suite("tests/geo/db/test_migrate.py"),
        ),
        "G22": known_holes,
        **{name: partial(suite, *which) for name, which in SUITES.items()},
    }


def overload(is_long: bool) -> Outcome:
    crowd = {"XUNGE_CROWD": "60" if is_long else "16"}
    return together(
        million_points,
        lambda: trouble("crowd"),
        lambda: suite("tests/api/test_overload.py", **crowd),
    )


def no_room() -> Outcome:
    return together(
        lambda: trouble("data"),
        lambda: trouble("log"),
        lambda: suite(
            "tests/api/test_health.py",
            "tests/api/ingest/test_flusher.py",
            "tests/api/ingest/test_crashes.py",
        ),
    )


def restores(is_long: bool) -> Outcome:
    # A few rows say nothing about many.
    many = [lambda: recovery(1_300_000)] if is_long else []
    return together(
        *many,
        lambda: suite(
            "tests/api/services/upkeep/test_backup.py",
            "tests/api/services/upkeep/test_point_in_time.py",
        ),
    )


def hostile(is_long: bool) -> Outcome:
    fuzz = {"XUNGE_FUZZ_EXAMPLES": "200" if is_long else "10"}
    return together(
        lambda: suite(
            "tests/api/matrix/test_hostile_requests.py", *SHARED, seconds=3600, **fuzz
        ),
        lambda: suite(
            "tests/hostile",
            "tests/api/test_input.py",
            "tests/api/security/test_confine.py",
            "tests/api/services/layers/test_reading_apart.py",
        ),
    )


def matrix(which: str) -> Outcome:
    return suite(MATRIX, "-k", which, *SHARED, seconds=1800)


def no_script(is_long: bool) -> Outcome:
    payloads = {"XUNGE_PAYLOADS": "all"} if is_long else {}
    return suite(
        "tests/payloads",
        "tests/tracking/fairness/test_allowance.py",
        "tests/api/test_months.py",
        seconds=1800,
        **payloads,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES))
    options.add_argument("--short", action="store_true", help="fewer of each")
    asked = options.parse_args()
    # Who starts this in the background ignores it, and with it what we start: then
    # nothing that runs out of its time could put its servers away.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ways, rows = promises(not asked.short), {}
    began = time.perf_counter()
    LOG.unlink(missing_ok=True)
    print(HEAD, flush=True)
    for number, name in enumerate(asked.only, 1):
        tell(f"{name}: {number} of {len(asked.only)}")
        since = time.perf_counter()
        rows[name] = ways[name]()
        print(row(name, rows[name], time.perf_counter() - since), flush=True)
    print(summary(rows, (time.perf_counter() - began) / 60))
    sys.exit(any(found.failures for found in rows.values()))


def row(name: str, found: Outcome, took_s: float) -> str:
    """Return a line of the table; what was not tried at all says so."""
    counts = f"{found.tries:8} {found.failures:6} {found.untried:9}"
    if not found.tries and not found.failures:
        counts = f"{'-':>8} {'-':>6} {'not tried':>9}"
    note = f" ({found.note})" if found.note else ""
    return f"{name:4} {counts} {took_s:5.0f}  {NAMES[name]}{note}"


def summary(rows: Mapping[str, Outcome], minutes: float) -> str:
    """Return what became of all: kept, kept where tried, broken, not tried."""
    broken = [name for name, found in rows.items() if found.failures]
    alone = [n for n, found in rows.items() if not found.tries and n not in broken]
    partly = [
        name
        for name, found in rows.items()
        if found.untried and name not in (*broken, *alone)
    ]
    kept = len(rows) - len(broken) - len(alone)
    parts = [f"{kept} kept" + (f" ({names(partly)} in part)" if partly else "")]
    parts.append(f"{len(broken)} broken" + (f": {names(broken)}" if broken else ""))
    if alone:
        parts.append(f"{len(alone)} not tried here: {names(alone)}")
    said = f"; what was said: {LOG.relative_to(ROOT)}" if broken else ""
    load = f"{minutes:.0f} min at load {os.getloadavg()[1]:.1f}"
    return f"promises: {', '.join(parts)}; {load}{said}"


def names(which: Iterable[str]) -> str:
    return " ".join(which)


if __name__ == "__main__":
    main()
