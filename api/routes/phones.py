"""Phones: a secret by which a person's phone adds positions, and nothing else."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse

from api.deps import HostDep, NowDep, SessionDep, SettingsDep, ViewerDep
from api.schemas.phones import PackageOut, PhoneOut, PhoneSetupOut
from api.services.ground.app_packages import find_package, packages_in
from api.services.people.devices import enrol_own, set_up_own
from api.services.people.phone_setup import App

router = APIRouter(prefix="/api/v1", tags=["phones"])
SetupCode = Annotated[str, Path(pattern=r"^[\w-]{1,64}$")]
_APK = "application/vnd.android.package-archive"


@router.post("/me/phone", status_code=201)
def enrol_phone(session: SessionDep, viewer: ViewerDep, now: NowDep) -> PhoneOut:
    """Enrol the phone that asks for the person signed in; the token is told once."""
    return PhoneOut(token=enrol_own(session, viewer, now))


@router.post("/me/phone/{app}", status_code=201)
def set_up_phone(
    app: App, host: HostDep, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> PhoneSetupOut:
    """Set up an app on the phone of the person signed in; the token is told once."""
    found = set_up_own(session, viewer, app, host, now)
    return PhoneSetupOut.model_validate(found)


@router.get("/setup/{code}", response_class=HTMLResponse)
def open_setup(code: SetupCode, host: HostDep, now: NowDep) -> HTMLResponse:
    """The page behind a scanned code, for the phone that scanned it."""
    return HTMLResponse(host.page(code, now))


@router.get("/setup/{code}/xunge.properties", response_class=PlainTextResponse)
def fetch_profile(code: SetupCode, host: HostDep, now: NowDep) -> PlainTextResponse:
    """The settings that an app fetches by itself; the code is soon worth nothing."""
    return PlainTextResponse(host.tickets.profile(code, now))


@router.get("/apps")
def list_packages(viewer: ViewerDep, settings: SettingsDep) -> list[PackageOut]:
    """The apps that this server has to install, with their hashes."""
    found = packages_in(settings.apps)
    return [PackageOut.model_validate(package) for package in found]


@router.get(
    "/apps/{name}",
    response_class=FileResponse,
    responses={200: {"content": {_APK: {}}}},
)
def download_package(
    name: str, viewer: ViewerDep, settings: SettingsDep
) -> FileResponse:
    """An app to install; the tag is its hash."""
    package = find_package(settings.apps, name)
    headers = {"etag": f'"{package.sha256}"'}
    return FileResponse(
        package.path, media_type=_APK, filename=package.name, headers=headers
    )
