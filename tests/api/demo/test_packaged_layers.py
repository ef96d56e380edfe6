"""The layers that come with the product give the figures of the article."""

import pytest

from api.demo import deting


@pytest.fixture(scope="module")
def figures(built):
    return built(deting.packaged_layers())


def test_the_article_s_grids_come_out(figures):
    assert figures["基础网格（已发布）"] == 213
    assert figures["专属网格（已发布）"] == 28
    assert figures["有责任网格员的网格"] == 241


def test_the_grids_hold_the_town_s_ground_and_people(figures):
    assert round(figures["网格面积合计，平方公里"]) == 321
    assert figures["网格人口合计"] == 48_000


def test_every_place_lies_in_exactly_one_grid(figures):
    assert figures["自然村（单元各在所属网格）"] == 264
    assert figures["封闭硐口（各恰在一格）"] == 192
    assert figures["服务场所（各恰在一格）"] == 316
    assert figures["企业（各恰在一格）"] == 12


def test_hazards_are_not_counted_before_they_are_reported(figures):
    assert figures["平台上报隐患（各恰在一格）"] == 0
