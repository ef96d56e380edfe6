"""Looks at portions: ``python -m api.services.verdicts.judging_child FD``.

The first object on its pipe says what is judged; then it answers each task. Only its
parent holds the other end.
"""

import os
import pickle
import sys
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

# Whoever waits for an answer of the API goes before.
_NICE = 5


def main() -> None:
    """Answer tasks until the pipe ends."""
    os.nice(_NICE)
    asked: SimpleQueue[bytes] = SimpleQueue()
    pipe = Connection(int(sys.argv[1]))
    # What is asked next is taken while an answer is on its way: nobody waits for
    # somebody who waits.
    Thread(target=_take, args=(pipe, asked), daemon=True).start()
    from tracking.verdict.portions import show

    matter = pickle.loads(asked.get())
    while True:
        answer: object
        try:
            answer = show(matter, pickle.loads(asked.get()))
        except Exception as trouble:
            answer = RuntimeError(f"{type(trouble).__name__}: {trouble}")
        pipe.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _take(pipe: "Connection[bytes, bytes]", asked: "SimpleQueue[bytes]") -> None:
    try:
        while True:
            asked.put(pipe.recv_bytes())
    except (EOFError, ConnectionError):
        # The parent is done with us, or gone.
        os._exit(0)


if __name__ == "__main__":
    main()
