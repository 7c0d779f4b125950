"""Rules and beliefs on the class page: what they move, what stays in sight, and how they are taken back."""

from __future__ import annotations

import numpy as np

from analysis.classroom.declared import WITH, WITHOUT

from .reading import alive, state


def test_a_lever_answers_at_once(opened) -> None:
    page = opened("seen=1&shop=3").page
    spent = page.evaluate(
        """async () => {
          const times = [];
          for (const id of ["rule-neutral", "push-hard", "rule-none", "push-planned", "app-third"]) {
            const began = performance.now();
            document.getElementById(id).click();
            times.push(performance.now() - began);
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          }
          return times;
        }"""
    )
    assert np.median(spent) < 1000, "a tenth of it on a quiet machine; this one may be busy"


def test_a_belief_moves_the_baseline_and_the_old_one_stays_as_a_ghost(opened, grid) -> None:
    page = opened("seen=1").page
    assert page.locator(".ghost").is_hidden()
    page.locator("#app-third").check()
    assert page.locator(".ghost").is_visible()
    key = page.locator("#life .key").inner_text()
    for twin in (WITHOUT, WITH):
        assert f"before: {twin}: {alive(grid, twin)}" in key
        assert f"{twin}: {alive(grid, twin, app='third')}" in key
    page.locator("#app-most").check()
    assert page.locator(".ghost").is_hidden(), "back at the baseline"
    page.locator("#app-third").check()
    page.locator(".ghost button").click()
    assert page.locator(".ghost").is_hidden()
    assert "before" not in page.locator("#life .key").inner_text()


def test_a_rule_leaves_the_scenario_without_it_in_sight(opened, grid) -> None:
    page = opened("seen=1").page
    page.locator("#rule-neutral").check()
    key = page.locator("#life .key").inner_text()
    assert f"no rule: {alive(grid, WITH)}" in key
    assert f"Neutral ranking: {alive(grid, WITH, rule='neutral')}" in key
    assert f"without: {alive(grid, WITHOUT)}" in key


def test_rules_and_beliefs_cannot_be_taken_for_each_other(opened) -> None:
    page = opened("seen=1").page
    for kind, word in (("rule", "Rule"), ("belief", "Belief")):
        groups = page.locator(f"fieldset.{kind}")
        assert groups.count() > 0
        assert set(groups.locator("legend .kind").all_inner_texts()) == {word}
    looks = [
        page.locator(f"fieldset.{kind}").first.evaluate(
            "(e) => [getComputedStyle(e).borderTopStyle, getComputedStyle(e).borderTopColor]"
        )
        for kind in ("rule", "belief")
    ]
    assert all(a != b for a, b in zip(*looks, strict=True)), "in form and colour"


def test_undo_and_reset(opened) -> None:
    page = opened("seen=1").page
    before = page.url
    page.locator("#rule-firewall").check()
    page.locator("#pause-cannot").check()
    assert {"l-rule", "l-pause", "base"} <= set(state(page))
    page.locator("#do-undo").click()
    assert page.locator("#pause-can").is_checked()
    assert page.locator("#rule-firewall").is_checked()
    page.locator("#do-undo").click()
    assert page.url == before
    page.locator("#rule-firewall").check()
    page.locator("#do-reset").click()
    assert state(page) == {}
    assert page.locator("#results").is_hidden()
