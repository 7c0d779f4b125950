"""Numbers and names as readers see them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import tables
from analysis.columns import setting, telling
from analysis.intervals import Estimate
from analysis.language import speaking
from analysis.shape import Axis
from analysis.words import (
    Scale,
    amount,
    humanise,
    listing,
    names_unit,
    plural,
    scale,
    scenario_labels,
    setting_label,
    span,
)
from experiments import plan
from experiments.scenarios import choices_of


@pytest.mark.parametrize(
    ("unit", "estimate", "text"),
    [
        ("Rp over the run", Estimate(1.234e12, 5.6e10, 9), "Rp 1.234 tn [1.178, 1.290]"),
        ("Rp over the run", Estimate(-2.5e9, 1.1e9, 9), "Rp −2.50 bn [−3.60, −1.40]"),
        ("Rp", Estimate(12_300.0), "Rp 12,300"),
        ("share of orders", Estimate(0.7119, 0.021, 9), "71.2% [69.1, 73.3]"),
        ("share of orders", Estimate(0.95, 0.1, 2), "95.0% [85.0, 100.0]"),
        ("effective number", Estimate(181.3, 4.0, 9), "181.3 effective number [177.3, 185.3]"),
    ],
)
def test_a_number_has_a_readable_unit(unit: str, estimate: Estimate, text: str) -> None:
    fit = scale(unit, [estimate.mean], [estimate.margin])
    assert fit.full(estimate).replace("\u00a0", " ") == text


def test_a_difference_of_shares_is_in_points_and_signed() -> None:
    fit = scale("share of orders", [0.05], [0.01], difference=True)
    assert fit.full(Estimate(0.05, 0.012, 5), sign=True).replace("\u00a0", " ") == "+5.00 points [+3.80, +6.20]"


@given(st.floats(-1e13, 1e13), st.sampled_from(["Rp", "share of orders", "1"]))
def test_a_written_number_is_the_value_rounded(value: float, unit: str) -> None:
    fit = scale(unit, [value])
    written = float(fit.number(value).replace("−", "-").replace(",", ""))
    rounding = 0.5 * 10.0**-fit.decimals
    assert abs(written - value * fit.factor) <= rounding + 1e-12 * abs(value * fit.factor)
    assert fit.number(value) not in ("−0", "−0.0", "−0.00", "−0.000")


def test_a_change_of_a_share_may_lie_below_zero() -> None:
    assert scale("share", [0.5]).interval(-0.25, 1.25) == "[0.0,\u00a0100.0]"
    assert scale("share", [0.5]).interval(-0.25, 1.25, sign=True) == "[−25.0,\u00a0+125.0]"


def test_what_is_not_there_is_a_dash_without_brackets() -> None:
    fit = scale("Rp", [math.nan], [math.nan])
    assert fit.full(Estimate()) == "Rp\u00a0–"


@given(st.integers(-(10**15), 10**15), st.integers(2, 6))
def test_a_whole_number_is_written_in_full(value: int, figures: int) -> None:
    assert amount(float(value), figures) == f"{value:,}".replace("-", "−")


def test_a_number_of_many_figures_is_rounded_not_raised_to_a_power() -> None:
    assert [amount(value) for value in (0.15, 1234567.5, -0.123456789)] == ["0.15", "1,234,568", "−0.123457"]
    assert amount(123456.78, 5) == "123,457"
    assert scenario_labels({"a": {"x": 1_234_567}, "b": {"x": 2}})["a"] == "X 1,234,567"


def test_a_scenario_without_a_rule_says_so_unless_its_platform_stands_there() -> None:
    frozen, adaptive = ({"regulation": "none", "platform.response": name} for name in ("frozen", "adaptive"))
    assert scenario_labels({1: frozen, 2: adaptive | {"regulation": "a"}})[1] == "No rule, response frozen"
    sold, kept = ({"platform": name, "regulation": "none"} for name in ("project_s", "marketplace_only"))
    assert scenario_labels({1: kept, 2: sold, 3: sold | {"regulation": "a"}})[2] == "Project S"


def test_a_setting_says_whose_it_is_and_a_switch_whether_it_is_on() -> None:
    said = [setting_label(name, value) for name in ("platform.own_goods", "rival.own_goods") for value in (True, False)]
    assert said == [
        "With own goods",
        "Without own goods",
        "With marketplace's own goods",
        "Without marketplace's own goods",
    ]
    assert setting_label("rival.favour", 1.5) == "Marketplace's favour 1.5"
    assert setting_label("platform.owns_marketplace", False) == "Without marketplace of its own"
    with speaking("id"):
        assert setting_label("rival.own_goods", True) == "Dengan barang sendiri lokapasar"
        assert setting_label("regulation.resale_ban.on", "both") == "Untuk keduanya"
    axis = Axis("rival.own_share", (0.1, 0.2), numeric=True)
    assert axis.label == "Marketplace's own share"


def test_scenarios_of_two_platforms_are_told_apart_in_every_language() -> None:
    """By labels of their own, in which no English word is left."""
    scenarios = plan.make(["experiment=two_platforms"]).scenarios
    swept = telling((tuple(choices_of(one.config).values()), one.config) for one in scenarios)
    names = {*swept, "rival.own_goods", "regulation.resale_ban.proxies", "regulation.commission_cap.cap"}
    settings = {
        one.scenario_id: choices_of(one.config) | {name: setting(one.config, name) for name in sorted(names)}
        for one in scenarios
    }
    english = scenario_labels(settings)
    with speaking("id"):
        labels = scenario_labels(settings)
    for told in (english, labels):
        assert len(set(told.values())) == len(told) == 10
    words = {
        code: set(re.findall("[a-z]+", " ".join(of.values()).lower())) for code, of in (("en", english), ("id", labels))
    }
    assert words["en"] & words["id"] == {"project", "s"}


@pytest.mark.parametrize(
    ("label", "unit", "said"),
    [
        ("own-price elasticity", "elasticity", True),
        ("SMEs that entered", "SMEs", True),
        ("UMKM yang berjualan", "UMKM", True),
        ("variety", "designs", False),
        ("social app's share", "a", False),
    ],
)
def test_a_unit_that_the_label_says_is_not_said_again(label: str, unit: str, said: bool) -> None:
    assert names_unit(label, unit) == said
    assert (tables.label(Scale(1.0, unit, 0), label).unit == "") == said


def test_words() -> None:
    assert humanise("indonesia_2023") == "Indonesia 2023"
    assert humanise("data_firewall+separation") == "data firewall + separation"
    assert (span(156), span(1), span(30)) == ("three years", "one week", "30 weeks")
    assert (listing([]), listing(["a"]), listing(["a", "b", "c"])) == ("", "a", "a, b and c")
    assert (plural(1, "seed"), plural(1200, "run")) == ("1 seed", "1,200 runs")


@pytest.mark.parametrize("unit", ["SMEs", "shops", "orders"])
def test_a_count_of_one_seed_has_no_decimals_and_a_mean_of_several_has(unit: str) -> None:
    assert scale(unit, [26.0]).number(26.0) == "26"
    assert scale(unit, [26.5]).number(26.5) == "26.5"
    assert scale(unit, [26.0], [1.5]).number(26.0) == "26.0"
