"""Looking at portions of a day in several processes, or in this one.

One process is started afresh (``python -m api.services.verdicts.judging_child``): we
may have threads and connections, which no copy of us should have. Its start takes as
long as a few hundred worker-days, so it does the first task by itself and divides then
into as many as are asked for. Each ends when its pipe does: with the last task, with
an error here, or with us.
"""

import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
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
# A process that hears of its end is gone as soon as one compiled call is over.
_PATIENCE_S = 10.0
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
def looking(processes: int) -> Iterator[Callable[[Matter], Doing]]:
    """Give what makes, of what is judged, what does tasks: in processes of their own.

    The processes begin at once, while what is judged is still being read.

    Parameters
    ----------
    processes : int
        With 0, tasks are done in this one.
    """
    if not processes:
        yield _here
        return
    with _started(processes) as pipes:

        def there(matter: Matter) -> Doing:
            _send(pipes[0], matter)
            return lambda tasks: _spread(tasks, pipes)

        yield there


def _here(matter: Matter) -> Doing:
    return lambda tasks: (show(matter, task) for task in tasks)


@contextmanager
def _started(processes: int) -> Iterator[list[Pipe]]:
    """Give a pipe to each of some processes."""
    with ExitStack() as ours:
        pipes = []
        with ExitStack() as theirs:
            ends = []
            for _ in range(processes):
                one, other = socket.socketpair()
                pipe: Pipe = Connection(one.detach())
                pipes.append(ours.enter_context(pipe))
                ends.append(theirs.enter_context(other).fileno())
            child = subprocess.Popen(
                [sys.executable, "-m", _CHILD, *map(str, ends)],
                stdin=subprocess.DEVNULL,
                pass_fds=ends,
            )
        try:
            yield pipes
        finally:
            ours.close()
            _ended(child)


def _ended(child: "subprocess.Popen[bytes]") -> None:
    """Wait for the end of a process whose pipe is closed, and help where it hangs."""
    try:
        child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
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

    def give_first(pipes: list[Pipe]) -> None:
        for _ in range(_AHEAD):
            for pipe in pipes:
                give(pipe)

    # The others are there once the first has answered.
    waiting = pipes[1:]
    give_first(pipes[:1])
    while any(asked.values()):
        for ready in wait([pipe for pipe in pipes if asked[pipe]]):
            assert isinstance(ready, Connection)
            done[asked[ready].popleft()] = _answer(ready)
            give(ready)
        give_first(waiting)
        waiting = []
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
