"""Hazard categories that a county starts with: two levels, every line editable.

The words are those of the field (DOMAIN.md 2.4); codes, units and times are a
beginning of ours and no standard's. A second level carries its parent's code in front.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tracking.cases.deadlines import Clock


@dataclass(frozen=True)
class Category:
    """One line of the list.

    Parameters
    ----------
    code : str
        ``parent`` or ``parent.child``.
    name, unit : str
        Chinese name, and the unit that usually handles it.
    accept_within, handle_within : timedelta
    clock : Clock
        How both times are counted.
    """

    code: str
    name: str
    unit: str
    accept_within: timedelta
    handle_within: timedelta
    clock: Clock

    @property
    def parent(self) -> str | None:
        """Return the code of the first level; None for that level itself."""
        head, dot, _ = self.code.rpartition(".")
        return head if dot else None


_HOUR = timedelta(hours=1)
_AT_ONCE = (timedelta(minutes=15), 2 * _HOUR, Clock.CLOCK)
_DANGER = (timedelta(minutes=30), 24 * _HOUR, Clock.CLOCK)
# A working day has seven hours.
_PLAIN = (2 * _HOUR, 21 * _HOUR, Clock.WORKING)
_SLOW = (7 * _HOUR, 70 * _HOUR, Clock.WORKING)

_Times = tuple[timedelta, timedelta, Clock]
_Line = tuple[str, str, str, _Times, tuple[tuple[str, str], ...]]
_LINES: tuple[_Line, ...] = (
    (
        "safety",
        "安全生产",
        "应急管理办",
        _DANGER,
        (
            ("mine_opening", "矿山硐口"),
            ("enterprise", "企业"),
            ("fireworks", "烟花爆竹"),
            ("gas", "燃气"),
        ),
    ),
    (
        "fire",
        "消防",
        "消防工作站",
        _DANGER,
        (
            ("blocked_exit", "通道堵塞"),
            ("electricity", "用电"),
            ("e_bike", "电动车"),
        ),
    ),
    (
        "forest_fire",
        "森林防火",
        "林业站",
        _AT_ONCE,
        (("open_fire", "野外用火"), ("straw", "秸秆禁烧")),
    ),
    (
        "geology",
        "地质灾害与防汛",
        "自然资源所",
        _AT_ONCE,
        (("slope", "滑坡崩塌"), ("flood", "防汛")),
    ),
    ("traffic", "道路交通", "交管站", _DANGER, (("road", "路面与护栏"),)),
    ("building", "房屋建筑", "村镇建设中心", _DANGER, (("decayed", "危旧房屋"),)),
    ("water", "水域溺水", "水利站", _DANGER, (("bank", "临水防护"),)),
    ("school", "校园周边", "中心校", _PLAIN, (("gate", "门口秩序"),)),
    ("food_drug", "食品药品", "市场监管所", _PLAIN, (("shop", "经营场所"),)),
    (
        "environment",
        "环境卫生与污染",
        "环卫所",
        _PLAIN,
        (("waste", "垃圾堆放"), ("discharge", "排污")),
    ),
    ("facility", "公共设施损坏", "村镇建设中心", _PLAIN, (("broken", "设施破损"),)),
    ("dispute", "矛盾纠纷", "司法所", _SLOW, (("neighbours", "邻里纠纷"),)),
    ("police", "治安反诈", "派出所", _DANGER, (("fraud", "涉诈线索"),)),
    ("livelihood", "民生诉求", "党群服务中心", _SLOW, (("request", "群众诉求"),)),
    ("emergency", "突发事件", "指挥中心", _AT_ONCE, (("help", "紧急求助"),)),
)


def starting_categories() -> tuple[Category, ...]:
    """Return the list that a county starts with, parents before their children."""
    return tuple(_categories())


def _categories() -> Iterator[Category]:
    for code, name, unit, times, children in _LINES:
        yield Category(code, name, unit, *times)
        for child, child_name in children:
            yield Category(f"{code}.{child}", child_name, unit, *times)
