"""How many dossiers each unit finished in each field: what a weighted figure stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analytics.errors import PopulationError

Place = tuple[str, str]  # unit and field


def name_place(unit: str, field: str | None) -> str:
    """A stratum as messages name it; without a field it is a whole unit."""
    return f"unit {unit}, field {field}" if field else f"unit {unit}"


class Population:
    """Finished dossiers per unit and field over the period of the responses; whole numbers from 0 on.

    Raises PopulationError naming unit and field of a count that is negative or no whole number, or where there is not a
    single dossier.

    >>> register = Population({("xã A", "đất đai"): 40, ("xã A", "hộ tịch"): 60})
    >>> register.find("xã A", "đất đai"), register.find("xã B", "đất đai"), register.total
    (40, None, 100)
    """

    def __init__(self, dossiers: Mapping[Place, int]) -> None:
        for (unit, field), count in dossiers.items():
            # True is an int to Python, and 40.0 equals 40: neither is how somebody counts dossiers.
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise PopulationError(f"{name_place(unit, field)}: dossiers are counted in whole numbers from 0 on, not {count!r}.")
        self._dossiers = dict(dossiers)
        if not self.total:
            raise PopulationError("The population holds not a single dossier; a weighted figure needs the dossiers of unit and field.")

    def __iter__(self) -> Iterator[Place]:
        return iter(self._dossiers)

    def find(self, unit: str, field: str) -> int | None:
        """Dossiers of a unit and field; None where the population does not know the place."""
        return self._dossiers.get((unit, field))

    @property
    def total(self) -> int:
        """All dossiers."""
        return sum(self._dossiers.values())

    def within(self, units: Iterable[str] | None = None, field: str | None = None) -> dict[Place, int]:
        """The counts of some units and one field; None: of all."""
        wanted = None if units is None else set(units)
        return {
            place: count
            for place, count in self._dossiers.items()
            if (wanted is None or place[0] in wanted) and (field is None or place[1] == field)
        }
