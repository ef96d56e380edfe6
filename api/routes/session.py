"""Signing in and out, and one's own password and second factor."""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from api.deps import (
    SESSION_COOKIE,
    ComerDep,
    DatabaseDep,
    EnrollerDep,
    KeyDep,
    NowDep,
    SessionDep,
    SettingsDep,
    TermsDep,
    ViewerDep,
    require_own_page,
)
from api.schemas.session import (
    CodeIn,
    Credentials,
    EnrolmentOut,
    FactorOut,
    FactorRemovalIn,
    PasswordChangeIn,
    PasswordIn,
    RecoveryCodesOut,
    SessionOut,
)
from api.services.access import passwords, second_factor
from api.services.access import session as service
from api.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["session"])


@router.post("/session", responses={401: {"description": "Wrong, never which"}})
def sign_in(
    credentials: Credentials,
    request: Request,
    response: Response,
    database: DatabaseDep,
    settings: SettingsDep,
    terms: TermsDep,
    now: NowDep,
) -> SessionOut:
    """Sign in; the answer sets an HttpOnly cookie. Few wrong tries per quarter hour.

    Where `step` is not `done`, a code or an enrolment must follow.
    """
    require_own_page(request)
    address = request.client.host if request.client else ""
    opened = service.sign_in(database, credentials, address, now, terms)
    set_session_cookie(response, settings, opened, now)
    return service.describe_opened(database, opened.viewer, terms)


@router.get("/session", responses={401: {"description": "Nobody is signed in"}})
def read_session(database: DatabaseDep, comer: ComerDep, terms: TermsDep) -> SessionOut:
    """Who is signed in, in which role, for which areas, and what is still to do."""
    return service.describe_opened(database, comer, terms)


@router.delete("/session", status_code=204)
def sign_out(
    request: Request,
    response: Response,
    comer: ComerDep,
    database: DatabaseDep,
    now: NowDep,
) -> None:
    """End this session at once."""
    service.sign_out(database, comer, request.cookies[SESSION_COOKIE], now)
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.post(
    "/session/code",
    responses={
        401: {"description": "The code is wrong, too old, or was used"},
        409: {"description": "This session waits for no code"},
    },
)
def enter_code(
    sent: CodeIn,
    request: Request,
    response: Response,
    comer: ComerDep,
    database: DatabaseDep,
    settings: SettingsDep,
    terms: TermsDep,
    key: KeyDep,
    now: NowDep,
) -> SessionOut:
    """Enter the one-time code, or a recovery code; the answer sets a new cookie."""
    token = request.cookies[SESSION_COOKIE]
    opened = second_factor.enter_code(
        database, key, comer, token, sent.code, now, terms
    )
    set_session_cookie(response, settings, opened, now)
    return service.describe_opened(database, opened.viewer, terms)


@router.post("/me/password", status_code=204)
def change_password(
    sent: PasswordChangeIn,
    response: Response,
    viewer: ViewerDep,
    database: DatabaseDep,
    settings: SettingsDep,
    terms: TermsDep,
    now: NowDep,
) -> None:
    """Change the own password; other sessions end, this one gets a new cookie."""
    opened = passwords.change_password(database, viewer, sent, now, terms)
    set_session_cookie(response, settings, opened, now)


@router.get("/me/second-factor")
def read_factor(session: SessionDep, viewer: ViewerDep, terms: TermsDep) -> FactorOut:
    """The own second factor, and how many recovery codes are left."""
    return second_factor.describe(session, viewer, terms)


@router.post("/me/second-factor", status_code=201)
def begin_factor(
    sent: PasswordIn,
    enroller: EnrollerDep,
    database: DatabaseDep,
    key: KeyDep,
    now: NowDep,
) -> EnrolmentOut:
    """Set an authenticator app up; nothing changes until a code of it confirms."""
    return second_factor.begin(database, key, enroller, sent.password, now)


@router.post("/me/second-factor/confirm")
def confirm_factor(
    sent: CodeIn,
    response: Response,
    enroller: EnrollerDep,
    database: DatabaseDep,
    settings: SettingsDep,
    terms: TermsDep,
    key: KeyDep,
    now: NowDep,
) -> RecoveryCodesOut:
    """Confirm by a code; other sessions end. The recovery codes are told once."""
    done = second_factor.confirm(database, key, enroller, sent.code, now, terms)
    set_session_cookie(response, settings, done.opened, now)
    return RecoveryCodesOut(recovery_codes=done.recovery_codes)


@router.post("/me/second-factor/remove", status_code=204)
def remove_factor(
    sent: FactorRemovalIn,
    response: Response,
    viewer: ViewerDep,
    database: DatabaseDep,
    settings: SettingsDep,
    terms: TermsDep,
    key: KeyDep,
    now: NowDep,
) -> None:
    """Give the second factor up, unless the role must have one."""
    opened = second_factor.remove(
        database, key, viewer, sent.password, sent.code, now, terms
    )
    set_session_cookie(response, settings, opened, now)


def set_session_cookie(
    response: Response, settings: Settings, opened: service.Opened, now: datetime
) -> None:
    """Give a browser the cookie of the session that has just begun."""
    response.set_cookie(
        SESSION_COOKIE,
        opened.token,
        max_age=int((opened.expires_at - now).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.cookie_secure,
        path="/",
    )
