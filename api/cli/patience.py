"""A server that hangs up on who keeps it waiting.

uvicorn waits for ever for a request that was begun and never ends, and for a client
that does not read its answer; each of them costs a connection, of which there are only
so many. What our own work takes is never counted here.
"""

import asyncio

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# A phone on a mountain may fall silent for a moment in the middle of a photo.
SILENT_S = 30.0
# From the first byte of a request to its last: a photo of 10 MB at 20 kB/s.
ASKING_S = 600.0
# For as long as an answer lies here unread.
UNREAD_S = 60.0
_TICKS_BETWEEN_LOOKS = 20


class Impatient(HttpToolsProtocol):
    """A connection that knows since when it waits for its client."""

    # None: it waits for nothing.
    asked_at: float | None = None
    heard_at: float = 0.0
    unread_since: float | None = None

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self.asked_at = self.heard_at = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Note that the client is there."""
        self.heard_at = self.loop.time()
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        self.asked_at = self.heard_at
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Wait for nothing more."""
        self.asked_at = None
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Note that the client is behind."""
        self.unread_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Note that it has caught up."""
        self.unread_since = None
        super().resume_writing()

    def has_waited_enough(self, now: float) -> bool:
        """Return whether the client has had its time."""
        if self.unread_since is not None:
            return now - self.unread_since > UNREAD_S
        # Where reading is paused it is we who are slow.
        if self.asked_at is None or self.flow.read_paused:
            return False
        return now - self.heard_at > SILENT_S or now - self.asked_at > ASKING_S


class PatientServer(uvicorn.Server):
    """Looks at its connections every other second, and ends those that only wait."""

    async def on_tick(self, counter: int) -> bool:
        """Do what uvicorn does ten times a second."""
        if counter % _TICKS_BETWEEN_LOOKS == 0:
            now = asyncio.get_running_loop().time()
            for each in list(self.server_state.connections):
                if isinstance(each, Impatient) and each.has_waited_enough(now):
                    each.transport.abort()
        return await super().on_tick(counter)
