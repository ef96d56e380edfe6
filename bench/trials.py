"""How promises are tried: commands with a bound in time, and what became of them.

For ``bench/promises.py``, which prints the table. Each command is told as it begins, on
standard error; what it said itself is kept in ``.data/torture.log``.
"""

import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import rig

ROOT = Path(__file__).parents[1]
LOG = ROOT / ".data/torture.log"
# What ends by itself takes its servers with it.
ENDS_S = 60
FORBIDDEN = 3
TOO_LONG = 124


@dataclass(frozen=True)
class Outcome:
    """How often a promise was tried and broken, and a figure that belongs to it.

    `untried` counts what this machine cannot try: a skipped test, a missing tool.
    """

    tries: int
    failures: int
    note: str = ""
    untried: int = 0


def tell(what: str) -> None:
    """Say where we are, for who waits: not a part of the table."""
    # The clock on the wall of whoever looks.
    print(f"{datetime.now().astimezone():%H:%M:%S} {what}", file=sys.stderr, flush=True)


def run(command: list[str], seconds: float, **more: str) -> tuple[int, str]:
    """Run a command in the project; what takes too long has failed."""
    told = [part for part in command if not part.startswith("--junit")]
    shown = " ".join(told[1:] if told[0] == sys.executable else told)
    tell(f"    {shown}, at most {seconds / 60:.0f} min")
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a") as log, tempfile.TemporaryFile("w+") as out:
        print(f"\n$ {shown}", file=log, flush=True)
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | more,
            stdout=out,
            stderr=log,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            code = TOO_LONG
        finally:
            end(process)
        out.seek(0)
        said = out.read()
        print(f"{said}exit {code}", file=log)
    return code, "" if code == TOO_LONG else said


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a command and all that it started, if it has not ended."""
    for how in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, how)
            try:
                process.wait(timeout=ENDS_S)
            except subprocess.TimeoutExpired:
                continue


def suite(*which: str, seconds: float = 900, **more: str) -> Outcome:
    """Run tests of the suite and count them; a skipped one was not tried.

    Files are shared out among two workers; ``--dist load`` shares out their tests.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}"]
        command += ["-n2", "--dist", "loadfile"]
        code, _ = run([*command, *which], seconds, **more)
        if not report.exists():
            return Outcome(1, 1, f"no report, exit {code}")
        whole = next(ET.parse(report).iter("testsuite"))
    count = {name: int(whole.get(name, 0)) for name in ("tests", "skipped")}
    bad = int(whole.get("failures", 0)) + int(whole.get("errors", 0))
    tried = count["tests"] - count["skipped"]
    if code and not bad:
        bad, tried = 1, max(tried, 1)
    notes = [name_of(case) for case in whole if len(case) and is_bad(case)][:3]
    return Outcome(tried, bad, ", ".join(notes), count["skipped"])


def is_bad(case: ET.Element) -> bool:
    return any(each.tag in ("failure", "error") for each in case)


def name_of(case: ET.Element) -> str:
    return str(case.get("name"))


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
    return code, figures(said)


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
    """Post a body of a million points a few times; each is refused at once.

    The median is held against the bound: once in a while a busy machine lets anybody
    wait for a second.
    """
    point = b'{"t":1795314581000,"lon":111.9,"lat":34.0},'
    body = b'{"fixes":[' + point * 1_000_000 + b"]}"
    took, bad = [], 0
    with rig.own_server() as server:
        token = rig.add_phone(server.database, server.county)
        headers = {"Authorization": f"Bearer {token}"}
        before = rss(server.api_pid)
        for _ in range(5):
            began = time.perf_counter()
            status = post(server.port, body, headers)
            took.append(time.perf_counter() - began)
            bad += status != 413
        grown = (rss(server.api_pid) - before) / 2**20
    usual_s = statistics.median(took)
    bad += (usual_s >= 1) + (grown > 20)
    return Outcome(7, bad, f"{usual_s:.2f} s, worst {max(took):.2f} s, +{grown:.0f} MB")


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
        sum(each.tries for each in found),
        sum(each.failures for each in found),
        notes,
        sum(each.untried for each in found),
    )


def figures(said: str) -> dict[str, float]:
    """Return what a command told as ``name=value``."""
    pairs = (word.partition("=") for word in said.split() if "=" in word)
    return {name: float(value) for name, _, value in pairs}


def reports(count: int) -> Outcome:
    """Run the kill ledger of reports and their photos."""
    code, said = run([sys.executable, "bench/reports.py", "--reports", str(count)], 900)
    found = figures(said)
    if not found:
        return Outcome(1, 1, "reports: the ledger did not end")
    tries = int(found["acknowledged"])
    return Outcome(tries, int(code != 0), f"{tries} reports with a photo")


def guard_is_cheap(rows: int) -> Outcome:
    """Hold the cost of row-level security against its bound."""
    command = [sys.executable, "bench/rls.py", "--rows", str(rows), "--brief"]
    code, said = run(command, 1800)
    return Outcome(4, int(code != 0), said.strip().splitlines()[-1] if said else "")


def trouble(kind: str) -> Outcome:
    """Lock tables before a crowd, or fill the disk under the tables or the log."""
    code, said = run([sys.executable, "bench/trouble.py", kind], 600)
    if code == FORBIDDEN:
        return Outcome(0, 0, f"{kind}: no namespace here", untried=1)
    found = figures(said)
    if not found:
        return Outcome(1, 1, f"{kind}: did not end")
    note = f"{kind}: {found['refused']:.0f} refused, on in {found['resumed_s']} s"
    return Outcome(int(found["acknowledged"]), int(code != 0), note)


def migrations(rows: int) -> Outcome:
    """Migrate a filled database down and up."""
    code, said = run([sys.executable, "bench/upgrade.py", "--rows", str(rows)], 1200)
    found = figures(said)
    if not found:
        return Outcome(1, 1, "did not end")
    note = f"{found['rows']:,.0f} rows, longest lock {found['lock_s']} s"
    return Outcome(int(found["tables"]), int(code != 0), note)


def recovery(rows: int) -> Outcome:
    """Restore a filled database, and reckon how long a hundred million rows take."""
    code, said = run([sys.executable, "bench/recovery.py", "--rows", str(rows)], 1200)
    found = figures(said)
    if not found:
        return Outcome(1, 1, "the drill did not end")
    note = f"{found['rows']:,.0f} rows in {found['restore_s']:.0f} s"
    note += f", 100 million in {found['minutes']:.0f} min"
    return Outcome(int(found["tables"]), int(code != 0), note)


def known_holes() -> Outcome:
    """Ask for known holes in what is locked, where the tool and a network are."""
    tool = shutil.which("pip-audit")
    if tool is None:
        return Outcome(0, 0, "no pip-audit here: docs/security.md", untried=1)
    options = ["-r", "requirements.lock", "--require-hashes", "--disable-pip"]
    code, said = run([tool, *options, "--format", "json"], 300)
    try:
        packages = json.loads(said)["dependencies"]
    except (ValueError, KeyError):
        # Without an answer it has found nothing, neither good nor bad.
        return Outcome(0, 0, f"pip-audit: exit {code}, no list", untried=1)
    known = [each for each in packages if "vulns" in each]
    holed = [each["name"] for each in known if each["vulns"]]
    left = len(packages) - len(known)
    return Outcome(len(known), len(holed), ", ".join(holed[:5]), untried=left)
