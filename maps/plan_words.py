"""The planner's findings in words that a village secretary uses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BORDER_NAMES: Mapping[str, str] = {
    "road": "道路",
    "river": "河流",
    "ridge": "山脊",
    "village_line": "村界",
    "open": "开阔地",
    "outline": "外边界",
}
BLOCK_NAMES: Mapping[str, str] = {
    "oversized_unit": "有一处居民点本身就超过一个网格的量",
    "lock": "有锁定不动的单元",
    "village_line": "网格不跨村，本村的总量分不匀",
    "barrier": "不许跨越的河流、山脊或道路把这片地和本村其余的地隔开",
    "separate_land": "这片地单独成块，和本村其余的地不相连",
    "oversized_elsewhere": "别处有一处超大的居民点，其余网格只能分剩下的量",
    "heavy_unit": "一处大居民点，和哪些相邻居民点组合都凑不到范围内（已逐一证明）",
    "few_units": "居民点太大太少，凑不出相等的量",
    "search": "还可以再调：就地重新均衡即可",
    "other_load": "几项工作量在这里不能两全",
    "not_tried": "未逐一试算",
}


@dataclass(frozen=True)
class Measure:
    """What a load counts: its word, and how many digits make sense."""

    word: str = "工作量"
    is_suffix: bool = False

    def say(self, load: float) -> str:
        """Return a load with its word.

        Examples
        --------
        >>> Measure("人", True).say(1234.4), Measure().say(12.5)
        ('1,234 人', '工作量 12.5')
        """
        is_whole = self.is_suffix or abs(load) >= 100
        number = f"{load:,.0f}" if is_whole else f"{load:,.3g}"
        return f"{number} {self.word}" if self.is_suffix else f"{self.word} {number}"


def measure_of(load_column: str) -> Measure:
    """Return how to speak of a column of loads.

    Examples
    --------
    >>> measure_of("population").say(300)
    '300 人'
    """
    words = {
        "population": "人",
        "人口": "人",
        "households": "户",
        "户数": "户",
        "minutes": "分钟",
        "workload_min": "分钟",
    }
    word = words.get(load_column)
    return Measure(word, True) if word else Measure()


def signed_pct(share: float) -> str:
    """Say how far something is off, given as a share.

    Examples
    --------
    >>> signed_pct(0.125), signed_pct(-0.0001)
    ('+12.5%', '+0.0%')
    """
    return f"{100 * share:+z.1f}%"


def more_or_less(measure: Measure, load: float, ideal: float) -> str:
    """Say how a load differs from the mean.

    Examples
    --------
    >>> more_or_less(Measure("人", True), 430, 400)
    '多 30 人（+7.5%）'
    """
    if round(load) == round(ideal):
        return "正好相当"
    word = "多" if load > ideal else "少"
    return f"{word} {measure.say(abs(load - ideal))}（{signed_pct(load / ideal - 1)}）"


def way_in_words(way: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Say what could be relaxed and what it would give.

    Parameters
    ----------
    way : mapping
        One of the ``ways`` of a reason in a plan's ``report.json``.
    names : mapping of str to str
        Of villages by label and of units by id; who has none is called by these.
    """
    down_to = f"可降到 {way['gives_pct']:.1f}%"
    # What was tried was tried there only: the whole plan may come out otherwise.
    tried = f"偏差{down_to}（只就这里和相邻网格试算）"
    gives = f"偏差最多{down_to}" if way.get("bound") else tried
    unit, other = (str(way.get(key, "")) for key in ("unit", "other"))
    unit, count = names.get(unit, unit), way.get("count", 2)
    words = {
        "split_unit": f"把 {unit} 再分成 {count} 份，{gives}",
        "quota": f"本村改为 {count} 格，{gives}",
        "grids": f"全部改为 {way.get('total')} 格（这里 {count} 格），{gives}",
        "village_line": f"允许与{names.get(other, other)}合并划分，{gives}",
        "barrier": f"允许跨越隔开本村的线（或架桥），{gives}",
        "lock": f"解除锁定，{gives}",
        "rebalance": f"与相邻网格就地重新均衡，{gives}",
        "tolerance": f"把允许偏差放宽到 {way['gives_pct']:.1f}%",
        "band": f"把规模区间放宽到 {_plainly(way, 'low')}–{_plainly(way, 'high')}",
    }
    return words[str(way["relax"])]


def _plainly(way: Mapping[str, Any], key: str) -> str:
    """Return a number of a way with all its digits; nothing if it has none."""
    return f"{way[key]:.10g}" if key in way else ""


def borders_in_words(borders: Iterable[Mapping[str, Any]]) -> str:
    """Say what a grid's border runs along, longest first.

    Examples
    --------
    >>> borders_in_words([{"kind": "road", "length_m": 75.0},
    ...                   {"kind": "open", "length_m": 25.0}])
    '道路 75%，开阔地 25%'
    """
    length: dict[str, float] = {}
    for border in borders:
        kind = str(border["kind"])
        length[kind] = length.get(kind, 0.0) + float(border["length_m"])
    total = sum(length.values()) or 1.0
    order: Sequence[str] = sorted(length, key=lambda kind: (-length[kind], kind))
    return "，".join(
        f"{BORDER_NAMES.get(kind, kind)} {100 * length[kind] / total:.0f}%"
        for kind in order
        if length[kind] >= 0.005 * total
    )
