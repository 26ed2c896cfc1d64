"""Flags about one tablet in one hour: too many sheets, too many alike, too many too fast, and at a time no desk is open."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.integrity.counts import HourCounts, as_date
from analytics.integrity.flag import Evidence, Flag, HourPoint, Kind, Place, Suspicion
from analytics.integrity.rules import Rules
from analytics.integrity.tails import beta_binomial_tail, negative_binomial_tail

Reals = NDArray[np.float64]

_PRIOR_SHEETS = 10.0  # of the pooled share, added to a device's own
_LEAST_CORRELATION = 0.03  # sheets of one hour are never quite independent: a family, an agent, one difficult dossier
_LEAST_DISPERSION = 0.15  # hours of a desk always vary by more than Poisson
_TRIMMED = 0.005  # of the cells, left out when the dispersion is estimated: a burst must not hide itself
_MOST_BUSY = 2.0  # a busy day explains twice the usual, not ten times


class Usual:
    """How many sheets each device has at each hour of a day: its own profile, without the day in question.

    Mean of the same hour on the other days the unit's tablets were in use (plus one imaginary day of the device's average
    hour), times how busy the day was at the device's other hours. An honest rush that comes every noon is usual there.
    """

    def __init__(self, hours: HourCounts) -> None:
        table = hours.table
        days_of = {unit: np.unique(part["day"].to_numpy()) for unit, part in table.groupby("unit")}
        self._seen: dict[str, NDArray[np.float64]] = {}
        self._mean: dict[str, Reals] = {}
        self._known: dict[str, Reals] = {}
        self._row: dict[str, dict[int, int]] = {}
        for device, part in table.groupby("device"):
            days = days_of[str(part["unit"].iloc[0])]
            seen = np.zeros((len(days), 24))
            rows = np.searchsorted(days, part["day"].to_numpy())
            np.add.at(seen, (rows, part["hour_of_day"].to_numpy()), part["n"].to_numpy())
            key = str(device)
            self._seen[key], self._row[key] = seen, {int(day): number for number, day in enumerate(days)}
            self._mean[key], self._known[key] = _expect(seen)

    def at(self, device: str, day: int) -> tuple[Reals, Reals]:
        """Sheets and usual sheets of a device's day, 24 hours each."""
        row = self._row[device][day]
        return self._seen[device][row], self._mean[device][row]

    def tests(self) -> Iterator[tuple[str, Reals, Reals, Reals, list[int]]]:
        """For each device: sheets, usual, sheets the usual rests on, each [days, 24], and its days; hours never used are left out (NaN)."""
        for device, seen in self._seen.items():
            yield device, seen, self._mean[device], self._known[device], list(self._row[device])

    def dispersion(self) -> float:
        """The extra variance of all cells, Var = μ + φμ²: moments, the wildest cells left out."""
        seen = np.concatenate([part[~np.isnan(mean)] for part, mean in zip(self._seen.values(), self._mean.values(), strict=True)])
        mean = np.concatenate([part[~np.isnan(part)] for part in self._mean.values()])
        wild = (seen - mean) ** 2 / (mean + mean**2 * _LEAST_DISPERSION)
        kept = wild <= np.quantile(wild, 1 - _TRIMMED) if len(wild) else np.zeros(0, dtype=bool)
        over = float((mean[kept] ** 2).sum())
        return max(float(((seen[kept] - mean[kept]) ** 2 - mean[kept]).sum()) / over, _LEAST_DISPERSION) if over > 0 else _LEAST_DISPERSION


def _expect(seen: Reals) -> tuple[Reals, Reals]:
    n_days = len(seen)
    by_hour = seen.sum(axis=0)
    used = by_hour > 0
    average = seen[:, used].mean() if used.any() else 0.0
    others = by_hour[None, :] - seen
    mean = (others + average) / n_days
    # How busy the day was at its other hours, drawn towards 1 by a day's worth of sheets.
    day_mean = average * max(int(used.sum()) - 1, 0)
    busy = (seen.sum(axis=1)[:, None] - seen + day_mean + 1) / (2 * day_mean + 1)
    mean = np.maximum(mean * np.clip(busy, 1 / _MOST_BUSY, _MOST_BUSY), 0.05)
    mean[:, ~used] = np.nan
    return mean, others + 1


def find_bursts(hours: HourCounts, usual: Usual, rules: Rules) -> Iterator[Suspicion]:
    """One test for every hour in use: the negative binomial tail of its sheets around the device's own profile.

    Variance: dispersion of all hours, plus what the profile itself is uncertain by (1 over the sheets it rests on).
    """
    if hours.table.empty:
        return
    dispersion = usual.dispersion()
    places = _index(hours.table)
    for device, seen, mean, known, days in usual.tests():
        in_use = ~np.isnan(mean)
        p = negative_binomial_tail(seen, np.where(in_use, mean, 1.0), dispersion + 1 / known)
        for number, hour in np.argwhere(in_use).tolist():
            value, sheets = float(p[number, hour]), int(seen[number, hour])
            if value > rules.level or sheets < rules.least_burst:
                yield Suspicion(value, None)
                continue
            evidence = Evidence(sheets, expected=float(mean[number, hour]), hours=_day(usual, device, days[number]))
            yield Suspicion(value, Flag("burst", places[device, days[number], hour], evidence, value))


def find_marked(hours: HourCounts, usual: Usual, rules: Rules, kind: Kind) -> Iterator[Suspicion]:
    """Repeats or short sheets of each hour against the same device's other hours: the beta-binomial tail.

    The device's own share is drawn towards that of all devices by ten sheets; hours without such a sheet pass.
    """
    of, marked = ("known", "repeats") if kind == "repeats" else ("timed", "short")
    table = hours.table[hours.table[of] > 0]
    if table.empty:
        return
    k, n = table[marked].to_numpy(dtype=np.float64), table[of].to_numpy(dtype=np.float64)
    own = table.groupby("device")[[marked, of]].transform("sum").to_numpy(dtype=np.float64)
    pooled = k.sum() / n.sum()
    rest = own[:, 1] - n
    share = (own[:, 0] - k + _PRIOR_SHEETS * pooled) / (rest + _PRIOR_SHEETS)
    p = beta_binomial_tail(k, n, share, _LEAST_CORRELATION + 1 / (rest + _PRIOR_SHEETS + 1))
    for number, value in enumerate(p.tolist()):
        if value > rules.level or k[number] < rules.least_marked:
            yield Suspicion(value, None)
            continue
        row = table.iloc[number]
        around = _day(usual, str(row["device"]), int(row["day"]))
        count, size, own_share = float(k[number]), float(n[number]), float(share[number])
        evidence = Evidence(int(count), int(size), own_share * size, count / size, own_share, around)
        yield Suspicion(value, Flag(kind, _place(row), evidence, value))


def find_outside_hours(hours: HourCounts, usual: Usual, rules: Rules) -> Iterator[Flag]:
    """The rule: at least `least_outside` sheets of one tablet in an hour in which no desk can be open."""
    for _, row in hours.table[hours.table["n"] >= rules.least_outside].iterrows():
        opening, day = rules.openings.of(str(row["unit"])), as_date(int(row["day"]))
        if not opening.covers(day, int(row["hour_of_day"])):
            spans = opening.spans(day) if opening.states(day) else None
            evidence = Evidence(int(row["n"]), hours=_day(usual, str(row["device"]), int(row["day"])), open_minutes=spans)
            yield Flag("outside_hours", _place(row), evidence)


def _day(usual: Usual, device: str, day: int) -> tuple[HourPoint, ...]:
    seen, mean = usual.at(device, day)
    return tuple(
        HourPoint(hour, int(seen[hour]), 0.0 if np.isnan(mean[hour]) else float(mean[hour]))
        for hour in range(24)
        if not np.isnan(mean[hour])
    )


def _place(row: pd.Series) -> Place:
    return Place(str(row["unit"]), str(row["device"]), int(row["hour"]), int(row["hour"]), str(row["block"]))


def _index(table: pd.DataFrame) -> dict[tuple[str, int, int], Place]:
    columns = (table[name].tolist() for name in ("unit", "device", "hour", "day", "hour_of_day", "block"))
    return {(device, day, at): Place(unit, device, hour, hour, block) for unit, device, hour, day, at, block in zip(*columns, strict=True)}
