"""Compresses what is read, and never an answer that tells a secret."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_SMALLEST = 1000
_LEVEL = 5
# The length of a compressed answer tells what repeats in it: where a sender's own words
# stand beside a secret, that gives the secret away (BREACH). Tokens are told only in
# answers to POST; the session names nobody's secret, but costs nothing to leave.
_NEVER = "/api/v1/session"


class Compress:
    """ASGI middleware: gzip for answers to GET; event streams pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._zipped = GZipMiddleware(app, minimum_size=_SMALLEST, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_read = scope["type"] == "http" and scope["method"] == "GET"
        may = is_read and not scope["path"].startswith(_NEVER)
        await (self._zipped if may else self.app)(scope, receive, send)
