"""Looks at portions: ``python -m api.services.verdicts.judging_child FD ...``.

The first object on its first pipe says what is judged; then it answers each task. With
more pipes it divides after its first task, when all that is needed has been loaded, and
each of the parts answers on one. Only its parent holds the other ends.
"""

import gc
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any

# Whoever waits for an answer of the API goes before.
_NICE = 5


def main() -> None:
    """Answer tasks until the pipe ends."""
    os.nice(_NICE)
    first, *others = [int(end) for end in sys.argv[1:]]
    pipe = Connection(first)
    asked = _asked_on(pipe)
    from tracking.verdict.portions import show

    matter = pickle.loads(asked.get())
    answer = _answered(show, matter, asked.get())
    pipe, asked = _divided(pipe, asked, others)
    if pipe.fileno() == first:
        pipe.send_bytes(answer)
    while True:
        pipe.send_bytes(_answered(show, matter, asked.get()))


def _answered(show: Callable[..., Any], matter: Any, task: bytes) -> bytes:
    answer: object
    try:
        answer = show(matter, pickle.loads(task))
    except Exception as trouble:
        answer = RuntimeError(f"{type(trouble).__name__}: {trouble}")
    return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


def _divided(
    pipe: "Connection[bytes, bytes]",
    asked: "SimpleQueue[bytes]",
    others: list[int],
) -> "tuple[Connection[bytes, bytes], SimpleQueue[bytes]]":
    """Return the pipe of this part, and what is asked on it, one part for each pipe."""
    # What is there stays where it is, and is not copied by counting it.
    gc.freeze()
    for number, end in enumerate(others):
        if os.fork() == 0:
            for other in others[number + 1 :]:
                os.close(other)
            pipe.close()
            own: Connection[bytes, bytes] = Connection(end)
            return own, _asked_on(own)
        os.close(end)
    return pipe, asked


def _asked_on(pipe: "Connection[bytes, bytes]") -> "SimpleQueue[bytes]":
    """Return what is asked on a pipe, as it comes.

    What is asked next is taken while an answer is on its way: nobody waits for somebody
    who waits.
    """
    asked: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_take, args=(pipe, asked), daemon=True).start()
    return asked


def _take(pipe: "Connection[bytes, bytes]", asked: "SimpleQueue[bytes]") -> None:
    try:
        while True:
            asked.put(pipe.recv_bytes())
    except (EOFError, ConnectionError):
        # The parent is done with us, or gone; so are those that we divided into.
        with suppress(ChildProcessError):
            while True:
                os.wait()
        os._exit(0)


if __name__ == "__main__":
    main()
