"""Tracks beside tracks: replays of earlier days, two devices on one body, one on two.

Only rounds that would be verified are compared. What was matched is kept as numbers,
never as somebody else's track.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracking.fixes import USED, Track
from tracking.policy import Rule
from tracking.reasons import Finding
from tracking.rounds import Round

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

INF = float("inf")
_METRES_PER_DEGREE = 111_320.0
_MICRO = 1_000_000
_REPLAY_AGE_MS = 600_000
_SHIFT_BIN_MS = 5_000
_REPLAY_SHARE = 0.2
_STEP_S = 10.0
_MOVED_M = 2.0
_SHARED_SPAN_MS = 600_000


@dataclass(frozen=True)
class Claim:
    """A round that stands for a worker's day, with the groups the worker walks in."""

    worker_id: str
    groups: frozenset[str]
    round: Round


class ReplayIndex:
    """Moving fixes of all tracks by their place to the microdegree, for exact replays.

    Six equal fixes in a row on another day were seen 3 times in 216,848 honest ones;
    twelve at one time shift never.
    """

    def __init__(self, tracks: Sequence[Track]) -> None:
        keys, times, owners = [], [], []
        for number, track in enumerate(tracks):
            moving = _moving(track)
            keys.append(_place_keys(track.lon[moving], track.lat[moving]))
            times.append(track.t_ms[moving])
            owners.append(np.full(int(moving.sum()), number, np.int64))
        key = np.concatenate(keys) if keys else np.empty(0, np.int64)
        t = np.concatenate(times) if times else np.empty(0, np.int64)
        owner = np.concatenate(owners) if owners else np.empty(0, np.int64)
        order = np.lexsort((t, owner, key))
        self._key, self._t, self._owner = key[order], t[order], owner[order]

    def find(self, found: Round, rule: Rule) -> Finding | None:
        """Return how many fixes of a round repeat an earlier track at one shift."""
        track = found.scene.path.track.part(slice(found.first, found.last + 1))
        moving = _moving(track)
        key = _place_keys(track.lon[moving], track.lat[moving])
        low = np.searchsorted(self._key, key, "left")
        high = np.searchsorted(self._key, key, "right")
        count = high - low
        mine = np.repeat(np.arange(len(key)), count)
        theirs = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        theirs += np.repeat(low, count)
        shift = track.t_ms[moving][mine] - self._t[theirs]
        earlier = shift >= _REPLAY_AGE_MS
        if not earlier.any():
            return None
        bins = np.stack([self._owner[theirs][earlier], shift[earlier] // _SHIFT_BIN_MS])
        most = int(np.unique(bins, axis=1, return_counts=True)[1].max())
        if most < max(rule.replay_fixes, _REPLAY_SHARE * len(key)):
            return None
        return Finding("replayed_track", most, rule.replay_fixes)


def find_near_replay(
    found: Round, earlier: Sequence[Round], rule: Rule
) -> Finding | None:
    """Return whether a round follows an earlier one in space and time, noise apart.

    Honest repeats of a walk differ by 6.8 m at least (260 measured), in the median over
    ten minutes at the best time shift.
    """
    lat0 = float(found.scene.path.track.lat[found.first])
    here = _walk(found, lat0)
    least_s = rule.replay_near_min * 60.0
    if here[0][-1] < least_s:
        return None
    best = min(
        (
            _separation(*here, *_walk(e, lat0), least_s, rule.replay_near_m)
            for e in earlier
            if e.end_ms - e.start_ms >= least_s * 1000.0
        ),
        default=INF,
    )
    if best >= rule.replay_near_m:
        return None
    return Finding("replayed_track", best, rule.replay_near_m)


def find_companions(claims: Sequence[Claim], rule: Rule) -> list[list[Finding]]:
    """Return, for each claim, who else's device walked with it all the way.

    Within one group it is a joint patrol and only information.
    """
    found: list[list[Finding]] = [[] for _ in claims]
    boxes = np.array([_box(c.round) for c in claims]).reshape(len(claims), 6)
    for i, claim in enumerate(claims):
        for j in _meeting(boxes, i, rule):
            other = claims[j]
            if other.worker_id == claim.worker_id:
                continue
            share, minutes = _together(claim.round, other.round, rule)
            if share < rule.companion_share or minutes < rule.companion_min:
                continue
            joint = bool(claim.groups & other.groups)
            code = "joint_patrol" if joint else "companion_device"
            found[i].append(Finding(code, share, rule.companion_share))
    return found


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


def _moving(track: Track) -> NDArray[np.bool_]:
    moving = np.zeros(len(track), bool)
    used = np.flatnonzero(track.flag == USED)
    if len(used) < 2:
        return moving
    lon, lat = track.lon[used], track.lat[used]
    east = np.diff(lon) * np.cos(np.radians(lat[1:])) * _METRES_PER_DEGREE
    north = np.diff(lat) * _METRES_PER_DEGREE
    moving[used[1:]] = np.hypot(east, north) > _MOVED_M
    return moving


def _place_keys(lon: Float64, lat: Float64) -> Int64:
    # Both fit in 29 bits at a microdegree.
    east = np.rint(lon * _MICRO).astype(np.int64)
    north = np.rint(lat * _MICRO).astype(np.int64)
    return (east << 32) ^ (north & 0xFFFFFFFF)


def _lonlat_plane(found: Round, lat0: float) -> tuple[Float64, Float64]:
    part = slice(found.first, found.last + 1)
    track = found.scene.path.track
    scale = _METRES_PER_DEGREE * np.cos(np.radians(lat0))
    return track.lon[part] * scale, track.lat[part] * _METRES_PER_DEGREE


def _walk(found: Round, lat0: float) -> tuple[Float64, Float64, Float64]:
    """Return seconds since the start and metres."""
    part = slice(found.first, found.last + 1)
    t = (found.scene.path.track.t_ms[part] - found.start_ms) / 1000.0
    return (t, *_lonlat_plane(found, lat0))


@njit(cache=True)
def _separation(
    t: Float64,
    x: Float64,
    y: Float64,
    other_t: Float64,
    other_x: Float64,
    other_y: Float64,
    least_s: float,
    near_m: float,
) -> float:
    """Return the smallest median separation over all shifts that overlap enough.

    Coarse over shifts of 10 s, then, where that comes near, second by second.
    """
    best, at = np.inf, 0.0
    shift = least_s - other_t[-1]
    while shift <= t[-1] - least_s:
        low, high = max(0.0, shift), min(t[-1], other_t[-1] + shift)
        apart = _apart(t, x, y, other_t, other_x, other_y, shift, low, high)
        if apart < best:
            best, at = apart, shift
        shift += _STEP_S
    if best > _STEP_S + near_m:
        return best
    for second in range(-int(_STEP_S), int(_STEP_S) + 1):
        shift = at + second
        low, high = max(0.0, shift), min(t[-1], other_t[-1] + shift)
        if high - low >= least_s:
            apart = _apart(t, x, y, other_t, other_x, other_y, shift, low, high)
            best = min(best, apart)
    return best


@njit(cache=True)
def _apart(
    t: Float64,
    x: Float64,
    y: Float64,
    other_t: Float64,
    other_x: Float64,
    other_y: Float64,
    shift: float,
    low: float,
    high: float,
) -> float:
    at = np.arange(low, high, _STEP_S)
    dx = np.interp(at, t, x) - np.interp(at - shift, other_t, other_x)
    dy = np.interp(at, t, y) - np.interp(at - shift, other_t, other_y)
    return float(np.median(np.hypot(dx, dy)))


def _box(found: Round) -> tuple[float, ...]:
    track = found.scene.path.track
    part = slice(found.first, found.last + 1)
    lon, lat = track.lon[part], track.lat[part]
    return (
        found.start_ms,
        found.end_ms,
        float(lon.min()),
        float(lon.max()),
        float(lat.min()),
        float(lat.max()),
    )


def _meeting(boxes: Float64, i: int, rule: Rule) -> Int64:
    least = rule.companion_min * 60_000.0
    slack = 1e-3
    box = boxes[i]
    meets = np.minimum(boxes[:, 1], box[1]) - np.maximum(boxes[:, 0], box[0]) >= least
    for low, high in ((2, 3), (4, 5)):
        meets &= boxes[:, low] <= box[high] + slack
        meets &= boxes[:, high] >= box[low] - slack
    return np.flatnonzero(meets)


def _together(a: Round, b: Round, rule: Rule) -> tuple[float, float]:
    """Return the share of the moving time within reach of another, and its minutes."""
    lat0 = float(a.scene.path.track.lat[a.first])
    ax, ay = _lonlat_plane(a, lat0)
    bx, by = _lonlat_plane(b, lat0)
    part = slice(a.first, a.last + 1)
    at = a.scene.path.track.t_ms[part].astype(np.float64)
    bt = b.scene.path.track.t_ms[b.first : b.last + 1].astype(np.float64)
    both = (at >= bt[0]) & (at <= bt[-1]) & a.scene.path.is_moving[part]
    weight = np.minimum(np.diff(at, prepend=at[:1]), rule.gap_s * 1000.0)[both]
    if not len(weight) or weight.sum() <= 0.0:
        return 0.0, 0.0
    apart = np.hypot(
        ax[both] - np.interp(at[both], bt, bx), ay[both] - np.interp(at[both], bt, by)
    )
    near = weight[apart <= rule.companion_m].sum()
    return float(near / weight.sum()), float(weight.sum()) / 60_000.0
