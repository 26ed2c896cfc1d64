"""From response rows to the two tables a run looks at: devices by hour, units by half-month. Both hold counts only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.periods import half_month_block

ROW_COLUMNS: Final = ("unit", "device", "hour", "side", "is_result", "took", "repeats", "coded", "helped", "sheet", "x", "m", "neutral")
"""Columns of the rows: unit and device keys (device "" for none); hour since 1970-01-01T00Z; side "desk" (tablet), "phone"
(the respondent's own) or "other"; took and repeats −1 unknown, 0 no, 1 yes (took: under 30 seconds); sheet any number that
is equal for equal answers; x satisfied answers, m answers, neutral those at the middle level (0 of a scale without one)."""

_EPOCH = date(1970, 1, 1).toordinal()
_ZONE_HOURS = 7  # Việt Nam is UTC+7 without summer time


@dataclass(frozen=True, slots=True)
class HourCounts:
    """Devices by hour. `table`: device, unit, hour, day (since 1970-01-01), hour_of_day, block, n, known, repeats, timed, short."""

    table: pd.DataFrame


@dataclass(frozen=True, slots=True)
class BlockCounts:
    """Units by half-month. `table`, one row each:

    unit, block, first_hour, last_hour; n; n_result; timed, short; coded, helped; known, repeats with matches_expected and
    matches_variance, what equal sheets would give in any order (see `count_blocks`); for each of desk, phone and all the
    respondents' moments n_, x_, m_, xx_, xm_, mm_ of satisfied answers, and for "mid" those of answers at the middle level.
    """

    table: pd.DataFrame


def local_day(hour: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days since 1970-01-01 in Việt Nam of hours since 1970-01-01T00Z."""
    return np.asarray((hour + _ZONE_HOURS) // 24)


def as_date(day: int) -> date:
    """The calendar day of a number of days.

    >>> as_date(0).isoformat()
    '1970-01-01'
    """
    return date.fromordinal(_EPOCH + day)


def block_hours(block: str) -> tuple[int, int]:
    """First and last hour of a half-month, inclusive.

    >>> first, last = block_hours("1970-01-1")
    >>> first, last - first + 1
    (-7, 336)
    """
    year, month, half = (int(part) for part in block.split("-"))
    begin = date(year, month, 1 if half == 1 else 15)
    end = date(year, month, 15) if half == 1 else date(year + month // 12, month % 12 + 1, 1)
    return (begin.toordinal() - _EPOCH) * 24 - _ZONE_HOURS, (end.toordinal() - _EPOCH) * 24 - _ZONE_HOURS - 1


def _with_days(rows: pd.DataFrame) -> pd.DataFrame:
    hour = rows["hour"].to_numpy(dtype=np.int64)
    day = local_day(hour)
    names = {int(one): half_month_block(as_date(int(one))) for one in np.unique(day)}
    return rows.assign(day=day, hour_of_day=(hour + _ZONE_HOURS) % 24, block=[names[int(one)] for one in day])


def count_hours(rows: pd.DataFrame) -> HourCounts:
    """Count the tablets' sheets by device and hour; sheets without a device are left out. No row gives an empty table.

    `rows` has the columns ROW_COLUMNS. Unknown `took` or `repeats` are counted in n, not in timed or known.
    """
    at = _with_days(rows[rows["device"] != ""])
    marks = at.assign(
        n=1,
        known=(at["repeats"] >= 0).astype(np.int64),
        repeats=(at["repeats"] == 1).astype(np.int64),
        timed=(at["took"] >= 0).astype(np.int64),
        short=(at["took"] == 1).astype(np.int64),
    )
    by = ["device", "unit", "hour", "day", "hour_of_day", "block"]
    return HourCounts(marks.groupby(by, as_index=False, sort=True)[["n", "known", "repeats", "timed", "short"]].sum())


def count_blocks(rows: pd.DataFrame) -> BlockCounts:
    """Count all sheets by unit and half-month. `rows` as for `count_hours`; no row gives an empty table.

    Repeats are held against the sheets themselves: with n_v sheets of each kind of answers v on a device, n in all, the
    number of neighbours that match in a random order has mean Σn_v(n_v − 1)/n and the variance of the number of runs
    (Mood, Ann. Math. Statist. 11, 1940: multinomial runs). So an office where everybody honestly gives the best answer
    expects many repeats, and one where equal sheets arrive in packs has more than its own sheets explain.
    """
    at = _with_days(rows)
    marks = at.assign(
        n=1,
        n_result=at["is_result"].astype(np.int64),
        timed=(at["took"] >= 0).astype(np.int64),
        short=(at["took"] == 1).astype(np.int64),
        helped=(at["coded"].astype(bool) & at["helped"].astype(bool)).astype(np.int64),
        coded=at["coded"].astype(np.int64),
    )
    sums = ["n", "n_result", "timed", "short", "coded", "helped"]
    m, x = marks["m"].to_numpy(dtype=np.int64), marks["x"].to_numpy(dtype=np.int64)
    middle = marks["neutral"].to_numpy(dtype=np.int64)
    side = marks["side"].to_numpy(dtype=object)
    for name, part, chosen in (("desk", x, side == "desk"), ("phone", x, side == "phone"), ("all", x, m >= 0), ("mid", m - middle, m >= 0)):
        is_valid = chosen & (m > 0)
        for column, values in (("n", 1), ("x", part), ("m", m), ("xx", part * part), ("xm", part * m), ("mm", m * m)):
            marks[f"{column}_{name}"] = np.where(is_valid, values, 0)
            sums.append(f"{column}_{name}")
    table = marks.groupby(["unit", "block"], as_index=False, sort=True)[sums].sum()
    ends = [block_hours(block) for block in table["block"]]
    table["first_hour"], table["last_hour"] = [first for first, _ in ends], [last for _, last in ends]
    matches = _count_matches(at)
    table = table.merge(matches, on=["unit", "block"], how="left")
    filled = ["known", "repeats", "matches_expected", "matches_variance"]
    table[filled] = table[filled].fillna(0.0)
    return BlockCounts(table)


def _count_matches(at: pd.DataFrame) -> pd.DataFrame:
    """Repeats of the tablets of each unit and half-month, with mean and variance under a random order of the same sheets."""
    known = at[(at["device"] != "") & (at["repeats"] >= 0)]
    kinds = known.groupby(["unit", "block", "device", "sheet"], as_index=False, sort=True).agg(size=("hour", "size"))
    size = kinds["size"].astype(np.float64)
    kinds = kinds.assign(n=size, squares=size**2, cubes=size**3)
    devices = kinds.groupby(["unit", "block", "device"], as_index=False)[["n", "squares", "cubes"]].sum()
    n, s2, s3 = devices["n"], devices["squares"], devices["cubes"]
    many = n > 1
    variance = (s2 * (s2 + n * (n + 1)) - 2 * n * s3 - n**3) / (n**2 * (n - 1)).where(many, 1.0)
    devices = devices.assign(matches_expected=(s2 / n - 1).where(many, 0.0), matches_variance=variance.where(many, 0.0).clip(lower=0.0))
    units = devices.groupby(["unit", "block"], as_index=False)[["matches_expected", "matches_variance"]].sum()
    seen = known.assign(known=1).groupby(["unit", "block"], as_index=False)[["known", "repeats"]].sum()
    return units.merge(seen, on=["unit", "block"])
