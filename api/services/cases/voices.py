"""Spoken reports: what they are is read from their bytes, never from what is claimed.

A recording is kept as it was sent: decoding sound of strangers would need a large
program, and a browser that plays it does that in its own sandbox. It gets a random name
and goes out with the type that was found here and `nosniff`, so that it can never be
read as a page.
"""

from dataclasses import dataclass

from api.errors import BadVoice

# A minute of speech is about 0.25 MB as Opus and 0.5 MB as AAC.
MAX_BYTES = 2_000_000
_LEAST_BYTES = 64


@dataclass(frozen=True)
class Sound:
    """A recording: its type and the ending of its file."""

    media_type: str
    ending: str


def sniff(raw: bytes) -> Sound:
    """Return what the bytes are.

    Raises
    ------
    BadVoice
        If they are no WebM, Ogg or MP4.
    """
    if len(raw) >= _LEAST_BYTES:
        if raw.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in raw[:64]:
            return Sound("audio/webm", "webm")
        if raw.startswith(b"OggS"):
            return Sound("audio/ogg", "ogg")
        if raw[4:8] == b"ftyp":
            return Sound("audio/mp4", "m4a")
    raise BadVoice("not a recording that we keep")
