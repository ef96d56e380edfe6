"""Installation packages of phone apps, which the operator puts into a folder.

A phone in an intranet reaches no app store. What it installs from here goes out with
its hash, so that anyone can compare it with what the app's makers publish.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from api.errors import NotFound

# What else lies in the folder is not for phones.
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]*\.apk")


@dataclass(frozen=True)
class Package:
    """A package: its file, size and SHA-256 in hexadecimal digits."""

    path: Path
    byte_count: int
    sha256: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name


def packages_in(folder: Path) -> list[Package]:
    """Return the packages in a folder, by name; a folder that is not there has none."""
    if not folder.is_dir():
        return []
    files = (path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    return [_package(path) for path in sorted(files) if path.is_file()]


def find_package(folder: Path, name: str) -> Package:
    """Return one of the packages in a folder.

    Raises
    ------
    NotFound
        If none has that name.
    """
    for package in packages_in(folder):
        if package.name == name:
            return package
    raise NotFound("no such package")


def _package(path: Path) -> Package:
    stat = path.stat()
    return Package(path, stat.st_size, _hash(path, stat.st_size, stat.st_mtime_ns))


@lru_cache(maxsize=64)
def _hash(path: Path, _byte_count: int, _changed_ns: int) -> str:
    """Return the hash of a file, read again only when it was changed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
