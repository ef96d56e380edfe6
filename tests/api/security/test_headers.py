"""Which requests with a cookie come from a page of ours."""

import pytest
from starlette.datastructures import Headers

from api.security.headers import PAGE_POLICY, is_same_origin

JSON = {"content-type": "application/json", "host": "xunge.local"}


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", JSON),
        ("POST", JSON | {"origin": "http://xunge.local"}),
        ("POST", JSON | {"origin": "https://xunge.local"}),
        ("POST", JSON | {"sec-fetch-site": "same-origin"}),
        ("PUT", {"content-type": "image/jpeg", "host": "xunge.local"}),
        ("DELETE", {"host": "xunge.local"}),
        ("POST", {"host": "xunge.local", "x-requested-with": "xunge"}),
    ],
)
def test_our_own_pages_and_tools_pass(method, headers):
    assert is_same_origin(method, Headers(headers))


@pytest.mark.parametrize(
    "headers",
    [
        JSON | {"origin": "http://evil.example"},
        JSON | {"origin": "null"},
        JSON | {"origin": "http://xunge.local.evil.example"},
        JSON | {"sec-fetch-site": "cross-site"},
        JSON | {"content-type": "text/plain"},
        JSON | {"content-type": "application/x-www-form-urlencoded"},
        JSON | {"content-type": "multipart/form-data; boundary=x"},
        {"host": "xunge.local"},
    ],
)
def test_forms_and_foreign_pages_do_not(headers):
    assert not is_same_origin("POST", Headers(headers))


def test_pages_may_run_no_inline_script_and_load_nothing_from_elsewhere():
    assert "unsafe" not in PAGE_POLICY
    assert "http" not in PAGE_POLICY
