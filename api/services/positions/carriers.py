"""Who carried a device when: whose track each of its fixes belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from geo.db.models import DeviceBinding
from geo.db.models.tracks import NOBODY
from geo.db.store import tracks as store
from geo.localtime import to_ms
from tracking.storage.fixblock import FixBlock


@dataclass(frozen=True)
class Carriers:
    """Who carried one device when: (from ms, to ms, person, area of the duty)."""

    spells: Sequence[tuple[int, int, UUID, int]]
    own_code: int

    def has_one(self, person_id: UUID, code: int, first_ms: int, last_ms: int) -> bool:
        """Whether one person alone carried the device in a closed span."""
        held = [s for s in self.spells if s[0] <= last_ms and s[1] > first_ms]
        if not held:
            return (person_id, code) == (NOBODY, self.own_code)
        start, end, *who = held[0]
        return (
            len(held) == 1
            and start <= first_ms
            and last_ms < end
            and who == [person_id, code]
        )

    def split(self, block: FixBlock) -> list[tuple[UUID, int, FixBlock]]:
        """Return the fixes of each carrier; nobody's under the device's own area."""
        t_ms = block.column("t_ms")
        owner = np.full(len(block), -1)
        for i, (start, end, _, _) in enumerate(self.spells):
            owner[(t_ms >= start) & (t_ms < end)] = i
        people: dict[UUID, tuple[int, list[int]]] = {}
        for i in np.unique(owner).tolist():
            person, code = (NOBODY, self.own_code) if i < 0 else self.spells[i][2:]
            # Twice the carrier of a day: one track, in the area of the later spell.
            people[person] = (code, [*people.get(person, (0, []))[1], i])
        return [
            (person, code, block.take(np.isin(owner, spells)))
            for person, (code, spells) in people.items()
        ]


def carriers_of(session: Session, device_ids: Sequence[UUID]) -> dict[UUID, Carriers]:
    """Return the carriers of some devices, all their time."""
    spells: dict[UUID, list[tuple[int, int, UUID, int]]] = {}
    for binding in store.bindings_of(session, device_ids):
        spells.setdefault(binding.device_id, []).append(_spell(binding))
    codes = store.codes_of_devices(session, device_ids)
    return {
        device_id: Carriers(spells.get(device_id, []), codes.get(device_id, 0))
        for device_id in device_ids
    }


def _spell(binding: DeviceBinding) -> tuple[int, int, UUID, int]:
    lower, upper = binding.during.lower, binding.during.upper
    start = -(2**63) if lower is None else to_ms(lower)
    end = 2**63 - 1 if upper is None else to_ms(upper)
    return start, end, binding.person_id, binding.code
