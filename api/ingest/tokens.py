"""Which tokens are of devices: asked before a body is read, remembered for a minute.

A wrong token must cost nothing: no body is read for it, it waits for no device, and
the same wrong token is not looked up again and again. That a token was withdrawn is
noticed at once all the same, because storing asks again. Tokens that come together are
looked up together: after an outage all phones of a county are strangers at once.
"""

import asyncio
import logging
import time
from itertools import islice

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.ingest.flusher import Unavailable
from api.security.credentials import hash_token
from geo.db.door import as_ingest
from geo.db.engine import Database
from geo.db.store.intake import of_devices

_log = logging.getLogger(__name__)
_SHORTEST, _LONGEST = 22, 256
_KNOWN_S, _UNKNOWN_S = 60.0, 10.0
_MOST_REMEMBERED = 100_000
_AT_ONCE = 500
_MOST_ASKING = 10_000


class Tokens:
    """What a process knows of tokens; make one per application."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # By hash: until when the answer holds, and the answer.
        self._known: dict[bytes, tuple[float, bool]] = {}
        self._asked: dict[bytes, asyncio.Future[bool]] = {}
        self._task: asyncio.Task[None] | None = None

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
        if digest not in self._asked:
            if len(self._asked) >= _MOST_ASKING:
                raise Unavailable
            self._asked[digest] = asyncio.get_running_loop().create_future()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_up_all())
        # One of several who wait may go away; the answer is for the others too.
        return await asyncio.shield(self._asked[digest])

    async def _look_up_all(self) -> None:
        while self._asked:
            digests = list(islice(self._asked, _AT_ONCE))
            try:
                found = await asyncio.to_thread(self._look_up, digests)
            # Whatever it was, nobody may wait for ever.
            except Exception as error:
                if not isinstance(error, (DBAPIError, PoolTimeout)):
                    _log.exception("cannot look up %d tokens", len(digests))
                self._answer(digests, None)
            else:
                self._answer(digests, found)

    def _answer(self, digests: list[bytes], found: set[bytes] | None) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        for digest in digests:
            answer = self._asked.pop(digest)
            if found is None:
                answer.set_exception(Unavailable())
                # Who asked may have gone away, and nobody else need hear of it.
                answer.exception()
                continue
            span = _KNOWN_S if digest in found else _UNKNOWN_S
            self._known[digest] = time.monotonic() + span, digest in found
            answer.set_result(digest in found)

    def forget(self, digest: bytes) -> None:
        """Ask again next time: storing found that the token was withdrawn."""
        self._known.pop(digest, None)

    def _look_up(self, digests: list[bytes]) -> set[bytes]:
        with as_ingest(self._database) as session:
            return of_devices(session, digests)
