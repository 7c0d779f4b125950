"""Bad input: one line that names the field, what it got and what it may be; nothing run, nothing written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.run import main
from experiments.schema import SETTINGS, choices, setting_types

RULES = list(choices("regulation"))
START = "regulation.separation.start_week"
BAD = [
    # unknown names: the valid ones are said
    (["market=jakarta"], "market", ["jakarta", "classroom", "indonesia_2023"]),
    (["platform=projects"], "platform", ["projects", "project_s", "marketplace_only"]),
    (["algorithm=random_walk"], "algorithm", ["random_walk", "personalised", "popularity"]),
    (["regulation=ban"], "regulation", ["ban", *RULES]),
    (["regulation=[separation,ban]"], "regulation", ["ban", *RULES]),
    (["experiment=project_x"], "experiment", ["project_x", "project_s"]),
    (["demand=none"], "demand", ["none", "expected", "sampled"]),
    (["consideration=half"], "consideration", ["half", "bernoulli", "full", "sampled", "weighted"]),
    (["wekes=10"], "wekes", ["10", "did you mean weeks?"]),
    (["market.consumer=10"], "market.consumer", ["10", "consumers"]),
    (["platform.favor=1"], "platform.favor", ["1", "favour"]),
    (["pricing=auction"], "pricing", ["auction", "best_response"]),
    (["response=swift"], "response", ["swift", "frozen"]),
    (["own_pricing=swift"], "own_pricing", ["swift", "hybrid", "undercut"]),
    (["motive=swift"], "motive", ["swift", "growth", "profit"]),
    (["sellers.pricing=q_learning"], "sellers.pricing", ["q_learning", "pricing=q_learning"]),
    (["platform.loss_budget=2"], "platform.loss_budget", ["2", "motive.loss_budget=2"]),
    (["algorithm.own_bost=2"], "algorithm.own_bost", ["2", "popularity_exponent"]),
    (["regulation=separation", "regulation.separation.week=2"], "regulation.separation.week", ["2"]),
    (["regulation.ban.start_week=2"], "regulation.ban.start_week", ["2", "separation"]),
    (["hydra/launcher=slurm"], "hydra/launcher", ["slurm", "basic, joblib, ray"]),
    (["hydra/sweeper=basic"], "hydra/sweeper", ["basic", "-m"]),
    (["hydra.run.dir=x"], "hydra.run.dir", ["x", "results=FOLDER"]),
    (["hydra.launcher.jobs=2"], "hydra.launcher.jobs", ["2", "n_jobs"]),
    (["hydra.launcher.n_jobs=0"], "hydra.launcher.n_jobs", ["0", "from 1", "or null"]),
    (["hydra.launcher.name=ray"], "hydra.launcher.name", ["ray", "hydra/launcher=NAME"]),
    (["hydra/launcher=basic", "hydra.launcher.n_jobs=2"], "hydra.launcher.n_jobs", ["2", "basic has no settings"]),
    (["-m", "hydra/launcher=basic,joblib"], "hydra/launcher", ["basic,joblib", "one value"]),
    (["-m", "hydra.launcher.n_jobs=1,2"], "hydra.launcher.n_jobs", ["1,2", "one value"]),
    # wrong types
    (["weeks=ten"], "weeks", ["ten", "a whole number from 1 to 2,000"]),
    (["weeks=1.5"], "weeks", ["1.5", "a whole number"]),
    (["weeks=null"], "weeks", ["null", "a whole number"]),
    (["weeks=[1,2]"], "weeks", ["[1, 2]", "a whole number"]),
    (["weeks={a: 1}"], "weeks", ["1", "a whole number"]),
    (["weeks.a=1"], "weeks", ["1", "a whole number"]),
    (["seed=true"], "seed", ["True", "a whole number"]),
    (["market.consumers=many"], "market.consumers", ["many", "a whole number"]),
    (["platform.own_goods=maybe"], "platform.own_goods", ["maybe", "true or false"]),
    (["replications=few"], "replications", ["few", "a whole number"]),
    (["workers=all"], "workers", ["all", "or null"]),
    (["market=[classroom]"], "market", ["classroom", "indonesia_2023"]),
    (["market=null"], "market", ["null", "classroom"]),
    (["channels=many"], "channels", ["many", "channels.SETTING=VALUE"]),
    (["regulation=separation", "regulation.separation=5"], "regulation.separation", ["5", "SETTING"]),
    # out of range
    (["weeks=0"], "weeks", ["0", "from 1"]),
    (["weeks=-3"], "weeks", ["-3", "from 1"]),
    (["seed=-1"], "seed", ["-1", "from 0"]),
    (["seed=2147483647", "replications=2"], "replications", ["2"]),
    (["replications=0"], "replications", ["0", "from 1"]),
    (["workers=0"], "workers", ["0", "from 1"]),
    (["market.consumers=0"], "market.consumers", ["0", "from 1 to 100,000,000"]),
    (["platform.favour=0.5"], "platform.favour", ["0.5", "from 1 to 1,000"]),
    (["regulation=separation", f"{START}=-1"], START, ["-1"]),
    # not a number
    (["demand.match=nan"], "demand.match", ["nan", "from 0 to 10"]),
    (["demand.match=inf"], "demand.match", ["inf", "from 0 to 10"]),
    (["weeks=nan"], "weeks", ["nan", "a whole number"]),
    (["platform.quality_gap=-inf"], "platform.quality_gap", ["-inf", "null"]),
    # study names and folders
    (["study="], "study", ["''", "a-z, 0-9, _ and -"]),
    (["study=../../x"], "study", ["../../x", "a-z"]),
    (["study=Headline"], "study", ["Headline", "a-z"]),
    (["study=-m"], "study", ["-m", "the first no -"]),
    (["study='my study'"], "study", ["my study", "a-z"]),
    (["study=" + "a" * 101], "study", ["up to 100"]),
    (["results="], "results", ["''", "a folder"]),
    (["results=s3://bucket/studies"], "results", ["s3://bucket/studies", "on this machine"]),
    (["results=file:///studies"], "results", ["file:///studies", "on this machine"]),
    (["results=gs:studies"], "results", ["gs:studies", "on this machine"]),
    (["market.listings=https://example.org/live.csv"], "market.listings", ["example.org/live.csv", "CSV file"]),
    # what reads the machine
    (["study=${oc.env:USER}"], "study", ["${oc.env:USER}", "a reference to another setting"]),
    (["market.people=${oc.decode:1}"], "market.people", ["${oc.decode:1}"]),
    (["results=x_${oc.env:USER,none}"], "results", ["${oc.env:USER,none}"]),
    (["market.listings=${hydra:runtime.cwd}"], "market.listings", ["${hydra:runtime.cwd}"]),
    (["market.people=${oc.select:weeks}"], "market.people", ["${oc.select:weeks}"]),
    (["market={smes: ${oc.create:5}}"], "market.smes", ["${oc.create:5}"]),
    (["plugins=[${oc.env:USER}]"], "plugins", ["${oc.env:USER}"]),
    (["market.people=${${study}:USER}", "study=oc.env"], "market.people", ["${${study}:USER}"]),
    (["-m", "market.people=1,${oc.env:SHLVL}"], "market.people", ["${oc.env:SHLVL}"]),
    # rules
    ([f"{START}=52"], START, ["52", "regulation=separation"]),
    (["-m", "regulation=none,data_firewall", f"{START}=1,52"], START, ["1,52", "regulation=separation"]),
    (["algorithm.take_exponent=2"], "algorithm.take_exponent", ["2", "algorithm"]),
    # what is measured in another unit now
    (["platform.self_preference=0.3"], "platform.self_preference", ["0.3", "platform.favour", "odds"]),
    (["platform={self_preference: 0.3}"], "platform.self_preference", ["0.3", "platform.favour", "odds"]),
    (["-m", "platform.self_preference=0,0.3"], "platform.self_preference", ["0,0.3", "platform.favour"]),
    (["algorithm.own_boost=2"], "algorithm.own_boost", ["2", "platform.favour", "odds"]),
    (["algorithm=self_preferencing"], "algorithm", ["self_preferencing", "personalised", "platform.favour"]),
    (["-m", "algorithm=personalised,self_preferencing"], "algorithm", ["self_preferencing", "platform.favour"]),
    (["pricing.learning_rate=0.1"], "pricing.learning_rate", ["0.1", "pricing=q_learning"]),
    (["-m", "pricing.learning_rate=0.1,0.2"], "pricing.learning_rate", ["0.1,0.2", "pricing=q_learning"]),
    (["pricing={learning_rate: 0.1}"], "pricing.learning_rate", ["0.1", "pricing=q_learning"]),
    (["pricing.learning_rate=0.1", "pricing=auction"], "pricing", ["auction", "best_response"]),
    (["motive.loss_budget=1"], "motive.loss_budget", ["1", "motive=growth"]),
    (["regulation=[none,separation]"], "regulation", ["[none, separation]", "none alone"]),
    (["regulation=[separation,separation]"], "regulation", ["[separation, separation]", "once"]),
    (["regulation=null"], "regulation", ["null", *RULES]),
    # one bad value anywhere in a sweep
    (["-m", "weeks=4,5,nan"], "weeks", ["nan"]),
    (["-m", "regulation=none,separation,ban"], "regulation", ["ban"]),
    (["-m", "platform.favour=range(0.5,2,0.5)"], "platform.favour", ["0.5"]),
    (["platform.favour=1,2"], "platform.favour", ["1,2", "-m"]),
    (["-m", "seed=0,1"], "seed", ["0,1", "replications=R"]),
    (["-m", "study=a,b"], "study", ["a,b", "one value"]),
    (["-m", "weeks=range(1,1)"], "weeks", ["range(1,1)", "without its end"]),
    (["-m", "weeks=range(1,9,0)"], "weeks", ["range(1,9,0)"]),
    (["-m", "demand.match=range(0,inf)"], "demand.match", ["range(0,inf)"]),
    (["-m", "demand.match=interval(0,1)"], "demand.match", ["interval(0,1)"]),
    (["-m", "market=glob(x*)"], "market", ["glob(x*)"]),
    (["-m", "weeks=glob(*)"], "weeks", ["glob(*)"]),
    (["-m", *(f"demand.{name}=range(0,100)" for name in ("match", "nest", "impulse"))], "-m", ["1,000,000"]),
    # what is no override
    (["weeks"], "weeks", ["NAME=VALUE"]),
    (["=5"], "", ["5", "weeks"]),
    (["a b=5"], "a b", ["NAME=VALUE"]),
    (["weeks=(5"], "weeks", ["(5", "NAME=VALUE"]),
    (["+nothing=5"], "nothing", ["5", "weeks"]),
    (["weeks=4", "+weeks=5"], "weeks", ["+weeks=5", "given once"]),
    (["~market"], "~market", ["~market", "regulation=none"]),
    (["market@shop=classroom"], "market@shop", ["NAME=VALUE"]),
    (["--fast"], "option", ["--fast", "--multirun", "--help", "--version"]),
    (["weeks=2", "--cfg", "hydra"], "--cfg", ["hydra", "job"]),
    (["--config-name=x"], "option", ["--config-name=x", "experiment=PRESET"]),
    (
        ["statsu", "default"],
        "command",
        ["statsu", "NAME=VALUE", "table, bundle, calibrate, search, classroom (did you mean status?)"],
    ),
    (["-m", "foo"], "command", ["foo", "NAME=VALUE", "status, check, compact, report"]),
    (["market.consumers", "10"], "market.consumers", ["NAME=VALUE"]),
    (["weeks=5", "weeks=6"], "weeks", ["weeks=6", "once"]),
    (["platform.name=project_s"], "platform.name", ["project_s", "platform=NAME"]),
    (["seed=${nothing}"], "seed", ["nothing"]),
    (["scenarios=[]"], "scenarios", ["[]", "weeks"]),
]
LISTINGS = {
    "empty.csv": "",
    "header.csv": "category,price_idr,rating,units_sold\n",
    "columns.csv": "category,price_idr\nToys,5000\n",
    "negative.csv": "category,price_idr,rating,units_sold\nToys,-5000,4.5,10\n",
    "words.csv": "category,price_idr,rating,units_sold\nToys,cheap,4.5,10\n",
    "nan.csv": "category,price_idr,rating,units_sold\nToys,nan,4.5,10\n",
}


def refused(arguments: list[str], field: str, said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(Path.cwd().rglob("*"))
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith(f"etalase: {field}: got ")
    assert "; it may be " in err
    for word in said:
        assert word in err
    assert sorted(Path.cwd().rglob("*")) == before


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("arguments", "field", "said"), BAD, ids=[" ".join(b[0])[:60] for b in BAD])
def test_one_line_names_field_value_and_remedy(
    arguments: list[str], field: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    refused(arguments, field, said, capsys)


@pytest.mark.parametrize("name", LISTINGS)
def test_listings_that_cannot_be_used(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).write_text(LISTINGS[name])
    refused([f"market.listings={name}"], "market.listings", [name], capsys)


@pytest.mark.parametrize("path", ["no/such/file.csv", "."])
def test_listings_that_cannot_be_read(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    refused([f"market.listings={path}"], "market.listings", [path], capsys)


def test_listings_in_a_sweep_are_read_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    refused(["-m", "market.listings=null,gone.csv"], "market.listings", ["gone.csv"], capsys)


def test_results_cannot_lie_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("taken").write_text("")
    refused(["results=taken"], "results", ["taken", "is a file"], capsys)


@pytest.mark.parametrize(
    "text",
    [
        "study: ${oc.env:SECRET}",
        "market:\n  listings: ${oc.env:SECRET}",
        "market:\n  people: ${oc.decode:${oc.env:SECRET}}",
        "study: x_${study.${oc.env:SECRET}}",
        "defaults:\n  - override /market: ${oc.env:SECRET}",
        "scenarios:\n  - [study=x, 'platform=${oc.env:SECRET}']",
        "hydra:\n  launcher:\n    n_jobs: ${oc.env:SECRET}",
        "hydra:\n  job:\n    name: ${oc.env:SECRET}",
    ],
)
def test_a_preset_cannot_read_the_machine(
    text: str,
    add_preset: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET", "hush")
    add_preset("spy", text)
    assert main(["experiment=spy"]) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "${oc.env:SECRET}" in err
    assert "hush" not in err
    assert not Path("results").exists()


def test_text_of_many_lines_is_answered_in_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study='a\nb\r\n\u2028c'"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


NAMES = st.sampled_from([*SETTINGS, *setting_types(), "regulation.separation", "market.", "hydra.run.dir", "scenarios"])
WORDS = st.sampled_from(
    [
        "none",
        "separation",
        "project_s",
        "classroom",
        "self_preferencing",
        "full",
        "null",
        "true",
        "1",
        "2",
        "-1",
        "0.1",
        "0.5",
        "1,2",
        "nan",
        "inf",
        "1e400",
        "[]",
        "{}",
        "[1,[2]]",
        "{a:{b:1}}",
        "[none,separation]",
        "${",
        "${seed}",
        "${oc.env:HOME}",
        "${oc.env:",
        "${oc.create:1}",
        "???",
        "'",
        '"',
        "\\",
        "a=b",
        "a,b",
        "range(0,1,0.3)",
        "range(1,9,0)",
        "interval(0,1)",
        "glob(*)",
        "sort(3,1)",
        "shuffle(range(0,5))",
        "choice(a,b)",
        "int(x)",
        "tag(a,1,2)",
    ]
)
VALUES = st.one_of(
    WORDS,
    st.lists(WORDS, max_size=3).map(",".join),
    st.text(max_size=12),
    st.integers().map(str),
    st.floats().map(str),
)
ODD = st.one_of(st.text(max_size=20), st.builds("{}={}".format, st.text(max_size=12), VALUES))
OVERRIDES = st.one_of(*[st.builds("{}={}".format, NAMES, VALUES)] * 3, ODD)


TEXTS = int(os.environ.get("NUMBERS", "100"))  # `make test-numbers` tries ten thousand


class Accepted(Exception):
    """What was asked for can be run."""


def accept(*_: object) -> None:
    raise Accepted


@settings(max_examples=TEXTS, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(OVERRIDES, max_size=3), st.sampled_from([[], ["-m"], ["status"], ["check"], ["compact"], ["report"]]))
def test_any_text_is_run_or_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], first: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.conduct.opened", accept)
        try:
            code = main([*first, *arguments])
        except Accepted:
            code = None
    out, err = capsys.readouterr()
    if code is not None and [*first, *arguments] and not {"-h", "--help"} & set(arguments):
        assert code == 2
        assert len(err.splitlines()) == 1
        assert "; it may be " in err
        assert out == ""
    assert list(Path().iterdir()) == []
