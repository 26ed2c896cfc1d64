"""Simulated offices whose truth is known: how often clean desks are flagged, how often planted gaming is found.

Values in, values out: the seed is an argument. No number of the tests was chosen by looking at these figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from analytics.integrity.counts import ROW_COLUMNS, count_blocks, count_hours
from analytics.integrity.detection import detect
from analytics.integrity.flag import Kind

Ints = NDArray[np.int64]
Scenario = Literal["plain", "rush", "harmony", "pressing", "steady_pressing", "copied", "collecting"]
SCENARIOS: Final[tuple[Scenario, ...]] = get_args(Scenario)
HONEST: Final[frozenset[Scenario]] = frozenset({"plain", "rush", "harmony"})
"""Nobody games: a desk like the others; one with a rush every noon and before holidays; one where everybody is truly satisfied."""

_DESKS, _SPECIAL, _ITEMS = 24, 4, 8
_OPEN: Final = (7, 8, 9, 10, 11, 13, 14, 15, 16)
_PROFILE: Final = np.array([8, 20, 20, 15, 4, 5, 13, 11, 4]) / 100
_ZONE_HOURS = 7
_FIRST_DAY = date(2025, 9, 1).toordinal() - date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Found:
    """What became of the desk-months of one scenario. `flagged` had at least one flag; `by_kind` counts desk-months by kind of flag."""

    scenario: Scenario
    desk_months: int
    flagged: int
    by_kind: dict[Kind, int]

    @property
    def share(self) -> float:
        """Flagged desk-months among all: the false-alarm rate of an honest scenario, the detection rate of the others."""
        return self.flagged / self.desk_months


def measure(scenario: Scenario, *, desk_months: int, seed: int) -> tuple[Found, Found]:
    """(the desks of the scenario, the honest desks beside them), months of 24 desks of which four are of the scenario.

    Months are drawn until there are at least `desk_months` desks of the scenario.
    """
    rng = np.random.default_rng(seed)
    special, beside = Found(scenario, 0, 0, {}), Found("plain", 0, 0, {})
    while special.desk_months < desk_months:
        rows, chosen = draw_month(rng, scenario)
        kinds: dict[str, set[Kind]] = {}
        for flag in detect(count_hours(rows), count_blocks(rows)):
            kinds.setdefault(flag.place.unit, set()).add(flag.kind)
        units = set(rows["unit"])
        special = _add(special, chosen, kinds)
        beside = _add(beside, units - chosen, kinds)
    return special, beside


def _add(found: Found, units: set[str], kinds: dict[str, set[Kind]]) -> Found:
    by_kind = dict(found.by_kind)
    for unit in units:
        for kind in kinds.get(unit, set()):
            by_kind[kind] = by_kind.get(kind, 0) + 1
    return Found(found.scenario, found.desk_months + len(units), found.flagged + sum(unit in kinds for unit in units), by_kind)


def draw_month(rng: Generator, scenario: Scenario) -> tuple[pd.DataFrame, set[str]]:
    """One calendar month of 24 desks and the names of those of the scenario.

    An honest desk: 8 to 40 sheets a working day and tablet, days that vary (log-normal, σ 0.25), one or two tablets; a
    person's latent mood and eight items cut into five levels; about as many sheets again on telephones, 3 % of codes helped.
    """
    parts: list[pd.DataFrame] = []
    chosen: set[str] = set()
    for number in range(_DESKS):
        unit = f"desk-{number:02d}"
        own: Scenario = scenario if number < _SPECIAL else "plain"
        if number < _SPECIAL:
            chosen.add(unit)
        mood = 2.2 if own == "harmony" else rng.normal(0.9, 0.2)
        parts.append(_draw_phone(rng, unit, own, mood))
        parts += [_draw_tablet(rng, unit, f"{unit}:{tablet}", own, mood) for tablet in range(1 + rng.integers(0, 2))]
    rows = pd.concat(parts, ignore_index=True)
    return rows[list(ROW_COLUMNS)], chosen


def _draw_tablet(rng: Generator, unit: str, device: str, scenario: Scenario, mood: float) -> pd.DataFrame:
    daily, quick = rng.uniform(8, 40), rng.beta(7, 93)
    if scenario == "harmony":
        quick = rng.beta(10, 90)
    sheets: list[pd.DataFrame] = []
    for number, day in enumerate(range(_FIRST_DAY, _FIRST_DAY + 30)):
        if (day + 3) % 7 >= 5:  # 1970-01-01 was a Thursday
            continue
        busy = daily * rng.lognormal(0, 0.25) * (1.8 if scenario == "rush" and number >= 26 else 1.0)
        rates = busy * _PROFILE
        if scenario == "rush":
            rates = rates + busy * 0.4 * np.array([0, 0, 0, 0, 1, 1, 0, 0, 0])
        hour = np.repeat(_OPEN, rng.poisson(rates * rng.gamma(8, 1 / 8, size=len(rates))))
        levels, took = _draw_levels(rng, len(hour), mood), (rng.random(len(hour)) < quick).astype(np.int64)
        order = np.sort(rng.random(len(hour)))
        honest = _frame(unit, device, day, hour, order, levels, took)
        sheets.append(honest)
        if scenario in ("pressing", "steady_pressing", "copied"):
            sheets.append(_plant(rng, scenario, unit, device, day, honest, levels))
    rows = pd.concat(sheets, ignore_index=True).sort_values(["hour", "order"], kind="stable")
    same = rows["sheet"].to_numpy()[1:] == rows["sheet"].to_numpy()[:-1]
    return rows.assign(repeats=np.concatenate([[0], same.astype(np.int64)]) if len(rows) else np.zeros(0, dtype=np.int64))


def _plant(rng: Generator, scenario: Scenario, unit: str, device: str, day: int, honest: pd.DataFrame, levels: Ints) -> pd.DataFrame:
    """An officer's sheets of one day, perhaps none.

    pressing: on one day in five 12 to 25 sheets of the best answers within one hour, most of them in under 30 seconds.
    steady_pressing: every day three in each hour but two. copied: on one day in five one citizen's sheet 8 to 15 times, unhurried.
    """
    if scenario == "steady_pressing":
        hour = np.repeat(_OPEN[:-2], 3)
        best, took = np.full((len(hour), _ITEMS), 5), (rng.random(len(hour)) < 0.7).astype(np.int64)
        at = np.tile(rng.random(1), len(hour)) + np.arange(len(hour)) * 1e-6
        return _frame(unit, device, day, hour, at, best, took)
    if rng.random() >= 0.2:
        return honest.iloc[:0]
    is_copy = scenario == "copied" and len(levels) > 0
    n = int(rng.integers(8, 16) if is_copy else rng.integers(12, 26))
    planted = np.tile(levels[rng.integers(len(levels))], (n, 1)) if is_copy else np.full((n, _ITEMS), 5)
    took = (rng.random(n) < (0.1 if is_copy else 0.8)).astype(np.int64)
    return _frame(unit, device, day, np.repeat(rng.choice(_OPEN), n), 0.5 + np.arange(n) * 1e-6, planted, took)


def _draw_phone(rng: Generator, unit: str, scenario: Scenario, mood: float) -> pd.DataFrame:
    n = int(rng.poisson(rng.uniform(150, 500)))
    day = _FIRST_DAY + rng.integers(0, 30, size=n)
    hour = rng.choice([8, 9, 10, 14, 15, 19, 20, 21], size=n)
    levels = _draw_levels(rng, n, mood - 0.05)
    coded = rng.random(n) < 0.8
    helped = coded & (rng.random(n) < rng.beta(3, 97))
    rows = _frame(unit, "", day, hour, np.zeros(n), levels, np.where(rng.random(n) < 0.06, 1, 0))
    rows = rows.assign(side="phone", coded=coded, helped=helped, repeats=-1)
    if scenario != "collecting":
        return rows
    # An officer gathers the codes of 15 to 40 % of as many citizens and answers for them: best answers, ticked as helped.
    k = int(n * rng.uniform(0.15, 0.4))
    own = _frame(
        unit,
        "",
        _FIRST_DAY + rng.integers(0, 30, size=k),
        rng.choice([11, 16], size=k),
        np.zeros(k),
        np.full((k, _ITEMS), 5),
        np.ones(k, dtype=np.int64),
    )
    return pd.concat([rows, own.assign(side="phone", coded=True, helped=rng.random(k) < 0.9, repeats=-1)], ignore_index=True)


def _draw_levels(rng: Generator, n: int, mood: float) -> Ints:
    latent = mood + np.sqrt(0.5) * rng.standard_normal((n, 1)) + np.sqrt(0.5) * rng.standard_normal((n, _ITEMS))
    return np.asarray(1 + np.searchsorted([-1.35, -0.8, 0.0, 1.25], latent), dtype=np.int64)


def _frame(
    unit: str,
    device: str,
    day: int | Ints,
    hour: Ints,
    order: NDArray[np.floating],
    levels: Ints,
    took: NDArray[np.integer],
) -> pd.DataFrame:
    powers = 6 ** np.arange(_ITEMS)
    rows = pd.DataFrame({"sheet": (levels * powers).sum(axis=1), "x": (levels >= 4).sum(axis=1), "neutral": (levels == 3).sum(axis=1)})
    return rows.assign(
        unit=unit,
        device=device,
        hour=np.asarray(day, dtype=np.int64) * 24 + np.asarray(hour, dtype=np.int64) - _ZONE_HOURS,
        order=order,
        side="desk",
        is_result=True,
        took=np.asarray(took, dtype=np.int64),
        repeats=0,
        coded=False,
        helped=False,
        m=_ITEMS,
    )
