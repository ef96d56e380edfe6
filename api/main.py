"""The application: routes, error answers, limits and headers around one database.

Nothing happens at import. Routes win over the files of the front end; positions come
in through the ingestion application, whose routes stand before the API's own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI

from api.errors import NotFound, install_error_handlers
from api.ingest.app import ingest_routes
from api.routes import (
    appeals,
    basemap,
    checkpoints,
    drafts,
    groups,
    hazards,
    health,
    jobs,
    latest,
    layers,
    live,
    months,
    patrols,
    people,
    phones,
    plan_papers,
    plans,
    provider,
    records,
    replay,
    rosters,
    rules,
    session,
    territory,
    tiles,
    visits,
)
from api.schemas.errors import ErrorOut
from api.security.compress import Compress
from api.security.headers import SecurityHeaders
from api.security.watch import Metrics, Watch
from api.services.access.provider_login import provider_of
from api.services.ground.basemap import basemap_of
from api.services.ground.tiles import Tiles
from api.services.people.setup_tickets import SetupTickets
from api.services.plans.drafting.drafts import Drafts
from api.services.positions.live import Broadcaster
from api.services.positions.looks import Glances
from api.services.upkeep.database import open_database
from api.services.upkeep.disk import Disk
from api.settings import Settings
from geo.db.engine import Database

MAX_BODY_BYTES = 2_000_000
_ROUTES = (
    health,
    session,
    provider,
    territory,
    tiles,
    basemap,
    hazards,
    patrols,
    plan_papers,
    plans,
    drafts,
    jobs,
    layers,
    latest,
    live,
    appeals,
    phones,
    people,
    rosters,
    groups,
    checkpoints,
    records,
    months,
    replay,
    visits,
    rules,
)


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """Return the application; it closes the database that it opened itself."""
    opened = database or open_database(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await app.state.basemap.close()
        if database is None:
            opened.dispose()

    app = FastAPI(
        title="巡格 Xunge",
        version=version("xunge"),
        description="Grids, patrols and hazards. Errors: see `ErrorOut`.",
        openapi_url="/api/v1/openapi.json",
        # The interactive pages load scripts from other hosts, which an intranet has
        # not and our content policy forbids.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        max_body_size=MAX_BODY_BYTES,
        responses={422: {"model": ErrorOut, "description": "A field is not usable"}},
    )
    _furnish(app, settings, opened)
    app.add_middleware(Compress)
    app.add_middleware(Watch, metrics=app.state.metrics, disk=app.state.disk)
    app.add_middleware(SecurityHeaders)
    install_error_handlers(app)
    app.router.routes.extend(ingest_routes(opened, settings))
    for module in _ROUTES:
        app.include_router(module.router)
    # A browser that asks for a wrong address of the API gets no page.
    app.get("/api/{path:path}", include_in_schema=False)(_nothing_here)
    built = front_end()
    if built is not None:
        app.frontend("/", directory=built, fallback="index.html")
    return app


def _furnish(app: FastAPI, settings: Settings, database: Database) -> None:
    """Give the application what its requests share; `api.deps` hands it out."""
    app.state.settings = settings
    app.state.database = database
    app.state.provider = provider_of(settings)
    app.state.drafts = Drafts()
    app.state.tiles = Tiles()
    app.state.basemap = basemap_of(settings)
    app.state.live = Broadcaster(database)
    app.state.glances = Glances()
    app.state.tickets = SetupTickets()
    app.state.disk = Disk(settings.data_dir)
    app.state.metrics = Metrics(app.state.disk)


def _nothing_here() -> None:
    raise NotFound("no such address")


def front_end() -> Path | None:
    """Return the folder of the built pages, or None where nobody built them."""
    folder = Path(str(files("maps"))) / "web" / "dist"
    return folder if (folder / "index.html").is_file() else None
