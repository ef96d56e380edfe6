"""Who looked at what: a chain of rows per county, written by ``audit_append``."""

from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import Base, CountyKey, Json, Moment


class AuditHead(Base):
    """The last link of a county's chain; locked while the next one is made."""

    __tablename__ = "audit_heads"

    county_id: Mapped[CountyKey]
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


class AuditEntry(Base):
    """One link: no role may insert, change or delete it directly."""

    __tablename__ = "audit_log"

    county_id: Mapped[CountyKey]
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[Moment]
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    object: Mapped[str]
    detail: Mapped[Json]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]

    __table_args__ = (Index(None, "county_id", "object", "seq"),)
