"""The scale of an instrument: its levels from bad to good, and from which level a rating counts as satisfied."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from survey_forms.text import Sentence


class Scale(BaseModel):
    """Two or more levels (mức độ), strictly rising from bad to good, one label each.

    A rating counts as satisfied when it is ``satisfied_from`` or higher. Levels are whole numbers and need be neither
    adjacent nor positive: 1–5, 0–10 and -2–2 are all scales. Raises pydantic's ValidationError when the levels do not
    rise, the labels do not match them one to one or repeat, or ``satisfied_from`` is not a level.

    >>> scale = Scale(levels=(1, 2, 3), satisfied_from=3, labels=("Không hài lòng", "Bình thường", "Hài lòng"))
    >>> scale.position(3), scale.label(3), scale.satisfied_position
    (2, 'Hài lòng', 2)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    levels: tuple[int, ...]
    satisfied_from: int
    labels: tuple[Sentence, ...]

    @model_validator(mode="after")
    def _levels_labels_and_threshold_agree(self) -> Self:
        if len(self.levels) < 2:
            raise _wrong("levels", "a scale needs at least two levels")
        for index in range(1, len(self.levels)):
            if self.levels[index] <= self.levels[index - 1]:
                raise _wrong("levels", "must rise from bad to good, each level once, such as [1, 2, 3, 4, 5]", index)
        if len(self.labels) != len(self.levels):
            raise _wrong(
                "labels",
                f"there are {len(self.levels)} levels but {len(self.labels)} labels; give every level one label",
            )
        for index, label in enumerate(self.labels):
            if label in self.labels[:index]:
                raise _wrong("labels", "two levels have the same label; give every level a label of its own", index)
        if self.satisfied_from not in self.levels:
            allowed = ", ".join(str(level) for level in self.levels)
            raise _wrong("satisfied_from", f"{self.satisfied_from} is not a level of the scale; choose one of {allowed}")
        return self

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {level: position for position, level in enumerate(self.levels)}

    def position(self, level: int) -> int:
        """The place of a level, 0 for the worst. Raises ValueError when it is no level of the scale."""
        try:
            return self._positions[level]
        except KeyError:
            allowed = ", ".join(str(each) for each in self.levels)
            raise ValueError(f"the scale has no such level; its levels are {allowed}") from None

    def label(self, level: int) -> str:
        """The Vietnamese label of a level. Raises ValueError when it is no level of the scale."""
        return self.labels[self.position(level)]

    @property
    def low_levels(self) -> tuple[int, ...]:
        """The levels below the middle of the scale, worst first: the two lowest of five, the one lowest of three or two.

        Whoever chose one of them is asked, if they like, what went wrong.

        >>> Scale(levels=(1, 2, 3, 4, 5), satisfied_from=4, labels=("a", "b", "c", "d", "e")).low_levels
        (1, 2)
        """
        return self.levels[: len(self.levels) // 2]

    @property
    def satisfied_position(self) -> int:
        """The place of the first level that counts as satisfied."""
        return self.position(self.satisfied_from)


def _wrong(field: str, problem: str, index: int | None = None) -> PydanticCustomError:
    at = (field,) if index is None else (field, index)
    return PydanticCustomError("structure", "{problem}", {"problem": problem, "at": at})
