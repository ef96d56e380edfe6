"""Signing in at a provider of identities, where the operator has set one.

A browser walks through these addresses, so what goes wrong is a page and no JSON: the
sign-in page, which has words for each reason.
"""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from api.deps import DatabaseDep, KeyDep, NowDep, ProviderDep, SettingsDep, TermsDep
from api.errors import NotFound
from api.routes.session import set_session_cookie
from api.schemas.session import ProviderOut
from api.security.handshake import LASTS
from api.services.access import provider_login as service

router = APIRouter(prefix="/api/v1/session/oidc", tags=["session"])

_COOKIE = "xunge_leaving"
_PATH = "/api/v1/session/oidc"
_log = logging.getLogger(__name__)
_GONE: dict[int | str, dict[str, Any]] = {404: {"description": "There is no provider"}}

Word = Annotated[str | None, Query(max_length=4096)]


@router.get("")
def read_provider(provider: ProviderDep, settings: SettingsDep) -> ProviderOut:
    """Whether one may sign in at a provider too, and what its button says."""
    return ProviderOut(name=settings.oidc_name if provider else None)


@router.get("/start", status_code=303, response_class=RedirectResponse, responses=_GONE)
def leave(
    provider: ProviderDep, settings: SettingsDep, key: KeyDep, now: NowDep
) -> RedirectResponse:
    """Go to the provider; the answer sets a cookie of ten minutes."""
    if provider is None:
        raise NotFound("there is no provider")
    try:
        address, cookie = service.leave(provider, key, now)
    except service.NoSignIn as problem:
        return _sign_in_page(problem)
    response = RedirectResponse(address, 303)
    response.set_cookie(
        _COOKIE,
        cookie,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        # The way back is a step from the provider's page to ours.
        samesite="lax",
        secure=settings.cookie_secure,
        path=_PATH,
    )
    return response


@router.get(
    "/return", status_code=303, response_class=RedirectResponse, responses=_GONE
)
def come_back(
    request: Request,
    provider: ProviderDep,
    database: DatabaseDep,
    settings: SettingsDep,
    terms: TermsDep,
    key: KeyDep,
    now: NowDep,
    state: Word = None,
    code: Word = None,
    error: Word = None,
    iss: Word = None,
) -> RedirectResponse:
    """Come back from the provider; each answer counts once, in this browser alone."""
    if provider is None:
        raise NotFound("there is no provider")
    cookie = request.cookies.get(_COOKIE, "")
    came = service.Came(cookie, state or "", code, error, iss)
    try:
        opened = service.come_back(database, provider, key, came, now, terms)
    except service.NoSignIn as problem:
        return _sign_in_page(problem)
    done = opened.viewer.step == "done"
    response = RedirectResponse("/" if done else "/login", 303)
    set_session_cookie(response, settings, opened, now)
    response.delete_cookie(_COOKIE, path=_PATH)
    return response


def _sign_in_page(problem: service.NoSignIn) -> RedirectResponse:
    facts = {"reason": problem.reason, "because": str(problem.__cause__ or "")}
    _log.warning("nobody signed in by the provider", extra={"facts": facts})
    response = RedirectResponse(f"/login?refused={problem.reason}", 303)
    response.delete_cookie(_COOKIE, path=_PATH)
    return response
