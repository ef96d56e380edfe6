"""Group commit, with a writer that the test holds in its hand."""

import asyncio
import threading

import numpy as np
import pytest
from sqlalchemy.exc import DataError, OperationalError

from api.ingest import flusher
from api.ingest.flusher import Flusher, Unavailable
from api.ingest.pool import Post
from api.ingest.writing import Receipt
from tracking.formats.reading import Upload
from tracking.storage.fixblock import FIELDS, FixBlock

PATIENCE_S = 60


class Writer:
    """Stands for `write_posts`; keeps what it was given, may wait or fail."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.may_write = threading.Event()
        self.may_write.set()
        self.begun = threading.Event()
        self.refuses: dict[int, Exception] = {}

    def __call__(self, _database, posts):
        numbers = [post.received_ms for post in posts]
        self.groups.append(numbers)
        self.begun.set()
        assert self.may_write.wait(PATIENCE_S)
        for number in numbers:
            if number in self.refuses:
                raise self.refuses[number]
        return [Receipt(accepted=number) for number in numbers]


@pytest.fixture
def writer(monkeypatch):
    made = Writer()
    monkeypatch.setattr(flusher, "write_posts", made)
    return made


def post(number):
    return Post(b"token", number, Upload())


async def outcomes(flush, numbers):
    waits = [flush.submit(post(number)) for number in numbers]
    return await asyncio.gather(*waits, return_exceptions=True)


async def until(event):
    assert await asyncio.to_thread(event.wait, PATIENCE_S)


def test_what_comes_during_a_transaction_shares_the_next(writer):
    async def run():
        flush = Flusher(None)
        writer.may_write.clear()
        first = asyncio.ensure_future(outcomes(flush, [1]))
        await until(writer.begun)
        rest = asyncio.ensure_future(outcomes(flush, [2, 3, 4]))
        await asyncio.sleep(0)
        writer.may_write.set()
        return await first + await rest

    assert [receipt.accepted for receipt in asyncio.run(run())] == [1, 2, 3, 4]
    assert writer.groups == [[1], [2, 3, 4]]


def test_nobody_is_answered_before_the_write_has_returned(writer):
    async def run():
        writer.may_write.clear()
        waiting = asyncio.ensure_future(Flusher(None).submit(post(1)))
        await until(writer.begun)
        answered_early = waiting.done()
        writer.may_write.set()
        await waiting
        return answered_early

    assert asyncio.run(run()) is False


def test_one_request_that_cannot_be_stored_does_not_take_others_along(writer):
    writer.refuses[2] = DataError("", {}, Exception())
    found = asyncio.run(outcomes(Flusher(None), [1, 2, 3]))
    assert isinstance(found[1], Unavailable)
    assert [found[0].accepted, found[2].accepted] == [1, 3]


def test_a_database_that_is_down_is_unavailable_to_all_and_asked_once(writer):
    writer.refuses[1] = OperationalError("", {}, Exception())
    found = asyncio.run(outcomes(Flusher(None), [1, 2]))
    assert all(isinstance(one, Unavailable) for one in found)
    assert len(writer.groups) == 1


def test_too_much_that_waits_is_refused_at_once(writer, monkeypatch):
    monkeypatch.setattr(flusher, "_MOST_POSTS", 2)

    async def run():
        flush = Flusher(None)
        writer.may_write.clear()
        waiting = asyncio.ensure_future(outcomes(flush, [1]))
        await until(writer.begun)
        waiting_too = asyncio.ensure_future(outcomes(flush, [2, 3]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await flush.submit(post(4))
        writer.may_write.set()
        return await waiting + await waiting_too

    assert [receipt.accepted for receipt in asyncio.run(run())] == [1, 2, 3]


def test_trouble_that_nobody_foresaw_leaves_nobody_waiting(writer, caplog):
    writer.refuses[1] = KeyError("x")
    found = asyncio.run(outcomes(Flusher(None), [1]))
    assert isinstance(found[0], Unavailable)
    assert "cannot store 1 requests" in caplog.text


def test_a_live_position_passes_the_backlogs_that_wait(writer, monkeypatch):
    monkeypatch.setattr(flusher, "_POSTS_AT_ONCE", 1)
    backlog = Upload(FixBlock(np.zeros((50, len(FIELDS)), np.int64)))

    async def run():
        flush = Flusher(None)
        writer.may_write.clear()
        first = asyncio.ensure_future(flush.submit(Post(b"token", 1, backlog)))
        await until(writer.begun)
        late = [
            asyncio.ensure_future(flush.submit(Post(b"token", number, upload)))
            for number, upload in ((2, backlog), (3, Upload()))
        ]
        await asyncio.sleep(0)
        writer.may_write.set()
        await asyncio.gather(first, *late)

    asyncio.run(run())
    assert writer.groups == [[1], [3], [2]]
