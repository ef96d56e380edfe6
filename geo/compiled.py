"""Compiled functions, kept on disk, and never older than any source they are made of.

Numba keeps compiled code beside a file and compiles anew when that file changes. But
functions and constants of other files are compiled in as well, and when those change,
the old code runs on. So here the code of each file lies in a folder named by a hash of
that file and of all of our files that it imports, directly or not: those of our
packages, and those that lie beside it, as tools that are run as scripts have them.
"""

import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, overload

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_ROOT = Path(__file__).parents[1]
# Modules may be imported by several threads at once.
_SETTING = Lock()
_IMPORT = re.compile(
    rb"^[ ]*(?:from|import) +([\w.]+)(?: +import +(\([^)]*\)|[^\n]*))?",
    re.MULTILINE,
)


@overload
def njit(function: Function, /) -> Function: ...


@overload
def njit(**options: Any) -> Callable[[Function], Function]: ...


def njit(function: Any = None, /, **options: Any) -> Any:
    """Compile a function as `numba.njit` does; with ``cache=True`` keep the code.

    Where nothing can be written, it is compiled in each process anew.

    Parameters
    ----------
    function : callable, optional
        Without it a decorator is returned.
    options
        Of `numba.njit`.
    """
    if function is None:
        return lambda later: njit(later, **options)
    folder = _folder_of(Path(function.__code__.co_filename))
    options["cache"] = options.get("cache", False) and folder is not None
    # Numba reads it once, when a function is told to keep its code.
    settings: Any = numba.config
    with _SETTING:
        before, settings.CACHE_DIR = settings.CACHE_DIR, str(folder or "")
        try:
            return numba.njit(**options)(function)
        finally:
            settings.CACHE_DIR = before


def source_stamp(file: Path, root: Path = _ROOT) -> str:
    """Return a hash of a file and of all files of ours that it imports.

    Parameters
    ----------
    file : Path
    root : Path, optional
        Folder of our packages.
    """
    found, waiting = set[Path](), [file]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += _read(one, root)[1]
    stamp = blake2b(digest_size=12)
    for one in sorted(found):
        stamp.update(_read(one, root)[0])
    return stamp.hexdigest()


@cache
def _folder_of(file: Path) -> Path | None:
    """Return the folder for a file's code, those of older sources removed."""
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or file.parent / "__pycache__")
    name = ".".join(file.relative_to(_ROOT).with_suffix("").parts)
    folder = base / f"compiled-{name}-{source_stamp(file)}"
    if not folder.is_dir():
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        for old in base.glob(f"compiled-{name}-*"):
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
    return folder if os.access(folder, os.W_OK) else None


@cache
def _read(file: Path, root: Path) -> tuple[bytes, tuple[Path, ...]]:
    """Return the hash of a file, and the files of ours that it imports itself."""
    source = file.read_bytes()
    imported: list[Path] = []
    for module, names in _IMPORT.findall(source):
        for folder in (root, file.parent):
            path = folder.joinpath(*module.decode().split("."))
            imported += [path.with_suffix(".py"), path / "__init__.py"]
            imported += [
                path / f"{name.decode()}.py" for name in re.findall(rb"\w+", names)
            ]
    there = tuple(sorted({path for path in imported if path.is_file()}))
    return blake2b(source).digest(), there
