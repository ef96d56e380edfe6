"""Verdicts of the fourth world, scenario by scenario, with 95 % bounds.

Run from the project's folder: ``python bench/impostors.py --windows 30 --seed 7``.
Every run without a seed is a fresh draw; ``--show`` prints each wrong window,
``--only`` picks scenarios by a part of their names.
"""

from dataclasses import replace

from disguises import (
    DAY,
    Scene,
    at_once,
    by_the_border,
    car,
    colleague,
    copy_of,
    crosses,
    cut,
    drawn,
    gcj,
    in_hindsight,
    jittered,
    leaps,
    mock,
    mock_home,
    neighbour,
    on_road,
    retimed,
    scaled,
    shifted,
    sits,
    spoils,
    stuck,
    too_short,
    two_phones,
    yard,
)
from phones import PLANE
from radios import Radio
from residents import CHEAP, HONEST, PLAIN
from scoring import Case, run

PARTIAL, DOUBT = ("partial",), ("suspicious",)
SITS = ("partial", "missed", "no_data")
WALLS = Radio(clusters=(5, 45.0, 90.0))
STRONG = Radio(clusters=(6, 80.0, 60.0), markov=(8.0, 60.0))
NARROW = Radio(clusters=(3, 30.0, 300.0), markov=(5.0, 120.0))
WALKING = Radio(walk_m=35.0)
FAR = Radio(walk_m=70.0, markov=(6.0, 60.0))
MIXED = Radio(wifi=0.4, cell=0.1, markov=(8.0, 60.0), clusters=(3, 30.0, 120.0))

FAKE = [
    Case("sits", lambda s: sits(s, None), SITS),
    Case("sits, walls", lambda s: sits(s, WALLS), SITS),
    Case("sits, walls 80 m", lambda s: sits(s, STRONG), SITS),
    Case("sits, a few places", lambda s: sits(s, NARROW), SITS),
    Case("sits, bias walks 35 m", lambda s: sits(s, WALKING), SITS),
    Case("sits, bias walks 70 m", lambda s: sits(s, FAR), SITS),
    Case("sits, Wi-Fi and masts", lambda s: sits(s, MIXED), SITS),
    Case("sits, boasting", lambda s: sits(s, replace(WALLS, boast=0.25)), SITS),
    Case("sits, unsaid", lambda s: sits(s, replace(WALLS, boast=0.0)), SITS),
    Case("sits, walls, 60 s", lambda s: sits(s, replace(WALLS, every_s=57)), SITS),
    Case("sits, walls, 30 s", lambda s: sits(s, replace(STRONG, every_s=30)), SITS),
    Case(
        "sits, coarse numbers",
        lambda s: sits(s, Radio(markov=(15.0, 90.0), step_deg=1e-4)),
        SITS,
    ),
    Case(
        "sits, markov 25 m",
        lambda s: sits(s, Radio(markov=(25.0, 150.0))),
        SITS,
    ),
    Case(
        "sits, markov 18 m, 40 s",
        lambda s: sits(s, Radio(markov=(18.0, 40.0), every_s=5.0)),
        SITS,
    ),
    Case("chores about a yard", yard, SITS),
    Case("office 30 m outside", lambda s: by_the_border(s, 30.0, PLAIN), SITS),
    Case("office outside, walls", lambda s: by_the_border(s, 30.0, WALLS), SITS),
    Case("office inside, walls", lambda s: by_the_border(s, -12.0, WALLS), SITS),
    Case("car 10 m/s", lambda s: car(s, 10.0), PARTIAL, "vehicle_speed", least_km2=0.3),
    Case("car with stops", lambda s: car(s, 12.0, 90.0), PARTIAL, least_km2=0.3),
    Case("rides through", lambda s: crosses(s, 9.0), SITS),
    Case(
        "replay",
        lambda s: copy_of(s, lambda x, y, t: (x, y, t)),
        DOUBT,
        "replayed_track",
    ),
    Case("replay, shifted 20 m", lambda s: shifted(s, 20.0), DOUBT, "replayed_track"),
    Case("replay, scaled 2 %", lambda s: scaled(s, 0.02), DOUBT, "replayed_track"),
    Case("replay, scaled 5 %", lambda s: scaled(s, 0.05), DOUBT, "replayed_track"),
    Case("replay, jitter 2 m", lambda s: jittered(s, 2.0), DOUBT, "replayed_track"),
    Case(
        "replay, slow jitter", lambda s: jittered(s, 2.0, 40), DOUBT, "replayed_track"
    ),
    Case("replay, paced 10 %", lambda s: retimed(s, 0.1), DOUBT, "replayed_track"),
    Case(
        "replay, paced, between",
        lambda s: retimed(s, 0.15, 1.0, True),
        DOUBT,
        "replayed_track",
    ),
    Case(
        "replay, backwards",
        lambda s: copy_of(s, lambda x, y, t: (x, y, t), way_back=True),
        DOUBT,
        "replayed_track",
    ),
    Case("replay of a part", cut, DOUBT, "replayed_track"),
    Case("replay of a colleague", lambda s: colleague(s, 1.0), DOUBT, "replayed_track"),
    Case("line, no noise", drawn, DOUBT, "synthetic_track"),
    Case("line, said 5", lambda s: drawn(s, 0.0, said=5.0), DOUBT, "synthetic_track"),
    Case("road, one speed", on_road, DOUBT, "synthetic_track"),
    Case("line, white 1 m", lambda s: drawn(s, 1.0), DOUBT, is_beyond=True),
    Case("line, white 3 m", lambda s: drawn(s, 3.0), DOUBT, is_beyond=True),
    Case("road, any speed", lambda s: on_road(s, 0.35), DOUBT, is_beyond=True),
    Case("road, white 2 m", lambda s: on_road(s, 0.0, 2.0), DOUBT, is_beyond=True),
    Case("two phones", two_phones, DOUBT, "companion_device"),
    Case(
        "two phones, one cheap",
        lambda s: two_phones(s, 1.0, Radio(markov=(6, 40), every_s=15.0)),
        DOUBT,
        "companion_device",
    ),
    Case(
        "two cheap phones",
        lambda s: two_phones(s, 0.5, CHEAP, CHEAP),
        DOUBT,
        "companion_device",
    ),
    Case("mock", mock, DOUBT, "mock_location"),
    Case("mock for the round", mock_home, DOUBT, "mock_location"),
    Case("leaps from home", leaps, DOUBT, "teleport"),
    Case("GCJ-02", gcj, DOUBT, "datum_shift", most_km2=0.5),
    Case("one phone, two at once", at_once, DOUBT, "device_shared"),
    Case("told in hindsight", in_hindsight, DOUBT, "backdated"),
    Case("stuck", stuck, PARTIAL, "frozen"),
    Case("too short", too_short, PARTIAL, "dwell_short"),
    Case("unseen for long", spoils, PARTIAL, "gap_long"),
    Case("neighbour's grid", neighbour, ("missed",), "wrong_grid", least_km2=0.1),
]


if __name__ == "__main__":
    run(__doc__, [*HONEST, *FAKE], Scene, DAY, PLANE, 15_000.0)
