"""Two periods side by side: the difference of every share, with its interval and how sure it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from analytics.change import ChangeReport, Difference, compare_pairs, compare_tallies, have_same_criteria
from analytics.design import Design
from analytics.errors import PeriodError
from analytics.periods import parse_period
from analytics.tally import Tally
from app.dashboard.reading import Reading
from app.dashboard.spans import Span, Step, before, list_spans, of_days, of_period, span_of, year_before
from app.errors import BadInputError
from app.services.figures import Figures
from app.vietnamese import NO_NUMBER, decimal_comma
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
    report = compare_sides(reading, (sides[0], sides[1]), lambda: (count(earlier, True), count(later, True)))
    is_few = min(respondents) < figures.runtime.settings.n_min
    rows = tuple(_list_rows(report, reading.evidence.instrument, is_few=is_few))
    return Comparison(name, earlier, later, respondents, rows, report.left_out)


def compare_sides(reading: Reading, sides: tuple[Tally, Tally], count_pairs: Callable[[], tuple[Tally, Tally]]) -> ChangeReport:
    """The change on the criteria answered on both sides; what pairs of criteria cost is paid only where a criterion is left out."""
    confidence = reading.evidence.selection.confidence
    if have_same_criteria(*sides):
        return compare_tallies(*sides, confidence=confidence)
    return compare_pairs(Design.of(reading.evidence.instrument), *count_pairs(), confidence=confidence)


def _list_rows(report: ChangeReport, instrument: Instrument, *, is_few: bool) -> list[ChangeRow]:
    rows = [ChangeRow("index", "", "Tỷ lệ hài lòng chung", report.overall, tell_direction(report.overall, is_few=is_few))]
    for factor in instrument.factors:
        change = report.factors[factor.code]
        rows.append(ChangeRow("factor", factor.code, factor.short or factor.title, change, tell_direction(change, is_few=is_few)))
        for criterion in factor.criteria:
            own = report.criteria.get(criterion.code)
            if own is not None:
                rows.append(ChangeRow("criterion", criterion.code, criterion.text, own, tell_direction(own, is_few=is_few)))
    return rows


def tell_direction(change: Difference, *, is_few: bool) -> Direction:
    """Where a share went: a direction only where the adjusted p says so and both sides have enough forms."""
    if change.difference is None:
        return "none"
    if is_few:
        return "few"
    if change.p_adjusted is None or change.p_adjusted >= _SURE:
        return "unclear"
    return "up" if change.difference > 0 else "down"
