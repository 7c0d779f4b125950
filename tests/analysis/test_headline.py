"""The headline of a study in a Markdown page."""

from __future__ import annotations

import pytest

from analysis import Study
from analysis.answer import answer, sureness
from analysis.headline import HEADLINE, WORLDS, headed, marks

BEGIN, END = marks(HEADLINE)


@pytest.mark.parametrize("name", [HEADLINE, WORLDS])
def test_the_answer_stands_between_the_marks_once_however_often_it_is_written(study: Study, name: str) -> None:
    begin, end = marks(name)
    page = f"# A page\n\n{begin}\nOUTDATED\n{end}\n\nMore.\n"
    once = headed(page, study, name)
    assert once == headed(once, study, name)
    told = answer(study) if name == HEADLINE else [answer(study)[0], sureness(study)]
    assert all(sentence in once for sentence in told)
    assert "OUTDATED" not in once
    assert once.startswith("# A page\n")
    assert once.endswith("More.\n")


@pytest.mark.parametrize("page", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}\n{BEGIN}\n{END}", "\n".join(marks(WORLDS))])
def test_a_page_without_its_marks_is_refused(page: str, study: Study) -> None:
    with pytest.raises(ValueError, match="headline"):
        headed(page, study)
