"""What a job's process is told to do, and with what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from geo.db.engine import Database

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class WorkOrder:
    """One job.

    Attributes
    ----------
    asked : mapping
        What the request wished, and ``made_by``.
    folder : Path
        The data folder.
    tell : callable
        Told the stage and the percentage.
    now : datetime
        Aware; when the job began.
    """

    database: Database
    county_id: UUID
    job_id: UUID
    asked: Mapping[str, Any]
    folder: Path
    tell: Tell
    now: datetime
