"""Tables and numbers of the simulations' texts."""

from collections.abc import Iterable, Sequence

from app.cli.columns import align
from app.vietnamese import NO_NUMBER, decimal_comma, percent, whole


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, n_left: int) -> list[str]:
    """Columns under each other, numbers to the right in the last one too."""
    return align([[*row, ""] for row in (header, *rows)], n_left=n_left)  # `align` keeps the last column to the left


def tell_runs(runs: int, seed: int) -> str:
    """How often, and from which seed."""
    return f"{whole(runs)} lần mỗi tình huống, --seed {seed}"


def tell_points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> tell_points(0.0123), tell_points(-0.5)
    ('+1,23', '−50,00')
    """
    text = decimal_comma(100 * difference)
    return text if text.startswith("−") else f"+{text}"


def tell_part(count: int, of: int) -> str:
    """A part of what was counted; "–" of nothing."""
    return percent(count / of) if of else NO_NUMBER
