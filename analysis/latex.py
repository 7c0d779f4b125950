"""LaTeX tables (booktabs), in ASCII."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from .language import MINUS
from .words import HARD_SPACE, NOTHING

HEAD = 14  # letters of a line in a column's head
GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "π": "pi",
    "ρ": "rho",
    "ς": "varsigma",
    "σ": "sigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "phi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
}
TEX = {sign: "\\" + sign for sign in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    MINUS: "$-$",
    HARD_SPACE: "~",
    NOTHING: "--",
    "“": "``",
    "”": "''",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    '"': r"\textquotedbl{}",
    **{letter: rf"$\{name}$" for letter, name in GREEK.items()},
    "ο": "o",
    "×": r"$\times$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
}
NEEDS = r"% needs \usepackage{booktabs} and \usepackage[T1]{fontenc}"

Row = tuple[str, Sequence[str], Sequence[str]]  # a label, means, their intervals


def table(name: str, caption: str, heads: Sequence[str], rows: Iterable[Row]) -> str:
    """Return a table of means with their intervals under them."""
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{_text(caption)}}}",
            rf"\label{{tab:{name}}}",
            rf"\begin{{tabular}}{{l{'r' * len(heads)}}}",
            r"\toprule",
            _line(["", *map(_head, heads)]),
            r"\midrule",
            *(line for row in rows for line in _lines(*row)),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _lines(label: str, means: Sequence[str], intervals: Sequence[str]) -> Iterator[str]:
    yield _line([_lead(label), *map(_text, means)])
    if any(intervals):
        yield _line(["", *(rf"{{\scriptsize {_text(one)}}}" for one in intervals)])


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _head(text: str) -> str:
    lines = r" \\ ".join(map(_lead, textwrap.wrap(text, HEAD)))
    return rf"\shortstack[r]{{{lines}}}"


def _lead(text: str) -> str:
    """A row's first cell: after the end of the row before it, [ and * would be read as that row's own."""
    return ("{}" if text.startswith(("[", "*")) else "") + _text(text)


def _text(text: str) -> str:
    return "".join(TEX.get(sign, sign) for sign in text.replace("\n", " "))
