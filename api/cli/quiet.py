"""Standard output for our own lines only, whatever a library prints past Python."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

_OUTPUT = 1


@contextmanager
def only_our_lines() -> Iterator[None]:
    """Keep what compiled libraries print out of the standard output.

    HiGHS prints a line in some searches that no option stops, and whoever reads ours by
    a program would meet it.
    """
    if sys.stdout is None:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(_OUTPUT)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, _OUTPUT)
    os.close(nothing)
    try:
        with _lines_to(kept):
            yield
    finally:
        # What C still holds back must not come out behind our lines.
        ctypes.CDLL(None).fflush(None)
        os.dup2(kept, _OUTPUT)
        os.close(kept)


@contextmanager
def _lines_to(place: int) -> Iterator[None]:
    """Send Python's own lines elsewhere, if they go to the output of the process."""
    try:
        ours = sys.stdout.fileno() == _OUTPUT
    except OSError:
        ours = False
    if not ours:
        yield
        return
    encoding = sys.stdout.encoding
    out = open(place, "w", encoding=encoding, closefd=False)
    with out, redirect_stdout(out):
        yield
