"""Every reason that a verdict may give: the one table in the code.

The same table stands in docs/verdict.md, and a test compares the two. A *shortfall*
says what is missing; *integrity* sends the window to a person and never to a
punishment; *corrected* names what the engine put right; *information* changes nothing.
"""

from dataclasses import dataclass
from typing import Literal

Family = Literal["shortfall", "integrity", "corrected", "information"]


@dataclass(frozen=True)
class Reason:
    """One reason: its code, family, Chinese label and the unit of its two numbers."""

    code: str
    family: Family
    label: str
    unit: str


@dataclass(frozen=True)
class Finding:
    """A reason as it was found: its code, the value and the value that was needed."""

    code: str
    value: float | str
    needed: float | str


_TABLE: tuple[tuple[str, Family, str, str], ...] = (
    ("dwell_short", "shortfall", "网格内时间不够", "分钟"),
    ("distance_short", "shortfall", "走动距离不够", "米"),
    ("coverage_low", "shortfall", "走到的地方太少", "格/10分钟"),
    ("checkpoints_missed", "shortfall", "必到点没有到齐", "个"),
    ("gap_long", "shortfall", "定位中断太久", "秒"),
    ("rate_low", "shortfall", "定位太稀", "比例"),
    ("accuracy_poor", "shortfall", "定位精度差", "比例"),
    ("wrong_grid", "shortfall", "走的是别的网格", "网格编码"),
    ("outside_window", "shortfall", "不在巡查时段内", "时刻"),
    ("too_soon", "shortfall", "离上一巡太近", "分钟"),
    ("vehicle_speed", "shortfall", "速度像乘车", "比例"),
    ("stationary", "shortfall", "基本没有走动", "分钟"),
    ("mock_location", "integrity", "手机报告为模拟定位", "个"),
    ("synthetic_track", "integrity", "轨迹平直得不像实走", "米"),
    ("teleport", "integrity", "位置瞬间跳变", "米/秒"),
    ("replayed_track", "integrity", "与早先的轨迹相同", "个"),
    ("companion_device", "integrity", "与另一人的轨迹始终相随", "比例"),
    ("datum_shift", "integrity", "坐标像是偏移坐标系", "比例"),
    ("device_shared", "integrity", "一台设备同时两人使用", "次"),
    ("frozen", "integrity", "坐标长时间一动不动", "分钟"),
    ("backdated", "integrity", "时间与收到的先后矛盾", "个"),
    ("clock_skew", "corrected", "手机时钟有固定误差，已改正", "秒"),
    ("time_rollover", "corrected", "日期倒退1024周，已改正", "个"),
    ("late_upload", "information", "补传", "小时"),
    ("conflict", "information", "同一时刻有不同内容", "个"),
    ("null_island", "information", "坐标为零", "个"),
    ("joint_patrol", "information", "同组结伴巡查", "比例"),
    ("off_duty", "information", "时段外的定位未查看", "个"),
    ("accuracy_unknown", "information", "手机未报精度", "比例"),
)

REASONS: dict[str, Reason] = {row[0]: Reason(*row) for row in _TABLE}


def of_family(family: Family) -> frozenset[str]:
    """Return the codes of one family."""
    return frozenset(code for code, r in REASONS.items() if r.family == family)
