"""Zipped layers: unpacked by us under limits, under names of our own.

GDAL can read zips, but then member names in GBK become mojibake, and nothing bounds
what comes out. So the files of one layer are written into a temporary folder as
``layer.shp``, ``layer.dbf``, ...
"""

import zipfile
from pathlib import Path, PurePosixPath

from geo.errors import BadLayer

MAX_MEMBERS = 50
MAX_BYTES = 200 * 2**20
MAX_RATIO = 100
_LAYERS = (".shp", ".geojson", ".json", ".gpkg", ".fgb", ".csv", ".parquet")
_SIDECARS = (".shx", ".dbf", ".prj", ".cpg")


def unpack(path: Path, layer: str | None, folder: Path) -> tuple[Path, str]:
    """Unpack the one layer of a zip into a folder.

    Parameters
    ----------
    path : Path
    layer : str, optional
        Which member, by its name without suffix, when there are several.
    folder : Path
        Empty.

    Returns
    -------
    file : Path
    name : str
        The member's real name, Chinese where it was.

    Raises
    ------
    BadLayer
        If it is no zip, holds none or several layers, or breaks a limit.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path.name)
            chosen = _choose(members, layer, path.name)
            for name, info in members.items():
                if _is_part(name, chosen):
                    suffix = PurePosixPath(name).suffix.lower()
                    _write(archive, info, folder / f"layer{suffix}")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadLayer(f"{path.name}: the zip cannot be read: {error}") from None
    main = folder / f"layer{PurePosixPath(chosen).suffix.lower()}"
    return main, PurePosixPath(chosen).name


def _members(archive: zipfile.ZipFile, what: str) -> dict[str, zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_MEMBERS:
        raise BadLayer(f"{what}: {len(infos)} files in the zip; at most {MAX_MEMBERS}")
    size = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if size > MAX_BYTES or (size > 2**20 and size / packed > MAX_RATIO):
        raise BadLayer(
            f"{what}: would unpack to {size / 2**20:.0f} MB from "
            f"{packed / 2**20:.1f} MB; at most {MAX_BYTES >> 20} MB, "
            f"{MAX_RATIO}-fold"
        )
    if any(info.flag_bits & 1 for info in infos):
        raise BadLayer(f"{what}: the zip has a password; unpack it first")
    return {_real_name(info): info for info in infos}


def _real_name(info: zipfile.ZipInfo) -> str:
    """Return the name as it was typed: without the UTF-8 flag mostly GBK bytes."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return info.filename


def _choose(members: dict[str, zipfile.ZipInfo], layer: str | None, what: str) -> str:
    layers = [name for name in members if name.lower().endswith(_LAYERS)]
    layers = [name for name in layers if not name.startswith("__MACOSX/")]
    if layer is not None:
        layers = [
            n for n in layers if layer in (PurePosixPath(n).stem, PurePosixPath(n).name)
        ]
    if len(layers) == 1:
        return layers[0]
    if not layers:
        raise BadLayer(
            f"{what}: no layer in the zip" + (f" called {layer!r}" * bool(layer))
        )
    names = ", ".join(sorted(PurePosixPath(name).stem for name in layers))
    raise BadLayer(f"{what}: several layers in the zip ({names}); say which")


def _is_part(name: str, chosen: str) -> bool:
    ours, theirs = PurePosixPath(name), PurePosixPath(chosen)
    if name == chosen:
        return True
    same = ours.parent == theirs.parent and ours.stem.lower() == theirs.stem.lower()
    return same and ours.suffix.lower() in _SIDECARS


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    left = info.file_size
    with archive.open(info) as source, target.open("wb") as sink:
        while block := source.read(min(1 << 20, left + 1)):
            left -= len(block)
            if left < 0:
                raise BadLayer(f"{target.name}: the zip holds more than it declares")
            sink.write(block)
