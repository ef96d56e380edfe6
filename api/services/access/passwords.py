"""One's own password: shown again before what only its owner may do, and changed."""

from dataclasses import replace
from datetime import datetime

from api.errors import BadField, BadLogin
from api.schemas.session import PasswordChangeIn
from api.security.credentials import hash_password, is_password
from api.services.access.session import Opened, SignedIn, Terms, open_session
from api.services.access.tries import counted, of_person
from geo.db.door import as_nobody, as_viewer
from geo.db.engine import Database
from geo.db.store import access, audit, people

# NIST SP 800-63B and ASVS 5.0 6.2.1: length is what counts, no rules of composition.
SHORTEST = 12
_FEWEST_KINDS = 5


def require_own_password(
    database: Database, viewer: SignedIn, password: str, now: datetime
) -> None:
    """Raise `BadLogin` unless this is the viewer's password; few wrong tries."""
    with counted(database, of_person("password", viewer.person_id), now):
        with as_nobody(database) as session:
            accounts = people.find_accounts(session, viewer.login)
        own = [a.password_hash for a in accounts if a.person_id == viewer.person_id]
        if not is_password(password, own[0] if own else None):
            raise BadLogin("the password is wrong")


def change_password(
    database: Database,
    viewer: SignedIn,
    change: PasswordChangeIn,
    now: datetime,
    terms: Terms,
) -> Opened:
    """Change the own password; every session of the account begins anew.

    Raises
    ------
    BadLogin
        If the old one is wrong.
    BadField
        If the new one is too short or too plain.
    """
    _require_strong(change.new, viewer)
    require_own_password(database, viewer, change.old, now)
    assert viewer.person_id is not None
    hashed = hash_password(change.new)
    with as_viewer(database, viewer) as session:
        access.set_password(session, viewer.county_id, viewer.person_id, hashed, now)
        own = replace(viewer, password_is_initial=False)
        opened = open_session(session, own, now, terms.lasts)
        audit.append(session, "password_changed", f"person/{viewer.person_id}", {})
    return opened


def _require_strong(password: str, viewer: SignedIn) -> None:
    plain = password.casefold()
    if len(password) < SHORTEST or len(set(plain)) < _FEWEST_KINDS:
        raise BadField("the password is too short or too plain", field="new")
    if viewer.login.casefold() in plain:
        raise BadField("the password holds the login", field="new")
