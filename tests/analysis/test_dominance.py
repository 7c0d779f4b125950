"""The dominance map: survival by the share of the feed that own goods take, a curve a size of the app."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from analysis import Study, dominance, dominance_picture, figures
from analysis.compare import headline_survival, twins_without
from analysis.datasets import StudyError

from .synthetic import OUTCOMES, SyntheticScenario, load_study

MORE = {
    name: {"label": name, "unit": "share", "direction": 0}
    for name in ("own_feed_share", "social_share", "owner_income")
}
STRENGTHS = {"marketplace_only": 0.0, "project_s_mild": 0.1, "project_s": 0.3}
SIZES = (0.8, 0.1)


def scenario(size: float, platform: str, rule: str = "none") -> SyntheticScenario:
    """A scenario in which a tenth of the feed costs hazard in proportion to the app's size."""
    feed = STRENGTHS[platform]
    measured = {"own_feed_share": feed, "social_share": size, "owner_income": 100.0 * (1.0 - feed * size)}
    settings = {"platform": platform, "market.app_share": size, "regulation": rule}
    return SyntheticScenario(0.002 * (1.0 + 5.0 * feed * size), feed / 2, settings, measured=measured)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Strengths by sizes, in no order, one of them under a rule, too."""
    scenarios = [scenario(size, platform) for platform in reversed(STRENGTHS) for size in SIZES]
    folder: Path = tmp_path_factory.mktemp("dominance") / "study"
    scenarios.append(scenario(0.8, "project_s", "data_firewall"))
    return load_study(folder, scenarios, outcomes=OUTCOMES | MORE, seeds=range(4))


def test_each_strength_is_held_against_the_market_of_its_own_size(study: Study) -> None:
    twins = twins_without(study, "platform", "marketplace_only")
    sells = {of for of in study.scenarios if study.settings[of]["platform"] != "marketplace_only"}
    ruled = {of for of in sells if study.settings[of]["regulation"] != "none"}
    assert set(twins) == sells - ruled != sells
    for of, base in twins.items():
        ours, free = study.settings[of], study.settings[base]
        assert (free["platform"], free["market.app_share"]) == ("marketplace_only", ours["market.app_share"])


def test_curves_rise_by_size_and_run_by_attention(study: Study) -> None:
    curves = dominance.curves(study)
    assert [curve.level for curve in curves] == sorted(SIZES)
    for curve in curves:
        assert curve.points["feed"].tolist() == [0.1, 0.3]
        assert (curve.points["mean"] < 0.0).all()
        assert curve.weeks == 156
        surplus = curve.points["surplus"].to_numpy()
        assert surplus[0] < surplus[1] < 0.2, "what the made-up studies say: a fifth more for each own share"
        assert curve.points["income"].tolist() == pytest.approx([-0.1 * curve.level, -0.3 * curve.level])
    assert (curves[1].points["mean"].to_numpy() < curves[0].points["mean"].to_numpy()).all()


def test_a_mark_is_the_paired_difference(study: Study) -> None:
    survival = headline_survival(study)[1].unstack("seed").mean(axis=1)
    base = twins_without(study, "platform", "marketplace_only")
    for curve in dominance.curves(study):
        for of, mean in curve.points["mean"].items():
            assert mean == pytest.approx(survival[of] - survival[base[of]])


def test_the_figure_and_the_picture_show_every_curve(study: Study) -> None:
    drawn = figures.dominance(study)
    assert drawn is not None
    assert [len(trace.x) for trace in drawn.figure.data] == [3, 3]
    picture = ET.fromstring(dominance_picture.svg(study))
    width = dominance_picture.WIDTH
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}circle"))) == 4
    assert all(float(one.get("x", 0)) < width for one in picture.iter("{http://www.w3.org/2000/svg}text"))


def test_one_strength_is_no_map(tmp_path: Path) -> None:
    few = load_study(
        tmp_path / "few", [scenario(0.8, "marketplace_only"), scenario(0.8, "project_s")], outcomes=OUTCOMES | MORE
    )
    assert dominance.curves(few) == []
    assert figures.dominance(few) is None
    with pytest.raises(StudyError):
        dominance_picture.svg(few)
