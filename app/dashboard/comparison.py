"""Two periods side by side, and two channels: the difference of every share, with its interval and how sure it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import pandas as pd

from analytics.change import ChangeReport, Difference, compare_pairs, compare_tallies, have_same_criteria
from analytics.design import Design
from analytics.errors import PeriodError
from analytics.periods import parse_period
from analytics.tally import Tally
from app.dashboard.figure import Figure
from app.dashboard.heat import as_figure
from app.dashboard.reading import Reading, as_one_cell
from app.dashboard.spans import Span, Step, before, list_spans, of_days, of_period, span_of, year_before
from app.errors import BadInputError
from app.services.figures import Figures
from app.vietnamese import CHANNELS, NO_NUMBER, decimal_comma
from kiosk.typography import NO_BREAK_SPACE
from survey_forms import Instrument

_SURE = 0.05

Direction = Literal["up", "down", "unclear", "few", "none"]
DIRECTIONS: Mapping[Direction, tuple[str, str]] = {
    "up": ("▲", "tăng rõ rệt"),
    "down": ("▼", "giảm rõ rệt"),
    "unclear": ("≈", "chưa đủ căn cứ"),
    "few": ("…", "ít phiếu, chưa kết luận"),
    "none": ("–", "chưa có số liệu"),
}
PHONE = ("invitation", "poster", "link")
"""Channels by which people answer on their own telephone."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One compared figure. `kind` is index, factor or criterion."""

    kind: str
    code: str
    text: str
    change: Difference
    direction: Direction

    @property
    def sign(self) -> str:
        return DIRECTIONS[self.direction][0]

    @property
    def words(self) -> str:
        return DIRECTIONS[self.direction][1]

    @property
    def difference(self) -> str:
        """The difference in percentage points with its sign; "–" where there is none."""
        return signed_points(self.change.difference)

    @property
    def interval(self) -> str:
        """The interval of the difference, in percentage points."""
        if self.change.low is None or self.change.high is None:
            return NO_NUMBER
        return f"{signed_points(self.change.low)}{NO_BREAK_SPACE}đến{NO_BREAK_SPACE}{signed_points(self.change.high)}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A later span against an earlier one. `rows` are empty where one of them has no valid form."""

    name: str
    earlier: Span
    later: Span
    respondents: tuple[int, int]
    rows: tuple[ChangeRow, ...]
    left_out: tuple[str, ...]
    reach: float = 0.0
    """How far from zero the intervals of index and factors reach in any comparison of the page: half the width of the picture."""
    criteria_reach: float = 0.0

    @property
    def head(self) -> ChangeRow | None:
        """The overall index."""
        return self.rows[0] if self.rows else None

    @property
    def sentence(self) -> str:
        """What changed, by how much, how sure; "" without a difference."""
        head = self.head
        if head is None or head.change.difference is None:
            return ""
        amount = f"{head.difference} điểm phần trăm" + (f" ({head.interval})" if head.change.low is not None else "")
        match head.direction:
            case "up":
                return f"Tăng rõ rệt: {amount}."
            case "down":
                return f"Giảm rõ rệt: {amount}."
            case "few":
                return f"{amount}: ít phiếu, chưa kết luận."
            case _:
                return f"{amount}: chưa đủ căn cứ để nói tăng hay giảm."


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """The index of one channel; `is_part` of the row above it."""

    key: str
    name: str
    figure: Figure
    is_part: bool


@dataclass(frozen=True, slots=True)
class Channels:
    """Channels side by side. `gap` is the desk's tablet minus the telephone; None where one of them has no valid form."""

    rows: tuple[ChannelRow, ...]
    gap: ChangeRow | None
    left_out: tuple[str, ...]
    respondents: tuple[int, int]
    """Valid forms of telephone and tablet."""


def signed_points(difference: float | None) -> str:
    """A difference in percentage points with its sign, without the words.

    >>> signed_points(0.019), signed_points(-0.004), signed_points(0.00001), signed_points(None)
    ('+1,90', '−0,40', '0,00', '–')
    """
    if difference is None:
        return NO_NUMBER
    text = decimal_comma(difference * 100)
    return "0,00" if text in ("0,00", "−0,00") else text if text.startswith("−") else f"+{text}"


def build_comparisons(figures: Figures, reading: Reading, step: Step, than: str = "") -> tuple[Comparison, ...]:
    """The chosen span against the one before and the same a year earlier, or against the period `than` names.

    Without a chosen period the span is the newest of the step that has ended. Raises BadInputError for a period that cannot be read.
    """
    later = _find_later(reading, step)
    if later is None:
        return ()
    pairs: list[tuple[str, Span]]
    if than:
        try:
            pairs = [("So với kỳ đã chọn", of_period(parse_period(than, reading.calendar)))]
        except PeriodError:
            raise BadInputError("`than` is a period like 2025-07, 2025-Q3, 2025-H1, 2025-9M or 2025") from None
    else:
        pairs = [("So với cùng kỳ năm trước", year_before(later, reading.calendar))]
        previous = before(later, reading.calendar)
        if previous.first_on != pairs[0][1].first_on:
            pairs.append(("So với kỳ liền trước", previous))
    count = _counter(figures, reading)
    found = [_compare_spans(figures, reading, name, earlier, later, count) for name, earlier in pairs]
    rows = [row for each in found for row in each.rows]
    reach, criteria_reach = _reach(row for row in rows if row.kind != "criterion"), _reach(row for row in rows if row.kind == "criterion")
    return tuple(replace(each, reach=reach, criteria_reach=criteria_reach) for each in found)


def _reach(rows: Iterable[ChangeRow]) -> float:
    return max((abs(end) for row in rows for end in (row.change.low, row.change.high) if end is not None), default=0.0)


def _find_later(reading: Reading, step: Step) -> Span | None:
    selection = reading.evidence.selection
    if selection.period is not None:
        return of_period(selection.period)
    if selection.first_on is not None and selection.last_on is not None:
        return of_days(selection.first_on, selection.last_on)
    if reading.days is None:
        return None
    spans = list_spans(step, reading.calendar, *reading.days)
    ended = [span for span in spans if _end_of(span, step, reading) < reading.today]
    # The outer spans are cut where the responses end: the period itself is what is compared.
    return _whole(ended[-1] if ended else spans[-1], step, reading)


def _end_of(span: Span, step: Step, reading: Reading) -> date:
    return _whole(span, step, reading).last_on


def _whole(span: Span, step: Step, reading: Reading) -> Span:
    return span_of(step, reading.calendar)(span.first_on)


Counter = Callable[[Span, bool], Tally]


def _counter(figures: Figures, reading: Reading) -> Counter:
    """Counts a span of the selection as one cell; if asked, with every criterion a factor of its own. Each span once."""
    known: dict[tuple[str, bool], Tally] = {}

    def count(span: Span, of_pairs: bool) -> Tally:
        key = (f"{span.first_on}{span.last_on}", of_pairs)
        if key not in known:
            selection = replace(reading.evidence.selection, period=span.period, first_on=span.first_on, last_on=span.last_on)
            known[key] = figures.count_by(replace(reading.evidence, selection=selection), of_pairs=of_pairs).by()
        return known[key]

    return count


def _compare_spans(figures: Figures, reading: Reading, name: str, earlier: Span, later: Span, count: Counter) -> Comparison:
    sides = [count(span, False) for span in (earlier, later)]
    respondents = (int(sides[0].n_valid[0]), int(sides[1].n_valid[0]))
    if not all(respondents):
        return Comparison(name, earlier, later, respondents, (), ())
    report = _compare(reading, (sides[0], sides[1]), lambda: (count(earlier, True), count(later, True)))
    is_few = min(respondents) < figures.runtime.settings.n_min
    rows = tuple(_list_rows(report, reading.evidence.instrument, is_few=is_few))
    return Comparison(name, earlier, later, respondents, rows, report.left_out)


def _compare(reading: Reading, sides: tuple[Tally, Tally], count_pairs: Callable[[], tuple[Tally, Tally]]) -> ChangeReport:
    """The change on the criteria answered on both sides; what pairs of criteria cost is paid only where a criterion is left out."""
    confidence = reading.evidence.selection.confidence
    if have_same_criteria(*sides):
        return compare_tallies(*sides, confidence=confidence)
    return compare_pairs(Design.of(reading.evidence.instrument), *count_pairs(), confidence=confidence)


def _list_rows(report: ChangeReport, instrument: Instrument, *, is_few: bool) -> list[ChangeRow]:
    rows = [ChangeRow("index", "", "Tỷ lệ hài lòng chung", report.overall, _direct(report.overall, is_few=is_few))]
    for factor in instrument.factors:
        change = report.factors[factor.code]
        rows.append(ChangeRow("factor", factor.code, factor.short or factor.title, change, _direct(change, is_few=is_few)))
        for criterion in factor.criteria:
            own = report.criteria.get(criterion.code)
            if own is not None:
                rows.append(ChangeRow("criterion", criterion.code, criterion.text, own, _direct(own, is_few=is_few)))
    return rows


def _direct(change: Difference, *, is_few: bool) -> Direction:
    if change.difference is None:
        return "none"
    if is_few:
        return "few"
    if change.p_adjusted is None or change.p_adjusted >= _SURE:
        return "unclear"
    return "up" if change.difference > 0 else "down"


def build_channels(figures: Figures, reading: Reading) -> Channels | None:
    """Every channel with responses; None where the view is of one channel alone."""
    if reading.evidence.selection.channel is not None:
        return None
    tally = figures.count_by(reading.evidence, "channel").by("channel")
    names = [name for name in CHANNELS if name in set(tally.cells["channel"])]
    on_phone = [name for name in names if name in PHONE]
    sides = _phone_and_desk(tally)
    found = _compute_channels(figures, reading, tally)
    rows = [ChannelRow(name, CHANNELS[name], found[name], is_part=False) for name in names if name == "kiosk"]
    if len(on_phone) > 1:
        rows.append(ChannelRow("phone", "Điện thoại của người dân", _compute_whole(figures, reading, sides[0]), is_part=False))
    rows += [ChannelRow(name, CHANNELS[name], found[name], is_part=len(on_phone) > 1) for name in on_phone]
    rows += [ChannelRow(name, CHANNELS[name], found[name], is_part=False) for name in names if name not in ("kiosk", *PHONE)]
    respondents = (int(sides[0].n_valid[0]), int(sides[1].n_valid[0]))
    if not all(respondents):
        return Channels(tuple(rows), None, (), respondents)

    def count_pairs() -> tuple[Tally, Tally]:
        return _phone_and_desk(figures.count_by(reading.evidence, "channel", of_pairs=True).by("channel"))

    report = _compare(reading, sides, count_pairs)
    # One difference is looked at here: the many others of the report are no tests of this card.
    change = replace(report.overall, p_adjusted=report.overall.p)
    is_few = min(respondents) < figures.runtime.settings.n_min
    gap = ChangeRow("index", "", "Máy tính bảng tại quầy − điện thoại", change, _direct(change, is_few=is_few))
    return Channels(tuple(rows), gap, report.left_out, respondents)


def _phone_and_desk(tally: Tally) -> tuple[Tally, Tally]:
    """The responses by telephone and those at the desk's tablet, each in one cell."""
    channels = tally.cells["channel"]
    phone, desk = (tally.where(channels.isin(names).to_numpy(dtype=bool)).by() for names in (PHONE, ("kiosk",)))
    return phone, desk


def _compute_channels(figures: Figures, reading: Reading, tally: Tally) -> dict[str, Figure]:
    """The figure of every channel, all held against the target of the place."""
    place, names = (reading.place, reading.evidence.selection.field), tally.cells["channel"].tolist()
    cells = pd.DataFrame({"unit": [place[0]] * len(names), "field": [place[1]] * len(names)}, dtype=object)
    report = figures.compute(reading.evidence, replace(tally, dimensions=("unit", "field"), cells=cells), "overall")
    return {name: as_figure(reading, cell) for name, cell in zip(names, report.cells, strict=True)}


def _compute_whole(figures: Figures, reading: Reading, tally: Tally) -> Figure:
    one = as_one_cell(tally, reading.place, reading.evidence.selection.field)
    return as_figure(reading, figures.compute(reading.evidence, one, "overall").cells[0])
