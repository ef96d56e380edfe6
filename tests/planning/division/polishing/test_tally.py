"""What patches count in compiled code equals what frames of arrays would say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.division.polishing.tally import parts_beside, price_of_cuts, price_of_plan
from tests.planning.small_graphs import lattice


@given(seed=st.integers(0, 99))
def test_the_parts_beside_some_units_and_the_price_of_cuts_are_counted_right(seed):
    rng = np.random.default_rng(seed)
    graph, part = lattice(4, 5, [1] * 20), rng.integers(0, 6, 20)
    source = np.repeat(np.arange(20), np.diff(graph.indptr))
    own, other = part[source], part[graph.indices]
    names = np.unique(part)[:2]
    nodes = np.flatnonzero(np.isin(part, names))
    far = np.isin(own, names) & ~np.isin(other, names)
    expected, borders = np.unique(other[far], return_counts=True)
    beside, contact = parts_beside(graph.indptr, graph.indices, part, 6, nodes)
    assert beside.tolist() == expected.tolist()
    assert contact.tolist() == borders.tolist()
    cut = price_of_cuts(graph.indptr, graph.indices, graph.cost, part)
    assert cut == graph.cost[own != other].sum() // 2


@given(seed=st.integers(0, 99))
def test_a_plan_costs_its_cuts_and_what_lies_outside_the_band(seed):
    rng = np.random.default_rng(seed)
    graph, part = lattice(4, 5, rng.integers(1, 9, 20)), rng.integers(0, 4, 20)
    low, high, ideal = 18, 30, 24
    weight = np.bincount(part, graph.load, minlength=4).astype(int)
    out = [max(0, low - w, w - high) for w in weight]
    percent = [100 * x / ideal for x in out]
    cut = price_of_cuts(graph.indptr, graph.indices, graph.cost, part)
    paid = price_of_plan(
        graph.indptr, graph.indices, graph.cost, graph.load, part, 4, low, high, ideal
    )
    # 200 cut edges per percent, more as it grows, and 8 for each grid that is outside.
    own = sum(200 * x * (1 + min(100.0, x) / 2.56) + 8 * (x > 0) for x in percent)
    assert paid - cut == pytest.approx(1024 * own, rel=0.01)
