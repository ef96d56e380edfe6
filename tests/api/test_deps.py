"""A transaction is committed before its answer is sent, and reads cannot write."""

from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import InternalError, OperationalError

from geo.db.door import Viewer, as_job, as_viewer
from geo.db.models import Case

PATH = "/api/v1/hazards"
NEAR_1 = "410399100200001"


@contextmanager
def failing_commits(engine):
    """Every commit fails after an insert, as when the server goes away."""
    wrote = []

    def note(_connection, _cursor, statement, *_rest):
        wrote.append(statement.startswith("INSERT"))

    def fail(_connection):
        if any(wrote):
            raise OperationalError("COMMIT", None, Exception("the server went away"))

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", fail)
    yield
    event.remove(engine, "commit", fail)
    event.remove(engine, "before_cursor_execute", note)


def test_a_commit_that_fails_is_an_error_and_never_a_201(
    sign_in, report, fresh_database, world
):
    client = sign_in("near_worker")
    body = report(NEAR_1)
    with failing_commits(fresh_database.app):
        answer = client.post(PATH, json=body)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    with as_job(fresh_database, world.county_id) as session:
        assert session.get(Case, (world.county_id, UUID(body["id"]))) is None
    assert client.post(PATH, json=body).status_code == 201


def test_a_transaction_of_a_read_cannot_write(fresh_database, world):
    viewer = Viewer(world.county_id, None, ())
    with (
        pytest.raises(InternalError, match="read-only"),
        as_viewer(fresh_database, viewer, read_only=True) as session,
    ):
        session.execute(text("SELECT audit_append('x', 'y')"))
