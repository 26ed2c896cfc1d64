"""Columns of text under each other at a console, Vietnamese letters counted as the eye counts them."""

import unicodedata
from collections.abc import Sequence


def align(rows: Sequence[Sequence[str]], *, n_left: int) -> list[str]:
    """Columns under each other: names and the verdict to the left, numbers to the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    last = len(widths) - 1
    lines = []
    for row in rows:
        cells = [
            cell + " " * (width - _width(cell)) if place < n_left or place == last else " " * (width - _width(cell)) + cell
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    return sum(not unicodedata.combining(character) for character in text)
