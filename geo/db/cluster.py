"""A private PostgreSQL with PostGIS in a folder: made, started, stopped.

It listens on a unix socket only, in a folder that nobody else may enter; so every
login is trusted and there is no password to keep.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from geo.db.programs import (
    find_programs,
    last_line,
    make_private,
    namespaces_work,
    run,
)
from geo.errors import DatabaseTrouble

DATABASE = "xunge"
ADMIN = "xunge_admin"
SERVICE = "xunge_service"
# One login for each serving role, and each may become that role alone: what breaks out
# of a request cannot turn into a job.
LOGINS = {
    "xunge_app": "xunge_app_login",
    "xunge_ingest": "xunge_ingest_login",
    "xunge_jobs": "xunge_jobs_login",
}
# For a server that lives: after a crash it plays its log, at the end it writes what is
# in memory, and a disk that others use as well takes its time.
_WAIT_S = 300.0
# Back ends of a killed server leave within moments; until then it cannot start.
_ORPHANS_WAIT_S = 20.0

_SETTINGS = {"listen_addresses": "", "timezone": "UTC", "jit": "off"}
_THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
}


@dataclass(frozen=True)
class Cluster:
    """A private cluster, running or not.

    Attributes
    ----------
    folder : Path
        Its data folder, absolute.
    archive : Path, optional
        Folder outside it to which its write-ahead log is copied, segment by segment,
        each at most five minutes late.
    durable : bool, default True
        False for clusters of tests that are thrown away: three times faster, and a
        crash may lose everything.
    """

    folder: Path
    durable: bool = True
    archive: Path | None = None

    @property
    def sockets(self) -> Path:
        """The folder of its socket; short, since a socket's path ends at 107 bytes."""
        # Not in XDG_RUNTIME_DIR: that folder is removed when its user logs out.
        mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(f"/tmp/xunge-{os.geteuid()}-{mark}")

    @property
    def log(self) -> Path:
        """Where the server writes what it did."""
        return self.folder / "server.log"

    def url(self, database: str = DATABASE, login: str = SERVICE) -> str:
        """Return the address for serving: a login that owns nothing."""
        return f"postgresql://{login}@/{database}?host={self.sockets}"

    def admin_url(self, database: str = DATABASE) -> str:
        """Return the address for migrations: the superuser of this cluster."""
        return f"postgresql://{ADMIN}@/{database}?host={self.sockets}"


def cluster_in(
    data_dir: Path, *, durable: bool = True, archive: Path | None = None
) -> Cluster:
    """Return the cluster of a project's data folder: ``data_dir/pg``.

    Where root can neither use a namespace nor let another user reach the folder, it
    lies in ``/var/lib/xunge`` instead, under a name made from the folder's path.
    """
    folder = data_dir.resolve() / "pg"
    if not folder.exists() and os.geteuid() == 0 and not namespaces_work():
        closed = [p for p in folder.parents if p.exists() and not p.stat().st_mode & 1]
        if closed:
            mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
            folder = Path("/var/lib/xunge") / mark / "pg"
    return Cluster(folder, durable, archive.resolve() if archive else None)


def start(cluster: Cluster) -> None:
    """Make the cluster if it is not there, and start it if it does not run.

    Raises
    ------
    DatabaseTrouble
        If the packages are missing, the folder belongs to somebody else, or the
        server does not start; the line says what to do.
    """
    with _locked(cluster):
        programs = find_programs(_major_of(cluster))
        if _answers(cluster, programs):
            return
        _require_own_folder(cluster)
        if not (cluster.folder / "PG_VERSION").exists():
            _make(cluster, programs)
        _make_socket_folder(cluster)
        _clear_after_crash(cluster)
        _make_archive_folder(cluster)
        _launch(cluster, programs)


def stop(cluster: Cluster) -> bool:
    """Stop the cluster; return whether it ran.

    Raises
    ------
    DatabaseTrouble
        If it still runs after five minutes.
    """
    if not cluster.folder.parent.exists():
        return False
    with _locked(cluster):
        pid = server_pid(cluster)
        if pid is None:
            return False
        # SIGINT is PostgreSQL's fast shutdown: sessions end, everything is written.
        # It may have ended by itself meanwhile.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _WAIT_S
        while server_pid(cluster) is not None:
            if time.monotonic() > deadline:
                raise DatabaseTrouble(f"the database server {pid} does not stop")
            time.sleep(0.05)
        shutil.rmtree(cluster.sockets, ignore_errors=True)
        return True


def server_pid(cluster: Cluster) -> int | None:
    """Return the process number of the running server, or None.

    A number in an old file is believed only if that process works in this folder.
    """
    try:
        pid = int((cluster.folder / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if _works_in(cluster, Path(f"/proc/{pid}")) else None


def make_database(connection: Connection, name: str, template: str = "") -> None:
    """Create a database unless it exists, as a copy of `template` if that is named.

    Parameters
    ----------
    connection : Connection
        Of the superuser, in autocommit.
    """
    known = text("SELECT 1 FROM pg_database WHERE datname = :name")
    if connection.scalar(known, {"name": name}) is None:
        quote = connection.dialect.identifier_preparer.quote
        copy = f" TEMPLATE {quote(template)}" if template else ""
        connection.execute(text(f"CREATE DATABASE {quote(name)}{copy}"))


def admit_service(connection: Connection) -> None:
    """Let the serving logins become the serving roles, which migrations made."""
    known = text("SELECT 1 FROM pg_roles WHERE rolname = :name")
    grants = {SERVICE: ", ".join(LOGINS)} | {v: k for k, v in LOGINS.items()}
    for login, roles in grants.items():
        if connection.scalar(known, {"name": login}) is None:
            connection.execute(text(f"CREATE ROLE {login} LOGIN NOINHERIT"))
        connection.execute(text(f"GRANT {roles} TO {login}"))


@contextmanager
def _locked(cluster: Cluster) -> Iterator[None]:
    """Hold off a second start or stop of the same cluster."""
    parent = cluster.folder.parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        handle = (parent / ".pg.lock").open("w")
    except OSError as error:
        raise DatabaseTrouble(
            f"cannot write in {parent}: {error.strerror}; choose another folder "
            "with XUNGE_DATA_DIR"
        ) from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _answers(cluster: Cluster, programs: Path) -> bool:
    """Wait for a server that starts up or dies; return whether one is there."""
    ask: list[Path | str] = [programs / "pg_isready", "-q", "-h", cluster.sockets]
    deadline = time.monotonic() + _WAIT_S
    while (pid := server_pid(cluster)) is not None:
        if run(cluster.folder, ask).returncode == 0:
            return True
        if time.monotonic() > deadline:
            raise DatabaseTrouble(
                f"the database server {pid} does not answer; see {cluster.log}"
            )
        time.sleep(0.1)
    return False


def _major_of(cluster: Cluster) -> int | None:
    try:
        return int((cluster.folder / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _require_own_folder(cluster: Cluster) -> None:
    if not cluster.folder.exists() or os.geteuid() == 0:
        return
    owner = cluster.folder.stat().st_uid
    if owner != os.geteuid():
        raise DatabaseTrouble(
            f"{cluster.folder} belongs to user {owner}; run as that user, or choose "
            "another folder with XUNGE_DATA_DIR"
        )


def _make(cluster: Cluster, programs: Path) -> None:
    """Run initdb beside the folder and rename: an interrupted one leaves no ruin."""
    growing = cluster.folder.with_name("pg.new")
    shutil.rmtree(growing, ignore_errors=True)
    make_private(growing)
    command: list[Path | str] = [
        programs / "initdb",
        "-D",
        growing,
        "-U",
        ADMIN,
        "-A",
        "trust",
    ]
    command += ["-E", "UTF8", "--locale=C.UTF-8"]
    command += [] if cluster.durable else ["--no-sync"]
    done = run(growing, command)
    if done.returncode:
        raise DatabaseTrouble(f"initdb failed: {last_line(done.stderr)}")
    growing.rename(cluster.folder)


def _make_socket_folder(cluster: Cluster) -> None:
    folder = cluster.sockets
    if not folder.exists():
        make_private(folder, like=cluster.folder)
    state = folder.lstat()
    # /tmp is everybody's: a folder that somebody else laid there is not ours.
    if folder.is_symlink() or state.st_uid != cluster.folder.stat().st_uid:
        raise DatabaseTrouble(f"{folder} is not ours; remove it and try again")
    folder.chmod(0o700)


def _make_archive_folder(cluster: Cluster) -> None:
    if cluster.archive is None:
        return
    for folder in (cluster.archive, cluster.archive / "wal"):
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            make_private(folder, like=cluster.folder)


def _archiving(cluster: Cluster) -> dict[str, str]:
    """Return the settings that copy each segment whole or not at all."""
    if cluster.archive is None:
        return {}
    wal = shlex.quote(str(cluster.archive / "wal")).replace("%", "%%")
    there, part = f"{wal}/%f", f"{wal}/%f.part"
    # One that is there already is right if it is the same: a crash came in between.
    copy = (
        f"if [ -f {there} ]; then cmp -s %p {there}; else "
        f"cp %p {part} && sync {part} && mv {part} {there}; fi"
    )
    return {
        "archive_mode": "on",
        "archive_command": copy,
        "archive_timeout": "300",
    }


def _clear_after_crash(cluster: Cluster) -> None:
    """Remove what a killed server left, once nothing works on its files any more.

    The number in an old file may meanwhile be another program's, and PostgreSQL would
    refuse to start; but two servers on one folder would ruin it, so first every
    process that works there must have gone.
    """
    deadline = time.monotonic() + _ORPHANS_WAIT_S
    while left := [p for p in Path("/proc").glob("[0-9]*") if _works_in(cluster, p)]:
        if time.monotonic() > deadline:
            raise DatabaseTrouble(
                f"process {left[0].name} of a killed server still works in "
                f"{cluster.folder}; wait for it, or end it"
            )
        time.sleep(0.1)
    (cluster.folder / "postmaster.pid").unlink(missing_ok=True)
    for socket in cluster.sockets.glob(".s.PGSQL.*"):
        socket.unlink()


def _works_in(cluster: Cluster, process: Path) -> bool:
    """Return whether a process is a server's: they all sit in their data folder."""
    try:
        return (process / "cwd").samefile(cluster.folder)
    except OSError:
        return False


def _launch(cluster: Cluster, programs: Path) -> None:
    settings = _SETTINGS | ({} if cluster.durable else _THROW_AWAY)
    settings |= _archiving(cluster)
    options = [part for item in settings.items() for part in ("-c", "=".join(item))]
    options += ["-k", str(cluster.sockets)]
    command: list[Path | str] = [programs / "pg_ctl", "-D", cluster.folder]
    command += [
        "-l",
        cluster.log,
        "-w",
        "-t",
        str(int(_WAIT_S)),
        "-o",
        shlex.join(options),
        "start",
    ]
    if run(cluster.folder, command).returncode:
        said = last_line(cluster.log.read_text() if cluster.log.exists() else "")
        raise DatabaseTrouble(f"the database does not start: {said}")
