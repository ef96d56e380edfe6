"""Headers of every answer, and where a request of a page may come from."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Everything is ours and a file: MapLibre's worker too, and styles set at run time go
# through the object model, which no policy forbids.
PAGE_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# A page to print: its own styles, and nothing that could run or load.
PRINT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-modals"
# A map to look at and print, all in one file: its scripts run, but as nobody of ours.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; sandbox allow-scripts allow-modals"
)
IMAGE_POLICY = "default-src 'none'; sandbox"
_ALWAYS: Mapping[str, str] = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(self), camera=(self), microphone=(self)",
}


class SecurityHeaders:
    """ASGI middleware: the headers of every answer, unless a route set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


def is_same_origin(method: str, headers: Headers) -> bool:
    """Return whether an unsafe request with a cookie comes from a page of ours.

    Browsers name the origin of every unsafe request. What a foreign page can send
    without asking first is a form by POST, and a form is never JSON or an image.
    """
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return False
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_form = kind != "application/json" and not kind.startswith("image/")
    return method != "POST" or not is_form or "x-requested-with" in headers
