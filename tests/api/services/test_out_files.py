"""An output that cannot be written is refused before the work, and nothing is left."""

import pytest

from api.services.out_files import require_folder
from geo.errors import BadInput


def test_a_folder_that_is_still_to_be_made_is_fine_and_not_made(tmp_path):
    require_folder(tmp_path / "a" / "b", ["plan.csv"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["file", "file/below", "file/below/further"])
def test_a_file_where_a_folder_should_be_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="nothing can be written here"):
        require_folder(tmp_path / place, [])


def test_a_result_that_cannot_be_written_over_is_refused(tmp_path):
    (tmp_path / "report.json").mkdir()
    with pytest.raises(BadInput, match=r"report.json: cannot be written over"):
        require_folder(tmp_path, ["assignment.csv", "report.json"])


def test_results_of_before_may_be_written_over(tmp_path):
    (tmp_path / "report.json").write_text("{}")
    require_folder(tmp_path, ["report.json"])
    assert (tmp_path / "report.json").read_text() == "{}"
