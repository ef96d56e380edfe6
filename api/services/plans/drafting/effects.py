"""What an edit changed, from and to: the row that is stored, and what undo needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from api.services.plans.drafting.ground import DraftGround
from planning.edits.moves import lock_grids, unlock_grids
from planning.edits.state import UNASSIGNED, PlanState, reassigned, with_new_grid
from planning.edits.vertex import place_vertices

LonLat = tuple[float, float]


class Move(NamedTuple):
    """Units that went from a grid to a grid; None is no grid."""

    old: str | None
    new: str | None
    units: tuple[int, ...]


class Shift(NamedTuple):
    """A vertex that went from a place to a place."""

    vertex: int
    old: LonLat
    new: LonLat


@dataclass(frozen=True)
class Effect:
    """All that an edit changed."""

    moves: tuple[Move, ...] = ()
    shifts: tuple[Shift, ...] = ()
    locks: frozenset[str] = frozenset()
    unlocks: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.moves or self.shifts or self.locks or self.unlocks)

    def reversed(self) -> "Effect":
        """Return what takes this back."""
        return Effect(
            tuple(Move(new, old, units) for old, new, units in self.moves),
            tuple(Shift(vertex, new, old) for vertex, old, new in self.shifts),
            self.unlocks,
            self.locks,
        )

    @property
    def grids(self) -> frozenset[str]:
        """Every grid that it names."""
        ends = {name for move in self.moves for name in move[:2] if name is not None}
        return frozenset(ends) | self.locks | self.unlocks

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "moves": [[m.old, m.new, list(m.units)] for m in self.moves],
            "shifts": [[s.vertex, list(s.old), list(s.new)] for s in self.shifts],
            "locks": sorted(self.locks),
            "unlocks": sorted(self.unlocks),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Effect":
        """Return what `as_json` stored."""
        return cls(
            tuple(Move(old, new, tuple(units)) for old, new, units in body["moves"]),
            tuple(
                Shift(vertex, (old[0], old[1]), (new[0], new[1]))
                for vertex, old, new in body["shifts"]
            ),
            frozenset(body["locks"]),
            frozenset(body["unlocks"]),
        )


@dataclass(frozen=True)
class Placed:
    """A state, and where the vertices are that edits moved."""

    state: PlanState
    places: Mapping[int, LonLat] = field(default_factory=dict)


def find_effect(before: PlanState, after: PlanState) -> Effect:
    """Return what differs between two states, vertices left out."""
    changed = np.flatnonzero(before.part != after.part)
    ends: dict[tuple[int, int], list[int]] = {}
    for unit in changed.tolist():
        key = (int(before.part[unit]), int(after.part[unit]))
        ends.setdefault(key, []).append(unit)
    return Effect(
        moves=tuple(
            Move(_name(before, old), _name(after, new), tuple(units))
            for (old, new), units in sorted(ends.items())
        ),
        locks=frozenset(after.names[at] for at in after.locked - before.locked),
        unlocks=frozenset(before.names[at] for at in before.locked - after.locked),
    )


def apply_effect(ground: DraftGround, at: Placed, effect: Effect) -> Placed:
    """Return the draft after an effect that its rows tell of."""
    state = unlock_grids(at.state, sorted(effect.unlocks))
    if effect.moves:
        for name in sorted({m.new for m in effect.moves if m.new} - set(state.slots)):
            state, _ = with_new_grid(state, name)
        units = np.concatenate([np.array(m.units, np.int64) for m in effect.moves])
        ends = [
            UNASSIGNED if m.new is None else state.slots[m.new] for m in effect.moves
        ]
        targets = np.repeat(ends, [len(m.units) for m in effect.moves])
        state = reassigned(state, units, targets.astype(np.int64))
    at = _shifted(ground, replace(at, state=state), effect.shifts)
    return replace(at, state=lock_grids(at.state, sorted(effect.locks)))


def compose(effects: Iterable[Effect]) -> Effect:
    """Return one effect that does what several do one after the other."""
    homes: dict[int, tuple[str | None, str | None]] = {}
    places: dict[int, tuple[LonLat, LonLat]] = {}
    locked: set[str] = set()
    for effect in effects:
        for old, new, units in effect.moves:
            for unit in units:
                homes[unit] = (homes.get(unit, (old, None))[0], new)
        for vertex, was, place in effect.shifts:
            places[vertex] = (places.get(vertex, (was, was))[0], place)
        locked = (locked - effect.unlocks) | effect.locks
    ends: dict[tuple[str | None, str | None], list[int]] = {}
    for unit, (first, last) in sorted(homes.items()):
        if first != last:
            ends.setdefault((first, last), []).append(unit)
    return Effect(
        tuple(Move(*pair, tuple(units)) for pair, units in ends.items()),
        tuple(Shift(v, *pair) for v, pair in sorted(places.items())),
        frozenset(locked),
    )


def _shifted(ground: DraftGround, at: Placed, shifts: tuple[Shift, ...]) -> Placed:
    if not shifts:
        return at
    places = {**at.places, **{shift.vertex: shift.new for shift in shifts}}
    home = {v for v, place in places.items() if place == tuple(ground.lonlat[v])}
    vertices = np.array([shift.vertex for shift in shifts])
    # A vertex that is back where it was drawn stands there to the last digit.
    there = np.array([v in home for v in vertices.tolist()])
    xy = ground.to_metres([shift.new for shift in shifts])
    at_land = ground.land_vertex[vertices]
    xy[there] = ground.base.land.xy[at_land[there]]
    state = place_vertices(at.state, at_land, xy)
    return Placed(state, {v: p for v, p in places.items() if v not in home})


def _name(state: PlanState, at: int) -> str | None:
    return None if at == UNASSIGNED else state.names[at]
