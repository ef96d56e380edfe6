"""Work beside the requests: one thread that lasts as long as a ``with`` block."""

from abc import ABC, abstractmethod
from datetime import timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Self

# What is under way is given this long to notice that it is to stop.
_FAREWELL = timedelta(seconds=30)


class Background(ABC):
    """Does one turn after the other; whoever inherits says what a turn is.

    Parameters
    ----------
    name : str
        Of the thread.
    """

    def __init__(self, name: str) -> None:
        self._stop = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=_FAREWELL.total_seconds())

    def _run(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(self._turn().total_seconds())

    @abstractmethod
    def _turn(self) -> timedelta:
        """Do what there is to do and return how long to rest; never raise."""
