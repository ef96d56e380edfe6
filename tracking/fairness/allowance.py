"""The allowance sheet of a month: who reached the share that pay goes by.

Only windows under a rule with a basis count; a rule that only records never gives a
line. The sheet says what was reached and leaves the rest to the person who signs it:
whoever has open matters waits, and silence is for a person to look at, never a cut.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tracking.errors import BadRule, RecordOnly
from tracking.fairness.months import Tally, WindowCount, by_worker, sum_by

REACHED, NOT_REACHED, WAITING, NOTHING = "reached", "not_reached", "waiting", "nothing"
RESULT_NAMES = {
    REACHED: "达到",
    NOT_REACHED: "未达到，由签字人核定",
    WAITING: "尚有未决事项，暂不列入",
    NOTHING: "没有可核算的时段，由签字人核定",
}


@dataclass(frozen=True)
class AllowancePolicy:
    """What a county pays by: `share_permille` of the counted windows, 90 % at first."""

    share_permille: int = 900

    def __post_init__(self) -> None:
        if not 0 <= self.share_permille <= 1000:
            raise BadRule(f"share_permille = {self.share_permille} must lie in 0..1000")


@dataclass(frozen=True)
class AllowanceLine:
    """One worker's line: numerator and denominator, never the share alone."""

    worker_id: str
    tally: Tally
    result: str


def allowance_lines(
    windows: Iterable[WindowCount], policy: AllowancePolicy
) -> list[AllowanceLine]:
    """Return a line for each worker with a window under a rule with a basis.

    Raises
    ------
    RecordOnly
        If no window was judged by such a rule: then there is no pay sheet at all.
    """
    paid = [w for w in windows if w.has_basis]
    if not paid:
        raise RecordOnly(
            "no rule of this month names basis, scene and end date; they only record "
            "and give no pay sheet"
        )
    return [
        AllowanceLine(worker, tally, _result(tally, policy))
        for worker, tally in sum_by(paid, by_worker).items()
    ]


def _result(tally: Tally, policy: AllowancePolicy) -> str:
    if tally.waiting:
        return WAITING
    if not tally.counted:
        return NOTHING
    share = Fraction(tally.verified, tally.counted)
    return REACHED if share >= Fraction(policy.share_permille, 1000) else NOT_REACHED


HEADER = (
    "序号",
    "姓名",
    "网格员编号",
    "村（社区）",
    "网格编码",
    "有效",
    "应计",
    "有效率",
    "达标线",
    "免巡",
    "没有数据",
    "申诉中",
    "待核实",
    "暂定",
    "结果",
    "签收",
)
Cell = str | int


@dataclass(frozen=True)
class Payee:
    """What a sheet says of a person beside the numbers."""

    name: str
    grid_code: str
    village_name: str


def sheet_rows(
    lines: Iterable[AllowanceLine],
    payees: Mapping[str, Payee],
    policy: AllowancePolicy,
) -> list[tuple[Cell, ...]]:
    """Return the rows of a sheet below its header, by grid and name: no ranking."""
    nobody = Payee("", "", "")
    ordered = sorted(
        lines,
        key=lambda a: (
            payees.get(a.worker_id, nobody).grid_code,
            payees.get(a.worker_id, nobody).name,
            a.worker_id,
        ),
    )
    rows: list[tuple[Cell, ...]] = []
    for number, line in enumerate(ordered, start=1):
        payee, tally = payees.get(line.worker_id, nobody), line.tally
        rows.append(
            (
                number,
                payee.name,
                line.worker_id,
                payee.village_name,
                payee.grid_code,
                tally.verified,
                tally.counted,
                share_text(tally),
                f"{policy.share_permille / 10:g}%",
                tally.excused,
                tally.no_data,
                tally.open_appeal,
                tally.in_review,
                tally.provisional,
                RESULT_NAMES[line.result],
                "",
            )
        )
    return rows


def share_text(tally: Tally) -> str:
    """Return the share with its two numbers; cut, so that a miss never reads as hit.

    Examples
    --------
    >>> share_text(Tally(verified=899, not_verified=101))
    '899/1000 (89.9%)'
    """
    if not tally.counted:
        return "0/0"
    permille = tally.verified * 1000 // tally.counted
    whole, tenth = divmod(permille, 10)
    return f"{tally.verified}/{tally.counted} ({whole}.{tenth}%)"


def safe_text(cell: Cell) -> str:
    """Return a cell as text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("王五")
    ("'=1+1", '王五')
    """
    text = str(cell)
    # Spreadsheets skip leading blanks and control characters before they look.
    if text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\r", "\n")):
        return "'" + text
    return text


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")


def title_of(county: str, first: date) -> str:
    """Return the title of a month's sheet."""
    return f"{county} {first.year}年{first.month}月 网格员巡查补助核算表"
