"""What the demonstration office is made of: values only, so that the generator needs no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit, and how its visitors feel.

    `weight` is its part of the responses relative to the other units (0: no desk). `effect` moves satisfaction with
    everything and `factor_effects` with one factor, both in standard deviations of the latent answer; see `truth`.
    """

    key: str
    name: str
    level: str
    parent_key: str | None = None
    codes: tuple[str, ...] = ()
    """Official codes, valid as long as the unit."""
    valid_from_on: date | None = None
    valid_to_on: date | None = None
    successor_key: str | None = None
    """The unit that took all of it over, on the day after `valid_to_on`."""
    office_name: str = ""
    contacts: str = ""
    n_counters: int = 0
    n_tablets: int = 0
    """Tablets stand at the first counters, one each."""
    weight: float = 0.0
    effect: float = 0.0
    factor_effects: Mapping[str, float] = field(default_factory=dict)

    def is_valid_on(self, day: date) -> bool:
        """Whether the unit exists on this day."""
        return (self.valid_from_on is None or self.valid_from_on <= day) and (self.valid_to_on is None or day <= self.valid_to_on)

    @property
    def counters(self) -> tuple[str, ...]:
        """Codes of its counters."""
        return tuple(str(number + 1) for number in range(self.n_counters))

    @property
    def tablets(self) -> tuple[str, ...]:
        """Ids of its tablets, in the order of the counters they stand at."""
        return tuple(f"{self.key}:{counter}" for counter in self.counters[: self.n_tablets])


@dataclass(frozen=True, slots=True)
class DemoProcedure:
    """An administrative procedure with a code of the national shape."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoField:
    """A field (lĩnh vực). `weight`, `effect`, `factor_effects` as for a unit.

    `kinds` are the shares of individuals, organisations and authorised persons among its visitors; `late_share` is the
    part of its dossiers that is finished late.
    """

    code: str
    name: str
    weight: float
    effect: float
    kinds: tuple[float, float, float]
    late_share: float
    procedures: tuple[DemoProcedure, ...] = ()
    resolving_unit_key: str | None = None
    factor_effects: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoTarget:
    """A target for all units, of one field or of all (None)."""

    field: str | None
    share: str
    source: str


@dataclass(frozen=True, slots=True)
class DemoOffice:
    """The whole office and the days its responses stem from."""

    units: tuple[DemoUnit, ...]
    fields: tuple[DemoField, ...]
    targets: tuple[DemoTarget, ...]
    floor: DemoTarget
    calendar_from_on: date
    """From this day on reporting months run from the 15th to the 14th."""
    calendar_source: str
    top_unit_key: str
    tablet_unit_key: str
    """Where the tablet stands that is handed over at the end: its key may post for this unit and all below it."""
    shown_unit_key: str
    """The unit of the invitation, and the one named as an example to post to."""
    shown_field_code: str
    analyst_name: str
    analyst_title: str
    first_on: date
    last_on: date
    holidays: frozenset[date] = field(default_factory=frozenset)

    @property
    def desks(self) -> tuple[DemoUnit, ...]:
        """The units that receive dossiers."""
        return tuple(unit for unit in self.units if unit.weight > 0)

    def unit(self, key: str) -> DemoUnit:
        """The unit of this key; KeyError when there is none."""
        for unit in self.units:
            if unit.key == key:
                return unit
        raise KeyError(f"the demonstration office has no unit {key}")

    def days_of(self, unit: DemoUnit, *, working: bool) -> tuple[date, ...]:
        """The days of the office's year on which the unit exists; `working`: without weekends and holidays."""
        n_days = (self.last_on - self.first_on).days + 1
        days = (self.first_on + timedelta(days=number) for number in range(n_days))
        return tuple(day for day in days if unit.is_valid_on(day) and not (working and (day.weekday() >= 5 or day in self.holidays)))
