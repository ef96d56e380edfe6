"""What the planner notes of its layers, in the words of the printed sheet.

The command line speaks English; who reads the sheet reads what stands here. A note that
is not known is shown as it is.
"""

import re
from collections.abc import Callable, Mapping

# What a line begins with, as a pattern, and what is read for it.
Rules = tuple[tuple[str, str], ...]

# What `geo` notes of any layer that it reads or cleans.
OF_LAYERS: Rules = (
    (r"heights are left out", "高程未保留"),
    (r"no CRS is stated; taken for WGS 84", "文件没有写明坐标系，按 WGS 84 经纬度读取"),
    (r"coverage was not clean: (\d+) overlaps \((\S+) m²\), (\d+) gaps, "
     r"(\d+) invalid outlines",
     "清理前：重叠 {} 处（{} 平方米），缝隙 {} 处，无效边界 {} 个"),
    (r"(\d+) areas changed \((\S+) m² moved\), (\d+) lost, (\d+) gaps left",
     "清理后：改动 {} 块（{} 平方米），丢失 {} 块，还剩缝隙 {} 处"),
)  # fmt: skip
_KINDS: Mapping[str, str] = {
    "river": "河流",
    "ridge": "山脊",
    "road": "道路",
    "lost": "少了",
    "gained": "多了",
    "the territory": "本区域",
}
_RULES: Rules = (
    (r"(\d+) settlements of (\d+) were split into (\d+) villager groups and (\d+) "
     r"household blocks",
     "{1} 个居民点中有 {0} 个拆细：{2} 个村民组、{3} 个住户块"),
    (r"(\d+) units of several points became (\d+) units of one point, .*",
     "{} 个单元各有几个点，拆成 {} 个单点单元，任务平分"),
    (r"(\d+) blocks were cut along lines into (\d+) pieces",
     "{} 个地块沿河流、山脊或道路切成 {} 块"),
    (r"(\d+) m² cut off from their units went to neighbours",
     "与本单元隔开的 {} 平方米划给了相邻单元"),
    (r"no outlines were given: .* and (\d+) m around it",
     "没有给出边界：以各点的外包范围再向外 {} 米为界"),
    (r"(\d+) villages without units become one unit each, .* first is (.+)",
     "{} 个村没有单元，各按一个单元计，任务为 0（如 {}）"),
    (r"(\d+) units lie across a forbidden (.+?): .*",
     "{} 个单元横跨不得跨越的{}：随较大的一岸，网格不从这里过去"),
    (r"site (.+) names village (.+), but lies nowhere in it: .* village (.+), which .*",
     "专属网格 {} 写的是村 {}，却不在那里：归入占地最多的村 {}"),
    (r"site (.+) names village (.+), which has no outline: .* village (.+), which .*",
     "专属网格 {} 写的村 {} 没有边界：归入占地最多的村 {}"),
    (r"site (.+) (lost|gained) (\d+) m²: it is kept inside (?:village )?(.+) and "
     r"outside site (.+)",
     "专属网格 {0} {1} {2} 平方米：只取 {3} 之内、{4} 之外的部分"),
    (r"site (.+) (lost|gained) (\d+) m²: it is kept inside (?:village )?(.+)",
     "专属网格 {} {} {} 平方米：只取 {} 之内的部分"),
    (r"half of the units are below (\S+) m wide: .* below (\S+) m count as apart",
     "半数单元宽不足 {} 米：请核对坐标单位是否为米；公共边不足 {} 米的按不相邻计"),
    (r"(\d+) units lie less than (\S+) m from land that they do not touch, .* first is "
     r"(.+): they count as apart, .*",
     "{} 个单元与旁边的地相隔不足 {} 米而不相接（如 {}）：按隔开的地计，一个网格可能"
     "跨在两边；若本无缝隙，请先在图层里把缝合上"),
    (r"text read as (\S+): .*", "文字按 {} 编码读取，请核对"),
    *OF_LAYERS,
)  # fmt: skip


def note_in_chinese(note: str) -> str:
    """Return a note of a plan's report as the sheet shows it.

    Examples
    --------
    >>> note_in_chinese("heights are left out"), note_in_chinese("新的说明")
    ('高程未保留', '新的说明')
    """
    return reworded(note, _RULES, _word)


def reworded(line: str, rules: Rules, word: Callable[[str], str] = str) -> str:
    """Return a line in the words of the first rule that it begins with, else itself.

    Parameters
    ----------
    line : str
    rules : tuple of (pattern, words)
        The words have a place for each group of the pattern.
    word : callable, default str
        What is read for a group's text.
    """
    for pattern, words in rules:
        found = re.match(pattern, line)
        if found:
            return words.format(*map(word, found.groups()))
    return line


def _word(text: str) -> str:
    words = [_KINDS.get(part, part) for part in text.split(" or ")]
    return "或".join(words)
