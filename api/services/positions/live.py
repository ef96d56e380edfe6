"""Live positions: one reading per county and area each second, whoever watches.

Viewers with the same rights share a feed. A feed reads only what came since its last
reading and remembers at which step each line changed; a viewer is told what changed
since the step that they have. So a slow viewer gets one larger message and never a
queue, and one who comes back names their step and gets the difference.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from api.errors import TooManyTries
from api.services.access.session import SignedIn
from api.services.positions.duty import only_on_duty
from geo.codes import unpadded
from geo.db.door import Scope, Viewer, as_nobody, as_viewer
from geo.db.engine import Database
from geo.db.store import audit
from geo.db.store import live as store
from tracking.cases.roles import MAY_LOOK, Role

TICK_S = 1.0
HEARTBEAT_S = 15.0
# A phone's transaction may end after a later one: what was read is read again.
_OVERLAP_MS = 20_000
# A phone that changed hands or was taken back shows only in a whole reading.
_WHOLE_EVERY = 60
MOST_PER_PERSON = 6
MOST_STREAMS = 500
_RETRY_S = 30
_FULL = f"retry: {_RETRY_S * 1000}\nevent: end\ndata: {{}}\n\n".encode()
_log = logging.getLogger("xunge.live")


@dataclass(frozen=True)
class Rights:
    """What decides a feed: the viewers of one see the same rows."""

    county_id: UUID
    scope: Scope
    person_id: UUID | None

    @classmethod
    def of(cls, county_id: UUID, person_id: UUID, role: str, scope: Scope) -> "Rights":
        """Return the rights of somebody; who may not look at others sees their own."""
        if Role(role) in MAY_LOOK and scope:
            return cls(county_id, scope, None)
        return cls(county_id, (), person_id)


@dataclass
class Line:
    """A person's newest position, at which step it changed, and as it is sent."""

    step: int
    t_ms: int
    received_ms: int
    text: str


@dataclass
class Feed:
    """The positions that the viewers with the same rights see."""

    rights: Rights
    name: str = field(default_factory=lambda: token_hex(4))
    step: int = 0
    # A viewer behind this step is told everything anew.
    floor: int = 0
    lines: dict[UUID, Line] = field(default_factory=dict)
    cases: tuple[int, int] = (0, 0)
    cases_step: int = 0
    ticks: int = 0
    tokens: dict[bytes, int] = field(default_factory=dict)
    ended: frozenset[bytes] = frozenset()
    is_broken: bool = False
    task: "asyncio.Task[None] | None" = None
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def take(self, reading: "Reading") -> bool:
        """Take a reading over; return whether anything changed."""
        step = self.step + 1
        changed: list[Any] = [row for row in reading.rows if self._is_news(row)]
        for row in changed:
            self.lines[row.person_id] = Line(
                step, row.t_ms, row.received_ms, _text(row)
            )
        if reading.is_whole:
            gone = self.lines.keys() - {row.person_id for row in reading.rows}
            for person_id in gone:
                del self.lines[person_id]
            self.floor = step if gone else self.floor
            changed += [None] * len(gone)
        if reading.cases != self.cases:
            self.cases, self.cases_step = reading.cases, step
        if changed or self.cases_step == step:
            self.step = step
        return self.step == step

    def _is_news(self, row: Any) -> bool:
        known = self.lines.get(row.person_id)
        return known is None or (row.t_ms, row.received_ms) > (
            known.t_ms,
            known.received_ms,
        )

    def resume(self, last_id: str) -> int:
        """Return the step that a viewer has, or 0 for none of this feed's."""
        name, _, step = last_id.partition("-")
        has = int(step) if name == self.name and step.isdecimal() else 0
        return has if self.floor <= has <= self.step else 0

    def since(self, has: int) -> bytes:
        """Return the message that brings a viewer from one step to the present one."""
        is_whole = has < self.floor or has == 0
        lines = [
            line.text for line in self.lines.values() if is_whole or line.step > has
        ]
        has_cases = "true" if is_whole or self.cases_step > has else "false"
        head = f'{{"whole":{"true" if is_whole else "false"},"cases":{has_cases}'
        body = f'{head},"people":[{",".join(lines)}]}}'
        return f"id: {self.name}-{self.step}\nevent: live\ndata: {body}\n\n".encode()


@dataclass(frozen=True)
class Reading:
    """What the database answered: rows, mark of the cases, tokens that still hold.

    Of a token that was not asked about, because its viewer came meanwhile, it says
    nothing.
    """

    rows: Sequence[Any]
    is_whole: bool
    cases: tuple[int, int]
    asked: frozenset[bytes]
    holding: frozenset[bytes]


def _text(row: Any) -> str:
    grid = unpadded(row.code, "grid") if row.code % 1000 else None
    accuracy = None if row.accuracy_m is None else round(row.accuracy_m, 1)
    battery = None if row.battery_pct is None else round(row.battery_pct)
    place = [round(row.lon, 6), round(row.lat, 6), accuracy, battery]
    line = [str(row.person_id), row.name, grid, row.t_ms, *place]
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


class Broadcaster:
    """The feeds of one process, each read once a tick while somebody watches."""

    def __init__(self, database: Database, tick_s: float = TICK_S) -> None:
        self._database = database
        self._tick_s = tick_s
        self._feeds: dict[Rights, Feed] = {}
        self._watching: dict[UUID, int] = {}
        self._is_closed = False

    def close(self) -> None:
        """End every stream: the server wants to stop."""
        self._is_closed = True

    async def stream(
        self, viewer: SignedIn, token: bytes, last_id: str, most_s: float
    ) -> AsyncIterator[bytes]:
        """Yield messages until the session, the right or the time ends."""
        assert viewer.person_id is not None  # a session is always somebody's
        person = viewer.person_id
        try:
            # Many may have been let in at once, when there was room for each alone.
            self.check_room(person)
        except TooManyTries:
            yield _FULL
            return
        feed = await self._join(viewer, person, token)
        try:
            yield b"retry: 5000\n\n"
            loop = asyncio.get_running_loop()
            ends, has = loop.time() + most_s, feed.resume(last_id)
            is_first = not has
            while self._holds(feed, token):
                if is_first or feed.step > has:
                    message, has, is_first = feed.since(has), feed.step, False
                    yield message
                left = ends - loop.time()
                if left <= 0:
                    break
                if not await _news(feed, has, min(HEARTBEAT_S, left)):
                    yield b": still here\n\n"
            yield b"event: end\ndata: {}\n\n"
        finally:
            self._leave(feed, person, token)

    def _holds(self, feed: Feed, token: bytes) -> bool:
        return not (self._is_closed or feed.is_broken or token in feed.ended)

    def check_room(self, person: UUID) -> None:
        """Raise `TooManyTries` if one more stream of a person is one too many."""
        own = self._watching.get(person, 0)
        if own >= MOST_PER_PERSON or sum(self._watching.values()) >= MOST_STREAMS:
            raise TooManyTries(_RETRY_S)

    async def _join(self, viewer: SignedIn, person: UUID, token: bytes) -> Feed:
        rights = Rights.of(viewer.county_id, person, viewer.role, viewer.scope)
        self._watching[person] = self._watching.get(person, 0) + 1
        feed = self._feeds.get(rights)
        if feed is None or feed.is_broken:
            feed = self._feeds[rights] = Feed(rights)
        feed.tokens[token] = feed.tokens.get(token, 0) + 1
        feed.ended -= {token}
        try:
            if feed.task is None:
                # The first message is a whole one: it waits for the first reading.
                feed.take(await self._read(feed))
            if feed.task is None:
                feed.task = asyncio.create_task(self._run(feed))
        except BaseException:
            self._leave(feed, person, token)
            raise
        return feed

    def _leave(self, feed: Feed, person: UUID, token: bytes) -> None:
        _count_down(self._watching, person)
        _count_down(feed.tokens, token)
        if not feed.tokens:
            if self._feeds.get(feed.rights) is feed:
                del self._feeds[feed.rights]
            if feed.task is not None:
                feed.task.cancel()

    async def _run(self, feed: Feed) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                began = loop.time()
                reading = await self._read(feed)
                ended = feed.tokens.keys() & reading.asked - reading.holding
                is_news = feed.take(reading) or bool(ended - feed.ended)
                feed.ended = frozenset(ended)
                if is_news or self._is_closed:
                    await _tell(feed)
                await asyncio.sleep(max(0.0, self._tick_s - (loop.time() - began)))
        except Exception:
            # The pages come back by themselves and are told everything anew.
            _log.exception("a live feed ended")
            feed.is_broken = True
            await _tell(feed)

    async def _read(self, feed: Feed) -> Reading:
        is_whole = feed.ticks % _WHOLE_EVERY == 0
        feed.ticks += 1
        newest = max((line.received_ms for line in feed.lines.values()), default=0)
        since = 0 if is_whole else newest - _OVERLAP_MS
        tokens = frozenset(feed.tokens)
        return await run_in_threadpool(
            _read, self._database, feed.rights, tokens, since, is_whole
        )


def record_watch(database: Database, viewer: SignedIn) -> None:
    """Put it on the record that somebody watches live, committed before a byte."""
    with as_viewer(database, viewer) as session:
        audit.append(session, "watch", f"person/{viewer.person_id}", {})


def _read(
    database: Database,
    rights: Rights,
    tokens: frozenset[bytes],
    since_ms: int,
    is_whole: bool,
) -> Reading:
    with as_nobody(database) as session:
        found = store.rights_of(session, tokens)
    holding = frozenset(
        token
        for token, right in found.items()
        if Rights.of(rights.county_id, *right) == rights
    )
    viewer = Viewer(rights.county_id, rights.person_id, rights.scope)
    with as_viewer(database, viewer, read_only=True) as session:
        rows = only_on_duty(session, store.newest_since(session, since_ms))
        cases = store.mark_of_cases(session, viewer)
    return Reading(rows, is_whole, cases, tokens, holding)


async def _news(feed: Feed, has: int, wait_s: float) -> bool:
    """Wait until a feed is past a step or ends something; False if nothing came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(wait_s), feed.news:
            await feed.news.wait()
            return True
    return feed.step > has


async def _tell(feed: Feed) -> None:
    async with feed.news:
        feed.news.notify_all()


def _count_down(counts: dict[Any, int], key: Any) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
