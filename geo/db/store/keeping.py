"""What retention reads and takes away; partitions go by fixed functions, whole."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    String,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from geo.db.models import (
    Appeal,
    Case,
    CasePhoto,
    CaseVoice,
    DayTrack,
    Decision,
    KeptTrack,
    LatestFix,
    QuarantinedFix,
    RetentionMark,
    RoundDigest,
    TrackCell,
    Verdict,
)
from geo.db.store.counties import county_here

_DROP = text("SELECT drop_old_partition(:parent, :first_kept)").bindparams(
    bindparam("parent", type_=String), bindparam("first_kept", type_=Date)
)
_TABLE: ColumnElement[str] = literal_column("tableoid::regclass::text")


def days_of_tracks_before(session: Session, day: date) -> list[date]:
    """Return the days before `day` of which the county has tracks, oldest first."""
    query = (
        select(DayTrack.fix_on)
        .where(DayTrack.county_id == county_here(), DayTrack.fix_on < day)
        .distinct()
        .order_by(DayTrack.fix_on)
    )
    return list(session.scalars(query))


def people_to_keep(session: Session, day: date) -> set[UUID]:
    """Return whose fixes of a day are still argued about or may be.

    Those with a window that is not verified, that was appealed or decided on.
    """
    newest = (
        select(Verdict.person_id, Verdict.windows)
        .where(Verdict.county_id == county_here(), Verdict.day == day)
        .ext(distinct_on(Verdict.person_id))
        .order_by(Verdict.person_id, Verdict.revision.desc())
    )
    kept = {
        person
        for person, windows in session.execute(newest)
        if any(window[1] != "verified" for window in windows)
    }
    for table in (Appeal, Decision):
        query = select(table.person_id).where(
            table.county_id == county_here(), table.day == day
        )
        kept.update(session.scalars(query))
    return kept


def put_kept(session: Session, row: dict[str, object]) -> None:
    """Keep a track beyond the others, in place of what was kept of it before."""
    session.execute(
        text("SELECT make_keep_partition(:month)").bindparams(
            bindparam("month", row["drop_on"], Date)
        )
    )
    add = insert(KeptTrack).values(county_id=county_here(), **row)
    keys = ["county_id", "fix_on", "device_id", "person_id", "drop_on"]
    new = {name: add.excluded[name] for name in row if name not in keys}
    session.execute(add.on_conflict_do_update(index_elements=keys, set_=new))


def put_mark(session: Session, subject: str, until: date) -> None:
    """Note that the county is done with what a table holds before a day."""
    add = insert(RetentionMark).values(
        county_id=county_here(), subject=subject, until=until
    )
    latest = func.greatest(RetentionMark.until, add.excluded.until)
    session.execute(
        add.on_conflict_do_update(
            index_elements=["county_id", "subject"], set_={"until": latest}
        )
    )


def mark_of(session: Session, subject: str) -> date | None:
    """Return how far the county is done with a subject."""
    return session.scalar(
        select(RetentionMark.until).where(
            RetentionMark.county_id == county_here(), RetentionMark.subject == subject
        )
    )


def drop_old_partition(session: Session, parent: str, first_kept: date) -> str | None:
    """Drop the oldest partition before a day that no county needs; return its name."""
    return session.scalar(_DROP, {"parent": parent, "first_kept": first_kept})


def empty_default_journal(session: Session, first_kept: date) -> bool:
    """Empty the journal's default partition if all it holds is before a day."""
    query = text("SELECT empty_default_journal(:day)").bindparams(
        bindparam("day", first_kept, Date)
    )
    return bool(session.scalar(query))


def delete_stray_tracks(session: Session, before: date) -> int:
    """Delete old tracks that came after their day's partition had gone."""
    gone = session.execute(
        delete(DayTrack)
        .where(DayTrack.county_id == county_here(), DayTrack.fix_on < before)
        .where(_TABLE == "day_tracks_default")
        .execution_options(synchronize_session=False)
    )
    return _count(gone)


def delete_track_marks(session: Session, before: date, before_ms: int) -> int:
    """Delete the cells of days before a day, and what was put aside before then."""
    cells = session.execute(
        delete(TrackCell).where(
            TrackCell.county_id == county_here(), TrackCell.fix_on < before
        )
    )
    aside = session.execute(
        delete(QuarantinedFix).where(
            QuarantinedFix.county_id == county_here(),
            QuarantinedFix.received_ms < before_ms,
        )
    )
    ways = session.execute(
        delete(RoundDigest).where(
            RoundDigest.county_id == county_here(), RoundDigest.day < before
        )
    )
    return _count(cells) + _count(aside) + _count(ways)


def delete_cells(session: Session, day: date, device_id: UUID, code: int) -> None:
    """Delete the cells of a device on a day in an area."""
    session.execute(
        delete(TrackCell).where(
            TrackCell.county_id == county_here(),
            TrackCell.fix_on == day,
            TrackCell.device_id == device_id,
            TrackCell.code == code,
        )
    )


def latest_before(session: Session, before_ms: int) -> Sequence[LatestFix]:
    """Return the newest positions that are older than a moment."""
    return session.scalars(
        select(LatestFix).where(
            LatestFix.county_id == county_here(), LatestFix.t_ms < before_ms
        )
    ).all()


def clear_latest(session: Session, device_ids: Sequence[UUID]) -> None:
    """Forget where devices were last; what they send next is shown again."""
    session.execute(
        update(LatestFix)
        .where(LatestFix.county_id == county_here())
        .where(LatestFix.device_id.in_(device_ids))
        .values(
            t_ms=None,
            received_ms=None,
            lon=None,
            lat=None,
            accuracy_m=None,
            battery_pct=None,
        )
    )


def forget_judged(session: Session, before: date) -> int:
    """Delete the verdicts before a day, and all that was said of them."""
    query = text("SELECT forget_judged(:day)").bindparams(
        bindparam("day", before, Date)
    )
    return int(session.scalar(query) or 0)


_UNSYNCED = {"synchronize_session": False}


def delete_photos(session: Session, before: datetime) -> int:
    """Delete photos and recordings of cases that were closed before a moment."""
    gone = 0
    for model in (CasePhoto, CaseVoice):
        closed = exists().where(
            Case.county_id == model.county_id,
            Case.id == model.case_id,
            Case.closed_at < before,
        )
        rows = delete(model).where(model.county_id == county_here(), closed)
        gone += _count(session.execute(rows.execution_options(**_UNSYNCED)))
    return gone


def photo_paths(session: Session) -> set[str]:
    """Return the files of all photos and recordings of the county."""
    photos = select(CasePhoto.path).where(CasePhoto.county_id == county_here())
    voices = select(CaseVoice.path).where(CaseVoice.county_id == county_here())
    spoken = {f"voices/{path}" for path in session.scalars(voices)}
    return spoken | set(session.scalars(photos))


def _count(result: object) -> int:
    return int(getattr(result, "rowcount", 0))
