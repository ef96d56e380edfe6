"""Whether the process lives, whether it may be given requests, and its figures."""

import hmac

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr
from starlette.responses import JSONResponse

from api.deps import DatabaseDep, SettingsDep
from api.errors import NotFound
from api.services.upkeep.readiness import unready

router = APIRouter(tags=["health"])
_LOCAL = ("127.0.0.1", "::1")


@router.get("/healthz")
def is_alive() -> dict[str, str]:
    """The process answers; says nothing about the database."""
    return {"status": "ok"}


@router.get("/ready", responses={503: {"description": "Names the checks that fail"}})
def is_ready(request: Request, database: DatabaseDep) -> Response:
    """Durable settings, tables of this version, tame roles, room on the disk."""
    failed = unready(database, request.app.state.disk)
    if failed:
        return JSONResponse({"status": "not ready", "failed": failed}, 503)
    return JSONResponse({"status": "ready"})


@router.get("/metrics", response_class=Response)
def read_metrics(request: Request, settings: SettingsDep) -> Response:
    """Figures for Prometheus: from this machine, or with the token of the settings."""
    _require_collector(request, settings.metrics_token)
    text = request.app.state.metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _require_collector(request: Request, token: SecretStr | None) -> None:
    if token is not None:
        sent = request.headers.get("authorization", "").encode()
        wanted = f"Bearer {token.get_secret_value()}".encode()
        if hmac.compare_digest(sent, wanted):
            return
    # What a proxy hands on comes from this machine too, and says for whom.
    is_handed_on = (
        "x-forwarded-for" in request.headers or "forwarded" in request.headers
    )
    if is_handed_on or request.client is None or request.client.host not in _LOCAL:
        raise NotFound("no figures for this address")
