"""Answers shrink on their way, but never one that tells a secret."""

import asyncio

from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from api.security.compress import Compress

LONG = "网格" * 2000


async def words(_request):
    return PlainTextResponse(LONG)


async def events(_request):
    async def parts():
        yield LONG

    return StreamingResponse(parts(), media_type="text/event-stream")


def ask(method, path):
    app = Starlette(
        routes=[
            Route("/api/v1/board", words, methods=["GET", "POST"]),
            Route("/api/v1/session", words),
            Route("/api/v1/live", events),
        ]
    )
    app.add_middleware(Compress)

    async def send():
        async with AsyncClient(transport=ASGITransport(app), base_url="http://x") as it:
            return await it.request(method, path)

    answer = asyncio.run(send())
    assert answer.text == LONG
    return answer.headers.get("content-encoding")


def test_what_is_read_is_compressed():
    assert ask("GET", "/api/v1/board") == "gzip"


def test_what_may_tell_a_token_is_not():
    assert ask("POST", "/api/v1/board") is None
    assert ask("GET", "/api/v1/session") is None


def test_an_event_stream_passes_as_it_is():
    assert ask("GET", "/api/v1/live") is None
