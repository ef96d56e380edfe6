"""Looking at portions of a day in several processes, or in this one.

Each process is started afresh (``python -m api.services.verdicts.judging_child``), has
no connection to the database, and ends when its pipe does: with the last task, with an
error here, or with us.
"""

import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from tracking.verdict.portions import Doing, Matter, Shown, Task, show

# Generic for the type checker alone.
if TYPE_CHECKING:
    Pipe = Connection[object, object]
else:
    Pipe = Connection

# Below so many tracks a process of its own takes longer to start than it saves.
_WORTH_TRACKS = 2500
_CHILD = "api.services.verdicts.judging_child"
# So many tasks lie ready for each process, that none waits for us to read.
_AHEAD = 2


class LookingFailed(RuntimeError):
    """A process that looked at a portion of a day ended, or could not do it."""


def processes_for(tracks: int) -> int:
    """Return how many processes are worth their start for so many tracks; 0 is none."""
    cores = _cores()
    return cores if cores > 1 and tracks >= _WORTH_TRACKS else 0


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def looking(matter: Matter, processes: int) -> Iterator[Doing]:
    """Give what does tasks, in processes of their own unless there are to be none.

    Parameters
    ----------
    matter : Matter
    processes : int
    """
    if not processes:
        yield lambda tasks: (show(matter, task) for task in tasks)
        return
    with ExitStack() as stack:
        pipes = [stack.enter_context(_process()) for _ in range(processes)]
        for pipe in pipes:
            _send(pipe, matter)
        yield lambda tasks: _spread(tasks, pipes)


@contextmanager
def _process() -> Iterator[Pipe]:
    ours, theirs = socket.socketpair()
    pipe: Pipe = Connection(ours.detach())
    with pipe:
        with theirs:
            child = subprocess.Popen(
                [sys.executable, "-m", _CHILD, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        try:
            yield pipe
        finally:
            # It has nothing to put in order, and may be in the middle of a portion.
            child.kill()
            child.wait()


def _spread(tasks: Iterable[Task], pipes: list[Pipe]) -> Iterator[list[Shown]]:
    """Yield what tasks show, in their order, done by whoever is free."""
    todo, asked = enumerate(tasks), {pipe: deque[int]() for pipe in pipes}
    done: dict[int, list[Shown]] = {}
    following = 0

    def give(pipe: Pipe) -> None:
        number, task = next(todo, (-1, None))
        if task is not None:
            _send(pipe, task)
            asked[pipe].append(number)

    for _ in range(_AHEAD):
        for pipe in pipes:
            give(pipe)
    while any(asked.values()):
        for ready in wait([pipe for pipe in pipes if asked[pipe]]):
            assert isinstance(ready, Connection)
            done[asked[ready].popleft()] = _answer(ready)
            give(ready)
        while following in done:
            yield done.pop(following)
            following += 1


def _answer(pipe: Pipe) -> list[Shown]:
    try:
        answer = pickle.loads(pipe.recv_bytes())
    except (EOFError, ConnectionError) as trouble:
        raise LookingFailed("a process that judges ended before its time") from trouble
    if isinstance(answer, BaseException):
        raise LookingFailed(f"a process that judges failed: {answer}") from answer
    assert isinstance(answer, list)
    return answer


def _send(pipe: Pipe, what: Matter | Task) -> None:
    try:
        pipe.send_bytes(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))
    except ConnectionError as trouble:
        raise LookingFailed("a process that judges ended before its time") from trouble
