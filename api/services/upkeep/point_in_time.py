"""The private database as it was at a moment: base copies and the log between them.

With ``XUNGE_ARCHIVE_DIR`` the private cluster copies each segment of its write-ahead
log there, at most five minutes late. `take_base` adds a copy of the whole cluster; from
the newest one before a moment and the log after it `restore_to` makes the database of
that moment. A server of one's own has an archive of its own: this refuses it.
"""

import json
import shlex
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from api.services.upkeep.database import private_cluster
from api.settings import Settings
from geo.db import cluster as clusters
from geo.db.cluster import Cluster
from geo.db.engine import engine_of
from geo.db.programs import find_programs, last_line, make_private, run
from geo.errors import BadInput, DatabaseTrouble

# With each base copy the ones before the last two go, and the log before them.
KEPT_BASES = 2
_NOTE = "base.json"
_WAIT_S = 6 * 3600.0
# An archiver that failed thrice, on a full disk say, tries again after a minute.
_ARCHIVED_WITHIN_S = 300.0
_SEGMENT_DIGITS = 24
_ASKED = (
    "restore_command",
    "recovery_target_time",
    "recovery_target_action",
    "hot_standby",
)


@dataclass(frozen=True)
class Base:
    """A copy of the cluster; any moment after `ended_at` can be reached from it."""

    folder: Path
    ended_at: datetime
    first_segment: str


@dataclass(frozen=True)
class Restored:
    """What a restore to a moment did."""

    to: datetime | None
    base: Path
    before: Path
    took_s: float


def take_base(settings: Settings, now: datetime) -> Base:
    """Copy the running cluster into the archive, and clear away what is not needed.

    Raises
    ------
    BadInput
        If there is no archive, or the database is a server of one's own.
    DatabaseTrouble
        If the copy fails, or the log does not reach the archive.
    """
    private, archive = _archived(settings)
    clusters.start(private)
    target = archive / f"base-{now.astimezone(UTC):%Y%m%dT%H%M%S}"
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    make_private(part, like=private.folder)
    programs = find_programs(_major_of(private))
    # Without the log: it is in the archive, and only so is the archive proved.
    options = ["-c", "fast", "-X", "none", "--no-password"]
    command: list[Path | str] = [programs / "pg_basebackup", "-D", part]
    command += ["-h", private.sockets, "-U", clusters.ADMIN, *options]
    done = run(private.folder, command)
    if done.returncode:
        shutil.rmtree(part, ignore_errors=True)
        raise DatabaseTrouble(f"the base copy failed: {last_line(done.stderr)}")
    _hand_over_log(private)
    base = Base(target, datetime.now(UTC), _first_segment(part))
    note = {"ended_at": base.ended_at.isoformat(), "first_segment": base.first_segment}
    (part / _NOTE).write_text(json.dumps(note), encoding="utf-8")
    part.rename(target)
    _clear_away(archive)
    return base


def restore_to(settings: Settings, moment: datetime | None) -> Restored:
    """Put the private cluster back to a moment; what is there now stays beside it.

    None is the end of the log.

    Raises
    ------
    BadInput
        If no base copy is older than the moment, or there is no archive.
    DatabaseTrouble
        If the log does not reach the moment; the cluster is then as it was before.
    """
    began = time.perf_counter()
    private, archive = _archived(settings)
    base = _base_before(archive, moment)
    if clusters.server_pid(private) is not None:
        _hand_over_log(private)
        clusters.stop(private)
    # To the microsecond: two restores may follow one another within a second.
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    before = private.folder.with_name(f"{private.folder.name}.before-{stamp}")
    fresh = private.folder.with_name(f"{private.folder.name}.restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    _copy(private, base.folder, fresh)
    _ask_for(private, fresh, archive, moment)
    private.folder.rename(before)
    fresh.rename(private.folder)
    try:
        _play(private)
    except BaseException as trouble:
        # Whatever came in between, also who lost patience: it is as it was.
        clusters.stop(private)
        said = last_line(private.log.read_text("utf-8")) if private.log.exists() else ""
        shutil.rmtree(private.folder)
        before.rename(private.folder)
        if not isinstance(trouble, DatabaseTrouble):
            raise
        raise DatabaseTrouble(
            f"{moment or 'the end of the log'} cannot be reached: {said}; nothing was "
            "changed. For the end of the log: --to latest"
        ) from trouble
    return Restored(moment, base.folder, before, time.perf_counter() - began)


def _archived(settings: Settings) -> tuple[Cluster, Path]:
    private = private_cluster(settings)
    if private is None:
        raise BadInput(
            "XUNGE_DATABASE_URL names a server of your own: a moment is restored from "
            "its own WAL archive, by who runs it"
        )
    if private.archive is None:
        raise BadInput(
            "no log is kept: set XUNGE_ARCHIVE_DIR, best to a folder on another disk, "
            "restart the database, and run: xunge backup --base"
        )
    return private, private.archive


def _major_of(private: Cluster) -> int:
    return int((private.folder / "PG_VERSION").read_text("ascii"))


def _hand_over_log(private: Cluster) -> None:
    """Let the segment that is being written go to the archive, and wait for it."""
    engine = engine_of(private.admin_url("postgres"), pool_size=1)
    try:
        with engine.connect() as connection:
            is_kept = connection.scalar(text("SHOW archive_mode")) != "off"
            segment = connection.scalar(text("SELECT pg_walfile_name(pg_switch_wal())"))
    finally:
        engine.dispose()
    assert private.archive is not None
    deadline = time.monotonic() + _ARCHIVED_WITHIN_S
    while not (private.archive / "wal" / str(segment)).exists():
        if not is_kept or time.monotonic() > deadline:
            raise DatabaseTrouble(
                f"the log does not reach {private.archive}; is XUNGE_ARCHIVE_DIR newer "
                "than the server's start? run: xunge db down, xunge db up"
            )
        time.sleep(0.1)


def _first_segment(base: Path) -> str:
    # "START WAL LOCATION: 0/2000028 (file 000000010000000000000002)"
    first = (base / "backup_label").read_text("ascii").splitlines()[0]
    return first.rpartition("file ")[2].rstrip(")")


def _bases(archive: Path) -> list[Base]:
    """Return the whole base copies, the oldest first."""
    found = []
    for folder in archive.glob("base-*"):
        if folder.suffix != ".part" and (folder / _NOTE).is_file():
            note = json.loads((folder / _NOTE).read_text("utf-8"))
            ended_at = datetime.fromisoformat(note["ended_at"])
            found.append(Base(folder, ended_at, note["first_segment"]))
    return sorted(found, key=lambda base: base.ended_at)


def _base_before(archive: Path, moment: datetime | None) -> Base:
    bases = _bases(archive)
    fit = [base for base in bases if moment is None or base.ended_at <= moment]
    if not fit:
        oldest = bases[0].ended_at.isoformat() if bases else "none is there"
        raise BadInput(
            f"no base copy is older than {moment or 'now'}; the oldest: {oldest}"
        )
    return fit[-1]


def _clear_away(archive: Path) -> None:
    bases = _bases(archive)
    for base in bases[:-KEPT_BASES]:
        shutil.rmtree(base.folder)
    oldest = bases[-KEPT_BASES:][0].first_segment
    for path in (archive / "wal").iterdir():
        # Names begin with the timeline; within it they rise.
        is_segment = len(path.name.partition(".")[0]) == _SEGMENT_DIGITS
        if is_segment and path.name[8:_SEGMENT_DIGITS] < oldest[8:]:
            path.unlink()


def _copy(private: Cluster, source: Path, target: Path) -> None:
    """Copy as the user whom the server's files belong to."""
    done = run(private.folder, ["cp", "-a", source, target])
    if done.returncode:
        raise DatabaseTrouble(f"the base copy: {last_line(done.stderr)}")
    (target / _NOTE).unlink()


def _ask_for(
    private: Cluster, fresh: Path, archive: Path, moment: datetime | None
) -> None:
    wal = shlex.quote(str(archive / "wal")).replace("%", "%%")
    # Once for the shell, and once for the file of settings.
    command = f'cp {wal}/%f "%p"'.replace("\\", "\\\\").replace("'", "''")
    lines = [f"restore_command = '{command}'", "recovery_target_action = 'promote'"]
    # Nobody is let in before the end: who is connected when it is not reached would be
    # thrown out in the middle of a word.
    lines.append("hot_standby = off")
    if moment is not None:
        lines.append(f"recovery_target_time = '{moment.astimezone(UTC).isoformat()}'")
    with (fresh / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
    run(private.folder, ["touch", fresh / "recovery.signal"])


def _play(private: Cluster) -> None:
    """Start the server, wait until the log is played, and forget that it was asked."""
    clusters.start(private)
    _wait_until_played(private)
    # It is about to open its door; this waits for that.
    clusters.start(private)
    engine = engine_of(private.admin_url("postgres"), pool_size=1)
    try:
        with engine.connect() as connection:
            live = connection.execution_options(isolation_level="AUTOCOMMIT")
            for name in _ASKED:
                live.execute(text(f"ALTER SYSTEM RESET {name}"))
    finally:
        engine.dispose()


def _wait_until_played(private: Cluster) -> None:
    """Wait for the end of the log by the control file, without a connection."""
    programs = find_programs(_major_of(private))
    look: list[Path | str] = [programs / "pg_controldata", private.folder]
    deadline = time.monotonic() + _WAIT_S
    while clusters.server_pid(private) is not None:
        if "in production" in run(private.folder, look).stdout:
            return
        if time.monotonic() > deadline:
            raise DatabaseTrouble("the log is not played to its end")
        time.sleep(0.2)
    raise DatabaseTrouble("the server stopped")
