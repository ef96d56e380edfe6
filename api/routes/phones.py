"""Phones: a secret by which a person's phone adds positions, and nothing else."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from api.deps import NowDep, SessionDep, SettingsDep, ViewerDep
from api.schemas.phones import PackageOut, PhoneOut, PhoneSetupOut
from api.services.ground.app_packages import find_package, packages_in
from api.services.people.devices import enrol_own, set_up_own
from api.services.people.phone_setup import App

router = APIRouter(prefix="/api/v1", tags=["phones"])
_APK = "application/vnd.android.package-archive"


@router.post("/me/phone", status_code=201)
def enrol_phone(session: SessionDep, viewer: ViewerDep, now: NowDep) -> PhoneOut:
    """Enrol the phone that asks for the person signed in; the token is told once."""
    return PhoneOut(token=enrol_own(session, viewer, now))


@router.post("/me/phone/{app}", status_code=201)
def set_up_phone(
    app: App, request: Request, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> PhoneSetupOut:
    """Set up an app on the phone of the person signed in; the token is told once."""
    address = str(request.base_url).rstrip("/")
    found = set_up_own(session, viewer, app, address, now)
    return PhoneSetupOut.model_validate(found)


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
