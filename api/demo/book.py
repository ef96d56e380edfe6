"""What a demo remembers beside the database: who may log in, which plan was published.

A file in the data folder that only its owner may read; a second run prints it again.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from api.demo.town import Login
from tracking.cases.roles import Role


@dataclass(frozen=True)
class Book:
    """A demo that was played."""

    county_id: UUID
    plan_id: UUID
    day: date
    logins: tuple[Login, ...]

    def write(self, path: Path) -> None:
        """Write it, readable by its owner only."""
        path.touch(mode=0o600)
        path.write_text(
            json.dumps(asdict(self), default=str, ensure_ascii=False, indent=1),
            encoding="utf-8",
        )

    @classmethod
    def read(cls, path: Path) -> "Book | None":
        """Return what was written, or None where there is nothing."""
        if not path.exists():
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            county_id=UUID(kept["county_id"]),
            plan_id=UUID(kept["plan_id"]),
            day=date.fromisoformat(kept["day"]),
            logins=tuple(
                Login(Role(one["role"]), one["login"], one["password"])
                for one in kept["logins"]
            ),
        )
