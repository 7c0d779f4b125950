"""The SVG for a README."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from analysis import Study, load, picture

from .synthetic import SyntheticScenario, store

NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_the_picture_names_every_line_apart_and_within_the_frame(study: Study) -> None:
    drawn = ET.fromstring(picture.svg(study))
    texts = {text.text or "": float(text.get("y", "nan")) for text in drawn.iter(f"{NAMESPACE}text")}
    ends = [y for text, y in texts.items() if any(text.endswith(label) for label in study.labels.values())]
    assert len(ends) == 5
    assert np.diff(sorted(ends)).min() >= 18
    corners = [
        tuple(map(float, corner.split(",")))
        for line in drawn.iter(f"{NAMESPACE}polyline")
        for corner in line.get("points", "").split()
    ]
    assert len(corners) > len(ends)
    assert all(0 <= x <= picture.WIDTH and 0 <= y <= picture.HEIGHT for x, y in corners)


def test_the_picture_needs_nothing_from_outside(study: Study) -> None:
    made = picture.svg(study)
    assert made.count("http") == 1  # the SVG namespace
    assert "<script" not in made
    assert 'fill="#ffffff"' in made


def test_a_hostile_name_is_text(tmp_path: Path) -> None:
    scenarios = [SyntheticScenario(label="<script>&"), SyntheticScenario(0.01)]
    made = picture.svg(load(store(tmp_path / "s", scenarios, seeds=range(3), weeks=20, smes=20)))
    assert not list(ET.fromstring(made).iter(f"{NAMESPACE}script"))


def test_the_command_writes_the_picture(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "docs" / "survival.svg"
    monkeypatch.setattr(sys, "argv", ["picture", str(study.folder), str(path)])
    picture.main()
    assert path.read_text() == picture.svg(study)


def test_the_command_refuses_a_folder_without_a_study_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["picture", str(tmp_path), str(tmp_path / "x.svg")])
    with pytest.raises(SystemExit, match="holds no runs"):
        picture.main()
    assert not (tmp_path / "x.svg").exists()
