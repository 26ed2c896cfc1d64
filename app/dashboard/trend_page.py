"""The page "Diễn biến" as its template and its files take it: lines, comparisons and channels put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.dashboard.address import change_query
from app.dashboard.channels import Channels, build_channels
from app.dashboard.comparison import Comparison, build_comparisons
from app.dashboard.export import Form
from app.dashboard.figure import Figure
from app.dashboard.heat import as_figure
from app.dashboard.reading import Reading
from app.dashboard.series_line import LEAST_POINTS
from app.dashboard.spans import Span
from app.dashboard.trend import PARAMETERS, Asked, TrendPage, build_trend, read_asked
from app.dashboard.trend_files import (
    CHANNEL_COLUMNS,
    COMPARISON_COLUMNS,
    TREND_COLUMNS,
    write_channels,
    write_comparisons,
    write_trend,
)
from app.dashboard.trend_picture import STEP_NAMES, tell_limits, tell_trend
from app.errors import NotFoundError
from app.services.figures import Figures

COLUMNS: Final = (("diễn biến", TREND_COLUMNS), ("so sánh hai kỳ", COMPARISON_COLUMNS), ("các kênh", CHANNEL_COLUMNS))
__all__ = ["COLUMNS", "PARAMETERS", "Page", "build_trend_page", "find_trend_file"]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page prints. `lines` is None where nothing was answered."""

    asked: Asked
    whole: Figure
    lines: TrendPage | None
    comparisons: tuple[Comparison, ...]
    channels: Channels | None
    verdict: str
    sentence: str
    limits: str
    n_least: int
    than: str
    step_names: Mapping[str, str]

    def link(self, reading: Reading, span: Span) -> dict[str, str]:
        """The filters of the same view over one span's days."""
        return {**change_query(reading.query, **{"period": None, "from": None, "to": None}), **span.query}


def build_trend_page(figures: Figures, reading: Reading, args: Mapping[str, str]) -> Page:
    """The page's content. Raises BadInputError for a parameter of its own, AnalyticsError when it cannot be computed."""
    asked, whole, than = read_asked(args), as_figure(reading, reading.whole), args.get("than", "")
    if reading.n_returned == 0:
        return Page(asked, whole, None, (), None, "", "", "", LEAST_POINTS, than, STEP_NAMES)
    lines = build_trend(figures, reading, asked)
    verdict, sentence = tell_trend(lines.main, asked.step)
    return Page(
        asked=asked,
        whole=whole,
        lines=lines,
        comparisons=build_comparisons(figures, reading, asked.step, than),
        channels=build_channels(figures, reading),
        verdict=verdict,
        sentence=sentence,
        limits=tell_limits(lines.main, asked.step),
        n_least=LEAST_POINTS,
        than=than,
        step_names=STEP_NAMES,
    )


def find_trend_file(
    figures: Figures, name: str, args: Mapping[str, str], label: str | None
) -> tuple[str, Callable[[Reading, Form], bytes]]:
    """A file of the page by its name in the address: its name on disk and what writes it. Raises NotFoundError."""
    asked = read_asked(args)

    def lines(reading: Reading, form: Form) -> bytes:
        return write_trend(build_trend(figures, reading, asked, is_whole=True), reading, form, label)

    def comparisons(reading: Reading, form: Form) -> bytes:
        found = build_comparisons(figures, reading, asked.step, args.get("than", ""))
        return write_comparisons(found, build_channels(figures, reading), reading, form, label)

    def channels(reading: Reading, form: Form) -> bytes:
        return write_channels(build_channels(figures, reading), reading, form, label)

    files = {"lines": ("dien-bien", lines), "comparison": ("so-sanh", comparisons), "channels": ("kenh", channels)}
    if name not in files:
        raise NotFoundError("there is no such file")
    return files[name]
