"""PostgreSQL's own programs: where they are, and as whom they run.

PostgreSQL refuses to run as root: root runs it in a user namespace of its own, where it
is an ordinary user and the files still belong to root, or, where namespaces are
forbidden, as another user.
"""

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from geo.errors import DatabaseTrouble

PACKAGES = "postgresql-15 postgresql-15-postgis-3"

_PROGRAMS = Path("/usr/lib/postgresql")
_EXTENSIONS = Path("/usr/share/postgresql")
_NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def find_programs(major: int | None = None) -> Path:
    """Return the folder of the newest PostgreSQL that has PostGIS.

    Parameters
    ----------
    major : int, optional
        Only this version will do: the one that made the data.

    Raises
    ------
    DatabaseTrouble
        If there is none; the line names the packages.
    """
    found = [
        int(folder.parent.name)
        for folder in _PROGRAMS.glob("*/bin")
        if (folder / "initdb").exists()
        and (_EXTENSIONS / folder.parent.name / "extension/postgis.control").exists()
    ]
    if major is not None and major not in found:
        raise DatabaseTrouble(
            f"the data was made by PostgreSQL {major}, which is not here with PostGIS; "
            f"install: postgresql-{major} postgresql-{major}-postgis-3"
        )
    if not found:
        raise DatabaseTrouble(
            f"PostgreSQL with PostGIS is not installed; install: {PACKAGES} "
            "(or set XUNGE_DATABASE_URL to a server of your own)"
        )
    return _PROGRAMS / str(major or max(found)) / "bin"


def run(
    folder: Path, command: Sequence[Path | str]
) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL as the user that the folder belongs to."""
    return run_as_we_are([*_become(folder), *command])


def run_as_we_are(
    command: Sequence[Path | str], more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program as the user that we are, with `more` in its environment."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    return subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        cwd="/",
        env=environment | {"LC_ALL": "C.UTF-8"} | dict(more or {}),
        stdin=subprocess.DEVNULL,
        check=False,
    )


@cache
def namespaces_work() -> bool:
    """Return whether this machine lets us make a user namespace."""
    done = subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False)
    return done.returncode == 0


def make_private(folder: Path, like: Path | None = None) -> None:
    """Make a folder that only the server's user may enter."""
    folder.mkdir(mode=0o700)
    if os.geteuid() != 0:
        return
    if like is not None:
        os.chown(folder, like.stat().st_uid, like.stat().st_gid)
    elif not namespaces_work():
        user = _server_user()
        os.chown(folder, user.pw_uid, user.pw_gid)


def last_line(output: str) -> str:
    """Return the line that says why: the last FATAL or error, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = [line for line in lines if "FATAL" in line or "rror:" in line]
    return (told or lines or ["it says nothing"])[-1]


def _become(folder: Path) -> list[str]:
    """Return what to put before a command so that it does not run as root."""
    if os.geteuid() != 0:
        return []
    owner = folder.stat().st_uid
    if owner == 0:
        return _NAMESPACE
    group = folder.stat().st_gid
    return ["setpriv", f"--reuid={owner}", f"--regid={group}", "--clear-groups"]


def _server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
