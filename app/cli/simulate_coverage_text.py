"""What a simulation found about coverage, as tables for a Vietnamese reader at a console."""

from collections.abc import Iterator, Mapping
from typing import Final

from analytics.simulation.coverage import CLAIM, Coverage
from analytics.simulation.study import CoverageStudy
from analytics.simulation.visitors import Pattern, Shape
from app.cli.simulate_words import table, tell_points, tell_runs
from app.vietnamese import decimal_comma, percent, target_percent, whole

PATTERNS: Final[Mapping[Pattern, str]] = {
    "full": "đủ 21 câu",
    "gaps": "8–21 câu, phần lớn đủ",
    "even_spread": "1–21 câu, đều nhau",
    "short_and_long": "nửa 3 câu, nửa 21 câu",
    "very_unequal": "1, 6 hoặc 21 câu",
}
SHAPES: Final[Mapping[Shape, str]] = {"beta": "mỗi người một mức", "all_alike": "có người chấm một mức cho mọi câu"}
CIRCUMSTANCES: Final[Mapping[str, str]] = {
    "nothing": "Không có tác động nào",
    "days": "Ngày tốt, ngày xấu",
    "days_and_counters": "Ngày và quầy khác nhau",
    "long_run": "Như trên, nhưng so với mức lâu dài của cơ quan",
    "five_days_of_22": "Chỉ lấy phiếu 5 trong 22 ngày",
    "one_counter_of_3": "Chỉ lấy phiếu ở 1 trong 3 quầy khác nhau",
    "unhappy_three_quarters": "Người không hài lòng trả lời bằng 3/4 người khác",
    "unhappy_half": "Người không hài lòng trả lời bằng một nửa",
    "unhappy_twice": "Người không hài lòng trả lời gấp đôi",
}
_MOST_LISTED: Final = 20


def write_coverage(study: CoverageStudy, seed: int) -> str:
    """Least, mean and shortfall of each grid, the worst situations by name, then what comes on top."""
    claim = target_percent(CLAIM)
    header = ["Số câu mỗi người", "Kiểu trả lời", "Tình huống", "Thấp nhất", "Trung bình", f"Dưới {claim}", "Ngoài sai số", "Độ rộng TB"]
    rows = [
        [
            PATTERNS[grid.pattern],
            SHAPES[grid.shape],
            whole(len(grid.found)),
            percent(grid.least.share),
            percent(grid.mean_share),
            whole(len(grid.below)),
            whole(len(grid.clearly_below)),
            percent(grid.mean_width),
        ]
        for grid in study.grids
    ]
    return "\n".join(
        [
            f"Khoảng tin cậy 95% chứa tỷ lệ thật bao nhiêu lần – {tell_runs(study.runs, seed)}",
            "Tỷ lệ thật là của mọi người đến giao dịch trong kỳ; 2% trong số họ trả lời. Mỗi dòng: 30–1.000 phiếu × tỷ lệ 50–98%",
            f"× tương quan giữa các câu của một người 0,05–0,8. Yêu cầu: không tình huống nào dưới {claim}.",
            "",
            *table(header, rows, n_left=2),
            "",
            *_worst(study, claim),
            "Khi nhiều người trong kỳ trả lời (tương quan 0,4): không và có hệ số tổng thể hữu hạn (--fpc)",
            "",
            *table(["Trả lời", "Số phiếu", "Tỷ lệ", "Không hệ số", "Có hệ số"], _fractions(study), n_left=0),
            "",
            "Khoảng Wilson của từng tiêu chí: chứa tỷ lệ thật bao nhiêu lần, theo số câu trả lời và tỷ lệ",
            "",
            *_criteria(study),
            "",
            *_circumstances(study, seed),
        ]
    )


def _worst(study: CoverageStudy, claim: str) -> Iterator[str]:
    below = sorted((each for grid in study.grids for each in grid.below), key=lambda each: each.share)
    if not below:
        yield f"Không tình huống nào dưới {claim}."
        yield ""
        return
    header = [
        "Số câu mỗi người",
        "Kiểu trả lời",
        "Số phiếu",
        "Tỷ lệ",
        "Tương quan",
        "Chứa",
        "± sai số",
        "Khoảng quá thấp",
        "Khoảng quá cao",
    ]
    yield f"Các tình huống dưới {claim}: {whole(len(below))}, kém nhất trước" + (
        f" ({_MOST_LISTED} dòng; --json ghi đủ)" if len(below) > _MOST_LISTED else ""
    )
    yield ""
    yield from table(header, (_situation(each) for each in below[:_MOST_LISTED]), n_left=2)
    yield ""


def _situation(found: Coverage) -> list[str]:
    own = found.situation
    return [
        PATTERNS[own.pattern],
        SHAPES[own.shape],
        whole(own.n),
        target_percent(own.share),
        decimal_comma(own.correlation),
        percent(found.share),
        percent(found.error),
        percent(found.too_low / found.runs),
        percent(found.too_high / found.runs),
    ]


def _fractions(study: CoverageStudy) -> Iterator[list[str]]:
    for plain, finite in zip(study.plain_fractions, study.finite_fractions, strict=True):
        own = plain.situation
        yield [
            target_percent(own.n / own.n_visitors),
            whole(own.n),
            target_percent(own.share),
            percent(plain.share),
            percent(finite.share),
        ]


def _criteria(study: CoverageStudy) -> list[str]:
    found = {(each.n_visitors // each.n, each.n, each.true_share): each.share for each in study.criteria}
    each_n, sizes, shares = (sorted(set(column)) for column in zip(*found, strict=True))
    rows = [
        [target_percent(1 / times), whole(int(n)), *(percent(found[int(times), int(n), share]) for share in shares)]
        for times in each_n
        for n in sizes
    ]
    return table(["Trả lời", "Số phiếu", *map(target_percent, shares)], rows, n_left=0)


def _circumstances(study: CoverageStudy, seed: int) -> Iterator[str]:
    header = ["Hoàn cảnh", "Phiếu TB", "Tỷ lệ thật TB", "Lệch TB (điểm %)", "Độ rộng TB", "Chứa"]
    rows = [
        [
            CIRCUMSTANCES[each.name],
            decimal_comma(each.mean_n, 0),
            percent(each.mean_truth),
            tell_points(each.bias),
            percent(each.mean_width),
            percent(each.share),
        ]
        for each in study.circumstances
    ]
    yield f"Điều mà khoảng tin cậy không nói đến – {tell_runs(study.circumstances[0].runs, seed)}"
    yield ""
    yield from table(header, rows, n_left=1)
