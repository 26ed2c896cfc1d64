"""One run: every test over the counts of a stretch of time, many tests taken into account, the flags that remain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analytics.integrity.counts import BlockCounts, HourCounts
from analytics.integrity.device_hours import Usual, find_bursts, find_marked, find_outside_hours
from analytics.integrity.flag import KINDS, Flag, Suspicion
from analytics.integrity.rules import Rules
from analytics.integrity.unit_blocks import find_above_dossiers, find_gaps, find_non_neutral, find_packs, find_shares
from analytics.multiple_tests import benjamini_hochberg

_USUAL = Rules()


def detect(
    hours: HourCounts, blocks: BlockCounts, dossiers: Mapping[tuple[str, str], int] | None = None, rules: Rules = _USUAL
) -> tuple[Flag, ...]:
    """The flags of one run, by kind, then place.

    `hours` and `blocks` count the same rows; `dossiers` are those finished by unit and half-month, None: not known. Every
    test made counts in Benjamini–Hochberg, also those whose numbers are too small to be raised; rules have no p-value and
    do not. Empty counts give no flag. A flag says what is unlikely under honest rating with the variation the data
    themselves show; it does not say why.

    >>> import pandas as pd
    >>> from analytics.integrity.counts import ROW_COLUMNS, count_blocks, count_hours
    >>> row = {"unit": "a", "device": "a:1", "side": "desk", "is_result": True, "took": 0, "repeats": 0, "coded": False}
    >>> night = [row | {"helped": False, "hour": 16, "sheet": s, "x": 5, "m": 5, "neutral": 0} for s in range(3)]  # 23:00 at home
    >>> rows = pd.DataFrame(night, columns=list(ROW_COLUMNS))
    >>> [(flag.kind, flag.is_rule) for flag in detect(count_hours(rows), count_blocks(rows))]
    [('outside_hours', True)]
    """
    usual = Usual(hours)
    families = (
        find_bursts(hours, usual, rules),
        find_marked(hours, usual, rules, "repeats"),
        find_marked(hours, usual, rules, "short_took"),
        find_packs(blocks, rules),
        find_shares(blocks, rules, "short_block"),
        find_shares(blocks, rules, "helped_codes"),
        find_gaps(blocks, rules),
        find_non_neutral(blocks, rules),
    )
    raised = [flag for family in families for flag in _raise(list(family), rules.level)]
    broken = [*find_outside_hours(hours, usual, rules), *find_above_dossiers(blocks, dossiers or {})]
    order = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(sorted([*raised, *broken], key=lambda f: (order[f.kind], f.place.unit, f.place.device or "", f.place.first_hour)))


def _raise(family: list[Suspicion], level: float) -> list[Flag]:
    adjusted = benjamini_hochberg([test.p_value for test in family])
    return [
        replace(test.flag, adjusted_p=value)
        for test, value in zip(family, adjusted, strict=True)
        if test.flag is not None and value is not None and value <= level
    ]
