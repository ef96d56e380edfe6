"""The key is made once, by whoever comes first, and is nobody else's to read."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from api.security.server_key import KEY_BYTES, read_key
from geo.errors import BadInput


def test_all_who_come_at_once_read_the_same_key(tmp_path):
    path = tmp_path / "deep" / "server.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(read_key, [path] * 32))
    assert len(keys) == 1
    assert len(keys.pop()) == KEY_BYTES
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_key_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "server.key"
    read_key(path)
    path.chmod(0o640)
    with pytest.raises(BadInput, match="chmod 600"):
        read_key(path)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_file_that_is_no_key_is_refused(tmp_path, content):
    path = tmp_path / "server.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(BadInput, match="holds no key"):
        read_key(path)
