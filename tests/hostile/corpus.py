"""Hostile files, made here: each is named by what it tries."""

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

_VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
_TARGETS = (
    "/etc/passwd",
    "http://127.0.0.1:1/x.geojson",
    "/vsicurl/http://127.0.0.1:1/x",
    "PG:host=/tmp",
)
_NAMES = ("a.geojson", "a.json", "a.shp", "a.gpkg", "a.fgb", "a.csv", "a.parquet", "a")
_XML_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE g [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><gpx><trk><name>&i;</name></trk></gpx>"
)
_XML_FILE = (
    '<?xml version="1.0"?><!DOCTYPE g [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    "<gpx><trk><name>&f;</name></trk></gpx>"
)


def layers() -> Iterator[tuple[str, bytes]]:
    """Yield (file name, bytes) of layers that must be refused."""
    for name in _NAMES:
        for target in _TARGETS:
            yield name, _VRT.format(target).encode()
        yield name, b""
        yield name, b"\0" * 4096
        yield name, _XML_BOMB.encode()
        yield name, b"MZ\x90\0" + b"\xff" * 2048
    yield from _broken_heads()
    yield from _geojson()
    yield from _zips()


def _broken_heads() -> Iterator[tuple[str, bytes]]:
    yield "a.gpkg", b"SQLite format 3\0" + b"\0" * 52 + b"GPKG" + b"\xff" * 4096
    yield "a.fgb", b"fgb\x03fgb\x00" + b"\xff" * 4096
    yield "a.shp", b"\0\0\x27\x0a" + b"\xff" * 4096
    yield "a.parquet", b"PAR1" + b"\xff" * 4096 + b"PAR1"
    yield "a.parquet", b"PAR1" + struct.pack("<I", 2**31 - 1) + b"PAR1"


def _geojson() -> Iterator[tuple[str, bytes]]:
    numbers = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999")
    for number in numbers:
        yield "a.geojson", _feature(f'{{"type":"Point","coordinates":[{number},34]}}')
        ring = f"[[111,34],[112,34],[{number},35],[111,34]]"
        yield (
            "a.geojson",
            _feature(f'{{"type":"Polygon","coordinates":[{ring}]}}'),
        )
    nested = '{"type":"GeometryCollection","geometries":['
    for depth in (100, 5_000, 20_000):
        yield "a.geojson", _feature(nested * depth + "]}" * depth)
        yield "a.geojson", b"[" * depth
        yield "a.geojson", b'{"a":' * depth
    shapes = ("null", "5", '"x"', "[]", "{}", '{"type":"Point"}', '{"type":"Curve"}')
    for shape in shapes:
        yield "a.geojson", _feature(shape)
    for text in ("{", "[", "{}", "[]", '{"type":"FeatureCollection"}', "{'a':1}"):
        yield "a.geojson", text.encode()
    yield "a.geojson", b'{"type":"FeatureCollection","features":[' + b"\xff\xfe" * 99
    yield "a.geojson", json.dumps({"type": "Topology", "objects": {}}).encode()
    yield "a.geojson", b"{" + b'"x":0,' * 200_000
    yield (
        "a.geojson",
        _feature('{"type":"Point","coordinates":[' + "9" * 100_000 + "]}"),
    )


def _feature(geometry: str) -> bytes:
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
        f'"geometry":{geometry}}}]}}'
    ).encode()


def _zips() -> Iterator[tuple[str, bytes]]:
    yield "bomb.zip", _zip({"a.geojson": b"\0" * 2**27})
    yield "many.zip", _zip({f"{n}.txt": b"x" for n in range(200)})
    yield "nothing.zip", _zip({"a.txt": b"x"})
    yield "several.zip", _zip({"a.geojson": b"{}", "b.geojson": b"{}"})
    yield "nested.zip", _zip({"a.geojson": _zip({"a.geojson": b"{}"})})
    for path in (
        "../../a.geojson",
        "/etc/a.geojson",
        "..\\..\\a.geojson",
        "C:a.geojson",
    ):
        yield "slip.zip", _zip({path: _VRT.format("/etc/passwd").encode()})
    yield "link.zip", _link("a.geojson", "/etc/passwd")
    yield "link.zip", _link("a.shp", "/proc/self/environ")
    whole = _zip({"a.geojson": b"{}" * 500})
    yield "cut.zip", whole[: len(whole) // 2]
    yield "head.zip", b"PK\x03\x04"
    yield "liar.zip", _lying(b"x" * 2**20)
    yield "locked.zip", whole[:6] + b"\x01" + whole[7:]


def _zip(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _link(name: str, target: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o120777 << 16
        archive.writestr(info, target)
    return out.getvalue()


def _lying(content: bytes) -> bytes:
    """A zip whose directory declares ten bytes of what is a megabyte."""
    whole = _zip({"a.geojson": content})
    return whole.replace(struct.pack("<I", len(content)), struct.pack("<I", 10))


def photos() -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of photos that must be refused."""
    script = b"<script>alert(1)</script>"
    yield "svg", b'<svg xmlns="http://www.w3.org/2000/svg">' + script + b"</svg>"
    yield "html", b"<!doctype html>" + script
    yield "pixel bomb", _png(30_000, 30_000)
    yield "one pixel too many", _png(50_000_001, 1)
    yield "no pixel", _png(0, 0)
    yield "cut jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"
    yield "jpeg of text", b"\xff\xd8\xff" + script * 50
    yield "gif", b"GIF89a" + b"\0" * 64
    yield "pdf", b"%PDF-1.7\n" + script
    yield "zip", _zip({"a.jpg": b"x"})
    yield "tiff", b"II*\0" + b"\xff" * 64
    yield "bmp", b"BM" + b"\xff" * 64
    yield "ico", b"\0\0\1\0" + b"\xff" * 64
    yield "psd", b"8BPS" + b"\xff" * 64
    yield "webp of nothing", b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\xff" * 64
    yield "empty", b""
    yield "postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n"


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


def tracks() -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of GPX files of which nothing may be read."""
    yield "entity bomb", _XML_BOMB.encode()
    yield "outside entity", _XML_FILE.encode()
    yield "deep", b"<gpx>" + b"<a>" * 100_000
    yield "nothing", b""
    yield "html", b"<html><script>alert(1)</script></html>"
    yield "bytes", b"\xff\xfe" * 1000
    yield "cut", b"<gpx><trk><trkseg><trkpt lat='34' lon='111'>"


def write_layers(folder: Path) -> list[Path]:
    """Write every hostile layer to a folder of its own and return the paths."""
    paths = []
    for number, (name, content) in enumerate(layers()):
        path = folder / f"{number:03d}" / name
        path.parent.mkdir()
        path.write_bytes(content)
        paths.append(path)
    return paths
