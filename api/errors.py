"""Errors on their way out: one table from class to status, one shape of answer.

::

    XungeError
    └── ApiError
        ├── NotSignedIn       401  no session or token, or one that has ended
        ├── SecondFactorNeeded 401 a session that waits for its second factor
        ├── BadLogin          401  login or password is wrong, never which
        ├── BadCode           401  a one-time code that is wrong, old or used
        ├── Forbidden         403  signed in, but not for this
        ├── NotFound          404  not there, or not for these eyes: the same answer
        ├── Conflict          409  the id holds other content, or the version is stale
        │   ├── SubjectTaken  409  another account is linked to this subject
        │   ├── StaleVersion  409  somebody else edited the plan meanwhile
        │   └── NotEditable   409  the plan is no draft any more
        ├── RefusedEdit       422  an edit that cannot be done
        ├── BadField          422  a field that the database or a rule refuses
        ├── BadPhoto          422  bytes that are no picture we keep
        ├── BadVoice          422  bytes that are no recording we keep
        └── TooManyTries      429  with Retry-After

Every answer is ``{"error": {"code", "message", "field"?}}``; the message is Chinese
for the page, and nothing that was sent in is ever sent back.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from geo.errors import BadInput, BeingChanged, DatabaseTrouble, XungeError
from planning.errors import BadStep
from tracking.errors import (
    AppealOpen,
    AppealTooLate,
    DecisionRefused,
    EventIncomplete,
    EventNotAllowed,
    NotAppealable,
    NothingToAppeal,
    NotYourEvent,
    RecordOnly,
)


class ApiError(XungeError):
    """Root of the errors of the API; `field` names what to mend."""

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotSignedIn(ApiError):
    """No session or token, or one that has ended."""


class SecondFactorNeeded(ApiError):
    """A session that still waits for its second factor."""


class BadCode(ApiError):
    """A one-time or recovery code that is wrong, old or used."""


class BadLogin(ApiError):
    """Login or password is wrong."""


class Forbidden(ApiError):
    """Signed in, but not for this."""


class NotFound(ApiError):
    """Not there, or not for these eyes."""


class Conflict(ApiError):
    """The id holds other content, or the version is stale."""


class Told(ApiError):
    """An error that has its own Chinese words, and if wanted more cells to send.

    The words are ours and never what was sent in.
    """

    def __init__(self, told: str, **more: Any) -> None:
        super().__init__(told)
        self.told, self.more = told, more


class SubjectTaken(Conflict):
    """Another account of the county is linked to this subject of the provider."""


class StaleVersion(Told, Conflict):
    """Somebody changed it meanwhile; `more` tells who, when and to which version."""


class NotEditable(Told, Conflict):
    """It is past the state in which it may be changed."""


class RefusedEdit(Told):
    """An edit that cannot be done; the words say why."""


class RefusedRule(Told):
    """A rule that cannot be; the words say why."""


class BadField(ApiError):
    """A field that the database or a rule refuses."""


class BadPhoto(ApiError):
    """Bytes that are no picture we keep."""


class BadVoice(ApiError):
    """Bytes that are no recording we keep."""


class SourceDown(ApiError):
    """A server that ours asks does not answer."""


class TooManyTries(ApiError):
    """Too many tries; `retry_after_s` says when the next may come."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Answer:
    """Status, code and Chinese message of an error class."""

    status: int
    code: str
    message: str


ANSWERS: Mapping[type[Exception], Answer] = {
    NotSignedIn: Answer(401, "not_signed_in", "请先登录"),
    SecondFactorNeeded: Answer(401, "second_factor_needed", "请先完成动态验证码验证"),
    BadLogin: Answer(401, "bad_login", "账号或密码不正确"),
    BadCode: Answer(401, "bad_code", "验证码不正确、已过期或已用过"),
    Forbidden: Answer(403, "forbidden", "您没有此项权限"),
    NotFound: Answer(404, "not_found", "未找到，或不在您的辖区内"),
    StaleVersion: Answer(409, "stale_version", "方案已被他人修改，请刷新后重试"),
    NotEditable: Answer(409, "not_editable", "方案已不是草案，不能再修改"),
    RefusedEdit: Answer(422, "refused_edit", "此项修改不能进行"),
    RefusedRule: Answer(422, "invalid", "规则的内容不符合要求"),
    SubjectTaken: Answer(409, "conflict", "此标识已关联另一个账号"),
    Conflict: Answer(409, "conflict", "数据已变化，请刷新后重试"),
    BeingChanged: Answer(409, "conflict", "另有人正在办理同一事项，请稍后刷新再看"),
    BadField: Answer(422, "invalid", "内容不符合要求"),
    BadPhoto: Answer(422, "bad_photo", "照片无法识别，请使用 JPEG、PNG 或 WebP"),
    BadVoice: Answer(422, "bad_voice", "录音无法识别，请重新录制"),
    TooManyTries: Answer(429, "too_many_tries", "尝试次数过多，请稍后再试"),
    BadStep: Answer(409, "event_not_allowed", "当前状态不能进行此操作"),
    EventNotAllowed: Answer(409, "event_not_allowed", "当前状态不能进行此操作"),
    NotYourEvent: Answer(
        403, "not_your_event", "您不能进行此操作（处置人不能核查、结案自己处置的事项）"
    ),
    EventIncomplete: Answer(422, "event_incomplete", "缺少理由、处置人或结果照片"),
    AppealTooLate: Answer(409, "not_appealable", "申诉期已过，请找督导员说明情况"),
    AppealOpen: Answer(409, "not_appealable", "此时段的申诉已在办理，请等答复"),
    NothingToAppeal: Answer(409, "not_appealable", "此时段已计为有效或免巡，不用申诉"),
    NotAppealable: Answer(409, "not_appealable", "只能申诉本人的时段"),
    DecisionRefused: Answer(
        403, "decision_refused", "须由另一人决定，写明理由，并用本人姓名签名"
    ),
    RecordOnly: Answer(
        409, "record_only", "本月规则未写明依据、场景和截止日期，只作记录，不出报酬表"
    ),
    BadInput: Answer(422, "invalid", "内容不符合要求"),
    # A number or day that no column holds, or whose neighbour does not exist: the
    # last net under the schemas.
    DataError: Answer(422, "invalid", "数值或日期超出范围"),
    OverflowError: Answer(422, "invalid", "数值或日期超出范围"),
    DatabaseTrouble: Answer(503, "unavailable", "数据库暂不可用，请稍后再试"),
    OperationalError: Answer(503, "unavailable", "系统繁忙，请稍后再试"),
    InterfaceError: Answer(503, "unavailable", "系统繁忙，请稍后再试"),
    PoolTimeout: Answer(503, "unavailable", "系统繁忙，请稍后再试"),
    SourceDown: Answer(503, "source_down", "底图来源暂无回应，请稍后再试"),
    XungeError: Answer(400, "refused", "请求无法处理"),
    Exception: Answer(500, "internal", "服务器内部错误"),
}
_OF_STATUS: Mapping[int, Answer] = {
    400: Answer(400, "bad_request", "请求无法解析"),
    404: Answer(404, "not_found", "未找到"),
    405: Answer(405, "method_not_allowed", "不支持此方法"),
    413: Answer(413, "too_large", "内容过大"),
}
_FIELD_MESSAGES: Mapping[str, str] = {
    "missing": "缺少此项",
    "extra_forbidden": "有多余的项",
    "json_invalid": "不是有效的 JSON",
}
_RETRY_AFTER_S = 2
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of an application answer in our shape."""
    for kind in ANSWERS:
        app.add_exception_handler(kind, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)


def _answer_error(_request: Request, error: Exception) -> JSONResponse:
    answer = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    headers = {}
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = str(error.retry_after_s)
    elif answer.status == 503:
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    more: Mapping[str, Any] = {}
    if isinstance(error, Told):
        answer, more = replace(answer, message=error.told), error.more
    return _shaped(answer, getattr(error, "field", None), headers, more)


def _answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    message = _FIELD_MESSAGES.get(first["type"], "格式或取值不符合要求")
    field = _known_field(first["loc"], first["type"])
    return _shaped(Answer(422, "invalid", message), field)


def _answer_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = error.status_code
    answer = _OF_STATUS.get(status, Answer(status, "refused", "请求无法处理"))
    return _shaped(answer, headers=error.headers)


def _known_field(loc: Sequence[Any], kind: str) -> str | None:
    # A superfluous key was chosen by the sender: naming it would send it back.
    names = loc[1:-1] if kind == "extra_forbidden" else loc[1:]
    known = [n for n in names if isinstance(n, str) and _FIELD_NAME.fullmatch(n)]
    return ".".join(known) or None


def _shaped(
    answer: Answer,
    field: str | None = None,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> JSONResponse:
    error = {"code": answer.code, "message": answer.message, **(more or {})}
    if field:
        error["field"] = field
    return JSONResponse({"error": error}, answer.status, headers=dict(headers or {}))
