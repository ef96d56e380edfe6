"""Who acts: the roles that an account may hold.

A role says what somebody may do; where they may do it is the scope of the account.
"""

from enum import StrEnum


class Role(StrEnum):
    """Role of an account; the Chinese words are in `ROLE_NAMES`."""

    ADMIN = "admin"
    PLANNER = "planner"
    SUPERVISOR = "supervisor"
    DUTY_DESK = "duty_desk"
    HANDLER = "handler"
    WORKER = "worker"
    AUDITOR = "auditor"


# Who oversees patrols, or the overseers: they may look at the positions and verdicts of
# others in their areas. Planning and handling a case need none, and no worker needs a
# colleague's; so everybody else sees their own.
MAY_LOOK = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.DUTY_DESK, Role.AUDITOR})

# Who may load layers, and make and edit plans, in their areas.
MAY_PLAN = frozenset({Role.ADMIN, Role.PLANNER})

ROLE_NAMES: dict[Role, str] = {
    Role.ADMIN: "管理员",
    Role.PLANNER: "规划员",
    Role.SUPERVISOR: "督导员",
    Role.DUTY_DESK: "值班员",
    Role.HANDLER: "处置员",
    Role.WORKER: "网格员",
    Role.AUDITOR: "审计员",
}
