"""A real Chromium, and reports opened in it from disk. Whatever a page asks for but itself is written down."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright

from .studies import MADE

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
WIDTH, HEIGHT = 1280, 900
PATIENCE = 60_000  # ms until the figures are drawn


SETTLED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"


@dataclass(frozen=True)
class Opened:
    """A report in the browser, with what it asked for and what it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def figures(self) -> list[Locator]:
        """The report's figures."""
        return self.page.locator("figure[data-figure]").all()

    def widen(self, width: int) -> None:
        """Give the page this width, and wait until it has drawn its figures anew."""
        if self.page.viewport_size != {"width": width, "height": HEIGHT}:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.page.evaluate(SETTLED)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium as it is installed. Closed after the last of these tests, for playwright's loop bars others' asyncio."""
    name = os.environ.get("CHROMIUM") or "chromium"
    if name == "no":
        pytest.skip("left out by CHROMIUM=no")
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"no {name} on the PATH: make browser, or CHROMIUM=no to leave these tests out", pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The path of a report by its name, each made once."""
    folder = tmp_path_factory.mktemp("reports")
    return cache(lambda name: MADE[name](folder / name.replace(" ", "_")))


@pytest.fixture(scope="package")
def visit(browser: Browser, report: Callable[[str], Path]) -> Callable[..., Opened]:
    """A report by its name at a width in pixels; each is opened once."""
    opened = cache(lambda name: _open(browser, report(name).as_uri()))

    def at(name: str, width: int = WIDTH) -> Opened:
        opened(name).widen(width)
        return opened(name)

    return at


@pytest.fixture(scope="package")
def look(browser: Browser) -> Callable[..., Opened]:
    """Open an address anew, with what a page is opened with beside the width and the height of a desk."""
    return lambda address, **how: _open(browser, address, **how)


def _open(browser: Browser, address: str, allow: str = "", **how: Any) -> Opened:
    page = browser.new_page(**{"viewport": {"width": WIDTH, "height": HEIGHT}, **how})
    opened, itself = Opened(page), address.partition("#")[0]

    def judge(route: Route) -> None:
        opened.requests.append(route.request.url)
        if route.request.url.partition("#")[0] == itself or (allow and route.request.url.startswith(allow)):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", judge)
    page.on("websocket", lambda socket: opened.requests.append(socket.url))
    page.on("console", lambda said: opened.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=PATIENCE)
    return opened
