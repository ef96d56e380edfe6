"""Group commit: what waits is written in one transaction, then each is answered.

While one transaction is under way the next requests gather; so a lone request waits
for nobody, and a storm shares its commits. One writer at a time also means that the
posts of one device never run concurrently in this process.
"""

import asyncio
import logging
from collections import deque

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.ingest.pool import Post
from api.ingest.writing import Receipt, write_posts
from geo.db.engine import Database

_log = logging.getLogger(__name__)
# What may wait in memory: about 10 s of work; more is refused and comes again later.
_MOST_POSTS = 4_000
_MOST_FIXES = 500_000
# What one transaction takes: long enough to share a commit, short enough to wait for.
_POSTS_AT_ONCE = 1_000
_FIXES_AT_ONCE = 6_000
# A live position passes the backlogs of phones that come back from a valley.
_LIVE_FIXES = 5
_PATIENCE_S = 20.0

_Waiting = tuple[Post, "asyncio.Future[Receipt | None]"]


class Unavailable(Exception):
    """Too much waits, or the database does not answer: the phone shall come again."""


class Flusher:
    """The one writer of a process; make one per application."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._live: deque[_Waiting] = deque()
        self._waiting: deque[_Waiting] = deque()
        self._fixes = 0
        self._task: asyncio.Task[None] | None = None

    async def submit(self, post: Post) -> Receipt | None:
        """Return what became of a request, after its commit; None for a wrong token.

        Raises
        ------
        Unavailable
            Nothing is known about the request: it may come again, repeats count once.
        """
        waiting = len(self._live) + len(self._waiting)
        if waiting >= _MOST_POSTS or self._fixes >= _MOST_FIXES:
            raise Unavailable
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Receipt | None] = loop.create_future()
        size = len(post.upload.block)
        queue = self._live if size <= _LIVE_FIXES else self._waiting
        queue.append((post, answer))
        self._fixes += size
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        patience = loop.call_later(_PATIENCE_S, _give_up, answer)
        try:
            return await answer
        finally:
            patience.cancel()

    async def _drain(self) -> None:
        while self._live or self._waiting:
            group = self._next_group()
            posts = [post for post, _ in group]
            try:
                outcomes = await asyncio.to_thread(_write, self._database, posts)
            # Whatever it was, nobody may wait for ever.
            except Exception:
                _log.exception("cannot store %d requests", len(posts))
                outcomes = [Unavailable()] * len(posts)
            _answer(group, outcomes)

    def _next_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        fixes = 0
        for queue in (self._live, self._waiting):
            while queue and len(group) < _POSTS_AT_ONCE and fixes < _FIXES_AT_ONCE:
                group.append(queue.popleft())
                fixes += len(group[-1][0].upload.block)
        self._fixes -= fixes
        return group


def _give_up(answer: "asyncio.Future[Receipt | None]") -> None:
    if not answer.done():
        answer.set_exception(Unavailable())


_Outcome = Receipt | None | Unavailable


def _write(database: Database, posts: list[Post]) -> list[_Outcome]:
    try:
        return list(write_posts(database, posts))
    except (OperationalError, InterfaceError, PoolTimeout):
        return [Unavailable()] * len(posts)
    except DBAPIError:
        # One request that the database cannot take must not take the others along.
        if len(posts) == 1:
            return [Unavailable()]
        return [outcome for post in posts for outcome in _write(database, [post])]


def _answer(group: list[_Waiting], outcomes: list[_Outcome]) -> None:
    for (_, answer), outcome in zip(group, outcomes, strict=True):
        if answer.done():
            continue
        if isinstance(outcome, Unavailable):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)
