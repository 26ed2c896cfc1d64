"""What the responses of a choice add up to as of now: closed parts, plus open hours, minus exclusions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from analytics.design import Design
from analytics.store import Choice, PartError
from analytics.store.sums import PartSums, Recipe
from app.services.live_tallies import LiveTallies, Sources
from survey_forms import Instrument

_ATTEMPTS: Final = 3
Sum = TypeVar("Sum")


@dataclass(slots=True)
class LiveSums:
    """Adds up answers for one installation, where no tally will do."""

    live: LiveTallies
    _parts: PartSums = field(init=False)

    def __post_init__(self) -> None:
        self._parts = PartSums(self.live.keeper.folder)

    def count(
        self, instruments: tuple[Instrument, ...], choice: Choice, recipe_of: Callable[[Design], Recipe[Sum]], *, with_excluded: bool
    ) -> tuple[Sum, tuple[object, ...]]:
        """The sum over all versions, and the key of the sources it was taken from; confirmed exclusions out unless `with_excluded`.

        Raises AnalyticsError when stored rows contradict themselves.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._count(instruments, choice, recipe_of, with_excluded)
            except PartError as error:
                # Merged away by another process since the list was read, or damaged: both end with a part that can be read.
                self.live.keeper.repair(error)
        return self._count(instruments, choice, recipe_of, with_excluded)

    def _count(
        self, instruments: tuple[Instrument, ...], choice: Choice, recipe_of: Callable[[Design], Recipe[Sum]], with_excluded: bool
    ) -> tuple[Sum, tuple[object, ...]]:
        sources: Sources = self.live.read_sources(with_excluded=with_excluded)
        versions = []
        for instrument in instruments:
            recipe = recipe_of(Design.of(instrument))
            total = self._parts.open(sources.manifest, choice, recipe)
            if (gone := sources.left_out.get(instrument.id)) is not None:
                total = recipe.minus(total, recipe.count_chosen(gone, choice))
            if (rows := sources.tail.get(instrument.id)) is not None:
                total = recipe.add([total, recipe.count_chosen(rows, choice)])
            versions.append(total)
        return recipe_of(Design.of(instruments[-1])).add(versions), sources.key
