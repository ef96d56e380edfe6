"""The kill ledger of reports: kill -9 of server and database while people report.

Run from the project's folder: ``PYTHONPATH=. python bench/reports.py``. Phones report
hazards, each with a photo, send some of them again, and write down what was
acknowledged. In between ``xunge serve`` and PostgreSQL are killed again and again, at
last both. Then the tables and the folder of photos are read: 0 acknowledged reports or
photos may be lost, 0 there twice, 0 with another text or another picture; else exit 1.
"""

import argparse
import http.client
import json
import random
import sys
import time
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from threading import Event, Thread
from uuid import UUID, uuid4

import rig
import torture
from PIL import Image
from sqlalchemy import text

from api.services.upkeep.database import open_database
from api.settings import Settings
from geo.codes import padded
from geo.db import cluster as clusters
from geo.db.door import as_job
from geo.db.engine import Database
from tests.api.conftest import COUNTY, GRIDS, make_world, middle_of

PATH = "/api/v1/hazards"
PHONES = 4
KEPT = {200, 201}


class Reporter(Thread):
    """Reports and photographs until each is acknowledged; one in five twice."""

    def __init__(
        self,
        number: int,
        token: str,
        server: torture.Server,
        ledger: torture.Ledger,
        stop: Event,
    ) -> None:
        super().__init__(daemon=True)
        self.said: dict[UUID, str] = {}
        self.shown: dict[UUID, str] = {}
        self._headers = {"Authorization": f"Bearer {token}"}
        self._server, self._ledger, self._halt = server, ledger, stop
        self._rng = random.Random(number)

    def run(self) -> None:
        while not self._halt.is_set():
            case, photo = uuid4(), uuid4()
            words = f"硐口封墙有裂缝 {case}"
            body = json.dumps(report(case, words, self._rng)).encode()
            if not self._until_kept("POST", PATH, body, "application/json"):
                return
            self.said[case] = words
            raw = picture(self._rng)
            path = f"{PATH}/{case}/photos/{photo}"
            if not self._until_kept("PUT", path, raw, "image/jpeg"):
                return
            self.shown[photo] = sha256(raw).hexdigest()
            self._ledger.add(1)

    def _until_kept(self, method: str, path: str, body: bytes, kind: str) -> bool:
        """Send until it is acknowledged; return whether it was before the end."""
        again = self._rng.random() < 0.2
        while not self._send(method, path, body, kind):
            # What became of it is not known, so it is sent once more.
            if self._halt.wait(0.1):
                return False
        if again:
            self._send(method, path, body, kind)
        return True

    def _send(self, method: str, path: str, body: bytes, kind: str) -> bool:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._server.port, timeout=15
        )
        try:
            headers = self._headers | {"Content-Type": kind}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return answer.status in KEPT


def report(case: UUID, words: str, rng: random.Random) -> dict[str, object]:
    """Return the body of a report from somewhere in the county."""
    lon, lat = middle_of(rng.choice(list(GRIDS)))
    return {
        "id": str(case),
        "lon": lon,
        "lat": lat,
        "coord_type": "wgs84",
        "category": "safety.mine_opening",
        "level": "general",
        "text": words,
        "reported_at": datetime.now(UTC).isoformat(),
    }


def picture(rng: random.Random) -> bytes:
    """Return a photo like no other."""
    out = BytesIO()
    Image.frombytes("RGB", (16, 16), rng.randbytes(768)).save(out, "JPEG")
    return out.getvalue()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=400)
    options.add_argument("--api-kills", type=int, default=4)
    options.add_argument("--database-kills", type=int, default=2)
    options.add_argument("--seconds", type=float, default=600)
    asked = options.parse_args()
    with rig.own_settings() as settings:
        found = killed(settings, asked)
    print(" ".join(f"{name}={value}" for name, value in found.items()))
    sys.exit(bool(found["lost"] or found["duplicated"] or found["altered"]))


def killed(settings: Settings, asked: argparse.Namespace) -> dict[str, int]:
    """Kill servers while people report; return what became of the reports."""
    database = open_database(settings)
    cluster = clusters.cluster_in(settings.data_dir)
    county, token = world_in(database)
    server = torture.Server(settings.data_dir, "none", "serve")
    ledger, stop = torture.Ledger(), Event()
    people = [Reporter(n, token, server, ledger, stop) for n in range(PHONES)]
    kills = torture.schedule(asked.api_kills, asked.database_kills)
    deadline = time.monotonic() + asked.seconds
    try:
        for person in people:
            person.start()
        for number, victim in enumerate(kills, 1):
            goal = asked.reports * number / (len(kills) + 1)
            torture.wait_for(ledger, goal, deadline)
            kill(victim, server, cluster)
        torture.wait_for(ledger, asked.reports, deadline)
        # Amid the reports: nobody says goodbye.
        server.kill()
        torture.kill_database(cluster)
    finally:
        stop.set()
        for person in people:
            person.join()
        if server.process.returncode is None:
            server.kill()
    found = audit(database, county, settings, people)
    database.dispose()
    return {"acknowledged": ledger.acknowledged, "kills": len(kills) + 2} | found


def world_in(database: Database) -> tuple[UUID, str]:
    """Make a county with grids and categories; return its id and a phone's token."""
    county = uuid4()
    with database.jobs.begin() as connection:
        connection.execute(
            text("INSERT INTO counties VALUES (:id, :code, '试县', 4546)"),
            {"id": county, "code": padded(COUNTY)},
        )
    return county, make_world(database, county).token


def kill(victim: str, server: torture.Server, cluster: clusters.Cluster) -> None:
    """Kill one of the two, and start it again."""
    if victim == "api":
        server.kill()
        server.start()
    else:
        torture.kill_database(cluster)


def audit(
    database: Database, county: UUID, settings: Settings, people: list[Reporter]
) -> dict[str, int]:
    """Compare tables and files with what the phones wrote down."""
    said = {case: words for person in people for case, words in person.said.items()}
    shown = {photo: sha for person in people for photo, sha in person.shown.items()}
    with as_job(database, county) as session:
        rows = session.execute(text("SELECT id, text FROM cases")).tuples()
        texts = dict(rows.all())
        begun = session.execute(
            text(
                "SELECT case_id, count(*) FROM case_events WHERE event = 'report' "
                "GROUP BY case_id"
            )
        ).tuples()
        twice = sum(count - 1 for _, count in begun)
        photos = {
            row.id: row
            for row in session.execute(
                text("SELECT id, sent_sha256, sha256, path FROM case_photos")
            )
        }
    lost = len(said.keys() - texts.keys()) + len(shown.keys() - photos.keys())
    altered = sum(texts.get(case, words) != words for case, words in said.items())
    for photo in shown.keys() & photos.keys():
        row, file = photos[photo], settings.photos / photos[photo].path
        kept = sha256(file.read_bytes()).hexdigest() if file.exists() else ""
        altered += row.sent_sha256 != shown[photo] or row.sha256 != kept
    return {"lost": lost, "duplicated": twice, "altered": altered}


if __name__ == "__main__":
    main()
