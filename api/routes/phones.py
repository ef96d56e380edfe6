"""Phones: a secret by which a person's phone adds positions, and nothing else."""

from fastapi import APIRouter, Request

from api.deps import NowDep, SessionDep, ViewerDep
from api.schemas.phones import PhoneOut, PhoneSetupOut
from api.services.people import enrol_devices
from api.services.phone_setup import App, set_up

router = APIRouter(prefix="/api/v1", tags=["phones"])


@router.post("/me/phone", status_code=201)
def enrol_phone(session: SessionDep, viewer: ViewerDep, now: NowDep) -> PhoneOut:
    """Enrol the phone that asks for the person signed in; the token is told once."""
    person = viewer.person_id
    assert person is not None  # a session is always somebody's
    tokens = enrol_devices(session, viewer.county_id, [person], now, app="xunge-web")
    return PhoneOut(token=tokens[person])


@router.post("/me/phone/{app}", status_code=201)
def set_up_phone(
    app: App, request: Request, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> PhoneSetupOut:
    """Set up an app on the phone of the person signed in; the token is told once."""
    address = str(request.base_url).rstrip("/")
    person = viewer.person_id
    assert person is not None  # a session is always somebody's
    found = set_up(session, viewer.county_id, person, app, address, now)
    return PhoneSetupOut.model_validate(found)
