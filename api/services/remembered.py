"""A memory of bytes by name, with an end: the longest unasked goes first."""

from collections import OrderedDict
from threading import Lock


class Remembered:
    """Bytes that this process keeps at hand.

    Parameters
    ----------
    most_bytes : int
        How much it keeps at most.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._byte_count = 0
        self._lock = Lock()

    def find(self, name: str) -> bytes | None:
        """Return what is known by a name, None if nothing is."""
        with self._lock:
            found = self._known.get(name)
            if found is not None:
                self._known.move_to_end(name)
            return found

    def keep(self, name: str, content: bytes) -> None:
        """Know bytes by a name from now on."""
        with self._lock:
            self._byte_count += len(content) - len(self._known.pop(name, b""))
            self._known[name] = content
            while self._byte_count > self._most_bytes:
                _, old = self._known.popitem(last=False)
                self._byte_count -= len(old)
