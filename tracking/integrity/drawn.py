"""Tracks that a script drew and nobody walked.

Five things betray a script. It never errs: its steps are equal beyond what a receiver
gives. It never shakes: its curves are those of a formula. It never tires: each minute
leads exactly as far as the one before, whatever way it goes. It never varies: too many
of its steps are of one length. And where a little noise is put on top, that noise
forgets at once: errors of a receiver last for half a minute and more, and people change
their pace. Noise as large as the errors of a receiver proves nothing: who keeps an even
pace with a plain receiver looks like that.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.integrity.smoothness import roughness
from tracking.integrity.steps import stride as stride_of
from tracking.integrity.steps import thinned
from tracking.plain import length
from tracking.rules.reasons import Finding
from tracking.walking.scene import Path

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_TRIPLES = 20
# Steps from fix to fix, and over so many seconds.
_BASES_S = (0.0, 10.0, 20.0)
_LOW_SHARES = (0.3, 0.1)
_WALKS_MPS = 0.4
# Steps of ten seconds and more whose fourth differences are less are drawn: of real
# logs they are 1.9 m and more (18 logs).
_LEAST_ROUGH_M = 0.8
# Minutes of real walkers differ by three metres and more (19 logs), typically by six.
# Shaken by a metre or so, the minutes of a script differ by no more than such shaking
# makes of equal ones, which the fourth differences tell.
_MINUTE_S = 60.0
_MINUTE_STEPS_S = (5.0, 10.0)
_LEAST_MINUTE_M = 0.8
_SHAKEN_MINUTE_M = 2.4
_SHAKEN_PACE = 0.03
_SHAKEN_SHARE = 0.32
_SHAKEN_S = 600.0
_MINUTES = 12
# Steps over so many seconds, and which share of them within a fiftieth of one another
# is too many: of 19 real logs it is 0.12 at most.
_EQUAL = ((10.0, 0.25), (20.0, 0.3), (40.0, 0.4))
_WITHIN = 0.02
_PACE_MPS = 1.2
_EQUAL_STEPS = 30
# Straight ways of so many seconds, by fixes no closer than others. Of white noise the
# statistic of Durbin and Watson (1950) is 2.2; of errors that last 1.2 to 1.5.
_STRAIGHT_S = (60.0, 120.0)
_THIN_S = 5.0
_STEPS = 11
_WHITE = 1.7
_WHITE_SHARE = 0.3
_WAYS = 12
_LIKE_NOISE = 1.5
# Errors of receivers are some metres; what a script shakes its line by is less.
_SHAKEN_M = 1.6
_SAME_PACE = 0.025


def find_drawn(path: Path, first: int, last: int) -> Finding | None:
    """Return in what a part of a path is more even than walked ways are.

    Parameters
    ----------
    path : Path
    first, last : int
        The first and the last fix of the part.

    Returns
    -------
    Finding or None
        Value and need in metres: the bend of steps, or how far minutes differ.
    """
    part = slice(first, last + 1)
    fixes = path.t[part], path.x[part], path.y[part], path.is_moving[part]
    found = (
        _never_errs(*fixes, path.track.accuracy_m[part])
        or _never_shakes(*fixes)
        or _never_tires(*fixes)
        or _never_varies(*fixes)
        or _forgets_at_once(*fixes)
    )
    return Finding("synthetic_track", *found) if found else None


def _never_errs(
    t: Float64, x: Float64, y: Float64, is_moving: Bools, accuracy: Float64
) -> tuple[float, float] | None:
    """Return the bend of steps that are equal beyond what any receiver gives.

    Over ten seconds and more no real log of walkers and runners bends by less than an
    eighth of a metre a second; a phone that filters hard bends less from second to
    second. So short steps are held to less than long ones.
    """
    # Real receivers never say the same accuracy all the way; some never say any.
    is_flat = accuracy[0] > 0.0 and _kinds(accuracy) <= 2
    known: dict[int, tuple[float, float, float]] = {}
    for base_s in _BASES_S:
        stride = stride_of(t, base_s)
        if stride not in known:
            known[stride] = _evenness(t, x, y, is_moving, stride)
        typical, straightest, dt = known[stride]
        if dt >= _BASES_S[1]:
            least = (0.06 if is_flat else 0.02) * dt
            # On short streets a script turns in most steps, and yet never errs.
            if straightest < least / 3.0:
                return straightest, least / 3.0
        else:
            least = (0.02 if is_flat else 0.005) * (dt + 0.5)
        if typical < least:
            return typical, least
    return None


def _never_shakes(
    t: Float64, x: Float64, y: Float64, is_moving: Bools
) -> tuple[float, float] | None:
    """Return how little the differences of steps differ along smooth curves."""
    rough_m = roughness(t, x, y, is_moving, _BASES_S[1])
    return (rough_m, _LEAST_ROUGH_M) if rough_m < _LEAST_ROUGH_M else None


def _never_tires(
    t: Float64, x: Float64, y: Float64, is_moving: Bools
) -> tuple[float, float] | None:
    """Return how far minutes differ that lead equally far along any way."""
    for each_s in _MINUTE_STEPS_S:
        typical, minutes, span_s, pace = _minutes(t, x, y, is_moving, each_s)
        most_m = min(_SHAKEN_PACE * _MINUTE_S * pace, _SHAKEN_MINUTE_M)
        if minutes < _MINUTES or typical >= max(most_m, _LEAST_MINUTE_M):
            continue
        least_m = _LEAST_MINUTE_M
        if span_s >= _SHAKEN_S:
            # Of too few even steps the roughness is infinite, and nothing is known.
            rough_m = roughness(t, x, y, is_moving, _BASES_S[1])
            if np.isfinite(rough_m):
                least_m = max(least_m, min(_SHAKEN_SHARE * rough_m, most_m))
        if typical < least_m:
            return typical, least_m
    return None


def _never_varies(
    t: Float64, x: Float64, y: Float64, is_moving: Bools
) -> tuple[float, float] | None:
    """Return how little too many steps differ, wherever they lead."""
    for each_s, share in _EQUAL:
        differ, step = _closest(t, x, y, is_moving, each_s, share)
        # Of a ride the errors of a receiver are a small share.
        least = _WITHIN * min(step, _PACE_MPS * each_s)
        if differ < least:
            return differ, least
    return None


def _forgets_at_once(
    t: Float64, x: Float64, y: Float64, is_moving: Bools
) -> tuple[float, float] | None:
    """Return how far straight ways differ whose only unevenness is white noise.

    Where the errors along straight ways are white, that noise says how much the speeds
    of such ways may differ. A person's differ by more, and so do a receiver's errors.
    White errors of `_SHAKEN_M` and more may be those of a plain receiver.
    """
    for long_s in _STRAIGHT_S:
        ways, white, *speeds = _straight_ways(t, x, y, is_moving, long_s)
        spread, noise, pace, error_m = speeds
        is_white = white >= max(_WAYS, _WHITE_SHARE * ways) and error_m < _SHAKEN_M
        if is_white and spread < min(_LIKE_NOISE * noise, _SAME_PACE * pace):
            return spread * _MINUTE_S, _LIKE_NOISE * noise * _MINUTE_S
    return None


@njit(cache=True)
def _kinds(accuracy: Float64) -> int:
    """Return how many accuracies were said, counted up to three."""
    kinds, one, two = 1, accuracy[0], accuracy[0]
    for a in accuracy:
        if a == one or a == two:
            continue
        kinds += 1
        if kinds > 2:
            break
        two = a
    return kinds


@njit(cache=True)
def _evenness(
    t: Float64, x: Float64, y: Float64, is_moving: Bools, k: int
) -> tuple[float, float, float]:
    """Return the typical and a small bend of even steps in motion, and their time.

    Steps are of `k` fixes. Some phones hold their place when they are slow; such steps
    are no motion.
    """
    n = len(t)
    if n < 3:
        return np.inf, np.inf, 0.0
    bends, steps = np.empty(n), np.empty(n)
    count = 0
    for i in range(k, n - k):
        before, after = t[i] - t[i - k], t[i + k] - t[i]
        even = before <= 3.0 * after and after <= 3.0 * before and before <= _MINUTE_S
        if even and is_moving[i - k + 1] and is_moving[i] and is_moving[i + k]:
            if length(x[i] - x[i - k], y[i] - y[i - k]) < _WALKS_MPS * before:
                continue
            if length(x[i + k] - x[i], y[i + k] - y[i]) < _WALKS_MPS * after:
                continue
            share = before / (before + after)
            off_x = x[i] - x[i - k] - share * (x[i + k] - x[i - k])
            off_y = y[i] - y[i - k] - share * (y[i + k] - y[i - k])
            bends[count] = 2.0 * length(off_x, off_y)
            steps[count] = before
            count += 1
    if count < _TRIPLES:
        return np.inf, np.inf, 0.0
    # Corners are no evidence for a person: a script turns them too.
    ordered = np.sort(bends[:count])
    low = float(ordered[int(_LOW_SHARES[0] * count)])
    lowest = float(ordered[int(_LOW_SHARES[1] * count)])
    return low, lowest, float(np.median(steps[:count]))


@njit(cache=True)
def _minutes(
    t: Float64, x: Float64, y: Float64, is_moving: Bools, least_s: float
) -> tuple[float, int, float, float]:
    """Return how far the way of a minute typically differs from the next, and how many.

    The way is that from fix to fix, so that bends do not matter. Then come the time in
    seconds that such pairs of minutes begin in, and their pace.
    """
    if len(t) < 3:
        return np.inf, 0, 0.0, 0.0
    at, moved, each = thinned(t, is_moving, least_s)
    n, k = len(at), max(2, int(np.rint(_MINUTE_S / each)))
    gone, still = np.zeros(n), np.zeros(n, np.int64)
    for i in range(1, n):
        a, b = at[i - 1], at[i]
        step = length(x[b] - x[a], y[b] - y[a])
        gone[i] = gone[i - 1] + step
        walks = moved[i] and step >= _WALKS_MPS * (t[b] - t[a])
        still[i] = still[i - 1] + (not walks)
    found, paces, count = np.empty(n), np.empty(n), 0
    for i in range(k, n - k):
        if still[i + k] > still[i - k]:
            continue
        a, b, c = at[i - k], at[i], at[i + k]
        before = (gone[i] - gone[i - k]) / (t[b] - t[a])
        after = (gone[i + k] - gone[i]) / (t[c] - t[b])
        found[count] = 0.5 * abs(after - before) * (t[c] - t[a])
        paces[count] = before
        count += 1
    if not count:
        return np.inf, 0, 0.0, 0.0
    typical, pace = np.median(found[:count]), np.median(paces[:count])
    return float(typical), count, count * each, float(pace)


@njit(cache=True)
def _closest(
    t: Float64, x: Float64, y: Float64, is_moving: Bools, least_s: float, share: float
) -> tuple[float, float]:
    """Return by how much the most equal share of the steps differ, and their length."""
    if len(t) < 2:
        return np.inf, 0.0
    at, moved, each = thinned(t, is_moving, least_s)
    speeds, count = np.empty(len(at)), 0
    for i in range(1, len(at)):
        a, b = at[i - 1], at[i]
        speed = length(x[b] - x[a], y[b] - y[a]) / (t[b] - t[a])
        if moved[i] and speed >= _WALKS_MPS:
            speeds[count] = speed
            count += 1
    if count < _EQUAL_STEPS:
        return np.inf, 0.0
    ordered, k = np.sort(speeds[:count]), int(np.ceil(share * count))
    closest = step = np.inf
    for i in range(count - k):
        differ = (ordered[i + k] - ordered[i]) / ordered[i]
        if differ < closest:
            closest, step = differ, ordered[i] * each
    return closest * step, step


@njit(cache=True)
def _straight_ways(
    t: Float64, x: Float64, y: Float64, is_moving: Bools, long_s: float
) -> tuple[int, int, float, float, float, float]:
    """Return ways in motion, and what those with white errors are like.

    Returns
    -------
    ways, white : int
        How many there are, and about a straight even line along how many the errors
        are white.
    spread, noise, pace : float
        Of the white ones: how their speeds spread, how white noise alone would spread
        them, and what they are, m/s.
    error_m : float
        Of the white ones: the standard error of a fix each way.
    """
    if len(t) <= _STEPS:
        return 0, 0, np.inf, 0.0, 0.0, 0.0
    at, moved, each = thinned(t, is_moving, _THIN_S)
    n = int(np.rint(long_s / each)) + 1
    if n <= _STEPS:
        return 0, 0, np.inf, 0.0, 0.0, 0.0
    speeds, noises, errors = np.empty(len(at)), np.empty(len(at)), np.empty(len(at))
    ways = white = 0
    for i in range(0, len(at) - n + 1, n // 4):
        if not moved[i + 1 : i + n].all():
            continue
        speed, noise, error, memory = _line_through(t, x, y, at[i : i + n])
        if speed < _WALKS_MPS:
            continue
        ways += 1
        if memory > _WHITE:
            speeds[white], noises[white], errors[white] = speed, noise, error
            white += 1
    if not white:
        return ways, 0, np.inf, 0.0, 0.0, 0.0
    pace = float(np.median(speeds[:white]))
    spread = 1.4826 * float(np.median(np.abs(speeds[:white] - pace)))
    noise, error_m = float(np.median(noises[:white])), float(np.median(errors[:white]))
    return ways, white, spread, noise, pace, error_m


@njit(cache=True)
def _line_through(
    t: Float64, x: Float64, y: Float64, at: NDArray[np.int64]
) -> tuple[float, float, float, float]:
    """Return the line through some fixes.

    Returns
    -------
    speed, noise, error : float
        How fast it goes, how unsure that is, m/s, and how unsure each fix is, metres.
    memory : float
        The statistic of Durbin and Watson.
    """
    n = len(at)
    when, east, north = t[at], x[at], y[at]
    when, east, north = when - when.mean(), east - east.mean(), north - north.mean()
    long = (when * when).sum()
    speed_x, speed_y = (when * east).sum() / long, (when * north).sum() / long
    off_x, off_y = east - speed_x * when, north - speed_y * when
    total = (off_x * off_x + off_y * off_y).sum()
    steps = 0.0
    for i in range(1, n):
        dx, dy = off_x[i] - off_x[i - 1], off_y[i] - off_y[i - 1]
        steps += dx * dx + dy * dy
    error = np.sqrt(total / (2.0 * (n - 2)))
    return (
        length(speed_x, speed_y),
        error / np.sqrt(long),
        error,
        steps / max(total, 1e-9),
    )
