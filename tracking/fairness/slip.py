"""The slip of a verdict: found, needed, what would have passed, how to appeal.

One self-contained page in plain Chinese words, for the worker. It says what to do and
never speaks of guilt; everything that came from outside is escaped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from geo.localtime import LOCAL_ZONE
from tracking.fairness.appeals import OUTCOME_NAMES, Outcome, Standing
from tracking.rules.policy import Rule
from tracking.rules.reasons import REASONS

VERDICT_NAMES = {
    "verified": "有效",
    "partial": "还差几项",
    "missed": "未巡",
    "no_data": "没有数据",
    "suspicious": "待核实",
}
_WHAT_FOUND = {
    "verified": "这个时段走够了一巡。",
    "partial": "这个时段在网格里有一段走动，还差下面几项。",
    "missed": "这个时段手机有定位，但没有在本网格里的一段走动。",
    "no_data": "这个时段没有收到可用的定位。没有数据不等于没有去，不记在您头上。",
    "suspicious": "这个时段的定位有下面的疑点，需要由人核实，程序不作处罚。",
}
# What would have passed, by reason; the others are told by their numbers alone.
_WAY_OUT = {
    "dwell_short": "在网格里多走 {missing} 分钟",
    "distance_short": "多走 {missing} 米",
    "coverage_low": "多走几处，不要只在一处来回",
    "checkpoints_missed": "再到 {missing} 个必到点，每处停 20 秒",
    "gap_long": "保持定位不断；请关闭手机对定位应用的省电限制",
    "rate_low": "把定位间隔设为 10 秒",
    "accuracy_poor": "打开高精度定位，到开阔处等定位稳定再走",
    "wrong_grid": "到自己的网格走；替班请先登记",
    "outside_window": "在时段以内走",
    "too_soon": "与上一巡至少隔 {needed} 分钟再走",
    "vehicle_speed": "步行或慢骑，不要乘车",
    "stationary": "拿着手机在网格里走动",
    "mock_location": "关闭模拟定位应用",
    "companion_device": "结伴巡查请先登记为一组",
    "datum_shift": "检查定位应用的坐标设置，应为 WGS-84",
    "device_shared": "换人用同一台手机，请先退出再登录",
}


@dataclass(frozen=True)
class Heading:
    """Who, where and when a slip is about."""

    county: str
    name: str
    grid_code: str
    grid_name: str
    window_name: str
    date_text: str


@dataclass(frozen=True)
class Decided:
    """A decision as the slip shows it."""

    outcome: Outcome
    reason: str
    signature: str
    at: datetime


def slip_html(
    patrol: Mapping[str, Any],
    heading: Heading,
    rule: Rule,
    standing: Standing,
    decisions: Sequence[Decided],
    appeal_until: datetime,
) -> str:
    """Return the slip of one window as an HTML page.

    Parameters
    ----------
    patrol : mapping
        One entry of ``patrols`` of a verdict.
    heading : Heading
    rule : Rule
        The one that the verdict was judged by.
    standing : Standing
        How the window counts now.
    decisions : sequence of Decided
        All decisions of people on it, oldest first.
    appeal_until : datetime
        Aware.
    """
    verdict = str(patrol["verdict"])
    name = VERDICT_NAMES.get(verdict, verdict)
    parts = [
        _head(heading),
        f'<p class="verdict">核验结论：<b>{escape(name)}</b>{_marks(patrol)}</p>',
        f"<p>{escape(_WHAT_FOUND.get(verdict, ''))}</p>",
        _measures(patrol, rule),
        _reasons(patrol["reasons"]),
        _ways_out(patrol["reasons"], verdict, rule),
        _decided(decisions),
        _how_to_appeal(standing, appeal_until),
        _foot(patrol, rule),
    ]
    title = escape(f"巡查核验单 {heading.name} {heading.date_text}")
    return _PAGE.format(title=title, body="\n".join(p for p in parts if p))


def _head(heading: Heading) -> str:
    cells = (
        ("姓名", heading.name),
        ("网格", f"{heading.grid_name} {heading.grid_code}".strip()),
        ("日期", heading.date_text),
        ("时段", heading.window_name),
    )
    row = "".join(f"<th>{k}</th><td>{escape(v)}</td>" for k, v in cells)
    return f"<h1>{escape(heading.county)} 巡查核验单</h1><table><tr>{row}</tr></table>"


def _marks(patrol: Mapping[str, Any]) -> str:
    marks = []
    if patrol["excused"]:
        marks.append("免巡，不计入应巡次数")
    if patrol["provisional"]:
        marks.append("暂定，补传期限内还可能改变")
    return f"（{'；'.join(marks)}）" if marks else ""


def _measures(patrol: Mapping[str, Any], rule: Rule) -> str:
    if patrol["start"] is None:
        return ""
    span = f"{_clock(patrol['start'])} 至 {_clock(patrol['end'])}"
    rows = [
        ("走动的一段", span, f"{rule.dwell_min:g} 分钟以上"),
        (
            "网格内时间",
            f"{_number(patrol['dwell_min'])} 分钟",
            f"{rule.dwell_min:g} 分钟",
        ),
        (
            "走动距离",
            f"{_number(patrol['distance_m'])} 米",
            f"{rule.distance_m:g} 米",
        ),
        (
            "最长中断",
            f"{_number(patrol['largest_gap_s'])} 秒",
            f"不超过 {rule.gap_s:g} 秒",
        ),
    ]
    required = patrol["checkpoints_required"]
    if required:
        reached = f"{patrol['checkpoints_reached']} 个"
        rows.append(("必到点", reached, f"{required} 个"))
    return _table(("项目", "量到", "要求"), rows)


def _reasons(reasons: Sequence[Mapping[str, Any]]) -> str:
    if not reasons:
        return ""
    rows = []
    for reason in reasons:
        known = REASONS.get(str(reason["code"]))
        label = known.label if known else str(reason["code"])
        unit = known.unit if known else ""
        rows.append(
            (label, _said(reason["value"], unit), _said(reason["needed"], unit))
        )
    return "<h2>理由</h2>" + _table(("理由", "数值", "要求"), rows)


def _ways_out(reasons: Sequence[Mapping[str, Any]], verdict: str, rule: Rule) -> str:
    ways = [
        _WAY_OUT[str(r["code"])].format(
            missing=_missing(r["value"], r["needed"]), needed=_plain(r["needed"])
        )
        for r in reasons
        if str(r["code"]) in _WAY_OUT
    ]
    if verdict in ("missed", "no_data"):
        if any(_is_past_deadline(r, rule) for r in reasons):
            ways.append("定位在补传期限以后才到，不改结论；确实走了，请申诉")
        ways.append(
            f"在时段内带着开着定位的手机，在本网格里走 {rule.dwell_min:g} 分钟、"
            f"{rule.distance_m:g} 米以上"
        )
    if verdict == "verified" or not ways:
        return ""
    items = "".join(f"<li>{escape(way)}</li>" for way in ways)
    return f"<h2>怎样就算数</h2><ul>{items}</ul>"


def _is_past_deadline(reason: Mapping[str, Any], rule: Rule) -> bool:
    return reason["code"] == "late_upload" and reason["needed"] == rule.late_upload_h


def _decided(decisions: Sequence[Decided]) -> str:
    if not decisions:
        return ""
    rows = [
        (
            d.at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M"),
            OUTCOME_NAMES[d.outcome],
            d.reason,
            d.signature,
        )
        for d in decisions
    ]
    return "<h2>人工决定（与核验结论并存）</h2>" + _table(
        ("时间", "决定", "理由", "签名"), rows
    )


def _how_to_appeal(standing: Standing, until: datetime) -> str:
    if standing in (Standing.VERIFIED, Standing.EXCUSED):
        return ""
    day = until.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")
    first = (
        "您的申诉正在处理，处理期间不进报酬表。"
        if standing == Standing.OPEN_APPEAL
        else f"不同意这个结论，可以在 {day} 以前申诉，写明当时的情况。"
    )
    return (
        f"<h2>怎样申诉</h2><p>{first}申诉由另一个人在规定的工作日内答复，"
        "写明理由并签名；作过决定的人不再处理同一时段。原始定位一直保留到处理完毕。</p>"
    )


def _foot(patrol: Mapping[str, Any], rule: Rule) -> str:
    evidence = patrol["evidence"]
    only = "本规则只作记录，不进报酬表。" if evidence.get("record_only") else ""
    basis = f"依据：{escape(rule.basis)}。" if rule.basis else ""
    digest = escape(str(evidence.get("input_hash", "")))
    return (
        f'<p class="foot">规则 {escape(rule.rule_id)}。{basis}{only}<br>'
        f"输入摘要 {digest}（输入相同，结论逐字相同）</p>"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(h)}</th>" for h in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{top}</tr>{lines}</table>"


def _said(value: Any, unit: str) -> str:
    if isinstance(value, str):
        return _clock(value) if unit == "时刻" else value
    return f"{_number(value)} {unit}".strip()


def _missing(value: Any, needed: Any) -> str:
    if isinstance(value, str) or isinstance(needed, str):
        return ""
    gap = float(needed) - float(value)
    whole = int(gap)
    return str(whole if gap == whole else whole + 1)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def _clock(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(LOCAL_ZONE).strftime("%H:%M:%S")


_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<style>
body{{font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:720px;
margin:24px auto;padding:0 16px;color:#111;line-height:1.6}}
h1{{font-size:20px}} h2{{font-size:16px;margin:16px 0 4px}}
table{{border-collapse:collapse;width:100%}}
td,th{{border:1px solid #999;padding:4px 8px;text-align:left;font-size:14px}}
.verdict{{font-size:18px}} .foot{{color:#555;font-size:12px;word-break:break-all}}
@media print{{body{{margin:0}}}}
</style></head><body>
{body}
</body></html>
"""
