"""A limit on wrong tries, in the memory of one process.

Tries are counted per login and address, so that nobody can lock out somebody else from
afar, and per address, so that one machine cannot walk through all logins.
"""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from threading import Lock

TRIES_PER_LOGIN = 5
TRIES_PER_ADDRESS = 50
WINDOW = timedelta(minutes=15)
_MAX_KEYS = 100_000


class Throttle:
    """Counts failures per key inside a sliding window.

    A try is taken before the password is checked and given back when it was right, so
    that parallel guesses cannot slip through between check and count.
    """

    def __init__(self, limit: int, window: timedelta = WINDOW) -> None:
        self._limit = limit
        self._window = window
        self._taken: OrderedDict[Hashable, list[datetime]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: Hashable, now: datetime) -> timedelta | None:
        """Take one try; None if it may go on, else how long to wait."""
        with self._lock:
            recent = [t for t in self._taken.get(key, ()) if t > now - self._window]
            if len(recent) >= self._limit:
                return recent[0] + self._window - now
            self._taken[key] = [*recent, now]
            self._taken.move_to_end(key)
            if len(self._taken) > _MAX_KEYS:
                self._taken.popitem(last=False)
            return None

    def give_back(self, key: Hashable) -> None:
        """Return one try, after a right one; the wrong ones before it still count."""
        with self._lock:
            taken = self._taken.get(key)
            if taken:
                taken.pop()
