"""Phones: a secret by which a person's phone adds positions, and nothing else."""

from fastapi import APIRouter, Request

from api.deps import NowDep, SessionDep, ViewerDep
from api.schemas.phones import PhoneOut, PhoneSetupOut
from api.services.devices import enrol_own, set_up_own
from api.services.phone_setup import App

router = APIRouter(prefix="/api/v1", tags=["phones"])


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
