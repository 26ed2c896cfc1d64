"""The large line in words and as a figure: labels under the axis, what is read when a point is touched, what the tests say."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from analytics.charts import Figure as Chart
from analytics.control_chart import ChartPoint
from analytics.line_charts import LinePoint, Stretch, share_lines
from analytics.line_charts import Step as Level
from app.dashboard.lines import Point, held_targets
from app.dashboard.series_line import SeriesLine
from app.dashboard.small_lines import axis_extent
from app.dashboard.spans import Span, Step
from app.vietnamese import decimal_comma, percent, target_percent, whole

STEP_NAMES: Final = {"month": "Tháng", "quarter": "Quý", "half": "Nửa tháng"}
_SURE: Final = 0.05
_LEAST_P: Final = 0.001


def draw_trend(series: Sequence[SeriesLine], spans: Sequence[Span], n_min: int, *, has_limits: bool) -> Chart:
    """The figure: every series with its band, or with its control limits in the band's place; the target dashed."""
    main = next((each for each in series if each.line.key is None), None)
    every = [point for each in series for point in each.line.points]
    newest = series[-1] if series else None  # only one set of limits is named: words inside the figure would lie on a line
    low, high = axis_extent(every, n_min, is_cut=False)
    limits = [limit for each in series for limit in each.limits if limit is not None] if has_limits else []
    ends = [end for limit in limits for end in (limit.low, limit.high) if end is not None]
    low, high = min([low, *ends]), max([high, *ends])
    several = len([each for each in series if any(p.estimate for p in each.line.points)]) > 1
    stretches = [Stretch(tuple(_points(each, n_min, has_limits=has_limits)), each.line.name if several else "") for each in series]
    n_of = [sum(each.line.points[place].n for each in series) for place in range(len(spans))]
    return share_lines(
        [f"{span.short}<br>{whole(n)}" for span, n in zip(spans, n_of, strict=True)],
        [stretch for stretch in stretches if stretch.points],
        targets=_target_steps(main.line.points) if main is not None else (),
        limits=[level for each in series for level in _limit_steps(each, is_named=each is newest)] if has_limits else (),
        centres=[level for each in series for level in _centre_steps(each, is_named=each is newest)] if has_limits else (),
        extent=(low, high),
    )


def _points(series: SeriesLine, n_min: int, *, has_limits: bool) -> list[LinePoint]:
    points = []
    for place, (point, limit) in enumerate(zip(series.line.points, series.limits, strict=True)):
        estimate = point.estimate
        if estimate is None or estimate.share is None:
            continue
        is_out = has_limits and limit is not None and limit.out
        ends = (None, None) if has_limits else (estimate.low, estimate.high)
        note = tell_side(point, limit) if is_out and limit is not None else ""
        points.append(LinePoint(place, estimate.share, *ends, point.n < n_min, is_out, _hover(point, limit, has_limits, n_min), note))
    return points


def tell_side(point: Point, limit: ChartPoint) -> str:
    """On which side of its limits a point lies."""
    share = point.estimate.share if point.estimate is not None else None
    return "cao hơn giới hạn" if share is not None and limit.high is not None and share > limit.high else "thấp hơn giới hạn"


def _hover(point: Point, limit: ChartPoint | None, has_limits: bool, n_min: int) -> str:
    figure = point.figure
    if figure is None:
        return ""
    lines = [f"<b>{point.span.name}</b>", f"{figure.number}%"]
    if figure.interval:
        lines.append(f"khoảng tin cậy {figure.interval}")
    if has_limits and limit is not None and limit.low is not None:
        lines.append(f"giới hạn {percent(limit.low)} – {percent(limit.high)}")
    lines.append(f"{whole(point.n)} phiếu hợp lệ" + (" (ít phiếu)" if point.n < n_min else ""))
    return "<br>".join(lines)


def _target_steps(points: Sequence[Point]) -> list[Level]:
    steps = []
    for share, same in groupby(held_targets(points), key=lambda pair: pair[1]):
        places = [place for place, _ in same]
        steps.append(Level(places[0], places[-1], share, f"chỉ tiêu {target_percent(share)}"))
    return steps


def _limit_steps(series: SeriesLine, *, is_named: bool) -> list[Level]:
    known = [(place, limit) for place, limit in enumerate(series.limits) if limit is not None and limit.low is not None]
    steps = []
    for place, limit in known:
        is_last = is_named and place == known[-1][0]
        for end, words in ((limit.low, "giới hạn dưới"), (limit.high, "giới hạn trên")):
            steps.append(Level(place, place, end or 0.0, words if is_last else ""))
    return steps


def _centre_steps(series: SeriesLine, *, is_named: bool) -> list[Level]:
    known = [place for place, limit in enumerate(series.limits) if limit is not None and limit.low is not None]
    if series.run is None or series.run.centre is None or not known:
        return []
    return [Level(known[0], known[-1], series.run.centre, f"trung bình {percent(series.run.centre)}" if is_named else "")]


def tell_p(p: float) -> str:
    """A p-value as a sentence carries it.

    >>> tell_p(0.0312), tell_p(0.00002)
    ('p = 0,031', 'p < 0,001')
    """
    return "p < 0,001" if p < _LEAST_P else f"p = {p:.3f}".replace(".", ",")


def tell_trend(series: SeriesLine, step: Step) -> tuple[str, str]:
    """The trend in a few words and the sentence that says how much and how sure."""
    test = series.trend
    if test is None or test.p is None or test.z is None or test.slope is None:
        return "Chưa xét được xu hướng", ""
    each = STEP_NAMES[step].lower()
    amount = f"bình quân {'+' if test.slope > 0 else ''}{decimal_comma(test.slope * 100)} điểm phần trăm mỗi {each}"
    if test.p >= _SURE:
        return "Không thấy xu hướng", f"{amount[0].upper()}{amount[1:]}, chưa khác 0 rõ rệt ({tell_p(test.p)})."
    return ("Tăng rõ rệt" if test.z > 0 else "Giảm rõ rệt"), f"{amount[0].upper()}{amount[1:]} ({tell_p(test.p)})."


def tell_limits(series: SeriesLine, step: Step) -> str:
    """What the control chart finds, and by which limits."""
    if series.run is None or series.run.centre is None:
        return "Chưa có kỳ nào đủ phiếu để tính giới hạn kiểm soát."
    each = STEP_NAMES[step].lower()
    if series.run.kind == "laney":
        kind = f"Các {each} dao động nhiều hơn mức ngẫu nhiên của mẫu, nên giới hạn được nới theo mức dao động ấy (Laney p′)."
    else:
        kind = f"Giới hạn tính theo số phiếu của từng {each} (biểu đồ p)."
    if not series.out:
        return f"Mọi {each} nằm trong giới hạn kiểm soát. {kind}"
    named = ", ".join(f"{point.span.name} ({tell_side(point, limit)})" for point, limit in series.out)
    return f"Vượt giới hạn kiểm soát: {named}. {kind}"
