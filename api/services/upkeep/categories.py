"""The county's hazard categories, set by its administrator."""

from sqlalchemy.orm import Session

from api.errors import NotFound
from api.schemas.categories import CategoryIn
from api.schemas.hazards import CategoryOut
from api.services.access.session import SignedIn
from api.services.cases.case_views import show_category
from api.services.people.administration import MAY_CHANGE, require_role
from api.services.upkeep.records import require_whole_county
from geo.db.models import CaseCategory
from geo.db.store import audit, cases


def set_category(
    session: Session, viewer: SignedIn, code: str, sent: CategoryIn
) -> tuple[CategoryOut, bool]:
    """Add a category or change one; return it, and whether it is new.

    Cases keep the deadlines that they were given when they were reported.

    Raises
    ------
    NotFound
        If the parent of a new one is not there.
    """
    require_role(viewer, MAY_CHANGE)
    require_whole_county(session, viewer)
    parent, dot, _ = code.rpartition(".")
    if dot and cases.category_of(session, viewer.county_id, parent) is None:
        raise NotFound("no such parent category")
    there = cases.category_of(session, viewer.county_id, code)
    found = there or CaseCategory(
        county_id=viewer.county_id, code=code, level="2" if dot else "1"
    )
    found.name, found.unit, found.clock = sent.name, sent.unit, sent.clock.value
    found.accept_minutes = sent.accept_minutes
    found.handle_minutes = sent.handle_minutes
    session.add(found)
    session.flush()
    audit.append(session, "category_set", f"category/{code}", sent.model_dump())
    return show_category(found), there is None
