"""The ingestion application: small, of its own, beside the API or alone in a DMZ.

A fix is acknowledged after its commit. What is no usable fix is kept and answered 2xx,
because a phone that is refused stalls its queue for ever; refused are only a wrong
token (401), a body too large (413), and what cannot be stored now (503, Retry-After).
"""

import asyncio
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.ingest.body import BadCompression, TooLarge, read_body
from api.ingest.flusher import Flusher, Unavailable
from api.ingest.tokens import Tokens
from api.ingest.writing import Post, Receipt
from api.settings import Settings
from geo.db.engine import Database
from tracking.errors import TooManyFixes
from tracking.formats.gpslogger import parse_gpslogger
from tracking.formats.native import parse_native
from tracking.formats.osmand import parse_osmand, parse_osmand_fields
from tracking.formats.overland import parse_overland
from tracking.formats.owntracks import parse_owntracks
from tracking.formats.reading import Rejected, Upload

_RETRY_AFTER_S = "5"
# Below this a body is read faster than a thread is woken.
_INLINE_BYTES = 16_384


class _WrongToken(Exception):
    """No device has the token."""


class _Format(NamedTuple):
    """A wire format whose secret stands in a header."""

    path: str
    token: Callable[[Request], str]
    parse: Callable[[bytes, int], Upload]
    answer: Callable[[Receipt], Response]
    methods: tuple[str, ...] = ("POST",)


class _Ingest:
    """The handlers and what they share."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._flusher = Flusher(database)
        self._tokens = Tokens(database)
        self._takes_query = settings.osmand_query

    def take(self, form: _Format) -> "_Handler":
        """Return the handler of a format whose secret stands in a header."""

        async def handler(request: Request) -> Response:
            digest = await self._device(form.token(request))
            body, upload = await _read(request)
            now_ms = _now_ms()
            if upload is None:
                upload = await _parsed(lambda: form.parse(body, now_ms), body)
            return form.answer(await self._store(Post(digest, now_ms, upload)))

        return _guarded(handler)

    async def osmand(self, request: Request) -> Response:
        """Take what Traccar Client and its like send: the secret is in the body."""
        body = await read_body(request)
        now_ms = _now_ms()
        if self._takes_query and not body:
            upload = parse_osmand_fields(dict(request.query_params), now_ms)
        else:
            is_json = "json" in request.headers.get("content-type", "").lower()
            upload = await _parsed(
                lambda: parse_osmand(body, now_ms, is_json=is_json), body
            )
        digest = await self._device(upload.secret)
        await self._store(Post(digest, now_ms, upload))
        return Response(status_code=200)

    async def _device(self, token: str) -> bytes:
        digest = await self._tokens.device_of(token)
        if digest is None:
            raise _WrongToken
        return digest

    async def _store(self, post: Post) -> Receipt:
        receipt = await self._flusher.submit(post)
        if receipt is None:
            self._tokens.forget(post.token)
            raise _WrongToken
        return receipt


_Handler = Callable[[Request], Awaitable[Response]]


def _guarded(handler: _Handler) -> _Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except _WrongToken:
            return _refusal(
                401, "wrong_token", "设备令牌无效", "WWW-Authenticate", "Bearer"
            )
        except (TooLarge, TooManyFixes):
            return _refusal(413, "too_large", "一次上传的数据过多，请分批上传")
        except BadCompression:
            return _refusal(415, "bad_compression", "压缩格式无法识别")
        except Unavailable:
            text = "暂时无法保存，请稍后重传"
            return _refusal(503, "unavailable", text, "Retry-After", _RETRY_AFTER_S)

    return answer


def _refusal(
    status: int, code: str, message: str, header: str = "", value: str = ""
) -> Response:
    headers = {header: value} if header else None
    content = {"error": {"code": code, "message": message}}
    return JSONResponse(content, status, headers)


async def _read(request: Request) -> tuple[bytes, Upload | None]:
    """Return the body, and what it holds if that is plain already: nothing readable."""
    if request.method == "GET":
        return request.url.query.encode(), None
    try:
        return await read_body(request), None
    except BadCompression as error:
        rejected = Rejected("unreadable", error.raw)
        return error.raw, Upload(rejected=(rejected,))


async def _parsed(parse: Callable[[], Upload], body: bytes) -> Upload:
    return parse() if len(body) <= _INLINE_BYTES else await asyncio.to_thread(parse)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _basic(request: Request) -> str:
    """Return the password of Basic authentication; the name is only for people."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(coded).decode().partition(":")[2]
    except ValueError:
        return ""


def _counts(receipt: Receipt) -> Response:
    return JSONResponse(asdict(receipt))


def _plain(content: bytes) -> Callable[[Receipt], Response]:
    # Overland takes any other answer than this as a failure and sends all again.
    kind = "application/json" if content else None
    return lambda _: Response(content, media_type=kind)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


_FORMATS = (
    _Format("/api/v1/fixes", _bearer, parse_native, _counts),
    _Format("/ingest/owntracks", _basic, parse_owntracks, _plain(b"[]")),
    _Format("/ingest/overland", _bearer, parse_overland, _plain(b'{"result":"ok"}')),
    _Format("/ingest/gpslogger", _basic, parse_gpslogger, _plain(b""), ("GET", "POST")),
)


def ingest_routes(database: Database, settings: Settings) -> list[Route]:
    """Return the routes of the ingestion, to stand beside others."""
    ingest = _Ingest(database, settings)
    methods = ["GET", "POST"] if settings.osmand_query else ["POST"]
    return [
        Route("/ingest/osmand", _guarded(ingest.osmand), methods=methods),
        *(
            Route(form.path, ingest.take(form), methods=list(form.methods))
            for form in _FORMATS
        ),
    ]


def create_ingest_app(database: Database, settings: Settings) -> Starlette:
    """Return the ingestion as an application of its own."""
    return Starlette(routes=ingest_routes(database, settings))
