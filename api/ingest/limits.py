"""How much one device may send: one flooding phone must not cost the others anything.

A device has a store of credit that fills again with time. A week offline, sent in
batches, is well inside it; a million fixes from one phone are not.
"""

import math

_BURST = 100_000.0
_PER_S = 200.0
# What a request costs beside its fixes: parsing, answering, its part of a commit.
_REQUEST = 4
_MOST_REMEMBERED = 100_000


class TooMuch(Exception):
    """The device has sent too much; it may come again after some seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Limits:
    """What the devices of a process have left; make one per application."""

    def __init__(self) -> None:
        # By hash of the token: credit, and when it was that.
        self._left: dict[bytes, tuple[float, float]] = {}

    def require(self, device: bytes, now_s: float) -> None:
        """Raise `TooMuch` unless the device has credit; before its body is read."""
        if device in self._left and self._credit(device, now_s) <= 0:
            missing = _REQUEST - self._credit(device, now_s)
            raise TooMuch(max(1, math.ceil(missing / _PER_S)))

    def spend(self, device: bytes, fixes: int, now_s: float) -> None:
        """Take what a request costs; the last one may go below nothing."""
        if len(self._left) >= _MOST_REMEMBERED:
            self._left.clear()
        left = self._credit(device, now_s) - fixes - _REQUEST
        self._left[device] = left, now_s

    def _credit(self, device: bytes, now_s: float) -> float:
        left, then_s = self._left.get(device, (_BURST, now_s))
        return min(_BURST, left + (now_s - then_s) * _PER_S)
