"""The headline of a study in a Markdown page."""

from __future__ import annotations

import pytest

from analysis import Study
from analysis.answer import answer
from analysis.headline import BEGIN, END, headed


def test_the_answer_stands_between_the_marks_once_however_often_it_is_written(study: Study) -> None:
    page = f"# A page\n\n{BEGIN}\nOUTDATED\n{END}\n\nMore.\n"
    once = headed(page, study)
    assert once == headed(once, study)
    assert all(sentence in once for sentence in answer(study))
    assert "OUTDATED" not in once
    assert once.startswith("# A page\n")
    assert once.endswith("More.\n")


@pytest.mark.parametrize("page", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}\n{BEGIN}\n{END}"])
def test_a_page_without_its_marks_is_refused(page: str, study: Study) -> None:
    with pytest.raises(ValueError, match="headline"):
        headed(page, study)
