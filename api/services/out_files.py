"""Where results go: refused before the work begins, not after it."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

from geo.errors import BadInput


def require_folder(folder: Path, names: Iterable[str]) -> None:
    """Raise unless files can be written into a folder, there or still to be made.

    Nothing is left behind: a refused plan makes no folder.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        Files that will be written, over those of these names that are there.

    Raises
    ------
    BadInput
        With the reason of the system.
    """
    whole = Path(os.path.abspath(folder))
    there = next(path for path in (whole, *whole.parents) if os.path.lexists(path))
    try:
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise BadInput(
            f"{folder}: nothing can be written here: {error.strerror}; name another "
            "place with -o"
        ) from None
    for name in names:
        path = whole / name
        if path.exists() and not (path.is_file() and os.access(path, os.W_OK)):
            raise BadInput(
                f"{folder / name}: cannot be written over; move it or name another "
                "place with -o"
            )


def require_file(path: Path) -> None:
    """Raise unless a file can be written here; a pipe or a device is written into.

    Raises
    ------
    BadInput
        With the reason of the system.
    """
    if not is_stream(path):
        require_folder(path.parent, [path.name])


def is_stream(path: Path) -> bool:
    """Return whether it is a pipe or a device: a file in its place would end it."""
    return path.exists() and not path.is_file() and not path.is_dir()
