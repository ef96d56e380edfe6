"""The chained record of who did and looked at what."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


def append(
    session: Session, action: str, object_name: str, detail: Mapping[str, Any]
) -> None:
    """Add a row for the county and person of this transaction.

    The chain's head stays locked until the transaction ends: call it last.
    """
    session.execute(
        text("SELECT audit_append(:action, :object, CAST(:detail AS jsonb))"),
        {"action": action, "object": object_name, "detail": json.dumps(dict(detail))},
    )
