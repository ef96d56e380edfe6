"""What patches count in compiled code equals what frames of arrays would say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planning.division.polishing.tally import parts_beside, price_of_cuts
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
