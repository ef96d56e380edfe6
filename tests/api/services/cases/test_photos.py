"""Photos are decoded, encoded anew and on the disk before anybody hears of it."""

from io import BytesIO

import pytest
from PIL import Image

from api.errors import BadPhoto
from api.services.cases.photos import read_file, reencode, store_file


def encoded(image, kind, **options):
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_gps():
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(Image.new("RGB", (40, 20), "red"), "JPEG", exif=exif)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_known_formats_become_jpeg(kind):
    picture = reencode(encoded(Image.new("RGB", (40, 20), "red"), kind))
    assert picture.jpeg.startswith(b"\xff\xd8")
    assert (picture.width_px, picture.height_px) == (40, 20)


def test_nothing_of_the_phone_survives_and_the_picture_stands_upright():
    raw = with_gps()
    assert b"PhoneMaker" in raw
    picture = reencode(raw)
    assert b"PhoneMaker" not in picture.jpeg
    with Image.open(BytesIO(picture.jpeg)) as kept:
        assert not kept.getexif()
        assert kept.size == (20, 40)


def test_what_hides_behind_the_picture_is_dropped():
    raw = encoded(Image.new("RGB", (8, 8)), "JPEG") + b"<script>alert(1)</script>"
    assert b"script" not in reencode(raw).jpeg


def test_transparent_becomes_white():
    raw = encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG")
    with Image.open(BytesIO(reencode(raw).jpeg)) as kept:
        assert kept.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + bytes(64),
        encoded(Image.new("RGB", (64, 64), "red"), "JPEG")[:300],
        encoded(Image.new("1", (8000, 8000)), "PNG"),
        encoded(Image.new("1", (20000, 20000)), "PNG"),
        encoded(Image.new("RGB", (70_000, 1)), "PNG"),
    ],
    ids=["empty", "svg", "gif", "cut short", "64 Mpx", "400 Mpx", "too wide"],
)
def test_what_is_no_picture_or_too_large_is_refused(raw):
    with pytest.raises(BadPhoto):
        reencode(raw)


def test_the_same_bytes_give_the_same_picture():
    assert reencode(with_gps()) == reencode(with_gps())


def test_a_stored_picture_reads_back_and_leaves_no_part(tmp_path):
    picture = reencode(with_gps())
    relative = store_file(tmp_path, picture)
    assert read_file(tmp_path, relative) == picture.jpeg
    assert len(list(tmp_path.rglob("*.*"))) == 1


def test_two_stores_of_one_picture_have_their_own_names(tmp_path):
    picture = reencode(with_gps())
    assert store_file(tmp_path, picture) != store_file(tmp_path, picture)
