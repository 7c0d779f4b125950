"""A study as one file to pass on: `etalase bundle STUDY` writes results/STUDY.zip, an RO-Crate.

In it are the report, the tables, all runs, what was run (`scenarios.yaml`, a preset that makes the study again),
versions and a digest of every file. RO-Crate 1.1 (Soiland-Reyes et al. 2022): ro-crate-metadata.json says what each
file is.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from analysis import Study, load, report
from analysis.datasets import Stored, StudyError
from analysis.export import write_tables
from analysis.language import ENGLISH
from analysis.whole import write_atomically
from simulation.settings import STRATEGIES

from .plan import make
from .spelled import spelled
from .worlds import Worlds

KINDS = {
    ".html": "text/html",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".md": "text/markdown",
}
WHAT = {
    "report.html": "The report: figures, tables, what it assumes and what it cannot tell",
    "scenarios.yaml": "Every scenario as a preset: etalase experiment=./scenarios.yaml makes the study again",
    "worlds.csv": "The worlds in which every scenario was run: a row a world, a column for each unknown",
    "manifest.json": "Every setting of every scenario, the outcomes with their units, versions and hashes",
    "README.md": "What this is, and how to make it again",
}
WORLDS = "worlds.csv"  # beside the preset, which names it
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the date of every entry: the same study is the same file


def bundle(folder: Path) -> None:
    """Write the study as one file beside its folder, whole or not at all, and say where."""
    path = folder.with_name(f"{folder.name}.zip")
    write_atomically(path, packed(load(folder)))
    print(path)


def packed(study: Study) -> bytes:
    """The study as a zip file; the same bytes for the same study and version."""
    files = dict(parts(study))
    files["ro-crate-metadata.json"] = _json(crate(study, files))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(f"{study.name}/{name}", LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def parts(study: Study) -> Iterator[tuple[str, bytes]]:
    """Every file of the bundle but the one that describes it, by name."""
    folder = study.folder
    yield "report.html", report.write(study, ENGLISH).read_bytes()
    for path in write_tables(study, ["csv", "parquet"]):
        yield f"tables/{path.name}", path.read_bytes()
    yield "manifest.json", _json(Stored.read(folder).manifest()[0])
    yield "scenarios.yaml", preset(study).encode()
    if study.worlds is not None:
        yield WORLDS, worlds_of(study).csv().encode()
    yield "README.md", _readme(study).encode()


def preset(study: Study) -> str:
    """The study as a preset: of each scenario every setting that is not the default, and how many seeds.

    Raises `StudyError` where the preset would plan another study: one of an earlier version, or with rules of one's own
    that are not at hand.
    """
    seeds = [int(seed) for seed in study.manifest.get("seeds", [])]
    scenarios = [
        {"overrides": _overrides(one["config"], one.get("chosen", ()))}
        | ({"label": one["label"]} if one.get("label") else {})
        for one in study.planned
    ]
    said = {"seed": min(seeds, default=0), "replications": max(1, len(seeds)), "scenarios": scenarios}
    if study.worlds is not None:
        said |= {"worlds": WORLDS, "replications": max(1, len(seeds) // len(study.worlds["values"]))}
    text = "# @package _global_\n" + yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scenarios.yaml"
        path.write_text(text, encoding="utf-8")
        given = [f"experiment={path}"]
        if study.worlds is not None:
            (table := Path(folder) / WORLDS).write_text(worlds_of(study).csv(), encoding="utf-8")
            given.append(f"worlds={table}")
        planned = [scenario.scenario_id for scenario in make(given).scenarios]
    if planned != [one["scenario_id"] for one in study.planned]:
        raise StudyError(f"study {study.name}: of another version, so that no preset of this one makes it again")
    return text


@cache
def _preset(market: str, platform: str) -> Mapping[str, Any]:
    return make([f"market={market}", f"platform={platform}"]).scenarios[0].config


def worlds_of(study: Study) -> Worlds:
    """The worlds that a study was run in."""
    told = study.worlds or {}
    values = tuple(map(tuple, told["values"]))
    return Worlds(str(told["name"]), tuple(told["unknowns"]), values, tuple(told["weights"]))


def _overrides(config: Mapping[str, Any], chosen: Sequence[str] = ()) -> list[str]:
    """A scenario's market and platform, every setting that is not theirs, and those that it has chosen all the same."""
    market, platform = (str(config[group]["name"]) for group in ("market", "platform"))
    usual, found = _preset(market, platform), [f"market={market}", f"platform={platform}"]
    for name, value in config.items():
        if name == "seed" or value == usual.get(name):
            continue
        if name in STRATEGIES:
            found.append(f"{name}={value['name']}")
            value = {key: one for key, one in value.items() if key != "name"}
            found += [f"{name}.{key}={spelled(one)}" for key, one in value.items()]
        elif name == "regulation":
            found.append(f"regulation=[{','.join(value)}]" if value else "regulation=none")
            found += [f"regulation.{rule}={spelled(of)}" for rule, of in value.items()]
        elif isinstance(value, Mapping):
            found += [f"{name}.{key}={spelled(one)}" for key, one in value.items() if one != usual[name].get(key)]
        else:
            found.append(f"{name}={spelled(value)}")
    said = {one.partition("=")[0] for one in found}
    for name in chosen:
        group, _, key = name.partition(".")
        if name not in said:
            found.append(f"{name}={spelled(config[group][key])}")
    return found


def crate(study: Study, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The description of the bundle by RO-Crate 1.1: a root, a file each, the program and the act of making them."""
    manifest, versions = study.manifest, study.manifest.get("versions", {})
    entities = [
        {
            "@id": name,
            "@type": "File",
            "name": WHAT.get(name, name),
            "encodingFormat": KINDS.get(Path(name).suffix, "application/octet-stream"),
            "contentSize": str(len(content)),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in sorted(files.items())
    ]
    program = {
        "@id": "#etalase",
        "@type": "SoftwareApplication",
        "name": "Etalase",
        "version": str(versions.get("etalase", "")),
        "softwareVersion": f"model {manifest.get('model_hash', '')}, data {manifest.get('data_hash', '')}",
        "softwareRequirements": ", ".join(f"{name} {version}" for name, version in sorted(versions.items())),
    }
    act = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": manifest.get("command", ""),
        "instrument": {"@id": "#etalase"},
        "object": {"@id": "scenarios.yaml"},
        "result": [{"@id": one["@id"]} for one in entities],
        "startTime": manifest.get("created", ""),
        "endTime": manifest.get("finished", ""),
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Etalase study {study.name}",
        "description": "Runs of an agent-based market of local sellers on a platform that sells too.",
        "datePublished": str(manifest.get("finished", ""))[:10],
        "license": "https://spdx.org/licenses/MIT",
        "hasPart": [{"@id": one["@id"]} for one in entities],
        "mentions": {"@id": "#run"},
    }
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [about, root, *entities, program, act]}


def _readme(study: Study) -> str:
    manifest = study.manifest
    version = manifest.get("versions", {}).get("etalase", "")
    return (
        f"# Study {study.name}\n\n"
        f"Made with Etalase {version} by\n\n    {manifest.get('command', '')}\n\n"
        "To make it again, with that version installed, in this folder:\n\n"
        f"    etalase experiment=./scenarios.yaml study={study.name}\n\n"
        f"The model's version is {manifest.get('model_hash', '')}; another one may give other numbers. Files that the "
        "study read, such as listings of one's own, are not in here; manifest.json has their digests.\n"
    )


def _json(data: Any) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()
