"""Tracks beside tracks: two devices on one body, one device on two.

Only rounds that would be verified are compared. What was matched is kept as numbers,
never as somebody else's track.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.compiled import njit
from geo.crs import METRES_PER_DEGREE
from tracking.integrity.sights import Sight
from tracking.integrity.trails import TICK_MS, apart_m, find_exchanged
from tracking.plain import length, median, span_of
from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding
from tracking.signals.fixes import Track
from tracking.walking.rounds import Round

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

_SHARED_SPAN_MS = 600_000
_HALF_MEAN_MS = 60_000.0
# Two phones in one bag lie no further apart than this share of what they say their
# errors are (drawn from six kinds of receivers), and never beyond twice the reach.
_DOUBTS = 1.25
_WIDEST = 2.0
# The errors of poor receivers pass in minutes, and what parts the means over six is a
# small share of what moves either: of strangers on small ground it is a fifth and more.
_LONG_HALF_MS = 180_000.0
_PARTS = 0.05


def find_companions(
    claims: Sequence[Sight], rule: Rule
) -> list[list[tuple[Finding, dict[str, Any]]]]:
    """Return, for each round of a day, who else's device walked with it all the way.

    Within one group it is a joint patrol and only information. Beside each finding
    stands its evidence: how far apart the two were, never where the other one was.
    """
    found: list[list[tuple[Finding, dict[str, Any]]]] = [[] for _ in claims]
    if len(claims) < 2:
        return found
    together = set()
    for i, others in enumerate(_meeting([_box(c) for c in claims], rule)):
        claim = claims[i]
        for j in others:
            other = claims[j]
            if other.worker_id == claim.worker_id:
                continue
            share, minutes, evidence = _together(claim, other, rule)
            if share < rule.companion_share or minutes < rule.companion_min:
                continue
            joint = bool(claim.groups & other.groups)
            code = "joint_patrol" if joint else "companion_device"
            finding = Finding(code, share, rule.companion_share)
            found[i].append((finding, evidence()))
            together |= {(i, j), (j, i)}
    for i, finding, proof in _exchanged(claims, together, rule):
        found[i].append((finding, proof))
    return found


def _exchanged(
    claims: Sequence[Sight], together: set[tuple[int, int]], rule: Rule
) -> Iterator[tuple[int, Finding, dict[str, Any]]]:
    """Yield rounds, mostly at two times, on which the device of the other was along.

    One alone is a visitor; both ways it is one pocket, or two who walk as a group.
    """
    trails = [c.trail for c in claims if c.trail is not None]
    for i, j in find_exchanged(trails) if len(trails) == len(claims) else ():
        a, b = claims[i], claims[j]
        if a.worker_id == b.worker_id or (i, j) in together:
            continue
        joint = bool(a.groups & b.groups)
        code = "joint_patrol" if joint else "companion_device"
        both = [_along(a, b, rule), _along(b, a, rule)]
        if min(share for share, _ in both) >= rule.companion_share:
            for n, (share, proof) in zip((i, j), both, strict=True):
                yield n, Finding(code, share, rule.companion_share), proof


def _along(a: Sight, b: Sight, rule: Rule) -> tuple[float, dict[str, Any]]:
    """Return the share of a round on which another's device was along, and proof."""
    if a.trail is None or b.trail is None:
        return 0.0, {}
    at, apart = apart_m(a.trail, b.trail)
    near_m = _reach_m(a, b, rule)
    whole = a.trail.end - a.trail.begin
    if whole * TICK_MS < rule.companion_min * 60_000.0:
        return 0.0, {}
    proof = {
        "kind": "companion",
        "digest": b.trail.sha256,
        "at_ms": at.tolist(),
        "apart_m": np.rint(apart).astype(np.int64).tolist(),
        "near_m": round(near_m),
    }
    return float(np.count_nonzero(apart <= near_m)) / whole, proof


def find_switches(tracks: Sequence[Track]) -> dict[tuple[str, str], Int64]:
    """Return when devices went to and fro between people, by worker and device.

    A change of user is no offence: only fixes of one person between fixes of another,
    within ten minutes, count.
    """
    by_device: dict[str, list[Track]] = {}
    for track in tracks:
        if track.device_id:
            by_device.setdefault(track.device_id, []).append(track)
    switches: dict[tuple[str, str], Int64] = {}
    for device, users in by_device.items():
        if len({t.worker_id for t in users}) < 2:
            continue
        t_ms = np.concatenate([t.t_ms for t in users])
        who = np.concatenate([np.full(len(t), n) for n, t in enumerate(users)])
        names = np.array([t.worker_id for t in users])
        order = np.lexsort((who, t_ms))
        t_ms, name = t_ms[order], names[who[order]]
        between = (name[2:] == name[:-2]) & (name[1:-1] != name[:-2])
        between &= t_ms[2:] - t_ms[:-2] <= _SHARED_SPAN_MS
        for worker in sorted(set(names.tolist())):
            part = between & ((name[1:-1] == worker) | (name[2:] == worker))
            switches[worker, device] = t_ms[1:-1][part]
    return switches


def find_sharing(
    found: Round, worker_id: str, switches: dict[tuple[str, str], Int64], rule: Rule
) -> Finding | None:
    """Return how often the device of a round was somebody else's in between."""
    times = switches.get((worker_id, found.scene.path.track.device_id))
    if times is None:
        return None
    count = int(((times >= found.start_ms) & (times <= found.end_ms)).sum())
    return Finding("device_shared", count, 0) if count >= rule.shared_switches else None


def _box(seen: Sight) -> tuple[float, ...]:
    last = len(seen.t_ms) - 1
    sides = *span_of(seen.lon, 0, last), *span_of(seen.lat, 0, last)
    return (seen.start_ms, seen.end_ms, *sides)


def _meeting(boxes: Sequence[tuple[float, ...]], rule: Rule) -> list[list[int]]:
    """Return, for each round, those that were near it for long enough, in order."""
    start, end, *sides = np.array(boxes).T
    slack = 1e-3
    ground = shapely.box(sides[0], sides[2], sides[1], sides[3])
    wider = shapely.box(
        sides[0] - slack, sides[2] - slack, sides[1] + slack, sides[3] + slack
    )
    one, other = shapely.STRtree(ground).query(wider)
    shared = np.minimum(end[one], end[other]) - np.maximum(start[one], start[other])
    long = (shared >= rule.companion_min * 60_000.0) & (one != other)
    found: list[list[int]] = [[] for _ in boxes]
    for i, j in sorted(zip(one[long].tolist(), other[long].tolist(), strict=True)):
        found[i].append(j)
    return found


def _together(
    a: Sight, b: Sight, rule: Rule
) -> tuple[float, float, Callable[[], dict[str, Any]]]:
    """Return the share of the moving time within reach of another, and its minutes.

    Errors of two receivers are strangers to one another and pass in a minute or two,
    while people who walk apart stay apart: so the mean way from one to the other over
    two minutes is looked at, and doubtful phones may lie further apart. Receivers so
    poor that they do not say how poor they are show it in six minutes.
    """
    at, ax, ay = _plane_of(a, lat0 := float(a.lat[0]))
    bt, bx, by = _plane_of(b, lat0)
    near_m = _reach_m(a, b, rule)
    both = (at >= bt[0]) & (at <= bt[-1]) & a.is_moving
    weight = np.minimum(np.diff(at, prepend=at[:1]), rule.gap_s * 1000.0)[both]
    if not len(weight) or weight.sum() <= 0.0:
        return 0.0, 0.0, dict
    ways = at, ax, ay, bt, bx, by
    apart, _ = _mean_apart(*ways, _HALF_MEAN_MS)
    share = float(weight[apart[both] <= near_m].sum() / weight.sum())
    if share < rule.companion_share:
        longer, parts = _mean_apart(*ways, _LONG_HALF_MS)
        near = weight[longer[both] <= rule.companion_m].sum() / weight.sum()
        if parts < _PARTS and near >= rule.companion_share:
            apart, near_m, share = longer, rule.companion_m, float(near)

    def evidence() -> dict[str, Any]:
        other = np.column_stack([bt, np.rint(bx * 10), np.rint(by * 10)])
        return {
            "kind": "companion",
            "digest": hashlib.sha256(other.astype("<i8").tobytes()).hexdigest(),
            "at_ms": at[both].astype(np.int64).tolist(),
            "apart_m": np.rint(apart[both]).astype(np.int64).tolist(),
            "near_m": round(near_m),
        }

    return share, float(weight.sum()) / 60_000.0, evidence


def _plane_of(seen: Sight, lat0: float) -> tuple[Float64, Float64, Float64]:
    """Return times and places of a round on a plane that two rounds share."""
    scale = METRES_PER_DEGREE * np.cos(np.radians(lat0))
    t = seen.t_ms.astype(np.float64)
    return t, seen.lon * scale, seen.lat * METRES_PER_DEGREE


def _reach_m(a: Sight, b: Sight, rule: Rule) -> float:
    """Return within which two phones are on one body, for what they say they know."""
    unsure = _DOUBTS * length(median(a.accuracy_m), median(b.accuracy_m))
    return min(max(rule.companion_m, unsure), _WIDEST * rule.companion_m)


@njit(cache=True)
def _mean_apart(
    at: Float64,
    ax: Float64,
    ay: Float64,
    bt: Float64,
    bx: Float64,
    by: Float64,
    half: float,
) -> tuple[Float64, float]:
    """Return the mean way from one track to another around each fix, and what it parts.

    Returns
    -------
    apart : ndarray of float64, shape (n,)
        Metres.
    parts : float
        The square of that way beside the squares of what either track strays from its
        middle: 0 on one body, about 1 of strangers on the same ground.
    """
    n, k = len(at), 0
    east, north = np.zeros(n + 1), np.zeros(n + 1)
    other_x, other_y = np.empty(n), np.empty(n)
    for i in range(n):
        while k < len(bt) - 2 and bt[k + 1] < at[i]:
            k += 1
        last = min(k + 1, len(bt) - 1)
        span = bt[last] - bt[k]
        share = min(max((at[i] - bt[k]) / span, 0.0), 1.0) if span > 0.0 else 0.0
        dx = bx[k] + share * (bx[last] - bx[k]) - ax[i]
        dy = by[k] + share * (by[last] - by[k]) - ay[i]
        east[i + 1], north[i + 1] = east[i] + dx, north[i] + dy
        other_x[i], other_y[i] = ax[i] + dx, ay[i] + dy
    apart = np.empty(n)
    low = high = 0
    for i in range(n):
        while high < n and at[high] <= at[i] + half:
            high += 1
        while at[low] < at[i] - half:
            low += 1
        count = high - low
        apart[i] = length(
            (east[high] - east[low]) / count, (north[high] - north[low]) / count
        )
    strays = ax.var() + ay.var() + other_x.var() + other_y.var()
    return apart, float((apart * apart).mean() / max(strays, 1.0))
