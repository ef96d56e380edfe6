"""The published rules of comparable duties and of the seasons of a county."""

from dataclasses import replace
from typing import Any

from tracking.rules.policy import DEFAULT_RULE, Rule, windows_of

_WINTER_WINDOWS = windows_of(
    ("morning", "早巡", "07:00", "11:00"),
    ("afternoon", "午巡", "11:00", "15:00"),
    ("evening", "晚巡", "15:00", "19:00"),
)
_HEAT_WINDOWS = windows_of(
    ("morning", "早巡", "05:00", "10:00"),
    ("afternoon", "午巡", "15:30", "18:30"),
    ("evening", "晚巡", "18:30", "23:00"),
)
_FIRE_WINDOWS = windows_of(
    ("patrol-1", "一巡", "06:00", "09:00"),
    ("patrol-2", "二巡", "09:00", "12:00"),
    ("patrol-3", "三巡", "12:00", "15:00"),
    ("patrol-4", "四巡", "15:00", "18:00"),
    ("patrol-5", "五巡", "18:00", "21:00"),
    ("patrol-6", "六巡", "21:00", "00:00"),
)
_FLOOD_WINDOWS = windows_of(
    ("patrol-1", "一巡", "00:00", "06:00"),
    ("patrol-2", "二巡", "06:00", "12:00"),
    ("patrol-3", "三巡", "12:00", "18:00"),
    ("patrol-4", "四巡", "18:00", "00:00"),
)


def _preset(rule_id: str, name: str, **changes: Any) -> Rule:
    return replace(DEFAULT_RULE, rule_id=rule_id, name=name, **changes)


PRESETS: dict[str, Rule] = {
    rule.rule_id: rule
    for rule in (
        DEFAULT_RULE,
        _preset("winter", "冬季", windows=_WINTER_WINDOWS),
        _preset("summer-heat", "高温", windows=_HEAT_WINDOWS),
        _preset("forest-fire", "森林防火", windows=_FIRE_WINDOWS),
        _preset("flood", "防汛", windows=_FLOOD_WINDOWS),
        _preset("weak-signal", "弱信号", late_upload_h=72.0),
        _preset("household", "入户", indoor_gap_s=2700.0, visits=3),
        _preset(
            "small-grid",
            "小网格",
            dwell_min=10.0,
            distance_m=200.0,
            cells_per_10_min=4.0,
            stay_radius_m=15.0,
            turns_back=0,
        ),
        # Some 60 m each way, in which only phones that are sure prove anything.
        _preset(
            "yard",
            "院落",
            dwell_min=10.0,
            distance_m=150.0,
            cells_per_10_min=4.0,
            anchor_m=20.0,
            cell_m=20.0,
            stay_radius_m=13.0,
            accuracy_max_m=30.0,
            turns_back=0,
        ),
        _preset("5-300", "5分钟300米", dwell_min=5.0, distance_m=300.0),
        _preset("10-1000", "10分钟1千米", dwell_min=10.0, distance_m=1000.0),
        _preset("30-2000", "30分钟2千米", dwell_min=30.0, distance_m=2000.0),
    )
}
