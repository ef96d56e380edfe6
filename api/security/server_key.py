"""The key of this deployment: 32 random bytes in a file that only its user may read."""

import os
import secrets
from pathlib import Path

from geo.errors import BadInput

KEY_BYTES = 32


def read_key(path: Path) -> bytes:
    """Return the key of a file, which is made if it is not there yet.

    Raises
    ------
    BadInput
        If the file cannot be read or made, is none of a key, or others may read it.
    """
    try:
        _make(path)
        if path.stat().st_mode & 0o077:
            raise BadInput(f"{path} may be read by others; say: chmod 600 {path}")
        key = path.read_bytes()
    except OSError as error:
        raise BadInput(f"the key file {path}: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise BadInput(f"{path} holds no key of {KEY_BYTES} bytes; restore it")
    return key


def _make(path: Path) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    growing = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link fails where the name is taken: of two processes the first one wins.
        os.link(growing, path)
    except FileExistsError:
        pass
    finally:
        growing.unlink()
