"""Rows to count: a tablet's month, sheet by sheet."""

from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd

from analytics.integrity import ROW_COLUMNS

FIRST_HOUR = (date(2025, 9, 1).toordinal() - date(1970, 1, 1).toordinal()) * 24 - 7
"""Midnight of 1 September 2025, a Monday, in Việt Nam."""

Row = dict[str, object]


def sheet(day: int, hour: int, number: int = 0, **changes: object) -> Row:
    """One sheet at a desk: `day` from 0, hour of the day, `number` tells its answers apart from others'."""
    at = FIRST_HOUR + day * 24 + hour
    row: Row = {"unit": "a", "device": "a:1", "hour": at, "side": "desk", "is_result": True, "took": 0, "repeats": 0, "coded": False}
    return row | {"helped": False, "sheet": number, "x": 5, "m": 5, "neutral": 0} | changes


def working_days(n_days: int = 30) -> Iterator[int]:
    """Mondays to Fridays."""
    return (day for day in range(n_days) if day % 7 < 5)


def table(rows: Iterable[Row]) -> pd.DataFrame:
    """The rows as the run takes them."""
    return pd.DataFrame(list(rows), columns=list(ROW_COLUMNS))
