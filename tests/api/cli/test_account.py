"""The command `xunge account`: the first log-in, and the way back in."""

import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from api.cli.main import main
from api.schemas.session import Credentials
from api.services.access.session import Terms, sign_in
from geo.db.door import as_job, as_nobody
from geo.db.models import Account
from geo.db.store import people

NOW = datetime.now(UTC)


@pytest.fixture
def xunge(monkeypatch, capsys, fresh_settings):
    """Return a function (arguments) -> exit code, what was printed, the error."""
    url = fresh_settings.database_url.get_secret_value()
    monkeypatch.setenv("XUNGE_DATABASE_URL", url)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["xunge", *arguments])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture(scope="module")
def county_id(fresh_database, make_county):
    return make_county(fresh_database, "410377")


def step_of(database, line):
    login, _, password = line.strip().partition(": ")
    said = Credentials(login=login, password=password)
    opened = sign_in(database, said, "here", NOW, Terms(NOW - NOW))
    return opened.viewer.role, opened.viewer.step


def test_the_first_account_and_the_way_back_in(xunge, county_id, fresh_database):
    code, out, _ = xunge("account", "add", "first", "--name", "管理")
    assert (code, step_of(fresh_database, out)) == (0, ("admin", "done"))
    with as_job(fresh_database, county_id) as session:
        session.execute(update(Account).values(second_factor_at=NOW))
    code, again, _ = xunge("account", "password", "first")
    assert again != out
    assert step_of(fresh_database, again) == ("admin", "code")
    assert xunge("account", "forget-second-factor", "first")[0] == 0
    assert step_of(fresh_database, again) == ("admin", "done")


def test_an_account_is_linked_to_one_subject_of_the_provider_and_unlinked(
    xunge, county_id, fresh_database, monkeypatch
):
    def linked():
        with as_nobody(fresh_database) as session:
            found = people.find_subject(session, "https://login.example", "s-1")
        return [each.login for each in found]

    for login in ("linked", "other"):
        assert xunge("account", "add", login, "--name", "王")[0] == 0
    code, _, problem = xunge("account", "link", "linked", "s-1")
    assert (code, "XUNGE_OIDC_ISSUER" in problem) == (2, True)
    monkeypatch.setenv("XUNGE_OIDC_ISSUER", "https://login.example")
    assert xunge("account", "link", "linked", "s-1")[0] == 0
    assert linked() == ["linked"]
    code, _, problem = xunge("account", "link", "other", "s-1")
    assert (code, "another account" in problem) == (2, True)
    assert xunge("account", "unlink", "linked")[0] == 0
    assert linked() == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("add", "first", "--name", "又"), "taken"),
        (("add", "x", "--name", "王", "--role", "king"), "is none of"),
        (("add", "x", "--name", "外", "--area", "410378100"), "not of county 410377"),
        (("add", "x", "--name", "外", "--county", "999999"), "there are: 410377"),
        (("password", "nobody"), "no account 'nobody'"),
    ],
)
def test_what_cannot_be_is_one_line(xunge, county_id, arguments, problem):
    xunge("account", "add", "first", "--name", "管理")
    code, out, err = xunge("account", *arguments)
    assert (code, out) == (2, "")
    assert problem in err
    assert len(err.splitlines()) == 1
