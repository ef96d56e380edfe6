"""The table of promises: what was tried for each, and how often it failed.

Run by ``make torture`` from the project's folder, or for some of them alone:
``python bench/promises.py --only G1 G5``. Each is bounded in time; one that runs out
of it counts as failed. What no row covers, docs/security.md says.

The suite holds short forms of the same promises and asserts counts only; here are the
long ones: more kills, more requests for each route, and the timings.
"""

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import rig

ROOT = Path(__file__).parents[1]
ROWS = """
G1  an acknowledged fix is never lost or altered
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
G14 no formula in an export
G15 no secret in logs, errors and tables
G16 every look is on record, and the record cannot be bent unseen
G17 access ends at once
G18 data goes when it should
G19 migrations keep data
G20 shared phones lose nothing
"""
NAMES = dict(line.split(maxsplit=1) for line in ROWS.strip().splitlines())


@dataclass(frozen=True)
class Outcome:
    """How often a promise was tried and broken, and a figure that belongs to it."""

    tries: int
    failures: int
    note: str = ""


def run(command: list[str], seconds: float, **more: str) -> tuple[int, str]:
    """Run a command in the project; what takes too long has failed."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | more,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 124, ""
    return done.returncode, done.stdout


def suite(*which: str, seconds: float = 900, **more: str) -> Outcome:
    """Run tests of the suite and count them; a skipped one was not tried."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}"]
        code, _ = run([*command, *which], seconds, **more)
        if not report.exists():
            return Outcome(1, 1, f"no report, exit {code}")
        whole = next(ET.parse(report).iter("testsuite"))
    count = {name: int(whole.get(name, 0)) for name in ("tests", "skipped")}
    bad = int(whole.get("failures", 0)) + int(whole.get("errors", 0))
    note = f"{count['skipped']} skipped" if count["skipped"] else ""
    return Outcome(count["tests"] - count["skipped"], bad, note)


class Kills:
    """One run of the kill ledger, from which three promises are read."""

    def __init__(self, fixes: int, seconds: float) -> None:
        self._fixes, self._seconds = fixes, seconds
        self._found: dict[str, float] | None = None

    def found(self) -> dict[str, float]:
        if self._found is None:
            self._found = ledger(["--fixes", str(self._fixes)], self._seconds)[1]
        return self._found

    def lost(self) -> Outcome:
        found = self.found()
        if not found:
            return Outcome(1, 1, "the ledger did not end")
        bad = int(found["lost"] + found["altered"])
        return Outcome(int(found["acknowledged"]), bad, "fixes")

    def doubled(self) -> Outcome:
        found = self.found()
        if not found:
            return Outcome(1, 1, "the ledger did not end")
        return Outcome(int(found["acknowledged"]), int(found["duplicated"]), "fixes")

    def slow(self) -> Outcome:
        found = self.found()
        if not found:
            return Outcome(1, 1, "the ledger did not end")
        worst = found["recovery_p95_s"]
        return Outcome(int(found["kills"]), int(worst > 10), f"p95 {worst:.1f} s")


def ledger(options: list[str], seconds: float) -> tuple[int, dict[str, float]]:
    """Run the kill ledger; return its exit code and its figures."""
    command = [sys.executable, "bench/torture.py", "--seconds", str(seconds)]
    code, said = run([*command, *options], seconds + 120)
    pairs = (word.partition("=") for word in said.split() if "=" in word)
    return code, {name: float(value) for name, _, value in pairs}


def planted() -> Outcome:
    """Break the server in three ways; the ledger must notice each."""
    options = ["--fixes", "20000", "--api-kills", "3", "--database-kills", "3"]
    missed = [
        plant
        for plant in ("early-ack", "async-commit", "no-unique")
        if ledger([*options, "--plant", plant], 240)[0] != 1
    ]
    return Outcome(3, len(missed), " ".join(missed))


def million_points() -> Outcome:
    """Post a body of a million points three times; each is refused at once."""
    point = b'{"t":1795314581000,"lon":111.9,"lat":34.0},'
    body = b'{"fixes":[' + point * 1_000_000 + b"]}"
    worst_s, bad = 0.0, 0
    with rig.own_server() as server:
        token = rig.add_phone(server.database, server.county)
        headers = {"Authorization": f"Bearer {token}"}
        before = rss(server.api_pid)
        for _ in range(3):
            began = time.perf_counter()
            status = post(server.port, body, headers)
            worst_s = max(worst_s, time.perf_counter() - began)
            bad += status != 413
        grown = (rss(server.api_pid) - before) / 2**20
    bad += (worst_s >= 1) + (grown > 20)
    return Outcome(5, bad, f"{worst_s:.2f} s, +{grown:.0f} MB")


def post(port: int, body: bytes, headers: dict[str, str]) -> int:
    """Post to the ingestion; a server that hangs up has answered before."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest("POST", "/api/v1/fixes")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        try:
            for at in range(0, len(body), 1 << 16):
                connection.send(body[at : at + (1 << 16)])
        except OSError:
            pass
        return connection.getresponse().status
    finally:
        connection.close()


def rss(pid: int) -> int:
    """Return the resident memory of a process in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def together(*parts: Callable[[], Outcome]) -> Outcome:
    """Add up what belongs to one promise."""
    found = [part() for part in parts]
    notes = ", ".join(each.note for each in found if each.note)
    return Outcome(
        sum(each.tries for each in found), sum(each.failures for each in found), notes
    )


def guard_is_cheap(rows: int) -> Outcome:
    """Hold the cost of row-level security against its bound."""
    command = [sys.executable, "bench/rls.py", "--rows", str(rows), "--brief"]
    code, said = run(command, 1800)
    return Outcome(4, int(code != 0), said.strip().splitlines()[-1] if said else "")


def promises(is_long: bool) -> dict[str, Callable[[], Outcome]]:
    """Return how each promise is tried."""
    kills = Kills(100_000 if is_long else 20_000, 900 if is_long else 300)
    matrix = "tests/api/matrix/test_matrix.py"
    fuzz = {"XUNGE_FUZZ_EXAMPLES": "200" if is_long else "10"}
    return {
        "G1": kills.lost,
        "G2": kills.doubled,
        "G3": planted,
        "G4": kills.slow,
        "G5": lambda: together(
            million_points, lambda: suite("tests/api/test_overload.py")
        ),
        "G6": lambda: suite(
            "tests/api/test_health.py",
            "tests/api/ingest/test_flusher.py",
            "tests/api/ingest/test_crashes.py",
        ),
        "G7": lambda: suite(
            "tests/api/services/test_backup.py",
            "tests/api/services/test_point_in_time.py",
        ),
        "G8": lambda: suite(matrix, "-k", "not alone", seconds=1800),
        "G9": lambda: suite(matrix, "-k", "alone or forgot", seconds=1800),
        "G10": lambda: suite("tests/geo/db/test_catalogue.py"),
        "G11": lambda: guard_is_cheap(10_000_000 if is_long else 500_000),
        "G12": lambda: together(
            lambda: suite(
                "tests/api/matrix/test_hostile_requests.py", seconds=7200, **fuzz
            ),
            lambda: suite("tests/hostile", "tests/api/test_input.py"),
            lambda: suite(
                "tests/api/security/test_confine.py",
                "tests/api/services/test_reading_apart.py",
            ),
        ),
        "G13": lambda: suite(
            "tests/api/services/test_photos.py", "tests/api/test_photo_upload.py"
        ),
        "G14": lambda: suite(
            "tests/tracking/test_allowance.py", "tests/api/test_months.py"
        ),
        "G15": lambda: suite(
            "tests/api/security/test_records.py", "tests/api/test_second_factor.py"
        ),
        "G16": lambda: suite(
            "tests/api/services/test_audit.py",
            "tests/api/test_replay.py",
            "tests/api/test_patrols.py",
        ),
        "G17": lambda: suite(
            "tests/api/test_session.py", "tests/api/test_administration.py"
        ),
        "G18": lambda: suite(
            "tests/api/services/test_retention.py", "tests/api/services/test_keeping.py"
        ),
        "G19": lambda: suite("tests/geo/db/test_migrate.py"),
        "G20": lambda: suite("tests/web/test_worker_offline.py"),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES))
    options.add_argument("--short", action="store_true", help="minutes, not an hour")
    asked = options.parse_args()
    ways, broken = promises(not asked.short), 0
    print(f"{'':4} {'tries':>8} {'failed':>7} {'s':>6}  promise", flush=True)
    for name in asked.only:
        began = time.perf_counter()
        found = ways[name]()
        broken += bool(found.failures)
        note = f" ({found.note})" if found.note else ""
        took = time.perf_counter() - began
        print(
            f"{name:4} {found.tries:8} {found.failures:7} {took:6.0f}  "
            f"{NAMES[name]}{note}",
            flush=True,
        )
    print("no promise was broken" if not broken else f"{broken} promises were broken")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
