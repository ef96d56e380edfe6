"""Replays and exports of tracks, who looked at them, and live progress."""

from datetime import date as Date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response
from orjson import dumps

from api.deps import DatabaseDep, NowDep, SessionDep, ViewerDep
from api.schemas.replay import LooksOut, ProgressOut, ReplayOut
from api.services.positions import looks, tracks_out
from api.services.verdicts import progress, replay

router = APIRouter(prefix="/api/v1", tags=["replay"])


@router.get("/replay")
def read_replay(
    worker_id: UUID, date: Date, database: DatabaseDep, viewer: ViewerDep
) -> ReplayOut:
    """A worker's day in true time; the look is on the record before it is sent."""
    name = looks.record_look(database, viewer, worker_id, date, "replay")
    return replay.replay(database, viewer, worker_id, date, name)


@router.get("/tracks/{worker_id}/{date}", response_class=Response)
def export_track(
    worker_id: UUID,
    date: Date,
    database: DatabaseDep,
    viewer: ViewerDep,
    format: Literal["gpx", "geojson", "csv"] = "geojson",
) -> Response:
    """A day's used fixes as a file; the look is on the record before it is sent.

    As CSV all that were sent on duty, for `xunge verify` to judge them again.
    """
    name = looks.record_look(database, viewer, worker_id, date, format)
    headers = {"content-disposition": f'attachment; filename="track-{date}.{format}"'}
    if format == "csv":
        table = tracks_out.as_csv(replay.sent_fixes(database, viewer, worker_id, date))
        return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
    fixes = replay.used_fixes(database, viewer, worker_id, date)
    if format == "gpx":
        gpx = tracks_out.as_gpx(fixes, name, date)
        return Response(gpx, media_type="application/gpx+xml", headers=headers)
    shapes = dumps(tracks_out.as_geojson(fixes, str(worker_id), date))
    return Response(shapes, media_type="application/geo+json", headers=headers)


@router.get("/me/looks")
def list_looks(session: SessionDep, viewer: ViewerDep, now: NowDep) -> LooksOut:
    """Who looked at your tracks in the last year, newest first."""
    return looks.looks_at_me(session, now)


@router.get("/me/progress")
def read_progress(database: DatabaseDep, viewer: ViewerDep, now: NowDep) -> ProgressOut:
    """How far your rounds of today are, and what is still to go."""
    return progress.my_progress(database, viewer, now)
