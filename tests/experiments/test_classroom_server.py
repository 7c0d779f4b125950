"""The server of the class page: what it says, what it refuses, and a class that plays on it."""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from analysis.classroom.declared import WITH, WITHOUT
from experiments.classroom.app import asked
from experiments.classroom.live import BusyError
from experiments.classroom.room import MOST_CONNECTIONS

from .classroom_server import Served, serving, serving_apart

PHONES = int(os.environ.get("PHONES", "6"))
MESSAGES = int(os.environ.get("MESSAGES", "200"))
WEEKS = 20 if PHONES > 6 else 6
MOST_WAIT = float(os.environ.get("MOST_WAIT", "10"))  # seconds: the 95th percentile while somebody is hostile


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served")) as found:
        yield found


# ---- pages


@pytest.mark.parametrize(
    "path", ["/", "/class", "/board", "/page.js", "/page.css", "/class.js", "/board.js", "/plotly.js"]
)
def test_every_page_comes_with_a_policy_that_lets_no_script_of_others_in(served, path) -> None:
    status, content, headers = served.ask(path)
    assert status == 200
    assert content
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in {name.lower() for name in headers}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {"Host": "evil.example"}, 400),
        ("/", {"Origin": "http://evil.example"}, 403),
        ("/../../etc/passwd", {}, 404),
        ("/page.js/..%2f..%2fetc%2fpasswd", {}, 404),
        ("/qr.svg?code=AAAAAA", {}, 404),
        ("/sessions/board.key", {}, 404),
    ],
)
def test_what_is_not_ours_is_refused(served, path, headers, status) -> None:
    assert served.ask(path, **headers)[0] == status


def test_a_wire_from_another_site_is_refused(served) -> None:
    for path in ("/ws/class", "/ws/board"):
        with pytest.raises(InvalidStatus):
            served.wire(path, origin="http://evil.example")


# ---- live runs


def test_a_run_off_the_grid_is_that_of_the_command_line(served) -> None:
    said = {"levels": {"rule": "neutral"}, "values": {"push": 2.5}, "draw": 1}
    settings, draw = asked(served.hall.declared, said)
    assert settings[WITH]["platform.favour"] == 2.5
    assert settings[WITH]["regulation"] == ["neutral_ranking"]
    assert "regulation" not in settings[WITHOUT]
    assert settings[WITHOUT]["platform.favour"] == 1, "the twin's own setting stands"
    status, content, _ = served.ask("/api/run", said)
    told = json.loads(content)
    assert status == 200, told
    from experiments.classroom import scenarios

    for twin in (WITHOUT, WITH):
        market = scenarios.open_market(scenarios.config_of(settings[twin]), draw)
        assert told[twin] == scenarios.exits(market.run()).tolist()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"draw": 99}, "draw: it may be a whole number"),
        ({"draw": 0, "values": {"push": 7}}, "push: it may be a number from 1 to 6"),
        ({"draw": 0, "values": {"market.listings": "/etc/passwd"}}, "market.listings: it may be left out"),
        ({"draw": 0, "levels": {"rule": "x"}}, "rule: it may be one of none"),
        ({"draw": 0, "levels": []}, "levels: it may be an object"),
        (b"x" * 100_000, "message: it may have 2048 bytes"),
    ],
)
def test_a_request_that_cannot_be_used_is_answered_in_one_line(served, body, says) -> None:
    status, content, _ = served.ask("/api/run", body)
    assert status == 400
    assert says in json.loads(content)["error"]


def test_each_visitor_has_one_run_at_a_time_and_a_slow_one_is_stopped(tmp_path) -> None:
    import asyncio

    from experiments.classroom.live import Live

    settings = {
        WITH: {"market": "classroom", "market.consumers": 1000, "market.calibration_consumers": 1000, "weeks": 5}
    }

    async def trial() -> None:
        live = Live(processes=1, seconds=0.05)
        first = asyncio.create_task(live.run("a", settings, 0))
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="one run at a time"):
            await live.run("a", settings, 0)
        with pytest.raises(BusyError, match=r"took more than 0\.05 seconds"):
            await first
        live.seconds = 120.0
        told = await live.run("a", settings, 0)
        assert len(told[WITH]) > 1
        assert live.asking == set()
        await live.close()

    asyncio.run(trial())


# ---- a class


def test_the_board_opens_only_with_its_key(served) -> None:
    with served.wire("/ws/board") as wire:
        wire.send(json.dumps({"do": "board", "key": "guess"}))
        assert json.loads(wire.recv(timeout=30)) == {"error": "key"}
        with pytest.raises(ConnectionClosed):
            wire.recv(timeout=30)


def test_a_phone_without_the_code_sees_nothing(served) -> None:
    board = served.board()
    board.say(do="open", draw=1, levels={})
    with served.wire("/ws/class") as wire:
        wire.send(json.dumps({"do": "join", "code": "AAAAAA"}))
        assert json.loads(wire.recv(timeout=30)) == {"error": "code"}
    board.say(do="close")


def test_sessions_see_nothing_of_each_other(served) -> None:
    boards = [served.board(), served.board()]
    for board in boards:
        board.say(do="open", draw=1, levels={})
    codes = [board.seen["code"] for board in boards]
    assert len(set(codes)) == 2
    phones = [served.phone(code, shop=3) for code in codes]
    assert [phone.seen["mine"]["shop"] for phone in phones] == [3, 3]
    boards[0].say(do="step", weeks=1)
    phones[0].until(lambda seen: seen["class"]["week"] == 1)
    assert served.hall.find(codes[1]).week == 0
    stranger = served.phone(codes[1], token=phones[0].token)
    assert stranger.seen["mine"]["shop"] != 3, "a token is good in its own session alone"
    for board in boards:
        board.say(do="close")


def hostile(served: Served, code: str, number: int, seed: int) -> int:
    """Send so many bad messages over wires of every kind. Returns how many were sent."""
    luck, sent = random.Random(seed), 0
    bad = (
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"do":"step","weeks":1}',
        '{"do":"choose"}',
        '{"do":"choose","price":"free","channels":null}',
        '{"do":"choose","price":"low","channels":["social","social"]}',
        '{"do":"vote","level":"none"}',
        '{"do":["vote"]}',
        '{"do":"choose","price":"low","channels":[["social"]]}',
        '{"do":"join","code":"../../x"}',
        '{"do":"look","x":1}',
        "[" * 1500,
        "x" * 3000,
        '{"do":"board","key":null}',
        '{"do":"choose","price":{"$gt":""},"channels":{}}',
        "\x00\ufffe",
        '{"do":1e999}',
    )
    while sent < number:
        try:
            with served.wire(luck.choice(["/ws/class", "/ws/board"])) as wire:
                if luck.random() < 0.6:
                    wire.send(json.dumps({"do": "join", "code": code, "token": f"hostile-{seed:04}-{'x' * 16}"}))
                for _ in range(luck.randrange(1, 40)):
                    message = luck.choice(bad)
                    wire.send(message.encode("utf-8") if luck.random() < 0.2 else message)
                    sent += 1
        except (ConnectionClosed, InvalidStatus, TimeoutError, OSError):
            sent += 1
    return sent


def test_a_class_plays_on_while_somebody_is_hostile_and_the_server_is_killed_once(tmp_path: Path, capsys) -> None:
    """PHONES phones play WEEKS weeks in three scenarios; one reloads, one sleeps; MESSAGES bad ones come in between."""
    half = WEEKS // 2
    with serving_apart(tmp_path) as first:
        board = first.board()
        code = board.say(do="open", draw=1, levels={"push": "hard"})["code"]
        phones = [first.phone(code, shop=i + 1) for i in range(PHONES)]
        assert sorted(phone.seen["mine"]["shop"] for phone in phones) == list(range(1, PHONES + 1))
        for i, phone in enumerate(phones):
            phone.say(do="choose", price=("low", "listed", "high")[i % 3], channels=["social"] if i % 2 else None)
            phone.until(lambda seen, i=i: seen["mine"]["choice"]["price"] == ("low", "listed", "high")[i % 3])
        phones[0].wire.close()
        phones[0] = first.phone(code, token=phones[0].token)  # it was loaded again
        assert phones[0].seen["mine"]["shop"] == 1
        assert phones[0].seen["mine"]["choice"]["price"] == "low"
        phones[-1].wire.close()  # it sleeps
        sent: list[int] = []
        attack = threading.Thread(
            target=lambda: sent.extend(hostile(first, code, MESSAGES // 4, seed) for seed in range(4))
        )
        attack.start()
        waits, pages = [], []
        for week in range(1, half + 1):
            began = time.monotonic()
            board.say(do="step", weeks=1)
            board.until(week)
            phones[0].until(lambda seen, week=week: seen["class"]["week"] == week)
            waits.append(time.monotonic() - began)
        while attack.is_alive() or len(pages) < 20:
            pages.append(timed(first))
        attack.join()
        late = float(np.quantile([*pages, *waits], 0.95))
        with capsys.disabled():
            sys.stdout.write(
                f"\n{PHONES} phones, {sum(sent)} bad messages, {len(pages)} pages and {half} weeks: p95 {late:.2f} s, "
                f"a week {np.median(waits):.2f} s, load {os.getloadavg()[0]:.1f}\n"
            )
        told = [phone.until(lambda seen: seen["class"]["week"] == half)["mine"]["fates"] for phone in phones[:-1]]
        tokens = [phone.token for phone in phones]
    with serving_apart(tmp_path) as second:  # the first was killed: what is there is what reached the disk
        phones = [second.phone(code, token=token) for token in tokens]
        assert [phone.seen["mine"]["shop"] for phone in phones] == list(range(1, PHONES + 1))
        assert [phone.seen["mine"]["fates"] for phone in phones[:-1]] == told, "every shop is where it was"
        assert phones[-1].seen["mine"]["away"] == half, "the model played its shop"
        assert phones[0].seen["class"]["players"] <= PHONES + 4, "bad messages got no shop but those that joined"
        board = second.board()
        board.say(do="vote_open")
        for i, phone in enumerate(phones):
            phone.until(lambda seen: seen["class"]["voting"])
            phone.say(do="vote", level="neutral" if i else "firewall")
            phone.until(lambda seen: seen["mine"]["vote"])
        board.say(do="vote_close")
        board.say(do="step", weeks=WEEKS - half)
        board.until(WEEKS)
        board.say(do="explain")
        for phone in phones:
            seen = phone.until(lambda seen: seen["class"]["week"] == WEEKS and seen["class"]["explained"])
            assert seen["class"]["rule"] == "neutral"
            assert set(seen["mine"]["fates"]) == {"without", "with", "rule"}
            assert len(seen["mine"]["reasons"]) > 0
    assert late < MOST_WAIT


def timed(served: Served) -> float:
    began = time.monotonic()
    assert served.ask("/class")[0] == 200
    return time.monotonic() - began


def test_more_connections_than_a_class_has_are_sent_away(served) -> None:
    wires = [served.wire("/ws/class") for _ in range(MOST_CONNECTIONS)]
    try:
        with served.wire("/ws/class") as extra, pytest.raises(ConnectionClosed):
            extra.recv(timeout=30)
    finally:
        for wire in wires:
            wire.close()
    assert served.ask("/class")[0] == 200
