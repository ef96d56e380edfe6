"""The record as an auditor reads it: entries, and their check."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from api.errors import Forbidden
from api.schemas.record import (
    ActionOut,
    ImportOut,
    ImportsOut,
    RecordedOut,
    RecordOut,
    VerificationOut,
)
from api.services.access.session import SignedIn
from api.services.layers.layer_words import in_chinese
from api.services.people.administration import is_inside, require_role
from api.services.upkeep.audit import read_anchors, verify_county
from geo.codes import range_of, trimmed, unpadded
from geo.db.engine import Database
from geo.db.store import audit, counties, territory
from geo.db.store.audit import EntriesWanted
from geo.localtime import day_start_ms, from_ms
from tracking.cases.roles import Role

MAY_AUDIT = frozenset({Role.ADMIN, Role.AUDITOR})
MAY_SEE_IMPORTS = frozenset({Role.ADMIN, Role.PLANNER, Role.AUDITOR})
ACTION_NAMES = {
    "sign_in": "登录",
    "sign_in_begun": "登录（待验证码）",
    "sign_out": "退出",
    "password_changed": "修改密码",
    "second_factor_on": "启用动态验证码",
    "second_factor_off": "停用动态验证码",
    "person_added": "新增人员",
    "person_changed": "修改人员",
    "account_opened": "开通账号",
    "account_changed": "修改账号权限",
    "account_disabled": "停用账号",
    "account_enabled": "恢复账号",
    "password_reset": "重置密码",
    "second_factor_forgotten": "清除动态验证码",
    "assigned": "安排上岗",
    "assignment_ended": "结束上岗",
    "checkpoint_set": "设必到点",
    "checkpoint_ended": "撤必到点",
    "group_joined": "编入巡查组",
    "group_left": "退出巡查组",
    "subject_linked": "关联统一认证",
    "subject_unlinked": "取消关联统一认证",
    "stands_in": "安排顶岗",
    "stand_in_ended": "结束顶岗",
    "calendar_added": "新增日历",
    "calendar_ended": "提前结束日历",
    "calendar_removed": "删除日历",
    "category_set": "修改事项类别",
    "device_enrolled": "登记设备",
    "device_changed": "变更设备",
    "device_revoked": "吊销设备",
    "look": "查看轨迹",
    "watch": "打开实时位置",
    "export": "导出",
    "excuse": "批量免责",
    "appeal": "申诉",
    "decide": "裁定",
    "rule.add": "新增规则",
    "rule.end": "结束规则",
    "plan.publish": "发布方案",
}
# Of steps the object says of what; the record names the step itself.
_STEPS = {"plan_": "方案流转", "case_": "事项流转"}
_DAY = timedelta(days=1)


def read_record(
    session: Session,
    viewer: SignedIn,
    *,
    first: date | None,
    last: date | None,
    actor_id: UUID | None,
    action: str | None,
    about: str | None,
    before: int | None,
    limit: int,
) -> RecordOut:
    """Return a page of the county's record, newest first."""
    _require_auditor(session, viewer)
    wanted = EntriesWanted(
        since=_start(first) if first else None,
        until=_start(last + _DAY) if last else None,
        actor_id=actor_id,
        action=action,
        about=about,
        before=before,
        limit=limit,
    )
    rows = audit.entries(session, wanted)
    page = rows[:limit]
    following = page[-1].seq if len(rows) > limit else None
    return RecordOut(entries=[_shown(row) for row in page], next=following)


def list_actions() -> list[ActionOut]:
    """Return the actions that a filter may name."""
    return [ActionOut(action=a, name=name) for a, name in ACTION_NAMES.items()]


def verify_record(
    session: Session,
    database: Database,
    viewer: SignedIn,
    anchors_file: Path,
    now: datetime,
) -> VerificationOut:
    """Recompute the county's chain and hold it against the anchors."""
    _require_auditor(session, viewer)
    anchors = read_anchors(anchors_file) if anchors_file.exists() else []
    own = [anchor for anchor in anchors if anchor.county_id == viewer.county_id]
    found = verify_county(database, viewer.county_id, own)
    return VerificationOut(
        checked_at=now,
        links=found.links,
        anchors=len(own),
        is_sound=not found.troubles,
        troubles=list(found.troubles)[:100],
    )


def list_imports(session: Session, viewer: SignedIn) -> ImportsOut:
    """Return the newest imports that touched the viewer's areas alone."""
    require_role(viewer, MAY_SEE_IMPORTS)
    rows = territory.imports_of(session, viewer.county_id, viewer.scope)
    return ImportsOut(
        imports=[
            ImportOut(
                id=row.id,
                layer=row.layer,
                source_name=row.source_name,
                code=trimmed(row.code),
                at=row.at,
                counts=row.counts,
                notes=in_chinese(str(note) for note in row.report.get("notes", ())),
            )
            for row in rows
        ]
    )


def require_whole_county(session: Session, viewer: SignedIn) -> None:
    """Raise `Forbidden` unless the viewer's areas hold the whole county."""
    county = counties.county_of(session, viewer.county_id)
    whole = range_of(unpadded(county.code, "county"))
    if not is_inside((whole,), viewer.scope):
        raise Forbidden("this is a matter of the whole county")


def _require_auditor(session: Session, viewer: SignedIn) -> None:
    require_role(viewer, MAY_AUDIT)
    require_whole_county(session, viewer)


def _shown(row: Row[Any]) -> RecordedOut:
    return RecordedOut(
        seq=row.seq,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        action=row.action,
        action_name=_name_of(row.action),
        object=row.object,
        detail=row.detail,
    )


def _name_of(action: str) -> str:
    steps = (name for head, name in _STEPS.items() if action.startswith(head))
    return ACTION_NAMES.get(action) or next(steps, action)


def _start(day: date) -> datetime:
    return from_ms(day_start_ms(day))
