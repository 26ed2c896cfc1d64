"""The shape of a questionnaire as arrays see it: which criterion stands in which column, and what a byte means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.errors import DesignError
from survey_forms.instrument import Instrument
from survey_forms.vocabulary import NO_OPINION as NO_OPINION_WORD

BLANK: Final = 0
NO_OPINION: Final = 254
NOT_ASKED: Final = 255
MOST_LEVELS: Final = 253  # a byte has 256 values, three of them are taken
MOST_CRITERIA: Final = 255  # a respondent's answers are counted in a byte


@dataclass(frozen=True, slots=True)
class Design:
    """Criteria, factors and scale of an instrument, in the order of the columns.

    An answer is one byte: 0 blank, 1 … n_levels the position of the level on the scale plus one, 254 "không biết /
    chưa gặp" (no_opinion), 255 not asked. Two designs are equal when series, codes, factors and scale are equal:
    versions of one series differ in wording only and pool, different series never do.

    >>> design = Design("demo", ("1.0",), ("1.1", "1.2", "2.1"), ("1", "2"), (0, 0, 1), (1, 2, 3, 4, 5), 3)
    >>> design.instrument_id, design.n_criteria, design.n_levels, design.factor_of.tolist()
    ('demo@1.0', 3, 5, [0, 0, 1])
    """

    series: str
    versions: tuple[str, ...] = field(compare=False)
    criterion_codes: tuple[str, ...]
    factor_codes: tuple[str, ...]
    factor_positions: tuple[int, ...]  # one per criterion: the position of its factor in factor_codes
    levels: tuple[int, ...]
    satisfied_from: int  # the position (from 0) of the lowest satisfied level, not the level itself

    def __post_init__(self) -> None:
        if len(self.factor_positions) != len(self.criterion_codes):
            raise DesignError(
                f"instrument {self.instrument_id}: {len(self.criterion_codes)} criteria but "
                f"{len(self.factor_positions)} factor positions; give one for each criterion."
            )
        if len(self.criterion_codes) > MOST_CRITERIA:
            raise DesignError(f"instrument {self.instrument_id}: at most {MOST_CRITERIA} criteria, not {len(self.criterion_codes)}.")
        if not 2 <= len(self.levels) <= MOST_LEVELS:
            raise DesignError(f"instrument {self.instrument_id}: a scale has 2 to {MOST_LEVELS} levels, not {len(self.levels)}.")

    @classmethod
    def of(cls, instrument: Instrument) -> Design:
        """The design of an instrument; every criterion is in it, whatever its stage."""
        positions = {factor.code: position for position, factor in enumerate(instrument.factors)}
        return cls(
            series=instrument.series,
            versions=(instrument.version,),
            criterion_codes=tuple(criterion.code for criterion in instrument.criteria),
            factor_codes=tuple(positions),
            factor_positions=tuple(positions[factor.code] for factor in instrument.factors for _criterion in factor.criteria),
            levels=tuple(instrument.scale.levels),
            satisfied_from=instrument.scale.position(instrument.scale.satisfied_from),
        )

    def one_factor_each(self) -> Design:
        """The same criteria, each a factor of its own: the tally by it holds the moments of all pairs of criteria."""
        positions = tuple(range(self.n_criteria))
        return Design(self.series, self.versions, self.criterion_codes, self.criterion_codes, positions, self.levels, self.satisfied_from)

    @property
    def instrument_id(self) -> str:
        """`series@version`; several pooled versions are joined by a plus sign."""
        return f"{self.series}@{'+'.join(self.versions)}"

    @property
    def n_criteria(self) -> int:
        return len(self.criterion_codes)

    @property
    def n_factors(self) -> int:
        return len(self.factor_codes)

    @property
    def n_levels(self) -> int:
        return len(self.levels)

    @property
    def factor_of(self) -> NDArray[np.intp]:
        """For each criterion the position of its factor, shape (n_criteria,)."""
        return np.array(self.factor_positions, dtype=np.intp)

    def pooled_with(self, other: Design) -> Design:
        """The design of two tallies added up.

        Raises DesignError naming both when they are not answers to the same questions on the same scale.
        """
        if self != other:
            raise DesignError(
                f"Instruments {self.instrument_id} and {other.instrument_id} differ in series, criteria or scale; "
                "their answers are never pooled. Compute one figure for each."
            )
        versions = tuple(sorted({*self.versions, *other.versions}))
        return Design(
            self.series, versions, self.criterion_codes, self.factor_codes, self.factor_positions, self.levels,
            self.satisfied_from,
        )  # fmt: skip


@lru_cache(maxsize=64)
def _codebook(design: Design) -> tuple[dict[str, int], dict[object, int]]:
    """Column of each criterion, byte of each rating. Kept per design: encoding is done once per stored form."""
    columns = {code: column for column, code in enumerate(design.criterion_codes)}
    bytes_of: dict[object, int] = {level: position + 1 for position, level in enumerate(design.levels)}
    return columns, bytes_of | {NO_OPINION_WORD: NO_OPINION, None: BLANK}


def encode_sheet(design: Design, asked: Collection[str] | None, ratings: Mapping[str, int | str | None]) -> NDArray[np.uint8]:
    """One answer sheet as bytes, shape (n_criteria,).

    `asked` names the criteria that were put (None: all); one that was not becomes 255, one that was and has no rating
    0. Sheets come here validated; what the validator would have refused raises DesignError naming the criterion.

    >>> design = Design("demo", ("1.0",), ("1.1", "1.2", "2.1"), ("1", "2"), (0, 0, 1), (1, 2, 3, 4, 5), 3)
    >>> encode_sheet(design, ("1.1", "1.2"), {"1.1": 5, "1.2": "no_opinion"}).tolist()
    [5, 254, 255]
    """
    columns, bytes_of = _codebook(design)
    if asked is None:
        sheet = bytearray(design.n_criteria)
    else:
        sheet = bytearray((NOT_ASKED,)) * design.n_criteria
        for code in asked:
            if code not in columns:
                raise DesignError(f"Criterion {code} is not part of instrument {design.instrument_id}.")
            sheet[columns[code]] = BLANK
    for code, rating in ratings.items():
        if code not in columns:
            raise DesignError(f"Criterion {code} is not part of instrument {design.instrument_id}.")
        if isinstance(rating, (bool, float)) or rating not in bytes_of:  # True == 1 and 4.0 == 4 would find a byte
            raise DesignError(f"The rating of criterion {code} is no level of instrument {design.instrument_id}.")
        if sheet[columns[code]] == NOT_ASKED and rating is not None:
            raise DesignError(f"Criterion {code} has a rating but was not asked.")
        if rating is not None:
            sheet[columns[code]] = bytes_of[rating]
    return np.frombuffer(sheet, dtype=np.uint8)
