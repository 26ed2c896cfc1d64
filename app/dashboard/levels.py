"""How the answers of a factor or criterion spread over the levels of the scale, and the picture of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.charts import Figure as Chart
from analytics.charts import LevelBar, diverging_bars
from analytics.rounding import percent_half_up
from app.vietnamese import decimal_comma, whole
from survey_forms import Instrument

_LEAST_LABELLED = Decimal(12)  # percent of the answers: a number needs room to stand in its piece


@dataclass(frozen=True, slots=True)
class Level:
    """One level of one bar: how many answers, and how many in a hundred."""

    name: str
    answers: int
    percent: Decimal | None

    @property
    def number(self) -> str:
        """The percentage without its sign."""
        return "–" if self.percent is None else decimal_comma(self.percent)


def count_levels(instrument: Instrument, counts: Sequence[int]) -> tuple[Level, ...]:
    """Every level of the scale with its answers, bad to good."""
    answers = sum(counts)
    return tuple(
        Level(name, n, percent_half_up(n, answers) if answers else None) for name, n in zip(instrument.scale.labels, counts, strict=True)
    )


def as_bar(levels: Sequence[Level], *, is_labelled: bool) -> LevelBar:
    """The bar of a spread, with the words of its touched pieces; `is_labelled` writes whole percents on the wider ones."""
    answers = sum(level.answers for level in levels)
    return LevelBar(
        shares=tuple(level.answers / answers if answers else 0.0 for level in levels),
        hovers=tuple(f"{level.name}: {level.number}%<br>{whole(level.answers)} câu trả lời" for level in levels),
        texts=tuple(_label(level, answers) if is_labelled else "" for level in levels),
    )


def _label(level: Level, answers: int) -> str:
    if level.percent is None or level.percent < _LEAST_LABELLED:
        return ""
    return f"{percent_half_up(level.answers, answers, 0)}"


def draw_bars(instrument: Instrument, bars: Sequence[LevelBar], extent: tuple[float, float] | None = None) -> Chart:
    """The figure of several spreads, lined up on the neutral level."""
    return diverging_bars(bars, level_names=instrument.scale.labels, satisfied_from=instrument.scale.satisfied_position, extent=extent)
