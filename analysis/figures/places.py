"""Places for names beside marks, such that no name meets another or a mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Side = tuple[int, int]

# right, left, above, below, then the corners: across and up
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
GAP = 5.0  # px between a mark and its name


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


def placed(
    marks: Sequence[Box], sizes: Sequence[tuple[float, float]], frame: tuple[float, float]
) -> list[Side] | None:
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
    marks: Sequence[Box], numbers: Sequence[int], size: Callable[[str], tuple[float, float]],
    near: tuple[float, float], frame: tuple[float, float],
) -> list[tuple[int, str, Side]]:
    """For each heap of marks the largest of them, its numbers, and on which side of it they meet no others.

    Numbers that find no place join those of the nearest heap.
    """
    found = heaps(marks, near)
    while True:
        told = [(max(heap, key=lambda i: marks[i].width), ranges([numbers[i] for i in heap])) for heap in found]
        sides = _beside([marks[i] for i, _ in told], [size(text) for _, text in told], marks, frame)
        if len(sides) == len(found) or len(found) == 1:
            return [(i, text, side) for (i, text), side in zip(told, sides or [SIDES[0]], strict=True)]
        lost = found.pop(len(sides))
        nearest = min(found, key=lambda heap: _distance(marks[heap[0]], marks[lost[0]]))
        nearest[:] = sorted(nearest + lost)


def _beside(
    fronts: Sequence[Box], sizes: Sequence[tuple[float, float]], marks: Sequence[Box], frame: tuple[float, float]
) -> list[Side]:
    """A side for each text, up to the first that has none: free of marks too if there is such a side."""
    taken: list[Box] = []
    sides: list[Side] = []
    for front, (width, height) in zip(fronts, sizes, strict=True):
        texts = [(side, front.beside(side, width, height, 1.0)) for side in SIDES]
        free = [(side, text) for side, text in texts if text.within(*frame) and not any(map(text.meets, taken))]
        clear = [(side, text) for side, text in free if not any(map(text.meets, marks))]
        if not free:
            break
        side, text = (clear or free)[0]
        sides.append(side)
        taken.append(text)
    return sides


def _distance(one: Box, other: Box) -> float:
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2


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
