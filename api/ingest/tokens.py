"""Which tokens are of devices: asked before a body is read, remembered for a minute.

A wrong token must cost nothing: no body is read for it, it waits for no device, and
the same wrong token is not looked up again and again. That a token was withdrawn is
noticed at once all the same, because storing asks again.
"""

import asyncio
import time

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.ingest.flusher import Unavailable
from api.security.credentials import hash_token
from geo.db.door import as_ingest
from geo.db.engine import Database
from geo.db.store.intake import is_device

_SHORTEST, _LONGEST = 22, 256
_KNOWN_S, _UNKNOWN_S = 60.0, 10.0
_MOST_REMEMBERED = 100_000
_AT_ONCE = 2
_MOST_ASKING = 200


class Tokens:
    """What a process knows of tokens; make one per application."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # By hash: until when the answer holds, and the answer.
        self._known: dict[bytes, tuple[float, bool]] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._asking = 0

    async def device_of(self, token: str) -> bytes | None:
        """Return the hash of a device's token, None if no device has it.

        Raises
        ------
        Unavailable
            If the database does not answer.
        """
        if not _SHORTEST <= len(token) <= _LONGEST:
            # 128 bits take 22 letters at least; a phone's serial number is no secret.
            return None
        digest = hash_token(token)
        until, answer = self._known.get(digest, (0.0, False))
        if until < time.monotonic():
            answer = await self._ask(digest)
        return digest if answer else None

    async def _ask(self, digest: bytes) -> bool:
        if self._asking >= _MOST_ASKING:
            raise Unavailable
        self._asking += 1
        try:
            async with self._turn:
                answer = await asyncio.to_thread(self._look_up, digest)
        except (DBAPIError, PoolTimeout):
            raise Unavailable from None
        finally:
            self._asking -= 1
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        span = _KNOWN_S if answer else _UNKNOWN_S
        self._known[digest] = time.monotonic() + span, answer
        return answer

    def forget(self, digest: bytes) -> None:
        """Ask again next time: storing found that the token was withdrawn."""
        self._known.pop(digest, None)

    def _look_up(self, digest: bytes) -> bool:
        with as_ingest(self._database) as session:
            return is_device(session, digest)
