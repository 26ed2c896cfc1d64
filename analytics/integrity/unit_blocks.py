"""Flags about one unit in one half-month: against its own sheets, its citizens' telephones, its dossiers and its peers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, pdtrc

from analytics.integrity.counts import BlockCounts
from analytics.integrity.flag import Evidence, Flag, Kind, Place, Suspicion
from analytics.integrity.rules import Rules
from analytics.integrity.tails import t_against_peers
from analytics.intervals import steadied_effective_size
from analytics.moments import Moments

Reals = NDArray[np.float64]

_LEAST_SPREAD = 0.01  # between units, whatever the sample says: one percentage point
_GAP_SPREAD = 0.03  # people answer otherwise at a desk than at home, and not by the same amount everywhere
_LEAST_ANGLE = 0.02  # the same for shares on the arcsine scale
_MATCH_SPREAD = 1.2  # stages and fields come in waves through a day, which makes neighbours a little more alike


def find_packs(blocks: BlockCounts, rules: Rules) -> Iterator[Suspicion]:
    """Repeats beyond what the unit's own sheets would give in any order.

    The larger of two tails: normal with the variance of multinomial runs, and Poisson, which is right where matches are rare.
    """
    for row in blocks.table.to_dict("records"):
        seen, expected = float(row["repeats"]), float(row["matches_expected"])
        if row["matches_variance"] <= 0:
            continue  # no sheet, or all of them alike: no order could show anything
        normal = float(ndtr(-(seen - expected - 0.5) / (_MATCH_SPREAD * float(row["matches_variance"]) ** 0.5)))
        poisson = float(pdtrc(seen - 1, max(expected, 1e-9))) if seen > 0 else 1.0
        evidence = Evidence(int(seen), int(row["known"]), expected)
        p = max(normal, poisson)
        yield Suspicion(p, Flag("repeats_block", _place(row), evidence, p) if seen >= rules.least_block / 2 else None)


def find_shares(blocks: BlockCounts, rules: Rules, kind: Kind) -> Iterator[Suspicion]:
    """Short sheets, or codes answered as helped, against the other units of the half-month, upwards.

    On the arcsine scale, where a share's variance 1/(4n) does not depend on it, against median and spread of the peers: the
    spread between units is their own, and several that game do not set the measure for the others.
    """
    marked, of = ("short", "timed") if kind == "short_block" else ("helped", "coded")
    least = rules.least_block if kind == "short_block" else rules.least_helped
    for _block, part in blocks.table.groupby("block"):
        part = part[part[of] >= rules.least_block]
        if len(part) <= rules.least_peers:
            continue
        k, n = part[marked].to_numpy(dtype=np.float64), part[of].to_numpy(dtype=np.float64)
        angle, variance = np.arcsin(np.sqrt((k + 0.375) / (n + 0.75))), 1 / (4 * n + 2)
        for number, row in enumerate(part.to_dict("records")):
            others = np.arange(len(part)) != number
            centre, _t, p = t_against_peers(angle[number], variance[number], angle[others], variance[others], _LEAST_ANGLE)
            share, usual = float(k[number] / n[number]), float(np.sin(centre) ** 2)
            evidence = Evidence(int(k[number]), int(n[number]), usual * float(n[number]), share, usual, peers=_rising((k / n)[others]))
            yield Suspicion(p, Flag(kind, _place(row), evidence, p) if k[number] >= least else None)


def find_gaps(blocks: BlockCounts, rules: Rules) -> Iterator[Suspicion]:
    """How much more satisfied people say they are at the desk than on their own telephone, against the other units' gaps.

    Each side is a pooled share with the respondent as unit (steadied variance). Without enough peers the usual gap is taken
    as 0 with a spread of three percentage points, and the tail is normal. Only upwards: a desk that flatters.
    """
    for _block, part in blocks.table.groupby("block"):
        part = part[(part["n_desk"] >= rules.least_block) & (part["n_phone"] >= rules.least_block)]
        if part.empty:
            continue
        desk, desk_variance = _share(part, "desk")
        phone, phone_variance = _share(part, "phone")
        gap, variance = desk - phone, desk_variance + phone_variance
        for number, row in enumerate(part.to_dict("records")):
            others = np.arange(len(part)) != number
            if others.sum() >= rules.least_peers:
                usual, _t, p = t_against_peers(gap[number], variance[number], gap[others], variance[others], _GAP_SPREAD)
            else:
                usual, p = 0.0, float(ndtr(-gap[number] / np.sqrt(variance[number] + _GAP_SPREAD**2)))
            evidence = Evidence(
                int(row["n_desk"]),
                int(row["n_phone"]),
                share=float(desk[number]),
                usual=float(phone[number]),
                expected=usual,
                peers=_rising(gap[others]) if others.sum() >= rules.least_peers else (),
            )
            yield Suspicion(p, Flag("desk_phone_gap", _place(row), evidence, p))


def find_non_neutral(blocks: BlockCounts, rules: Rules) -> Iterator[Suspicion]:
    """The share of answers that are not at the middle level, far from the other units' in either direction (two-sided t)."""
    for _block, part in blocks.table.groupby("block"):
        part = part[part["n_mid"] >= rules.least_block]
        if len(part) <= rules.least_peers or (part["x_mid"] == part["m_mid"]).all():
            continue  # too few peers, or a scale without a middle
        share, variance = _share(part, "mid")
        for number, row in enumerate(part.to_dict("records")):
            others = np.arange(len(part)) != number
            usual, _t, _p = t_against_peers(share[number], variance[number], share[others], variance[others], _LEAST_SPREAD)
            *_rest, p = t_against_peers(
                usual + abs(share[number] - usual), variance[number], share[others], variance[others], _LEAST_SPREAD
            )
            evidence = Evidence(int(row["x_mid"]), int(row["m_mid"]), share=float(share[number]), usual=usual, peers=_rising(share[others]))
            p = min(1.0, 2 * p)
            yield Suspicion(p, Flag("non_neutral", _place(row), evidence, p))


def find_above_dossiers(blocks: BlockCounts, dossiers: Mapping[tuple[str, str], int]) -> Iterator[Flag]:
    """The rule: more responses about results than dossiers finished, in this half-month and in it with the one before.

    `dossiers` by unit and block. A result is often rated some days after it was due, so a surplus that the half-month before
    explains is none. Units whose register has no row for the half-month are left out.
    """
    table = blocks.table.sort_values(["unit", "block"])
    before: dict[str, tuple[int, int]] = {}
    for row in table.to_dict("records"):
        unit, block, n = str(row["unit"]), str(row["block"]), int(row["n_result"])
        finished = dossiers.get((unit, block))
        if finished is None:
            before.pop(unit, None)
            continue
        n_before, finished_before = before.get(unit, (0, 0))
        if n > finished and n + n_before > finished + finished_before:
            yield Flag("above_dossiers", _place(row), Evidence(n, finished))
        before[unit] = (n, finished)


def _share(part: pd.DataFrame, name: str) -> tuple[Reals, Reals]:
    moments = Moments(*(part[f"{column}_{name}"].to_numpy(dtype=np.int64) for column in ("n", "x", "m", "xx", "xm", "mm")))
    share, size = moments.share(), steadied_effective_size(moments)
    steady = (share * size + 1) / (size + 2)  # at 0 and 1 the plain variance would be nothing
    return share, steady * (1 - steady) / size


def _rising(values: Reals) -> tuple[float, ...]:
    return tuple(float(value) for value in np.sort(values))


def _place(row: Mapping[Hashable, Any]) -> Place:
    return Place(str(row["unit"]), None, int(row["first_hour"]), int(row["last_hour"]), str(row["block"]))
