"""Lays the pages out for Sphinx, as they lie in the project, and writes those that are made of the code.

    python -m docs.site.stage build/pages

Links between pages lead where they do on GitHub, since the folders are the same. What else a page links to, a picture
or a licence, is laid beside it.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from docs.site import class_page, gallery, reference

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs" / "site"
LINK = re.compile(r"\]\(([^)\s#]+)")
PATTERNS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/*.md",
    "docs/id/*.md",
    "docs/notebooks/*.md",
    "simulation/data/README.md",
)


def pages() -> list[Path]:
    """The project's own pages and notebooks."""
    return [path for pattern in PATTERNS for path in sorted(ROOT.glob(pattern))]


def linked(page: Path) -> Iterator[Path]:
    """The files that a page links to."""
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        target = page.parent / link
        if not re.match(r"[a-z]+:", link) and target.is_file():
            yield target.resolve()


def generated() -> dict[str, str]:
    """The pages that are made of the code: their text by their place."""
    return {"gallery.md": gallery.page(), "class_page.md": class_page.page(), **reference.pages()}


def stage(folder: Path) -> None:
    """Lay everything out in a folder, anew."""
    shutil.rmtree(folder, ignore_errors=True)
    found = {path: path.relative_to(ROOT) for page in pages() for path in (page, *linked(page))}
    found |= {page: page.relative_to(SITE) for page in sorted(SITE.rglob("*.md"))}
    texts = {place: path.read_bytes() for path, place in found.items()}
    texts |= {Path(place): text.encode() for place, text in generated().items()}
    for place, text in texts.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(text)


if __name__ == "__main__":
    stage(Path(sys.argv[1]))
