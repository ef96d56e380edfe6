"""Counts and times every request, and lets nothing in that the disk has no room for."""

import json
import logging
import time
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("xunge.access")
_FULL = json.dumps(
    {"error": {"code": "disk_full", "message": "存储空间不足，请稍后重传"}},
    ensure_ascii=False,
).encode()
_RETRY_AFTER_S = b"60"


class Room(Protocol):
    """Somewhere that things are stored."""

    def has_room(self) -> bool:
        """Return whether more may be stored."""

    def used_share(self) -> float:
        """Return the used share."""


class Metrics:
    """The figures of one application, for Prometheus."""

    def __init__(self, disk: Room) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "xunge_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "xunge_request_seconds",
            "Time to the end of the answer.",
            ("method", "route"),
            registry=self._registry,
        )
        used = Gauge(
            "xunge_disk_used_share",
            "Used share of the disk of the data folder.",
            registry=self._registry,
        )
        used.set_function(disk.used_share)

    def text(self) -> bytes:
        """Return all figures in the format of Prometheus."""
        return generate_latest(self._registry)


class Watch:
    """ASGI middleware: figures and one log line per request, and the disk's mark.

    A line names the route, never the address: ids, queries and tokens stay out of it.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, disk: Room) -> None:
        self.app = app
        self._metrics = metrics
        self._disk = disk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if _stores_much(scope) and not self._disk.has_room():
                await _refuse(noting_send)
            else:
                await self.app(scope, receive, noting_send)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None)
        if route is None:
            route = scope["path"] if _is_ingest(scope["path"]) else "other"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        if status >= 400 or not _is_ingest(scope["path"]):
            facts = {"method": method, "route": route, "status": status}
            facts["ms"] = round(seconds * 1000, 1)
            _log.info("answered", extra={"facts": facts})


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_INGEST = frozenset(
    {
        "/api/v1/fixes",
        "/ingest/osmand",
        "/ingest/owntracks",
        "/ingest/overland",
        "/ingest/gpslogger",
    }
)


def _is_ingest(path: str) -> bool:
    return path in _INGEST


def _stores_much(scope: Scope) -> bool:
    path: str = scope["path"]
    is_put = scope["method"] == "PUT"
    is_file = is_put and ("/photos/" in path or "/voices/" in path)
    return is_file or _is_ingest(path)


async def _refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(_FULL)).encode()),
        (b"retry-after", _RETRY_AFTER_S),
    ]
    await send({"type": "http.response.start", "status": 507, "headers": headers})
    await send({"type": "http.response.body", "body": _FULL})
