"""Logs as JSON lines that can hold no secret and no position.

A message is a fixed text of ours with counts and names of parts. Of an exception only
the kinds and the places in the code are written: what it says may quote a statement
with its values, or a body.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """One JSON object per record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage(),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            line |= _of_error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def log_as_lines(level: int = logging.INFO) -> None:
    """Write all logs of this process as JSON lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # The client of webhooks names whole addresses when it is talkative.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _of_error(error: BaseException) -> dict[str, object]:
    kinds, frames = [], []
    each: BaseException | None = error
    while each is not None:
        kinds.append(type(each).__name__)
        frames += [
            f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}"
            for frame in traceback.extract_tb(each.__traceback__)[-5:]
        ]
        each = each.__cause__ or each.__context__
    return {"error": kinds, "where": frames}
