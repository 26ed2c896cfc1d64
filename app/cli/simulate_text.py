"""What the simulations of verdicts, ranks, rotation and weights found, as tables for a Vietnamese reader at a console."""

from collections.abc import Mapping, Sequence
from typing import Final

from analytics.simulation.ranks import RankCoverage, Spread
from analytics.simulation.rotating import AskedTwoWays, RotationReport
from analytics.simulation.verdicts import Verdicts
from analytics.simulation.weighting_gain import WeightingGain
from app.cli.simulate_words import table, tell_part, tell_points, tell_runs
from app.vietnamese import decimal_comma, percent, target_percent, whole
from survey_forms import Instrument

SPREADS: Final[Mapping[Spread, str]] = {"equal": "ngang nhau 90%", "even": "rải đều 80–98%", "two_groups": "nửa 85%, nửa 95%"}
CASELOADS: Final[Mapping[str, str]] = {
    "equal_rates": "Như nhau (15%)",
    "twice": "Chênh 2 lần (10–20%)",
    "fivefold": "Chênh 5 lần (5–25%)",
    "hard_cases_hardly_asked": "Việc khó hầu như không (2% so với 30%)",
}


def write_verdicts(found: Sequence[Verdicts], runs: int, seed: int) -> str:
    """Each office's wrong verdicts; "–" where there was no period of that kind."""
    header = [
        "Chỉ tiêu",
        "Cách",
        "Phiếu",
        "Không đạt thật",
        "gọi là Đạt",
        "Đạt thật",
        "gọi là thấp rõ rệt",
        "Con số sai bên",
        "Kết luận rõ",
    ]
    rows = [
        [
            target_percent(each.office.target),
            tell_points(float(each.office.offset)),
            whole(each.office.n),
            whole(each.n_missed),
            tell_part(each.wrongly_praised, each.n_missed),
            whole(each.n_met),
            tell_part(each.wrongly_blamed, each.n_met),
            tell_part(each.wrong_point, each.runs),
            tell_part(each.decided, each.runs),
        ]
        for each in found
    ]
    return "\n".join(
        [
            f"Kết luận so với chỉ tiêu sai bao nhiêu lần – {tell_runs(runs, seed)}",
            "Đạt hay không đạt thật: theo tỷ lệ của mọi người đến giao dịch trong kỳ. Cách: tỷ lệ lâu dài cách chỉ tiêu",
            "bao nhiêu điểm phần trăm. Gọi là: phần bị kết luận ngược hẳn. Con số sai bên: chỉ nhìn con số, không nhìn sai số.",
            "Kết luận rõ: không kèm “trong sai số”.",
            "",
            *table(header, rows, n_left=0),
        ]
    )


def write_ranks(found: Sequence[RankCoverage], runs: int, seed: int) -> str:
    """Coverage of rank intervals beside how often the bare rank was right."""
    header = [
        "Tỷ lệ các đơn vị",
        "Số đơn vị",
        "Chứa hạng thật",
        "Đơn vị kém nhất",
        "Cả bảng cùng đúng",
        "Hạng in ra đúng",
        "Độ rộng TB (hạng)",
    ]
    rows = [
        [
            SPREADS[each.league.spread],
            whole(each.league.n_units),
            percent(each.share),
            percent(each.worst_share),
            percent(each.all_covered / each.runs),
            percent(each.point_correct / (each.runs * each.league.n_units)),
            decimal_comma(each.mean_width, 1),
        ]
        for each in found
    ]
    return "\n".join(
        [
            f"Khoảng xếp hạng 95% chứa hạng thật bao nhiêu lần – {tell_runs(runs, seed)}",
            "Mỗi bảng gồm các đơn vị có 30, 60, 120 và 240 phiếu; hạng thật theo tỷ lệ của mọi người đến giao dịch trong kỳ.",
            "",
            *table(header, rows, n_left=1),
        ]
    )


def write_rotation(report: RotationReport, instrument: Instrument, seed: int) -> str:
    """Bias of every share when a handful is asked, beside asking everything."""
    titles = {factor.code: f"{factor.code}. {factor.short or factor.title}" for factor in instrument.factors}
    shares = [("Chỉ số chung", report.overall)]
    shares += [(titles[each.code or ""], each) for each in report.factors]
    shares += [(f"  {each.code}", each) for each in report.criteria]
    header = ["", "Thật", "Lệch: l.phiên", "±", "đủ", "±", "Chứa: l.phiên", "đủ", "Rộng: l.phiên", "đủ"]
    is_within = report.greatest_z < report.greatest_z_expected
    verdict = "không thấy lệch" if is_within else "CÓ LỆCH"
    return "\n".join(
        [
            f"Hỏi luân phiên {report.asked} tiêu chí so với hỏi đủ ({report.instrument}) – {tell_runs(report.runs, seed)}",
            f"Mỗi lần: {whole(report.desk.n)} trong {whole(report.desk.n_visitors)} người đến giao dịch trả lời. "
            "Lệch tính bằng điểm phần trăm, ± là sai số mô phỏng;",
            "Chứa và Rộng: khoảng tin cậy chứa tỷ lệ thật bao nhiêu lần và rộng trung bình bao nhiêu.",
            "",
            *table(header, (_two_ways(title, each, report.runs) for title, each in shares), n_left=1),
            "",
            f"Lệch lớn nhất bằng {decimal_comma(report.greatest_z)} sai số; không lệch thì 99 trong 100 lần dưới "
            f"{decimal_comma(report.greatest_z_expected)}: {verdict}.",
        ]
    )


def _two_ways(title: str, each: AskedTwoWays, runs: int) -> list[str]:
    return [
        title,
        percent(each.true_share),
        tell_points(each.rotating_bias),
        decimal_comma(100 * each.rotating_error),
        tell_points(each.full_bias),
        decimal_comma(100 * each.full_error),
        percent(each.rotating_covered / runs),
        percent(each.full_covered / runs),
        percent(each.rotating_width),
        percent(each.full_width),
    ]


def write_weighting(found: Sequence[WeightingGain], runs: int, seed: int) -> str:
    """Plain and weighted index side by side."""
    header = [
        "Các lĩnh vực trả lời",
        "Phiếu",
        "Lệch: không",
        "có",
        "Sai số: không",
        "có",
        "Chứa: không",
        "có",
        "Rộng: không",
        "có",
        "Gộp",
        "Bỏ",
    ]
    rows = [
        [
            CASELOADS[each.name],
            decimal_comma(each.mean_n, 0),
            tell_points(each.plain_bias),
            tell_points(each.weighted_bias),
            decimal_comma(100 * each.plain_error),
            decimal_comma(100 * each.weighted_error),
            percent(each.plain_covered / each.runs),
            percent(each.weighted_covered / each.runs),
            percent(each.plain_width),
            percent(each.weighted_width),
            whole(each.collapsed),
            whole(each.undefined),
        ]
        for each in found
    ]
    return "\n".join(
        [
            f"Chỉ số có trọng số theo hồ sơ so với không trọng số – {tell_runs(runs, seed)}",
            "Bốn lĩnh vực 900, 500, 600, 200 hồ sơ với tỷ lệ hài lòng 95, 92, 75, 85%. “Không” và “có” là không và có trọng số.",
            "Lệch và sai số (căn của sai số bình phương trung bình): điểm phần trăm so với tỷ lệ của mọi người đến giao dịch trong kỳ.",
            "Gộp: số kỳ có lĩnh vực không ai trả lời nên gộp cả đơn vị. Bỏ: số kỳ không tính được.",
            "",
            *table(header, rows, n_left=1),
        ]
    )
