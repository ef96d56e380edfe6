"""What a route asks for: who is calling, a transaction of theirs, the time.

A transaction is committed **before** the answer is sent (``scope="function"``): a
commit that fails is an error, and never a 201 that the phone believes.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from api.errors import Forbidden, NotSignedIn, SecondFactorNeeded
from api.security.headers import is_same_origin
from api.security.oidc import Provider
from api.security.server_key import read_key
from api.services.access.session import (
    SignedIn,
    Terms,
    find_device,
    find_session,
    find_waiting_session,
)
from api.services.ground.basemap import Basemap
from api.services.ground.tiles import Tiles
from api.services.people.setup_tickets import Host
from api.services.plans.drafting.drafts import Drafts
from api.settings import Settings
from geo.db.door import as_viewer
from geo.db.engine import Database
from tracking.cases.roles import MAY_LOOK, Role

SESSION_COOKIE = "xunge_session"
WRITTEN_BY = "x-xunge-person"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def require_own_page(request: Request) -> None:
    """Raise `Forbidden` for an unsafe request that a foreign page may have made."""
    method = request.method
    if method not in _SAFE and not is_same_origin(method, request.headers):
        raise Forbidden("the request comes from another origin")


def current_time() -> datetime:
    """Return the moment of this request; the only clock that routes read."""
    return datetime.now(UTC)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


DatabaseDep = Annotated[Database, Depends(_database)]


def _host(request: Request) -> Host:
    address = str(request.base_url).rstrip("/")
    return Host(address, request.app.state.tickets)


SettingsDep = Annotated[Settings, Depends(_settings)]
HostDep = Annotated[Host, Depends(_host)]
NowDep = Annotated[datetime, Depends(current_time)]


def _drafts(request: Request) -> Drafts:
    drafts: Drafts = request.app.state.drafts
    return drafts


def _tiles(request: Request) -> Tiles:
    tiles: Tiles = request.app.state.tiles
    return tiles


def _basemap(request: Request) -> Basemap:
    basemap: Basemap = request.app.state.basemap
    return basemap


def _provider(request: Request) -> Provider | None:
    provider: Provider | None = request.app.state.provider
    return provider


# Where one may sign in too, if the operator has set a provider.
ProviderDep = Annotated[Provider | None, Depends(_provider)]
# The plans under edit that this process has in memory.
DraftsDep = Annotated[Drafts, Depends(_drafts)]
# The tiles that it has in memory.
TilesDep = Annotated[Tiles, Depends(_tiles)]
# What lies below the map.
BasemapDep = Annotated[Basemap, Depends(_basemap)]


def _terms(settings: SettingsDep) -> Terms:
    lasts = timedelta(hours=settings.session_hours)
    return Terms(lasts, settings.roles_with_second_factor)


def _key(settings: SettingsDep) -> bytes:
    return read_key(settings.key)


TermsDep = Annotated[Terms, Depends(_terms)]
KeyDep = Annotated[bytes, Depends(_key)]


def _viewer(request: Request, database: DatabaseDep) -> SignedIn:
    if "authorization" in request.headers:
        raise Forbidden("a device token only adds; sign in to read")
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        raise NotSignedIn("no session cookie")
    require_own_page(request)
    found = find_session(database, token)
    # A phone that two people use: what one wrote is not sent in the other's name, even
    # if the session changed hands between two requests of the page.
    if request.headers.get(WRITTEN_BY, str(found.person_id)) != str(found.person_id):
        raise NotSignedIn("somebody else is signed in by now")
    return found


def _comer(request: Request, database: DatabaseDep) -> SignedIn:
    try:
        return _viewer(request, database)
    except SecondFactorNeeded:
        return find_waiting_session(database, request.cookies[SESSION_COOKIE])


def _enroller(comer: Annotated[SignedIn, Depends(_comer)]) -> SignedIn:
    if comer.step == "code":
        raise SecondFactorNeeded("the second factor in force comes first")
    return comer


def _sender(request: Request, database: DatabaseDep) -> SignedIn:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if not kind:
        return _viewer(request, database)
    if kind.lower() != "bearer" or not token.strip():
        raise NotSignedIn("the authorization is no bearer token")
    return find_device(database, token.strip())


def _looker(viewer: Annotated[SignedIn, Depends(_viewer)]) -> SignedIn:
    return viewer if viewer.role in MAY_LOOK else replace(viewer, scope=())


# Somebody with a session; may read.
ViewerDep = Annotated[SignedIn, Depends(_viewer)]
# The same before positions and verdicts: who may not look at others sees their own.
LookerDep = Annotated[SignedIn, Depends(_looker)]
# The same, or somebody whose session still waits for a second factor.
ComerDep = Annotated[SignedIn, Depends(_comer)]
# Somebody who may set a second factor up: with a session, or one that waits for that.
EnrollerDep = Annotated[SignedIn, Depends(_enroller)]
# Somebody with a session or a device; for routes that only add.
SenderDep = Annotated[SignedIn, Depends(_sender)]


def _transaction(
    request: Request, database: DatabaseDep, viewer: ViewerDep
) -> Iterator[Session]:
    with as_viewer(database, viewer, read_only=request.method in _SAFE) as session:
        yield session


def _drawing_transaction(database: DatabaseDep, viewer: ViewerDep) -> Iterator[Session]:
    # To read a plan is to draw it up to its last edit first, if nobody did.
    with as_viewer(database, viewer) as session:
        yield session


def _looker_transaction(
    request: Request, database: DatabaseDep, looker: LookerDep
) -> Iterator[Session]:
    with as_viewer(database, looker, read_only=request.method in _SAFE) as session:
        yield session


def _roster_transaction(
    request: Request, database: DatabaseDep, viewer: ViewerDep, looker: LookerDep
) -> Iterator[Session]:
    # The own row of a board names the grid of the own duty, which lies in the area.
    who = viewer if viewer.role == Role.WORKER else looker
    with as_viewer(database, who, read_only=request.method in _SAFE) as session:
        yield session


def _sender_transaction(database: DatabaseDep, sender: SenderDep) -> Iterator[Session]:
    with as_viewer(database, sender) as session:
        yield session


SessionDep = Annotated[Session, Depends(_transaction, scope="function")]
DrawingSessionDep = Annotated[Session, Depends(_drawing_transaction, scope="function")]
LookerSessionDep = Annotated[Session, Depends(_looker_transaction, scope="function")]
RosterSessionDep = Annotated[Session, Depends(_roster_transaction, scope="function")]
SenderSessionDep = Annotated[Session, Depends(_sender_transaction, scope="function")]
