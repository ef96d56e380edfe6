"""Whether somebody who seems to have made a round was at rest all along.

A phone on a desk is thrown about by reflections, which makes distance and cells. Four
signs tell it from a walk, and one of them is enough: it wanders to and fro like noise,
its way is made in leaps from rest to rest, in a few throws here and there, or it comes
back to one place again and again and mostly is there.
"""

from dataclasses import dataclass
from functools import cached_property

from tracking.rules.policy import Rule
from tracking.walking.base import find_base
from tracking.walking.bursts import half_way_share
from tracking.walking.heading import leap_share, mean_turn
from tracking.walking.measuring import Measures
from tracking.walking.scene import Path, Scene

# Who rests for a third of the time, and is back every few minutes, needs to have been
# at the place less: reflections do that.
_RESTING, _RESTING_LESS, _OFTEN_MIN = 1.5, 0.1, 7.5
# Like noise: rests, and was at one place for so much of the time, or for less of it and
# thrown back a dozen times.
_SOME_SHARE, _LITTLE_SHARE, _MANY = 0.2, 0.15, 12
# The mean cosine of turns is -0.8 to -0.1 for noise about one place. Walks have 0.4 to
# 0.9, in the narrowest yards less than noise: so only who rests much is looked at.
_NOISE = -0.05
# A phone that is thrown about seems to move for up to so much of the time.
_PAUSING = 0.75
# Reflections make a third and more of the way of a phone on a desk in leaps; of walks
# and rides, with reflections as well, a quarter at most, and those go straight on.
_LEAPS, _STRAIGHT = 0.3, 0.2
# Nobody leaps in a yard either, where turns are else not asked for.
_TURNS = 6
# Half of the way in so small a share of the motion, and not straight on: throws.
_IN_THROWS, _GOES_ON = 0.15, 0.5


@dataclass(frozen=True, eq=False)
class _Signs:
    """What tells rest from a walk in a part of a path, each measured when asked for.

    Attributes
    ----------
    radius_m : float
        Of a stay.
    anchor_m : float
        How far apart the places are between which leaps and turns are measured.
    found : Measures
        Of the same part.
    """

    path: Path
    part: slice
    radius_m: float
    anchor_m: float
    found: Measures

    @cached_property
    def base(self) -> tuple[float, int]:
        """Share of the time at the place most kept to, and how often one was back."""
        path, part = self.path, self.part
        way = path.t[part], path.smooth_x[part], path.smooth_y[part]
        share, returns, _, _ = find_base(*way, self.radius_m)
        return share, returns

    @cached_property
    def turns(self) -> tuple[float, int]:
        """Mean cosine and number of the turns of the smoothed way."""
        x, y = self.path.smooth_x[self.part], self.path.smooth_y[self.part]
        return mean_turn(x, y, self.anchor_m)

    @property
    def rests(self) -> bool:
        """Whether a third of the time and more was without motion."""
        return _RESTING * self.found.moving_min < self.found.dwell_min

    @property
    def pauses(self) -> bool:
        """Whether a quarter of the time and more was without motion."""
        return self.found.moving_min < _PAUSING * self.found.dwell_min


def is_at_rest(scene: Scene, part: slice, found: Measures, rule: Rule) -> bool:
    """Return whether an episode that misses nothing was made by a phone at rest.

    Parameters
    ----------
    scene : Scene
    part : slice
        The fixes of the episode.
    found : Measures
        What they come to.
    rule : Rule
        Where `turns_back` is 0, to and fro and throws are not asked for.
    """
    signs = _Signs(scene.path, part, scene.stay_radius_m, rule.anchor_m, found)
    least = rule.turns_back
    return (
        (least > 0 and _wanders(signs, least))
        or _leaps(signs, least or _TURNS)
        or (least > 0 and _is_thrown(signs))
        or _comes_back(signs, rule)
    )


def _wanders(signs: _Signs, least: int) -> bool:
    """Whether one who rests goes to and fro about one place like noise."""
    if not signs.rests:
        return False
    share, returns = signs.base
    if share < _SOME_SHARE and (share < _LITTLE_SHARE or returns < _MANY):
        return False
    turns, count = signs.turns
    return count >= least and turns < _NOISE


def _leaps(signs: _Signs, least: int) -> bool:
    """Whether the raw way is mostly made at once, from rest to rest, to and fro."""
    path, part = signs.path, signs.part
    t, x, y = path.t[part], path.x[part], path.y[part]
    if not signs.pauses or leap_share(t, x, y, signs.anchor_m) < _LEAPS:
        return False
    turns, count = mean_turn(x, y, signs.anchor_m)
    return count >= least and turns < _STRAIGHT


def _is_thrown(signs: _Signs) -> bool:
    """Whether the way was made in a few throws here and there, with rest in between."""
    path, part = signs.path, signs.part
    moves = path.t[part], path.step_mps[part], path.is_moving[part]
    return half_way_share(*moves) < _IN_THROWS and signs.turns[0] < _GOES_ON


def _comes_back(signs: _Signs, rule: Rule) -> bool:
    """Whether one came back to one place again and again, and mostly was there."""
    share, returns = signs.base
    often = returns * _OFTEN_MIN >= signs.found.dwell_min
    least = rule.base_share - (_RESTING_LESS if signs.rests and often else 0.0)
    return share >= least and returns >= rule.base_returns
