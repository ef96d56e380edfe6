"""The starting list of hazard categories."""

from tracking.cases.categories import starting_categories


def test_every_child_follows_its_parent():
    seen = set()
    for category in starting_categories():
        assert category.parent is None or category.parent in seen
        assert category.code not in seen
        seen.add(category.code)


def test_the_list_has_two_levels():
    assert {code.code.count(".") for code in starting_categories()} == {0, 1}


def test_a_case_is_accepted_before_it_is_handled():
    for category in starting_categories():
        assert category.accept_within < category.handle_within
