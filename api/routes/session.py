"""Signing in and out."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from api.deps import (
    SESSION_COOKIE,
    DatabaseDep,
    NowDep,
    SessionDep,
    SettingsDep,
    ViewerDep,
    require_own_page,
)
from api.schemas.session import Credentials, SessionOut
from api.services import session as service

router = APIRouter(prefix="/api/v1/session", tags=["session"])


@router.post("", responses={401: {"description": "Wrong, never which"}})
def sign_in(
    credentials: Credentials,
    request: Request,
    response: Response,
    database: DatabaseDep,
    settings: SettingsDep,
    now: NowDep,
) -> SessionOut:
    """Sign in; the answer sets an HttpOnly cookie. Few wrong tries per quarter hour."""
    require_own_page(request)
    address = request.client.host if request.client else ""
    limits: service.LoginLimits = request.app.state.login_limits
    lasts = timedelta(hours=settings.session_hours)
    opened = service.sign_in(database, limits, credentials, address, now, lasts)
    response.set_cookie(
        SESSION_COOKIE,
        opened.token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.cookie_secure,
        path="/",
    )
    return service.describe_opened(database, opened.viewer)


@router.get("", responses={401: {"description": "Nobody is signed in"}})
def read_session(session: SessionDep, viewer: ViewerDep) -> SessionOut:
    """Who is signed in, in which role, for which areas."""
    return service.describe(session, viewer)


@router.delete("", status_code=204)
def sign_out(
    request: Request,
    response: Response,
    viewer: ViewerDep,
    database: DatabaseDep,
    now: NowDep,
) -> None:
    """End this session at once."""
    service.sign_out(database, viewer, request.cookies[SESSION_COOKIE], now)
    response.delete_cookie(SESSION_COOKIE, path="/")
