"""Tables for papers: the numbers are the study's, text is escaped, files come whole or not at all."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from analysis import Study, StudyError, differences, rule_baselines, summary
from analysis.compare import against_reference
from analysis.export import outcome_rows, table, write_tables

from .synthetic import OUTCOMES, SyntheticCell, load_study

HOSTILE = 'a & b_c % $x$ #1 {y} \\input{z} ~^ "q" <i> | `c` **d** [e](f)\nnext, "r"'


def test_csv_has_every_outcome_of_every_cell_as_computed(study: Study) -> None:
    rows = pd.read_csv(io.StringIO(table(study, "csv")))
    assert len(rows) == len(study.cells) * len(study.outcomes)
    assert list(rows["cell"].unique()) == list(study.labels.values())
    index = rows.set_index(["cell_id", "outcome"])
    means = summary(study.values).loc[index.index]
    for column in ("mean", "low", "high", "n"):
        assert index[column].to_numpy() == pytest.approx(means[column].to_numpy(), nan_ok=True)
    for name, baselines in (("less_reference", against_reference(study)), ("less_no_rule", rule_baselines(study))):
        told = index[index[f"{name}_n"].notna()]
        change = differences(study.values, baselines).loc[told.index]
        assert set(told.index.get_level_values("cell_id")) == set(baselines)
        assert told[name].to_numpy() == pytest.approx(change["mean"].to_numpy())
        assert told[f"{name}_high"].to_numpy() == pytest.approx(change["high"].to_numpy())
    assert index.loc[("c02", "hhi"), "regulation"] == "separation"
    assert index.loc[("c02", "hhi"), "unit"] == "1"


def test_a_study_of_one_seed_has_means_without_intervals(tmp_path) -> None:
    rows = outcome_rows(load_study(tmp_path / "s", [SyntheticCell()], seeds=[0], weeks=60, smes=20))
    assert rows[["low", "high", "less_reference"]].isna().all(axis=None)
    assert rows.set_index("outcome")["n"].drop(["sme_survival_104w", "sme_survival_156w"]).eq(1).all()


@pytest.mark.parametrize(
    ("form", "row"), [("markdown", "| Project S, separation | "), ("latex", "Project S, separation & ")]
)
def test_a_paper_has_a_row_a_cell_and_a_second_panel_of_differences(study: Study, form: str, row: str) -> None:
    text = table(study, form)
    assert text.count(row) == 2
    change = differences(study.values, {"c02": "c00"}).loc[("c02", "sme_survival_156w"), "mean"]
    assert f"{-100 * change:.2f} " in text.rpartition(row)[2]
    assert "Consumer" in text


def test_latex_is_a_booktabs_table(study: Study) -> None:
    lines = table(study, "latex").splitlines()
    for part in (r"\toprule", r"\midrule", r"\bottomrule", r"\end{tabular}", r"\end{table}"):
        assert lines.count(part) == 2
    columns = {line.count("&") for line in lines if line.endswith(r"\\")}
    assert columns == {len(lines[4].removeprefix(r"\begin{tabular}{l").removesuffix("}"))}
    assert table(study, "latex").isascii()


def test_markdown_is_a_table(study: Study) -> None:
    lines = [line for line in table(study, "markdown").splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1
    assert len(lines) == 2 + 5 + 2 + 4


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study whose labels are full of signs."""
    outcomes = {name: {**of, "label": HOSTILE} for name, of in OUTCOMES.items()}
    cells = [SyntheticCell(label=HOSTILE), SyntheticCell(0.01)]
    folder = tmp_path_factory.mktemp("hostile") / "s"
    return load_study(folder, cells, seeds=range(2), weeks=60, smes=20, outcomes=outcomes)


def test_signs_are_text_in_every_form(hostile: Study) -> None:
    latex = table(hostile, "latex")
    assert r"a \& b\_c \% \$x\$ \#1 \{y\} \textbackslash{}input\{z\} \textasciitilde{}\textasciicircum{}" in latex
    assert latex.count("\\begin{") == latex.count("\\end{") == 4
    markdown = table(hostile, "markdown")
    assert len({line.replace(r"\|", "").count("|") for line in markdown.splitlines() if line.startswith("|")}) == 1
    assert r"\<i\>" in markdown
    assert r"\[e\](f)" in markdown
    rows = pd.read_csv(io.StringIO(table(hostile, "csv")))
    assert rows.loc[0, "cell"] == rows.loc[0, "label"] == HOSTILE


def test_an_unknown_form_is_refused_in_one_line_and_nothing_is_written(study: Study, tmp_path) -> None:
    bare = load_study(tmp_path / "s", [SyntheticCell()], seeds=[0], weeks=5, smes=5)
    with pytest.raises(StudyError, match=r"^format: got pdf; it may be csv, latex or markdown$"):
        write_tables(bare, ["csv", "pdf"])
    assert not (bare.folder / "tables").exists()


def test_tables_lie_beside_the_study(tmp_path) -> None:
    study = load_study(tmp_path / "s", [SyntheticCell(), SyntheticCell(0.02)], seeds=range(3), weeks=60, smes=50)
    made = write_tables(study, ["csv", "latex", "markdown"])
    names = ["outcomes.csv", "outcomes.tex", "outcomes.md", "who_pays.csv", "hazard_ratios.csv"]
    assert [path.name for path in made] == names
    assert sorted(path.name for path in (study.folder / "tables").iterdir()) == sorted(names)
    assert made[0].read_bytes().decode() == table(study, "csv")
    paid = pd.read_csv(made[3]).set_index("outcome")["mean"]
    assert paid["total"] == pytest.approx(paid.drop("total").sum())
    assert pd.read_csv(made[4])["ratio"].gt(1).all()


def test_where_writing_fails_the_old_tables_stay(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = load_study(tmp_path / "s", [SyntheticCell()], seeds=range(2), weeks=5, smes=5)
    old = {path: path.read_bytes() for path in write_tables(study, ["csv"])}
    study.runs["hhi"] = 0.5
    monkeypatch.setattr("analysis.export._hazard_ratios", broken)
    with pytest.raises(OSError, match="no space"):
        write_tables(study, ["csv"])
    assert {path: path.read_bytes() for path in (study.folder / "tables").iterdir()} == old


def broken(study: Study) -> str:
    """A table that cannot be made."""
    raise OSError("no space")


def test_numbers_in_a_paper_are_those_of_the_summary(study: Study) -> None:
    line = next(line for line in table(study, "markdown").splitlines() if line.startswith("| Project S |"))
    survival = study.values.loc["c01", "sme_survival_156w"].mean()
    assert line.split("|")[2].split()[0] == f"{100 * survival:.1f}"
