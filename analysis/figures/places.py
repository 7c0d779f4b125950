"""Places for names beside marks, such that no name meets another or a mark."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Side = tuple[int, int]

# right, left, above, below, then the corners: across and up
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
GAP = 5.0  # px between a mark and its name
FAR = 24.0  # px over which marks do not share a name


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels by its middle, down from the top."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        across = abs(self.x - other.x) < (self.width + other.width) / 2
        return across and abs(self.y - other.y) < (self.height + other.height) / 2

    def within(self, width: float, height: float) -> bool:
        """Whether it lies in a frame that starts at (0, 0)."""
        across = self.width / 2 <= self.x <= width - self.width / 2
        return across and self.height / 2 <= self.y <= height - self.height / 2

    def beside(self, side: Side, width: float, height: float, gap: float = GAP) -> Box:
        """A rectangle of this size on one of its sides."""
        away = (self.width + width) / 2 + gap, (self.height + height) / 2 + gap
        return Box(self.x + side[0] * away[0], self.y - side[1] * away[1], width, height)


def placed(marks: Sequence[Box], sizes: Sequence[tuple[float, float]], frame: tuple[float, float]) -> list[Side] | None:
    """A side of `SIDES` for the name (width, height) of each mark; None where some name finds no place."""
    taken, found = list(marks), []
    for mark, size in zip(marks, sizes, strict=True):
        names = ((side, mark.beside(side, *size)) for side in SIDES)
        fitting = ((side, name) for side, name in names if name.within(*frame) and not any(map(name.meets, taken)))
        side, name = next(fitting, (None, None))
        if side is None or name is None:
            return None
        found.append(side)
        taken.append(name)
    return found


def numbered(
    marks: Sequence[Box],
    name: Callable[[Sequence[int]], str],
    size: Callable[[str], tuple[float, float]],
    near: tuple[float, float],
    frame: tuple[float, float],
) -> list[tuple[int, str, Side]]:
    """For each heap of marks the largest of them, its name, and on which side of it the name meets no other.

    A heap whose name finds no place joins the nearest; where none is within `FAR`, it has no name.
    """
    found = heaps(marks, near)
    while True:
        told = [(max(heap, key=lambda i: marks[i].width), name(heap)) for heap in found]
        sides = _beside([marks[i] for i, _ in told], [size(text) for _, text in told], marks, frame)
        if len(sides) == len(found):
            return [(i, text, side) for (i, text), side in zip(told, sides, strict=True)]
        lost = found.pop(len(sides))
        close = [heap for heap in found if _distance(marks, heap, lost) < FAR]
        if close:
            nearest = min(close, key=lambda heap: _distance(marks, heap, lost))
            nearest[:] = sorted(nearest + lost)


def _beside(
    fronts: Sequence[Box], sizes: Sequence[tuple[float, float]], marks: Sequence[Box], frame: tuple[float, float]
) -> list[Side]:
    """A side for each text, up to the first that has none: free of marks too if there is such a side."""
    taken: list[Box] = []
    sides: list[Side] = []
    for front, (width, height) in zip(fronts, sizes, strict=True):
        texts = [(side, front.beside(side, width, height, 0.0)) for side in (*SIDES[4:], *SIDES[:4])]  # corners first
        free = [(side, text) for side, text in texts if text.within(*frame) and not any(map(text.meets, taken))]
        clear = [(side, text) for side, text in free if not any(map(text.meets, marks))]
        if not free:
            break
        side, text = (clear or free)[0]
        sides.append(side)
        taken.append(text)
    return sides


def _distance(marks: Sequence[Box], one: Sequence[int], other: Sequence[int]) -> float:
    """Pixels between the closest marks of two heaps."""
    return min(math.hypot(marks[i].x - marks[j].x, marks[i].y - marks[j].y) for i in one for j in other)


def heaps(marks: Sequence[Box], near: tuple[float, float]) -> list[list[int]]:
    """Which marks lie on one another: within `near` (px across, down) of the first of their heap."""
    found: list[list[int]] = []
    for i, mark in enumerate(marks):
        close = (h for h in found if abs(marks[h[0]].x - mark.x) <= near[0] and abs(marks[h[0]].y - mark.y) <= near[1])
        heap = next(close, None)
        if heap is None:
            found.append([i])
        else:
            heap.append(i)
    return found


def ranges(numbers: Sequence[int]) -> str:
    """Rising numbers in short: '1, 3–5'."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
