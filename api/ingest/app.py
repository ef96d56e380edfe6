"""The ingestion application: small, of its own, beside the API or alone in a DMZ.

A fix is acknowledged after its commit. What is no usable fix is kept and answered 2xx,
because a phone that is refused stalls its queue for ever; refused are only a wrong
token (401), a body too large (413), a device that floods (429), and what cannot be
stored now (503); the last two say when to come again.
"""

import asyncio
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.ingest.body import BadCompression, TooLarge, read_body, require_fit
from api.ingest.flusher import Flusher, Unavailable
from api.ingest.limits import Limits, TooMuch
from api.ingest.pool import Post
from api.ingest.tokens import Tokens
from api.ingest.wire import Answer, Asked, refusal
from api.ingest.writing import Receipt
from api.settings import Settings
from geo.db.engine import Database
from tracking.errors import TooManyFixes
from tracking.formats.body import read_form
from tracking.formats.gpslogger import parse_gpslogger
from tracking.formats.gpx import parse_gpx
from tracking.formats.native import parse_native
from tracking.formats.osmand import parse_osmand, parse_osmand_fields
from tracking.formats.overland import parse_overland
from tracking.formats.owntracks import parse_owntracks
from tracking.formats.reading import Rejected, Upload

# Below this a body is read faster than a thread is woken.
_INLINE_BYTES = 65_536

_EMPTY = Answer(200)
_WRONG, _WRONG_PASSWORD = (
    refusal(401, "wrong_token", "设备令牌无效", (b"www-authenticate", scheme))
    # Some send their password only to whoever asks for one.
    for scheme in (b"Bearer", b'Basic realm="xunge"')
)
_LARGE = refusal(413, "too_large", "一次上传的数据过多，请分批上传")
_BAD_GZIP = refusal(415, "bad_compression", "压缩格式无法识别")
_LATER = refusal(503, "unavailable", "暂时无法保存，请稍后重传", (b"retry-after", b"5"))


class _WrongToken(Exception):
    """No device has the token."""


class _Format(NamedTuple):
    """A wire format whose secret stands in a header."""

    path: str
    token: Callable[[Asked], str]
    parse: Callable[[bytes, int], Upload]
    answer: Callable[[Receipt], Answer]
    # By the address alone: as a GET where the operator lets it, as a POST always, for
    # what is acknowledged must be kept.
    may_get: bool = False


class _Ingest:
    """The handlers and what they share."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._flusher = Flusher(database)
        self._tokens = Tokens(database)
        self._limits = Limits()
        self._takes_query = settings.ingest_by_get

    def take(self, form: _Format) -> "_Endpoint":
        """Return the endpoint of a format whose secret stands in a header."""

        async def handler(asked: Asked) -> Answer:
            # Before anybody is looked up: what is too large costs nothing else.
            require_fit(asked)
            digest = await self._device(form.token(asked))
            body, upload = await _read(asked)
            if form.may_get and not body:
                body = asked.query
            now_ms = _now_ms()
            if upload is None:
                upload = await _parsed(lambda: form.parse(body, now_ms), body)
            return form.answer(await self._store(Post(digest, now_ms, upload)))

        wrong = _WRONG_PASSWORD if form.token is _basic else _WRONG
        return _Endpoint(handler, wrong)

    async def osmand(self, asked: Asked) -> Answer:
        """Take what Traccar Client and its like send: the secret is in the body."""
        body = await read_body(asked)
        now_ms = _now_ms()
        if self._takes_query and not body:
            upload = parse_osmand_fields(read_form(asked.query), now_ms)
        else:
            is_json = "json" in asked.header(b"content-type").lower()
            upload = await _parsed(
                lambda: parse_osmand(body, now_ms, is_json=is_json), body
            )
        digest = await self._device(upload.secret)
        await self._store(Post(digest, now_ms, upload))
        return _EMPTY

    async def _device(self, token: str) -> bytes:
        digest = await self._tokens.device_of(token)
        if digest is None:
            raise _WrongToken
        self._limits.require(digest, time.monotonic())
        return digest

    async def _store(self, post: Post) -> Receipt:
        size = len(post.upload.block) + len(post.upload.rejected)
        self._limits.spend(post.token, size, time.monotonic())
        receipt = await self._flusher.submit(post)
        if receipt is None:
            self._tokens.forget(post.token)
            raise _WrongToken
        return receipt


_Handler = Callable[[Asked], Awaitable[Answer]]


class _Endpoint:
    """A handler as an ASGI application."""

    def __init__(self, handler: _Handler, wrong: Answer = _WRONG) -> None:
        self._handler = handler
        self._wrong = wrong

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await _answer(self._handler, Asked(scope, receive), self._wrong)
        except ClientDisconnect:
            # Nobody is there to be answered; the phone sends all of it again.
            return
        await answer.send(send)


async def _answer(handler: _Handler, asked: Asked, wrong: Answer) -> Answer:
    try:
        return await handler(asked)
    except _WrongToken:
        return wrong
    except (TooLarge, TooManyFixes):
        return _LARGE
    except BadCompression:
        return _BAD_GZIP
    except TooMuch as error:
        wait = (b"retry-after", str(error.retry_after_s).encode())
        return refusal(429, "too_many", "上传过于频繁，请稍后再传", wait)
    except Unavailable:
        return _LATER


async def _read(asked: Asked) -> tuple[bytes, Upload | None]:
    """Return the body, and what it holds if that is plain already: nothing readable."""
    if asked.method == "GET":
        return asked.query, None
    try:
        return await read_body(asked), None
    except BadCompression as error:
        rejected = Rejected("unreadable", error.raw)
        return error.raw, Upload(rejected=(rejected,))


async def _parsed(parse: Callable[[], Upload], body: bytes) -> Upload:
    return parse() if len(body) <= _INLINE_BYTES else await asyncio.to_thread(parse)


def _bearer(asked: Asked) -> str:
    scheme, _, token = asked.header(b"authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _basic(asked: Asked) -> str:
    """Return the password of Basic authentication; the name is only for people."""
    scheme, _, coded = asked.header(b"authorization").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(coded).decode().partition(":")[2]
    except ValueError:
        return ""


def _counts(receipt: Receipt) -> Answer:
    return Answer(
        200,
        b'{"accepted":%d,"duplicates":%d,"flagged":%d}'
        % (receipt.accepted, receipt.duplicates, receipt.flagged),
    )


def _always(answer: Answer) -> Callable[[Receipt], Answer]:
    return lambda _: answer


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


# Overland takes any other answer than its own as a failure and sends all again.
_OK, _NOTHING_TO_DO = Answer(200, b'{"result":"ok"}'), Answer(200, b"[]")
_FORMATS = (
    _Format("/api/v1/fixes", _bearer, parse_native, _counts),
    _Format("/api/v1/fixes/gpx", _bearer, parse_gpx, _counts),
    _Format("/ingest/owntracks", _basic, parse_owntracks, _always(_NOTHING_TO_DO)),
    _Format("/ingest/overland", _bearer, parse_overland, _always(_OK)),
    _Format(
        "/ingest/gpslogger", _basic, parse_gpslogger, _always(_EMPTY), may_get=True
    ),
)


def ingest_routes(database: Database, settings: Settings) -> list[Route]:
    """Return the routes of the ingestion, to stand beside others."""
    ingest = _Ingest(database, settings)
    both = ["GET", "POST"] if settings.ingest_by_get else ["POST"]
    return [
        Route("/ingest/osmand", _Endpoint(ingest.osmand), methods=both),
        *(
            Route(
                form.path, ingest.take(form), methods=both if form.may_get else ["POST"]
            )
            for form in _FORMATS
        ),
    ]


class IngestApp:
    """The ingestion as an application of its own.

    What it knows goes to its endpoint straight away; the framework says what is wrong
    with the rest.
    """

    def __init__(self, routes: list[Route]) -> None:
        self._rest: ASGIApp = Starlette(routes=routes)
        self._known = {
            (method, route.path): route.app
            for route in routes
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        key = (scope.get("method", ""), scope.get("path", ""))
        await self._known.get(key, self._rest)(scope, receive, send)


def create_ingest_app(database: Database, settings: Settings) -> IngestApp:
    """Return the ingestion as an application of its own."""
    return IngestApp(ingest_routes(database, settings))
