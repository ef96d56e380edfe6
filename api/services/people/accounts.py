"""Accounts of others: opened, given other rights, disabled, helped out.

A right changes at its person's next request, because each request looks its account up
again. Nobody changes the own rights, and nobody those of an account whose areas are
wider than the own ones.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, Forbidden, NotFound, SubjectTaken
from api.schemas.people import (
    AccountChangeIn,
    AccountEventIn,
    AccountEventOut,
    AccountIn,
    FirstPasswordOut,
    PersonOut,
)
from api.security.credentials import hash_password, new_password
from api.services.access.session import SignedIn
from api.services.people.administration import (
    MAY_CHANGE,
    areas_of,
    is_inside,
    require_role,
)
from api.services.people.people import account_code, open_account
from api.services.people.staff import read_person, require_person
from geo.codes import codes_of
from geo.db.store import audit
from geo.db.store import roster as store
from geo.db.store.roster import AnyRow
from geo.errors import BadInput

_DONE = {
    "disable": "account_disabled",
    "enable": "account_enabled",
    "reset_password": "password_reset",
    "forget_second_factor": "second_factor_forgotten",
}


def open_for(
    session: Session, viewer: SignedIn, person_id: UUID, sent: AccountIn
) -> FirstPasswordOut:
    """Give a person an account; the password is told once.

    Raises
    ------
    Conflict
        If the person has one, or the login is taken.
    """
    require_role(viewer, MAY_CHANGE)
    row = require_person(session, viewer, person_id)
    areas_of(viewer, sent.scope)
    if row.login is not None:
        raise Conflict("the person has an account")
    try:
        password = open_account(
            session,
            viewer.county_id,
            person_id,
            login=sent.login,
            role=sent.role,
            areas=sent.scope,
        )
    except BadInput as error:
        raise Conflict("the login is taken", field="login") from error
    detail = {"role": sent.role, "scope": sent.scope}
    audit.append(session, "account_opened", f"person/{person_id}", detail)
    return FirstPasswordOut(login=sent.login, password=password)


def change(
    session: Session,
    viewer: SignedIn,
    person_id: UUID,
    sent: AccountChangeIn,
    now: datetime,
    issuer: str | None,
) -> PersonOut:
    """Change role or areas of an account, or its link to a provider's subject.

    Raises
    ------
    Conflict
        If it is the viewer's own, or somebody else has the subject.
    Forbidden
        If its areas are wider than the viewer's.
    BadField
        If there is no provider to link to.
    """
    require_role(viewer, MAY_CHANGE)
    row = _require_account(session, viewer, person_id)
    _refuse_own(viewer, person_id)
    changes: dict[str, Any] = {}
    detail: dict[str, Any] = {}
    if sent.role is not None and sent.role != row.role:
        changes["role"] = sent.role.value
        detail["role"] = [row.role, sent.role.value]
    if sent.scope is not None:
        changes["scope"] = areas_of(viewer, sent.scope)
        changes["code"] = account_code(sent.scope)
        before = [code for area in row.scope for code in codes_of(*area)]
        detail["scope"] = [before, sent.scope]
    if sent.oidc_subject not in (None, row.oidc_subject or ""):
        changes |= link(sent.oidc_subject, issuer, now)
        # Whom it was linked to is what a look for a wrong link needs.
        detail["oidc_subject"] = [row.oidc_subject, sent.oidc_subject or None]
    if changes:
        try:
            store.change_account(session, viewer.county_id, person_id, changes)
        except IntegrityError as error:
            raise SubjectTaken("it is linked", field="oidc_subject") from error
    found = read_person(session, viewer, person_id, now)
    if changes:
        audit.append(session, "account_changed", f"person/{person_id}", detail)
    return found


def link(subject: str, issuer: str | None, now: datetime) -> dict[str, Any]:
    """Return the changes that link an account to a subject, or to none if empty.

    Every session of the account ends, as with a new password.

    Raises
    ------
    BadField
        If there is no provider to link to.
    """
    if subject and issuer is None:
        raise BadField("no provider: set XUNGE_OIDC_ISSUER", field="oidc_subject")
    return {
        "oidc_subject": subject or None,
        "oidc_issuer": issuer if subject else None,
        "sessions_since": now,
    }


def happen(
    session: Session,
    viewer: SignedIn,
    person_id: UUID,
    sent: AccountEventIn,
    now: datetime,
) -> AccountEventOut:
    """Disable or enable an account, or make it forget password or second factor.

    Every session of it ends. Raises as `change` does.
    """
    require_role(viewer, MAY_CHANGE)
    _require_account(session, viewer, person_id)
    _refuse_own(viewer, person_id)
    password = new_password() if sent.event == "reset_password" else None
    changes: dict[str, Any] = {"sessions_since": now}
    if sent.event == "disable":
        changes["disabled_at"] = now
    elif sent.event == "enable":
        changes["disabled_at"] = None
    elif sent.event == "forget_second_factor":
        changes["second_factor_at"] = None
    if password is not None:
        changes |= {
            "password_hash": hash_password(password),
            "password_is_initial": True,
        }
    store.change_account(session, viewer.county_id, person_id, changes)
    found = read_person(session, viewer, person_id, now)
    audit.append(session, _DONE[sent.event], f"person/{person_id}", {})
    return AccountEventOut(person=found, password=password)


def _require_account(session: Session, viewer: SignedIn, person_id: UUID) -> AnyRow:
    row = require_person(session, viewer, person_id)
    if row.login is None:
        raise NotFound("the person has no account")
    if not is_inside(row.scope, viewer.scope):
        raise Forbidden("the account's areas are wider than one's own")
    return row


def _refuse_own(viewer: SignedIn, person_id: UUID) -> None:
    if person_id == viewer.person_id:
        raise Conflict("nobody changes the own rights; another administrator does")
