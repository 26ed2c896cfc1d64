"""Small lines: one axis for all, nothing invisible, nothing claimed from few forms."""

from datetime import date

from analytics.results import Estimate
from app.dashboard.figure import Figure
from app.dashboard.lines import Line, Point
from app.dashboard.small_lines import axis_extent, draw_small_lines
from app.dashboard.spans import of_days

N_MIN = 30


def point(share: float | None, n: int = 40, target: float | None = 0.9) -> Point:
    span = of_days(date(2025, 7, 1), date(2025, 7, 14))
    if share is None:
        return Point(span, None)
    ends = (max(0.0, share - 0.03), min(1.0, share + 0.03)) if n >= N_MIN else (0.0, 1.0)
    return Point(span, Figure(Estimate(share, round(share * n), n, None, *ends, target, None), n, None))


def line(*points: Point) -> Line:
    return Line("a", "Đất đai", Figure(Estimate(0.9, 9, 10, None, None, None, 0.9, None), 10, None), points)


def test_axis_holds_firm_shares_their_intervals_and_the_target() -> None:
    assert axis_extent([point(0.92), point(0.95)], N_MIN) == (0.85, 1.0)
    assert axis_extent([point(0.97, target=None)], N_MIN) == (0.9, 1.0)
    assert axis_extent([], N_MIN) == (0.0, 1.0)


def test_few_forms_do_not_stretch_the_axis_and_are_marked_at_its_edge() -> None:
    drawn = draw_small_lines([line(point(0.92), point(0.2, n=3), point(0.95))], N_MIN)
    assert (drawn.low_percent, drawn.high_percent) == (85, 100)
    outside = [mark for mark in drawn.lines[0].marks if mark.is_outside]
    assert [(mark.y, mark.is_few) for mark in outside] == [(100.0, True)]
    assert axis_extent([point(0.92), point(0.2, n=3)], N_MIN, is_cut=False)[0] == 0.2


def test_where_all_are_few_the_axis_is_theirs() -> None:
    drawn = draw_small_lines([line(point(0.5, n=3), point(0.6, n=4))], N_MIN)
    assert (drawn.low_percent, drawn.high_percent) == (0, 100)
    assert not any(mark.is_outside for mark in drawn.lines[0].marks)


def test_a_span_between_two_without_forms_is_seen() -> None:
    drawn = draw_small_lines([line(point(0.9), point(None), point(0.92), point(None), point(0.93))], N_MIN)
    assert [mark.x for mark in drawn.lines[0].marks] == [10.0, 50.0, 90.0]


def test_target_is_held_over_spans_without_forms_and_changes_where_it_changes() -> None:
    (drawn,) = draw_small_lines([line(point(0.9), point(None), point(0.9, target=0.8))], N_MIN).lines
    assert drawn.targets.count("M") == 2
    assert drawn.targets.startswith("M0.0 ")
    (without,) = draw_small_lines([line(point(0.9, target=None))], N_MIN).lines
    assert without.targets == ""


def test_a_line_without_any_figure_says_so() -> None:
    (drawn,) = draw_small_lines([line(point(None), point(None))], N_MIN).lines
    assert (drawn.path, drawn.band, drawn.marks) == ("", "", ())
    assert drawn.told == "Đất đai: chưa có số liệu"
