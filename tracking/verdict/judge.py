"""From what a day shows to one verdict per window.

Integrity comes first, then the needs. Of the rounds that pass, as many windows as
possible are credited with rounds far enough apart; a window that is not verified names
the round that came nearest and everything that it lacks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding
from tracking.verdict.looking import DayLook, WindowLook
from tracking.walking.rounds import Round

VERIFIED, PARTIAL, MISSED = "verified", "partial", "missed"
NO_DATA, SUSPICIOUS = "no_data", "suspicious"
_PROVISIONAL = (PARTIAL, MISSED, NO_DATA)


@dataclass(frozen=True)
class Known:
    """What is known of a round beyond its measures.

    `doubts` and mere `notes`, and `matches`: what was matched, as evidence shows it.
    """

    doubts: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    matches: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class WindowVerdict:
    """The verdict of one window, with its round if there is any."""

    look: WindowLook
    verdict: str
    round: Round | None
    reasons: tuple[Finding, ...]
    is_provisional: bool


def judge(
    look: DayLook, known: Mapping[int, Known], rule: Rule, as_of_ms: int | None
) -> list[WindowVerdict]:
    """Return the verdict of every window of a worker's day.

    Parameters
    ----------
    look : DayLook
    known : mapping
        By ``id`` of a round; a round that is missing has no doubts.
    rule : Rule
    as_of_ms : int, optional
        Before the deadline of the day, what is not verified is provisional.
    """
    clean = [
        sorted(
            (r for r in w.rounds if r.fills_all_needs and not _of(known, r).doubts),
            key=_order,
        )
        if not w.doubts
        else []
        for w in look.windows
    ]
    credited = _credit(clean, int(rule.apart_min * 60_000))
    is_open = as_of_ms is not None and as_of_ms < rule.deadline_ms(look.day)
    verdicts = []
    for i, window in enumerate(look.windows):
        found = credited[i]
        if found is not None:
            verdict, reasons = VERIFIED, _information(found, known, window)
        elif clean[i]:
            found = clean[i][0]
            soon = _too_soon(found, credited, rule)
            verdict, reasons = PARTIAL, (soon, *_information(found, known, window))
        else:
            verdict, found, reasons = _not_verified(window, known, rule)
        provisional = is_open and verdict in _PROVISIONAL
        verdicts.append(WindowVerdict(window, verdict, found, reasons, provisional))
    return verdicts


_NOTHING = Known()


def _of(known: Mapping[int, Known], found: Round) -> Known:
    return known.get(id(found), _NOTHING)


def _order(found: Round) -> tuple[int, int, str, tuple[str, ...]]:
    scene = found.scene
    return (
        found.start_ms,
        found.end_ms,
        scene.path.track.device_id,
        scene.area.grid_codes,
    )


def _credit(clean: Sequence[Sequence[Round]], apart_ms: int) -> list[Round | None]:
    """Choose at most one round per window, as many as possible, far enough apart.

    For each number of credited rounds the choice that ends first is kept, so later
    windows have the most room.
    """
    best: list[tuple[int, tuple[Round | None, ...]]] = [(-(2**62), ())]
    for rounds in clean:
        longer: list[tuple[int, tuple[Round | None, ...]] | None]
        longer = [(end, (*chosen, None)) for end, chosen in best] + [None]
        for count, (end, chosen) in enumerate(best):
            for r in rounds:
                if r.start_ms - end < apart_ms:
                    continue
                now = longer[count + 1]
                if now is None or r.end_ms < now[0]:
                    longer[count + 1] = (r.end_ms, (*chosen, r))
        best = [choice for choice in longer if choice is not None]
    return list(best[-1][1])


def _too_soon(found: Round, credited: Sequence[Round | None], rule: Rule) -> Finding:
    apart = min(
        max(found.start_ms - c.end_ms, c.start_ms - found.end_ms, 0)
        for c in credited
        if c is not None
    )
    return Finding("too_soon", apart / 60_000.0, rule.apart_min)


def _information(
    found: Round, known: Mapping[int, Known], window: WindowLook
) -> tuple[Finding, ...]:
    notes = [n for n in window.notes if n.code in _ALWAYS]
    return (*_of(known, found).notes, *notes)


_ALWAYS = ("conflict", "null_island", "late_upload")


def _not_verified(
    window: WindowLook, known: Mapping[int, Known], rule: Rule
) -> tuple[str, Round | None, tuple[Finding, ...]]:
    rounds = sorted(window.rounds, key=lambda r: _nearness(r, known))
    best = rounds[0] if rounds else None
    doubts = _doubts_of_window(window, rounds, known)
    notes = window.notes
    if best is not None:
        notes = (*best.shortfalls, *_of(known, best).notes, *notes)
    if doubts:
        return SUSPICIOUS, best, (*doubts, *notes)
    if best is not None:
        return PARTIAL, best, notes
    seen = window.observed_min >= rule.observed_min
    return (MISSED if seen else NO_DATA), None, notes


def _doubts_of_window(
    window: WindowLook, rounds: Sequence[Round], known: Mapping[int, Known]
) -> tuple[Finding, ...]:
    """Return the doubts of the round that claims most; a mere stay claims nothing."""
    for r in rounds:
        doubts = _of(known, r).doubts
        if r.is_stay:
            doubts = [d for d in doubts if d.code in _EVEN_AT_REST]
        if doubts:
            return (*doubts, *window.doubts)
    return window.doubts


_EVEN_AT_REST = ("mock_location", "backdated")


def _nearness(
    found: Round, known: Mapping[int, Known]
) -> tuple[bool, int, float, tuple[int, int, str, tuple[str, ...]]]:
    doubted = found.fills_all_needs and bool(_of(known, found).doubts)
    rests = found.is_stay or found.moving_min < 1.0
    missing = len(found.shortfalls) + 10 * rests
    return not doubted, missing, -found.dwell_min, _order(found)
