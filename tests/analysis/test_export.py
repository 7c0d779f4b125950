"""Tables for papers: the numbers are the study's, text is escaped, files come whole or not at all."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis import Study, StudyError, differences, figures, rule_baselines, summary
from analysis.compare import against_reference, estimate
from analysis.export import _hazard_ratios, _who_pays, csv_text, outcome_rows, table, write_tables
from analysis.findings import SHARE, Findings
from analysis.language import speaking
from analysis.parties import who_pays
from analysis.provenance import plain
from analysis.sections.behind import figure
from analysis.tables import difference_table, quantity

from .present import there
from .synthetic import OUTCOMES, SyntheticScenario, load_study

HOSTILE = 'a & b_c % $x$ #1 {y} \\input{z} ~^ "q" <i> | `c` **d** [e](f)\nnext, "r"'


def test_csv_has_every_outcome_of_every_scenario_as_computed(study: Study) -> None:
    rows = pd.read_csv(io.StringIO(table(study, "csv")))
    assert len(rows) == len(study.scenarios) * len(study.outcomes)
    assert list(rows["scenario"].unique()) == list(study.labels.values())
    index = rows.set_index(["scenario_id", "outcome"])
    means = summary(study.values).loc[index.index]
    for column in ("mean", "low", "high", "n"):
        assert index[column].to_numpy() == pytest.approx(means[column].to_numpy(), nan_ok=True)
    for name, baselines in (("less_reference", against_reference(study)), ("less_no_rule", rule_baselines(study))):
        told = index[index[f"{name}_n"].notna()]
        change = differences(study.values, baselines).loc[told.index]
        assert set(told.index.get_level_values("scenario_id")) == set(baselines)
        assert told[name].to_numpy() == pytest.approx(change["mean"].to_numpy())
        assert told[f"{name}_high"].to_numpy() == pytest.approx(change["high"].to_numpy())
    assert index.loc[("c02", "hhi"), "regulation"] == "separation"
    assert index.loc[("c02", "hhi"), "unit"] == "1"


def test_a_study_of_one_seed_has_means_without_intervals(tmp_path) -> None:
    rows = outcome_rows(load_study(tmp_path / "s", [SyntheticScenario()], seeds=[0], weeks=60, smes=20))
    assert rows[["low", "high", "less_reference"]].isna().all(axis=None)
    assert rows.set_index("outcome")["n"].drop(["sme_survival_104w", "sme_survival_156w"]).eq(1).all()


@pytest.mark.parametrize(
    ("form", "row"), [("markdown", "| Project S, separation | "), ("latex", "Project S, separation & ")]
)
def test_a_paper_has_a_row_a_scenario_and_a_second_panel_of_differences(study: Study, form: str, row: str) -> None:
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
    assert columns == {len(lines[5].removeprefix(r"\begin{tabular}{l").removesuffix("}"))}
    assert table(study, "latex").isascii()


def test_markdown_is_a_table(study: Study) -> None:
    lines = [line for line in table(study, "markdown").splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1
    assert len(lines) == 2 + 5 + 2 + 4


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study whose labels are full of signs."""
    outcomes = {name: {**of, "label": HOSTILE} for name, of in OUTCOMES.items()}
    scenarios = [SyntheticScenario(label=HOSTILE), SyntheticScenario(0.01)]
    folder = tmp_path_factory.mktemp("hostile") / "s"
    return load_study(folder, scenarios, seeds=range(2), weeks=60, smes=20, outcomes=outcomes)


def test_signs_are_text_in_every_form(hostile: Study) -> None:
    latex = table(hostile, "latex")
    assert r"a \& b\_c \% \$x\$ \#1 \{y\} \textbackslash{}input\{z\} \textasciitilde{}\textasciicircum{}" in latex
    assert latex.count("\\begin{") == latex.count("\\end{") == 4
    markdown = table(hostile, "markdown")
    assert len({line.replace(r"\|", "").count("|") for line in markdown.splitlines() if line.startswith("|")}) == 1
    assert r"\<i\>" in markdown
    assert r"\[e\](f)" in markdown
    rows = pd.read_csv(io.StringIO(table(hostile, "csv")))
    assert rows.loc[0, "scenario"] == rows.loc[0, "label"] == HOSTILE


def test_greek_letters_of_a_label_can_be_set_by_latex(tmp_path) -> None:
    study = load_study(tmp_path / "s", [SyntheticScenario(label="ψ ≥ λ, 2 × ο, σς é")], seeds=range(2), weeks=5, smes=5)
    latex = table(study, "latex")
    assert r"$\psi$ $\geq$ $\lambda$, 2 $\times$ o, $\sigma$$\varsigma$ é" in latex
    assert latex.startswith("% needs")


def test_an_unknown_form_is_refused_in_one_line_and_nothing_is_written(study: Study, tmp_path) -> None:
    bare = load_study(tmp_path / "s", [SyntheticScenario()], seeds=[0], weeks=5, smes=5)
    with pytest.raises(StudyError, match=r"^format: got pdf; it may be csv, latex, markdown, xlsx or parquet$"):
        write_tables(bare, ["csv", "pdf"])
    assert not (bare.folder / "tables").exists()


def test_tables_lie_beside_the_study(tmp_path) -> None:
    study = load_study(
        tmp_path / "s", [SyntheticScenario(), SyntheticScenario(0.02)], seeds=range(3), weeks=60, smes=50
    )
    made = write_tables(study, ["csv", "latex", "markdown"])
    names = ["outcomes.csv", "outcomes.tex", "outcomes.md", "who_pays.csv", "hazard_ratios.csv", "fates.csv"]
    assert [path.name for path in made] == names
    assert sorted(path.name for path in (study.folder / "tables").iterdir()) == sorted(names)
    assert made[0].read_bytes().decode() == table(study, "csv")
    paid = pd.read_csv(made[3]).set_index("outcome")["mean"]
    assert paid["total"] == pytest.approx(paid.drop("total").sum())
    assert pd.read_csv(made[4])["ratio"].gt(1).all()
    assert set(pd.read_csv(made[5])["scenario"]) == {study.labels["c01"]}


def test_tables_have_the_baselines_of_the_report(study: Study) -> None:
    """A rule is held against the same scenario without one, not against the reference."""
    found = Findings(study)
    paid = pd.read_csv(io.StringIO(_who_pays(found))).set_index(["scenario_id", "outcome"])
    told = who_pays(study, {"c01": "c00", "c02": "c01", "c03": "c01", "c04": "c01"})
    assert paid["mean"].to_numpy() == pytest.approx(told.loc[paid.index, "mean"].to_numpy())
    ratios = pd.read_csv(io.StringIO(_hazard_ratios(found))).set_index("scenario_id")
    for scenario, base in found.baselines.items():
        assert ratios.loc[scenario, "less"] == study.labels[base]
        assert set(paid.loc[scenario, "less"]) == {study.labels[base]}
    assert ratios["n"].eq(5_000).all()


def test_tables_in_another_language_leave_the_english_ones(tmp_path) -> None:
    study = load_study(tmp_path / "s", [SyntheticScenario()], seeds=range(2), weeks=5, smes=5)
    with speaking("id"):
        made = write_tables(study, ["csv", "markdown"])
    names = ["outcomes.id.csv", "outcomes.id.md", "who_pays.id.csv", "hazard_ratios.id.csv", "fates.id.csv"]
    assert [path.name for path in made] == names


@given(st.text(max_size=5), st.floats(allow_nan=False, allow_infinity=False))
@example("\r", 0.0)
@example("=a\nb", 0.0)
@example('"a\r\n,', 0.0)
def test_no_text_of_a_csv_is_a_formula_and_numbers_stay(text: str, value: float) -> None:
    frame = pd.DataFrame({"a": [text, "b"], text + "x": pd.Categorical([text, text]), "n": [-abs(value), 1.0]})
    rows = list(csv.reader(io.StringIO(csv_text(frame), newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row[:2])
    assert rows[1][0] in (text, f"'{text}")
    assert float(rows[1][2]) == -abs(value)


def test_the_file_behind_a_figure_has_no_formula(study: Study) -> None:
    drawn = figures.bars(study)
    assert drawn is not None
    hostile = replace(drawn, table=drawn.table.assign(scenario="=1+1"))
    made = there(figure(hostile))
    rows = gzip.decompress(base64.b64decode(made.csv)).decode("utf-8-sig").splitlines()
    assert all(row.startswith("'=1+1,") for row in rows[1:])


def test_seeds_far_apart_are_listed_and_those_in_a_row_are_not() -> None:
    assert plain([3, 4, 5]) == "3 to 5"
    assert plain([0, 1, 10**15]) == f"0, 1, {10**15}"
    assert plain([0, 2, 1]) == "0, 2, 1"


@pytest.mark.parametrize("label", ["[2pt] x", "* x"])
def test_no_label_is_read_as_the_end_of_the_row_before_it(tmp_path, label: str) -> None:
    scenarios = [SyntheticScenario(), SyntheticScenario(0.02, label=label)]
    text = table(load_study(tmp_path / "s", scenarios, seeds=range(2), weeks=60, smes=20), "latex")
    assert f"{{}}{label} & " in text
    assert not re.search(r"\\\\\s*[\[*]", text)


def test_where_writing_fails_the_old_tables_stay(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = load_study(tmp_path / "s", [SyntheticScenario()], seeds=range(2), weeks=5, smes=5)
    old = {path: path.read_bytes() for path in write_tables(study, ["csv"])}
    study.runs["hhi"] = 0.5
    monkeypatch.setattr("analysis.export._hazard_ratios", broken)
    with pytest.raises(OSError, match="no space"):
        write_tables(study, ["csv"])
    assert {path: path.read_bytes() for path in (study.folder / "tables").iterdir()} == old


def broken(found: Findings) -> str:
    """A table that cannot be made."""
    raise OSError("no space")


def test_numbers_in_a_paper_are_those_of_the_summary(study: Study) -> None:
    line = next(line for line in table(study, "markdown").splitlines() if line.startswith("| Project S |"))
    survival = study.values.loc["c01", "sme_survival_156w"].mean()
    assert line.split("|")[2].split()[0] == f"{100 * survival:.1f}"


def test_outcomes_that_are_asked_for_are_the_tables_columns(study: Study) -> None:
    asked = table(study, "latex", ["hhi", "sme_profit"], "mine")
    assert r"\label{tab:mine-outcomes}" in asked
    assert r"\label{tab:mine-differences}" in asked
    assert asked.count(r"\shortstack") == 2 * 2
    rows = pd.read_csv(io.StringIO(table(study, "csv", ["hhi"])))
    assert set(rows["outcome"]) == {"hhi"}


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"outcomes": ["sme_profits"]}, r"outcomes: got sme_profits; .*did you mean sme_profit\?"),
        ({"label": "a b"}, "label: got a b; it may be letters"),
    ],
)
def test_what_no_table_can_have_is_one_line(study: Study, how: dict, words: str) -> None:
    with pytest.raises(StudyError, match=words) as error:
        table(study, "latex", **how)
    assert "\n" not in str(error.value)


def test_an_outcome_that_is_zero_in_every_run_is_no_column_unless_it_is_asked_for(study: Study) -> None:
    runs = study.runs.assign(platform_profit=0.0)
    still = Study(study.folder, study.manifest, runs)
    assert "Platform's profit" not in table(still, "markdown")
    assert "Platform's profit" in table(study, "markdown")
    assert "Platform's profit" in table(still, "markdown", ["platform_profit"])


@pytest.mark.parametrize(("seeds", "said"), [(2, True), (4, True), (5, False)])
def test_few_seeds_are_said_and_never_bold(tmp_path, seeds: int, said: bool) -> None:
    scenarios = [SyntheticScenario(), SyntheticScenario(0.05, 0.2)]
    study = load_study(tmp_path / "s", scenarios, seeds=range(seeds), weeks=60, smes=50)
    change = differences(study.values, {"c01": "c00"}, study.weeks)
    made = difference_table(study, change, "A caption.")
    assert ("fewer than five seeds" in made.caption) is said
    assert ("fewer than five seeds" in table(study, "latex")) is said
    bold = [one.bold for row in made.cells for one in row]
    assert any(bold) is not said


def test_rounding_is_no_width(tmp_path) -> None:
    """One shop more of sixty on every seed is the same value, whatever the last bit of its share says."""
    shops = np.arange(6) / 60
    values = pd.DataFrame({"survival": [*shops, *(shops + 1 / 60)]})
    values.index = pd.MultiIndex.from_product([["a", "b"], range(6)], names=["scenario_id", "seed"])
    assert (values.loc["b"] - values.loc["a"])["survival"].nunique() > 1
    change = estimate(differences(values, {"b": "a"}), "b", "survival")
    assert change.margin == 0.0
    made = quantity(SHARE, change, difference=True)
    assert not made.bold
    assert not made.interval.endswith("*")


def test_an_interval_of_no_width_is_said_and_never_bold(tmp_path) -> None:
    scenarios = [SyntheticScenario(), SyntheticScenario(share=0.2)]
    study = load_study(tmp_path / "s", scenarios, seeds=range(6), weeks=60, smes=50)
    values = study.values[["hhi"]]
    change = differences(values, {"c01": "c00"}, study.weeks)
    assert change["margin"].max() < 1e-12 < change["mean"].min()
    change["margin"], change["low"], change["high"] = 0.0, change["mean"], change["mean"]
    made = difference_table(study, change, "A caption.")
    assert "every seed gave the same value" in made.caption
    assert not any(one.bold for row in made.cells for one in row)


def test_a_workbook_holds_what_the_csv_does(study: Study, tmp_path) -> None:
    copied = Study(tmp_path, study.manifest, study.runs, study.stored)
    (path,) = write_tables(copied, ["xlsx"], ["hhi"], "mine")
    assert path.name == "mine-outcomes.xlsx"
    book, told = pd.read_excel(path), pd.read_csv(io.StringIO(table(study, "csv", ["hhi"])))
    assert book["mean"].to_numpy() == pytest.approx(told["mean"].to_numpy())
    assert book["label"].tolist() == told["label"].tolist()
    assert set(pd.read_excel(path, "what they are")["outcome"]) == set(study.outcomes)
