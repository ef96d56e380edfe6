"""How full the disk is: ingestion stops politely before the database's log fills it.

A full disk under the log of a PostgreSQL server takes the server down; a phone that is
refused keeps its queue and comes again.
"""

import logging
import shutil
import time
from pathlib import Path

# Somebody should make room; nothing is refused yet.
ALARM_SHARE = 0.80
FULL_SHARE = 0.90
_REMEMBERED_S = 5.0
_log = logging.getLogger(__name__)


class Disk:
    """The disk under a folder, asked every few seconds at most."""

    def __init__(self, folder: Path, full_share: float = FULL_SHARE) -> None:
        self._folder = folder
        self._full_share = full_share
        self._asked_at = float("-inf")
        self._used_share = 0.0
        self._is_alarmed = False

    def used_share(self) -> float:
        """Return the used share of the disk; 0 where it cannot be told."""
        now = time.monotonic()
        if now - self._asked_at > _REMEMBERED_S:
            self._asked_at = now
            try:
                usage = shutil.disk_usage(_existing(self._folder))
                # As the system sees it: what only root may still use is no room.
                self._used_share = usage.used / max(1, usage.used + usage.free)
            except OSError:
                self._used_share = 0.0
            self._warn()
        return self._used_share

    def has_room(self) -> bool:
        """Return whether more may be stored."""
        return self.used_share() < self._full_share

    def _warn(self) -> None:
        """Say once that the disk fills, and once more when it fills again."""
        is_filling = self._used_share >= ALARM_SHARE
        if is_filling and not self._is_alarmed:
            _log.warning("the disk fills: %.0f %% used", self._used_share * 100)
        self._is_alarmed = is_filling


def _existing(folder: Path) -> Path:
    path = folder.resolve()
    while not path.exists():
        path = path.parent
    return path
