"""Looks through the site that was made: its own links lead somewhere, and no page loads anything from elsewhere.

python -m docs.site.check build/site
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "link": "href",
    "video": "src",
    "audio": "src",
}
UNLOADED = {
    "canonical",
    "next",
    "prev",
    "index",
    "search",
    "author",
    "copyright",
    "alternate",
}  # <link> that names only


class Page(HTMLParser):
    """What a page loads and links to, and the names of its places."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in LOADED and LOADED[tag] in given and given.get("rel") not in UNLOADED:
            self.loads.append(given[LOADED[tag]])


@cache
def read(path: Path) -> Page:
    """A page of the site."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def faults(folder: Path) -> Iterator[str]:
    """What is wrong with a site, a line each."""
    for path in sorted(folder.rglob("*.html")):
        page, name = read(path), path.relative_to(folder)
        for url in page.loads:
            parts = urlsplit(url)
            if parts.netloc or parts.scheme not in ("", "data"):
                yield f"{name} loads {url} from elsewhere"
            elif not parts.scheme and not (path.parent / unquote(parts.path)).is_file():
                yield f"{name} loads {url}, which is not there"
        yield from (f"{name} links to {url}, which is not there" for url in page.links if not leads(path, url))


def leads(path: Path, url: str) -> bool:
    """Whether a link of a page leads to a file of the site and, where it names one, to a place in it."""
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        return True
    target = path.parent / unquote(parts.path) if parts.path else path
    if not target.is_file():
        return False
    place = unquote(parts.fragment)
    return not place or target.suffix != ".html" or place in read(target).places


def main(folder: Path) -> None:
    """Print what is wrong and fail, or say how many pages were looked through."""
    found = list(faults(folder))
    print("\n".join(found) or f"{len(list(folder.rglob('*.html')))} pages, no dead link, nothing loaded from elsewhere")
    sys.exit(bool(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
