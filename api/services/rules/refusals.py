"""Refusals of rules in the words of the page: what is wrong, and what would do.

The command line speaks English. Nothing that was sent in stands in these words, only
names of fields that there are, and numbers of ours.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from api.errors import RefusedRule
from geo.errors import BadInput

_WORDS: tuple[tuple[str, str], ...] = (
    (r"^valid_from .* begins today", "规则最早从今天起生效，不改过去"),
    (r"^last_day .* at the earliest", "规则最早到昨天为止"),
    (r"^rule .* ends sooner", "这条规则在那天以前已经结束"),
    (r"^ends_on .* lies before valid_from", "依据的截止日期早于生效日"),
    (r"^ends_on .* is no day", "截止日期请写成 2027-12-31 这样"),
    (r"^region ", "地区编码是 6、9、12 或 15 位数字"),
    (r"^season ", "季节请写成 11-01/02-28 这样"),
    (r"^last lies 0\.\.(\d+) days", "试算的最后一天不早于第一天，最多再往后 {} 天"),
    (r"^base is no preset; use one of (.+)", "没有这个预设，可用的有：{}"),
    (r" is no field of a rule", "有一项不是规则的字段"),
    (r"^(\w+) = .* from 0 up", "{} 须是不小于 0 的数"),
    (r"^(\w+) = .* whole number", "{} 须是整数"),
    (r"^(\w+) = .* at most (\d+)", "{} 最大是 {}"),
    (r"^(\w+) = .* is a share", "{} 是比例，须在 0 到 1 之间"),
    (r"^(\w+) = .* must be a", "{} 的取值不对"),
    (r"^windows must be", "时段须逐个写明代码、开始和结束"),
    (r"^windows: a code stands twice", "两个时段的代码相同"),
    (r"^windows: .* starts before", "时段要按先后排列，不能重叠"),
    (r"^windows: .* runs into", "最后一个时段和第二天的第一个时段重叠"),
    (r"^window code ", "时段代码用小写字母、数字和连字符"),
    (r"^window ", "时段要有代码、开始和结束，时刻写成 06:00 这样"),
)


@contextmanager
def in_rule_words() -> Iterator[None]:
    """Turn what refuses a rule into words for the page.

    Raises
    ------
    RefusedRule
        For any `BadInput`.
    """
    try:
        yield
    except BadInput as error:
        raise RefusedRule(_words_of(str(error))) from error


def _words_of(text: str) -> str:
    for pattern, words in _WORDS:
        found = re.search(pattern, text, re.DOTALL)
        if found:
            return words.format(*found.groups())
    return "规则的内容不符合要求"
