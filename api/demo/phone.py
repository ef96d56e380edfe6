"""What the phones of a demo send, over real HTTP."""

import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pandas as pd

from geo.errors import XungeError

_BATCH = 500
_PHONES_AT_ONCE = 4


class DemoTrouble(XungeError):
    """The running product refused what a demo sent."""


@dataclass(frozen=True)
class Phone:
    """One device: its worker's code name and its token."""

    worker_id: str
    token: str


def send_fixes(
    base_url: str, phones: Sequence[Phone], fixes: pd.DataFrame, sent_at: datetime
) -> dict[str, int]:
    """Post every phone's fixes as native batches and return the sum of the receipts.

    Parameters
    ----------
    base_url : str
    phones : sequence of Phone
    fixes : DataFrame
        Columns `geo.frames.FIX_COLUMNS`; the phone is found by ``worker_id``.
    sent_at : datetime
        What the phones' own clocks say when they send.
    """
    of_worker = dict(tuple(fixes.groupby("worker_id", sort=False)))
    jobs = [
        (phone, part)
        for phone in phones
        if phone.worker_id in of_worker
        for part in _batches(of_worker[phone.worker_id])
    ]
    with httpx.Client(base_url=base_url, timeout=60.0) as client:

        def post(job: tuple[Phone, pd.DataFrame]) -> dict[str, int]:
            phone, part = job
            answer = client.post(
                "/api/v1/fixes",
                headers={"Authorization": f"Bearer {phone.token}"},
                json=_body(part, sent_at),
            )
            receipt: dict[str, int] = _checked(answer)
            return receipt

        with ThreadPoolExecutor(_PHONES_AT_ONCE) as pool:
            receipts = list(pool.map(post, jobs))
    keys = ("accepted", "duplicates", "flagged")
    return {key: sum(receipt[key] for receipt in receipts) for key in keys}


class Desk:
    """One person at a page or a phone: logged in, holding a session."""

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self._client = httpx.Client(
            base_url=base_url, timeout=60.0, headers={"Origin": base_url}
        )
        self.me: dict[str, Any] = self.post(
            "/api/v1/session", {"login": login, "password": password}
        )

    def get(self, path: str, **query: Any) -> Any:
        """Return the answer to a read."""
        return _checked(self._client.get(path, params=query))

    def post(self, path: str, body: Any) -> Any:
        """Return the answer to a write."""
        return _checked(self._client.post(path, json=body))

    def put_photo(self, case_id: str, photo: bytes) -> Any:
        """Send a photo of a case."""
        path = f"/api/v1/hazards/{case_id}/photos/{uuid.uuid4()}"
        headers = {"Content-Type": "image/jpeg"}
        return _checked(self._client.put(path, content=photo, headers=headers))

    def close(self) -> None:
        """Leave without logging out."""
        self._client.close()


def _batches(fixes: pd.DataFrame) -> Iterable[pd.DataFrame]:
    for start in range(0, len(fixes), _BATCH):
        yield fixes.iloc[start : start + _BATCH]


def _body(fixes: pd.DataFrame, sent_at: datetime) -> dict[str, Any]:
    wire = fixes.rename(columns={"t_ms": "t", "accuracy_m": "accuracy"})
    columns = ["t", "lon", "lat", "accuracy", "speed_mps"]
    rows = wire[columns].astype(object).where(wire[columns].notna(), None)
    mock = fixes["mock"].to_numpy() == 1
    return {
        "batch_id": str(uuid.uuid4()),
        "sent_at": sent_at.isoformat(),
        "coord_type": "wgs84",
        "fixes": [
            {**row, "mock": bool(flag)}
            for row, flag in zip(rows.to_dict("records"), mock, strict=True)
        ],
    }


def _checked(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    raise DemoTrouble(
        f"{answer.request.method} {answer.request.url.path} was answered "
        f"{answer.status_code}: {answer.text[:300]}"
    )
