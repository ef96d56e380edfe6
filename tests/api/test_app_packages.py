"""Apps for phones that reach no store come from here, with their hashes."""

from hashlib import sha256

import pytest

PACKAGE = b"PK\x03\x04" + bytes(range(256)) * 40


@pytest.fixture(scope="module")
def folder(app):
    folder = app.state.settings.apps
    folder.mkdir()
    (folder / "traccar-client-9.7.apk").write_bytes(PACKAGE)
    (folder / "notes.txt").write_text("not for phones")
    (folder / ".hidden.apk").write_bytes(b"half copied")
    return folder


def test_a_worker_sees_packages_only_and_their_hashes(folder, sign_in):
    assert sign_in("near_worker").get("/api/v1/apps").json() == [
        {
            "name": "traccar-client-9.7.apk",
            "byte_count": len(PACKAGE),
            "sha256": sha256(PACKAGE).hexdigest(),
        }
    ]


def test_a_package_comes_whole_as_a_file_to_keep(folder, sign_in):
    answer = sign_in("near_worker").get("/api/v1/apps/traccar-client-9.7.apk")
    assert answer.content == PACKAGE
    assert answer.headers["content-type"] == "application/vnd.android.package-archive"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["etag"] == f'"{sha256(PACKAGE).hexdigest()}"'


def test_a_package_that_was_replaced_has_its_new_hash(folder, sign_in):
    path = folder / "owntracks.apk"
    for content in (b"PK first", b"PK second"):
        path.write_bytes(content)
        found = sign_in("near_worker").get("/api/v1/apps").json()[0]
        assert found["sha256"] == sha256(content).hexdigest()
    path.unlink()


@pytest.mark.parametrize(
    "name", ["notes.txt", ".hidden.apk", "none.apk", "..%2Fserver.key", "%00.apk"]
)
def test_nothing_else_is_handed_out(folder, sign_in, name):
    assert sign_in("near_worker").get(f"/api/v1/apps/{name}").status_code == 404
