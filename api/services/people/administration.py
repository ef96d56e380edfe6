"""Who may administer what: roles, and areas that nobody widens for themselves."""

from collections.abc import Sequence

from api.errors import Forbidden, NotFound
from api.services.access.session import SignedIn
from geo.codes import range_of
from geo.db.door import Scope
from tracking.cases.roles import Role

MAY_READ = frozenset({Role.ADMIN, Role.AUDITOR, Role.SUPERVISOR, Role.DUTY_DESK})
MAY_PLAN_DUTY = frozenset({Role.ADMIN, Role.SUPERVISOR})
MAY_CHANGE = frozenset({Role.ADMIN})
MAY_SEE_ACCOUNTS = frozenset({Role.ADMIN, Role.AUDITOR})


def require_role(viewer: SignedIn, roles: frozenset[Role]) -> None:
    """Raise `Forbidden` unless the viewer has one of some roles."""
    if viewer.role not in roles:
        raise Forbidden("this role does not do that")


def is_inside(inner: Scope, outer: Scope) -> bool:
    """Return whether some areas lie in others; neighbours are joined on both sides."""
    joined = _joined(outer)
    return all(
        any(low <= a and b <= high for low, high in joined) for a, b in _joined(inner)
    )


def areas_of(viewer: SignedIn, codes: Sequence[str]) -> Scope:
    """Return the areas of some codes.

    Raises
    ------
    NotFound
        If one is not in the viewer's own: what is outside is as if it were not there.
    """
    areas = tuple(range_of(code) for code in codes)
    if not is_inside(areas, viewer.scope):
        raise NotFound("no such area")
    return areas


def narrowed(viewer: SignedIn, area: str | None) -> Scope:
    """Return the viewer's areas, or the one of them that is asked for."""
    return areas_of(viewer, [area]) if area else viewer.scope


def _joined(scope: Scope) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in sorted(scope):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found
