"""Layers from a browser: take a file in, look into it, load it."""

import re
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.errors import BadField, NotFound
from api.schemas.jobs import JobOut
from api.schemas.layers import (
    HowIn,
    LayerKindOut,
    LoadIn,
    PreviewIn,
    UploadIn,
)
from api.services.access.session import SignedIn
from api.services.jobs import jobs
from api.services.layers.layer_jobs import FIELDS
from api.services.layers.loading.layers import LAYERS, layer_spec
from api.services.plans.plan_steps import require_maker
from geo.codes import unpadded
from geo.db.store import counties
from geo.db.store import jobs as store
from geo.errors import BadLayer

MAX_BYTES = 64_000_000
# What nobody loaded by then is nobody's work any more.
_KEPT = timedelta(days=2)
_TITLES = {
    "regions": "区划（各级）",
    "county": "县界",
    "towns": "乡镇界",
    "villages": "村界",
    "settlements": "自然村、居民点",
    "sites": "场所（按种类列）",
    "mine_openings": "矿口",
    "venues": "场所",
    "schools": "学校",
    "enterprises": "企业",
    "service_stations": "服务站",
    "exclusive_areas": "专属网格范围",
    "rivers": "河流",
    "roads": "道路",
    "ridges": "山脊",
}


def kinds() -> list[LayerKindOut]:
    """Return the layers that can be loaded, and the fields of each."""
    return [
        LayerKindOut(
            name=spec.name,
            title=_TITLES[spec.name],
            shapes=list(spec.shapes),
            fields=[
                {"name": name, "title": title, "required": must}
                for name, title, must in FIELDS[spec.table]
            ],
        )
        for spec in LAYERS.values()
    ]


def take_in(
    session: Session,
    viewer: SignedIn,
    folder: Path,
    how: UploadIn,
    content: bytes,
    now: datetime,
) -> JobOut:
    """Keep a file and begin to look into it."""
    require_maker(viewer)
    if not content:
        raise BadField("the file is empty", field="name")
    _check(how)
    upload_id, file = uuid4(), _harmless(how.name)
    home = folder / "uploads" / str(viewer.county_id)
    _forget_old(home, now)
    place = home / str(upload_id)
    place.mkdir(parents=True)
    (place / file).write_bytes(content)
    asked = {"upload_id": str(upload_id), "file": file, "mapping": {}}
    return _begin(session, viewer, "preview", asked, how, now)


def look_again(
    session: Session, viewer: SignedIn, upload_id: UUID, how: PreviewIn, now: datetime
) -> JobOut:
    """Look into an uploaded file once more, reading it in another way."""
    asked = _upload(session, viewer, upload_id)
    _check(how)
    return _begin(session, viewer, "preview", asked, how, now)


def load(
    session: Session, viewer: SignedIn, upload_id: UUID, how: LoadIn, now: datetime
) -> JobOut:
    """Begin to load an uploaded file."""
    asked = _upload(session, viewer, upload_id)
    _check(how)
    return _begin(session, viewer, "load", asked, how, now)


def _begin(
    session: Session,
    viewer: SignedIn,
    kind: str,
    asked: dict[str, Any],
    how: HowIn,
    now: datetime,
) -> JobOut:
    county = counties.county_of(session, viewer.county_id)
    told = how.model_dump(mode="json", exclude_none=True, exclude={"name"})
    body = {
        "upload_id": asked["upload_id"],
        "file": asked["file"],
        "county": unpadded(county.code, "county"),
        "areas": _pairs(viewer.scope),
        **told,
    }
    # Seen by those whose area is that of the person who brought it.
    return jobs.begin(session, viewer, kind, viewer.scope[0][0], body, now)


def _upload(session: Session, viewer: SignedIn, upload_id: UUID) -> dict[str, Any]:
    require_maker(viewer)
    job = store.find_upload(session, viewer.county_id, upload_id, viewer.scope)
    if job is None:
        raise NotFound(f"upload {upload_id} is not there")
    return dict(job.asked)


def _check(how: HowIn) -> None:
    try:
        layer_spec(how.layer)
    except BadLayer as error:
        raise BadField(str(error), field="layer") from None


def _harmless(name: str) -> str:
    """Return a file name without folders, of letters, digits, dots and dashes."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w.-]", "_", last)[-80:].lstrip(".") or "layer"


def _forget_old(home: Path, now: datetime) -> None:
    if not home.is_dir():
        return
    for old in home.iterdir():
        if old.stat().st_mtime < (now - _KEPT).timestamp():
            shutil.rmtree(old, ignore_errors=True)


def _pairs(scope: Sequence[tuple[int, int]]) -> list[list[int]]:
    return [[low, high] for low, high in scope]
