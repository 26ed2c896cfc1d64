"""The index as a table for a Vietnamese reader at a console."""

from collections.abc import Iterator, Sequence
from datetime import date

from analytics.results import Cell, Estimate, IndexReport
from analytics.strata import StratumProblem
from analytics.tally import Tally
from analytics.targets import TargetBook
from app.cli.columns import align
from app.vietnamese import METHODS, collation_key, day, decimal_comma, exact_percent, interval, target_percent, tell_verdict, whole
from survey_forms import Instrument

_NOTHING = "–"
_WEIGHTED = ["Có trọng số", "Khoảng tin cậy có trọng số", "Hệ số thiết kế", "Cỡ mẫu hiệu dụng"]
_RANKED = ["Hạng", "Khoảng hạng"]
_MOST_NAMED = 10
_DIMENSIONS = (("unit", "đơn vị"), ("field", "lĩnh vực"))


def write_text(report: IndexReport, instrument: Instrument, first_on: date | None, last_on: date | None, *, units: str = "Đơn vị") -> str:
    """Every cell with its share, n, interval, target and verdict; the factors and criteria too when there is one cell."""
    period = f"Số liệu từ {day(first_on)} đến {day(last_on)}" if first_on is not None else "Tệp không ghi ngày trả lời"
    confidence = f"{decimal_comma(report.confidence * 100, 2).rstrip('0').rstrip(',')}%"
    has_weights = any(cell.weighted is not None for cell in report.cells)
    has_ranks = any(cell.rank is not None for cell in report.cells)
    has_units = any(cell.unit is not None for cell in report.cells)
    has_fields = any(cell.field is not None for cell in report.cells)
    header = [units] * has_units + ["Lĩnh vực"] * has_fields
    figures = ["n", "Tỷ lệ hài lòng", f"Khoảng tin cậy {confidence}", "Chỉ tiêu", "Kết luận"]
    lines = [f"Chỉ số hài lòng – {report.instrument} – {METHODS[report.method]}", period, ""]
    rows = [
        _place(cell, has_units, has_fields)
        + _tell(whole(cell.respondents), cell.overall)[:-1]
        + _tell_weighted(cell) * has_weights
        + _tell_rank(cell) * has_ranks
        + [tell_verdict(cell.overall.verdict).words]
        for cell in report.cells
    ]
    columns = [*header, *figures[:-1], *_WEIGHTED * has_weights, *_RANKED * has_ranks, figures[-1]]
    lines += align([columns, *rows], n_left=len(header))
    if len(report.cells) == 1:
        lines += ["", *align([["", *figures], *_parts(report, instrument)], n_left=1)]
    lines += ["", "n: số phiếu hợp lệ; ở từng yếu tố, tiêu chí: số câu trả lời."]
    if has_weights:
        lines.append("Có trọng số: theo số hồ sơ đã giải quyết của từng đơn vị, lĩnh vực. Kết luận theo tỷ lệ không có trọng số.")
    if has_ranks:
        lines.append("Hạng: theo tỷ lệ không có trọng số; đơn vị chưa đủ phiếu không xếp hạng.")
    return "\n".join(lines)


def tell_notes(report: IndexReport, *, is_finite: bool = False) -> list[str]:
    """A sentence for every stratum brought together, and for every one that keeps a weighted figure from being given.

    With `is_finite` another one where that also keeps the finite population factor away.
    """
    if report.notes is None:
        return []
    collapsed = [
        f"Đơn vị {each.unit}: gộp các lĩnh vực thành một tầng khi tính trọng số, vì {', '.join(each.fields)} có "
        f"{whole(each.n_dossiers)} hồ sơ nhưng không có phiếu."
        for each in report.notes.collapses
    ]
    gaps = [each for each in report.notes.problems if each.kind in ("more_responses", "not_in_population")]
    finite = ["Số hồ sơ của các đơn vị, lĩnh vực nêu trên chưa đầy đủ: khoảng tin cậy của chúng và của toàn bộ không nhân 1 − n/N."]
    return collapsed + [_tell_problem(problem) for problem in report.notes.problems] + finite * (is_finite and bool(gaps))


def tell_unused_targets(book: TargetBook, by: Sequence[str], tally: Tally) -> list[str]:
    """One sentence naming the units and fields of the targets that no figure of the file is held against; none: no sentence.

    A misspelt name would otherwise go unnoticed: its cells would be held against the general target.
    """
    told = []
    for dimension, word in _DIMENSIONS:
        named = {name for target in book if (name := getattr(target, dimension)) is not None}
        if dimension not in by:
            reason = f"không tính theo --by {dimension}"
        else:
            named -= set(tally.cells[dimension])
            reason = "tệp phiếu không có tên này"
        if named:
            first = sorted(named, key=collation_key)[:_MOST_NAMED]
            more = f" và {whole(len(named) - len(first))} tên khác" if len(named) > len(first) else ""
            told.append(f"{word} {', '.join(first)}{more} ({reason})")
    return [f"Chỉ tiêu không dùng đến: {'; '.join(told)}."] if told else []


def _tell_problem(problem: StratumProblem) -> str:
    place = f"Đơn vị {problem.unit}" + (f", lĩnh vực {problem.field}" if problem.field else "")
    dossiers, sheets = whole(problem.n_dossiers or 0), whole(problem.n_respondents)
    match problem.kind:
        case "more_responses":
            reason = f"{sheets} phiếu hợp lệ nhưng chỉ có {dossiers} hồ sơ, số hồ sơ chưa đầy đủ"
        case "not_in_population":
            reason = f"{sheets} phiếu hợp lệ nhưng chưa có số hồ sơ"
        case "unit_without_response":
            reason = f"{dossiers} hồ sơ nhưng không có phiếu nào"
        case "field_without_response":  # the whole collapses it into its unit and has a figure
            return f"{place}: {dossiers} hồ sơ nhưng không có phiếu nào; không tính tỷ lệ có trọng số của riêng lĩnh vực này."
    return f"{place}: {reason}; không tính tỷ lệ có trọng số của đơn vị, lĩnh vực này và của toàn bộ."


def _place(cell: Cell, has_units: bool, has_fields: bool) -> list[str]:
    if (has_units or has_fields) and cell.unit is None and cell.field is None:
        return ["Toàn bộ", ""][: has_units + has_fields]
    return [cell.unit or ""] * has_units + [cell.field or ""] * has_fields


def _tell_weighted(cell: Cell) -> list[str]:
    estimate = cell.weighted
    if estimate is None or estimate.share is None:
        return [_NOTHING] * len(_WEIGHTED)
    size = _NOTHING if cell.effective_size is None else whole(round(cell.effective_size))
    effect = _NOTHING if cell.design_effect is None else decimal_comma(cell.design_effect)
    share = f"{decimal_comma(estimate.share * 100)}%"
    return [share, interval(estimate.low, estimate.high) or _NOTHING, effect, size]


def _tell_rank(cell: Cell) -> list[str]:
    if cell.rank is None or cell.rank_low is None or cell.rank_high is None:
        return [_NOTHING] * len(_RANKED)
    return [whole(cell.rank), f"{whole(cell.rank_low)}–{whole(cell.rank_high)}"]


def _parts(report: IndexReport, instrument: Instrument) -> Iterator[list[str]]:
    cell = report.cells[0]
    for factor in instrument.factors:
        estimate = cell.factors[factor.code]
        yield [f"{factor.code}. {factor.short or factor.title}", *_tell(whole(estimate.answers), estimate)]
        for criterion in factor.criteria:
            estimate = cell.criteria[criterion.code]
            yield [f"  {criterion.code}", *_tell(whole(estimate.answers), estimate)]


def _tell(n: str, estimate: Estimate) -> list[str]:
    share = exact_percent(estimate)
    return [
        n,
        f"{decimal_comma(share)}%" if share is not None else _NOTHING,
        interval(estimate.low, estimate.high) or _NOTHING,
        target_percent(estimate.target) if estimate.target is not None else _NOTHING,
        tell_verdict(estimate.verdict).words,
    ]
