"""A phone for the tests: a device of a county, and what its apps would send."""

import asyncio
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import text
from starlette.types import ASGIApp

from api.ingest.app import create_ingest_app
from api.security.credentials import hash_token, new_token
from api.settings import Settings
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.store.journal import quarantined_of

CODE = 410325105200001


@dataclass(frozen=True)
class Phone:
    """A device, the person who carries it, and its secret."""

    device_id: UUID
    person_id: UUID
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def native(self, client, fixes, *, compress=False, **batch) -> Response:
        body = json.dumps({"fixes": fixes, **batch}).encode()
        headers = self.bearer | ({"Content-Encoding": "gzip"} if compress else {})
        content = gzip.compress(body) if compress else body
        return client.post("/api/v1/fixes", content=content, headers=headers)

    def osmand(self, client, **fields) -> Response:
        """Send one fix the way Traccar Client does."""
        return client.post(
            "/ingest/osmand",
            content=urlencode({"id": self.token, **fields}),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )


class Client:
    """Asks an application directly, one event loop for all requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._runner = asyncio.Runner()
        self._http = AsyncClient(transport=ASGITransport(app), base_url="http://test")

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._http.aclose())
        self._runner.close()

    def run(self, work):
        return self._runner.run(work)

    def get(self, url, **request) -> Response:
        return self.run(self._http.get(url, **request))

    def post(self, url, **request) -> Response:
        return self.run(self._http.post(url, **request))

    def post_all(self, requests) -> list[Response]:
        """Send requests (url, keywords) at once; the answers in their order."""

        async def send():
            posts = [self._http.post(url, **request) for url, request in requests]
            return await asyncio.gather(*posts)

        return self.run(send())


@pytest.fixture
def add_phone() -> Callable[[Database, UUID], Phone]:
    return _add_phone


def _add_phone(database: Database, county_id: UUID) -> Phone:
    phone = Phone(uuid4(), uuid4(), new_token())
    values = {
        "county": county_id,
        "device": phone.device_id,
        "person": phone.person_id,
        "hash": hash_token(phone.token),
        "code": CODE,
    }
    statements = [
        "INSERT INTO people (county_id, id, name, code) "
        "VALUES (:county, :person, '网格员', :code)",
        "INSERT INTO devices (county_id, id, token_hash, label, code, created_at) "
        "VALUES (:county, :device, :hash, '手机', :code, now())",
        "INSERT INTO device_bindings (county_id, device_id, person_id, during, code) "
        "VALUES (:county, :device, :person, '(,)', :code)",
    ]
    with as_job(database, county_id) as session:
        for statement in statements:
            session.execute(text(statement), values)
    return phone


@pytest.fixture
def make_phone(database, county) -> Callable[[], Phone]:
    return lambda: _add_phone(database, county)


@pytest.fixture
def phone(make_phone) -> Phone:
    return make_phone()


@pytest.fixture
def make_client(database) -> Callable[..., Client]:
    def make(database=database, **settings) -> Client:
        return Client(create_ingest_app(database, Settings(**settings)))

    return make


@pytest.fixture
def client(make_client):
    with make_client() as found:
        yield found


@pytest.fixture
def stored(database, county) -> Callable[[Phone], tuple[int, int]]:
    """Return how many fixes the journal and the quarantine of a phone hold."""

    def count(phone: Phone) -> tuple[int, int]:
        with as_job(database, county) as session:
            journal = session.scalar(
                text(
                    "SELECT coalesce(sum(cardinality(hashes)), 0) FROM journal "
                    "WHERE device_id = :device"
                ),
                {"device": phone.device_id},
            )
            return journal, len(quarantined_of(session, phone.device_id))

    return count
