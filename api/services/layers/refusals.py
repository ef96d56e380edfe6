"""Refusals of layers and plans in the words of the page: what is wrong, what to do.

The command line speaks English; a planner reads what stands here. A text that is not
known goes out as it is, behind a Chinese sentence that says whose it is.
"""

import re

_RULES: tuple[tuple[str, str], ...] = (
    # Plans.
    (r"at least (\d+)$", "网格数不够：每个村（片区）至少一格，至少要 {} 格"),
    (r"more than the (\d+) units; ask for at most", "网格数超过单元数，最多 {} 格"),
    (r"no village outlines are loaded", "这个区域还没有村界，请先导入村界"),
    (r"no settlements are loaded", "这个区域还没有自然村（居民点），请先导入"),
    (r"(\d+) settlements have no population",
     "有 {} 个自然村（居民点）没有人口数，请先补全"),
    (r"(\d+) settlements have no households",
     "有 {} 个自然村（居民点）没有户数，请先补全，或改为按人口划分"),
    (r"the loads sum to 0", "所有单元的人口都是 0，无法划分"),
    (r"exclusive site '(.+?)' lies outside", "专属网格 {} 不在本区域内，请检查图层"),
    (r"exclusive sites cover a whole village", "专属网格盖住了整个村，没有剩下的地"),
    (r"no river is known to forbid", "还没有导入河流，不能要求不跨河"),
    (r"no ridge is known to forbid", "还没有导入山脊，不能要求不跨山脊"),
    (r"no road is known to forbid", "还没有导入道路，不能要求不跨路"),
    (r"label '(.+?)' has no village outline", "单元所属的村 {} 没有村界，请先导入"),
    # Columns and codes.
    (r"no column of (\w+);", "找不到“{}”这一列，请在“对应字段”里选一列"),
    (r"no column of population", "找不到人口这一列，请在“对应字段”里选一列"),
    (r"has no column '(.+?)'", "文件里没有“{}”这一列，请重选"),
    (r": (\S+) is empty in row (\d+)", "“{}”列第 {} 行是空的，请补全"),
    (r": (\S+) '?(.+?)'? in row (\d+) is no count", "“{}”列的“{}”（第 {} 行）不是数目"),
    (r"code (\w+) stands twice", "代码 {} 出现了两次，请删去一个"),
    (r": (\S+) '(.+?)' stands twice", "“{}”列的“{}”出现了两次，编号不能重复"),
    (r"code (\d+) is one of a (\w+), not of a (\w+)", "代码 {} 的级别和图层不符"),
    (r"code (\d+) is not of county (\d+)", "代码 {} 不属于本县（{}）"),
    (r"code '?(.+?)'? is none", "“{}”不是统计用区划代码（6、9 或 12 位数字）"),
    (r"'(.+?)' in row (\d+) is no 12-digit", "“{}”（第 {} 行）不是 12 位村代码"),
    (r"village (\d+) in row (\d+) is not loaded", "村 {}（第 {} 行）还没有导入村界"),
    (r"no village is loaded yet", "还没有村界，请先导入村界"),
    (r"(\d+) rows lie in no loaded village",
     "有 {} 行不在任何已导入的村里，请先导入村界"),
    (r"number '(.+?)' is taken by", "编号 {} 在别的乡镇已经用了，请换一列作编号"),
    (r"(\d+) of (\d+) rows are no longer",
     "原有 {1} 行中有 {0} 行不在新文件里，确认要删请勾选"),
    (r"(\d+) lies outside your areas", "{} 不在您的辖区内，请从文件中去掉"),
    (r"holds (\w+)s; \w+ need", "图层的几何类型不对（文件里是 {}）"),
    # Places and datums.
    (r"sits (\d+) m off by the (\S+) vector.*--coord-type (\w+)",
     "整个图层偏了约 {} 米（{} 偏移），请把坐标类型选为 {} 再试"),
    (r"longitude and latitude are swapped", "经度和纬度弄反了，请对调两列"),
    (r"no CRS is stated", "文件没有写明坐标系，请填写（例如 EPSG:4546）"),
    (r"are no degrees; state the CRS", "坐标不是经纬度，请填写文件的坐标系"),
    (r"eastings .* contradict", "坐标和所写的坐标系对不上，请填写正确的坐标系"),
    (r"has no known shift here",
     "旧坐标系（北京54、西安80）不能直接换算，请提供 2000 坐标"),
    (r"is (\d+)% of the smaller", "两块区域重叠 {}%，不是绘图误差，请先修正图层"),
    # Files.
    (r"are neither UTF-8 nor GB18030|is neither UTF-8 nor",
     "文字编码认不出，请填写编码"),
    (r"several layers in the zip \((.+?)\)", "压缩包里有几个图层（{}），请写明哪一个"),
    (r"say which layer; it has (.+)", "文件里有几个图层（{}），请写明哪一个"),
    (r"the zip has a password", "压缩包有密码，请解开后再传"),
    (r"would unpack to (\d+) MB", "压缩包解开后有 {} MB，太大了，请拆开再传"),
    (r"no layer in the zip", "压缩包里没有图层文件"),
    (r"its \.shx is missing", "Shapefile 缺 .shx 文件，请把各个部分一起打包"),
    (r"not JSON|no GeoJSON", "不是有效的 GeoJSON 文件"),
    (r"mixed geometry", "一个图层里混了几种几何类型，请分开"),
    (r"; readable are|is empty$|cannot be read",
     "文件读不了，可用 GeoJSON、GeoPackage、Shapefile（打包 zip）、CSV"),
)  # fmt: skip


def in_chinese(text: str) -> str:
    """Return a refusal as the page shows it.

    Examples
    --------
    >>> in_chinese("1 grids cannot serve 2 regions; ask for at least 2")
    '网格数不够：每个村（片区）至少一格，至少要 2 格'
    """
    for pattern, words in _RULES:
        found = re.search(pattern, text, re.DOTALL)
        if found:
            return words.format(*found.groups())
    # A file may be called in Chinese; only our own sentences have such a comma.
    if "，" in text:
        return text
    return f"不能这样做，系统说明：{text}"
