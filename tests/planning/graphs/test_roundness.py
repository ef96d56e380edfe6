"""What the length of a border costs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planning.graphs.roundness import length_prices

LENGTHS = st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=30)


def chain(lengths):
    u = np.arange(len(lengths))
    return u, u + 1, np.array(lengths, np.float64)


def test_borders_of_one_length_cost_what_they_cost_without():
    np.testing.assert_allclose(length_prices(*chain([40.0] * 6)), 1.0)


def test_the_longer_of_two_borders_costs_more():
    short, long, *_ = length_prices(*chain([30.0, 60.0, 30.0, 60.0]))
    assert short < 1 < long


def test_wide_country_is_as_dear_as_narrow_streets():
    streets, country = [20.0, 30.0] * 20, [2_000.0, 3_000.0] * 20
    price = length_prices(*chain(streets + country))
    np.testing.assert_allclose(price[10:12], price[60:62])


def test_borders_without_a_length_cost_the_plain_price():
    np.testing.assert_allclose(length_prices(*chain([0.0, 0.0])), 1.0)


@given(LENGTHS)
def test_no_length_makes_a_border_free_or_priceless(lengths):
    price = length_prices(*chain(lengths))
    assert ((price >= 0.85) & (price <= 1.45 + 1e-9)).all()


@given(LENGTHS, st.floats(0.01, 100))
def test_the_scale_of_a_map_does_not_matter(lengths, scale):
    u, v, length = chain(lengths)
    np.testing.assert_allclose(
        length_prices(u, v, length), length_prices(u, v, scale * length)
    )
