"""The statistics contract once more, in slow plain Python with exact fractions, written from the text.

A sheet is a list with one entry per criterion: a level, or anything else (None, "no_opinion", …) for no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

Sheet = Sequence[object]
XM = list[tuple[int, int]]


def xm_of(sheets: Sequence[Sheet], criteria: Sequence[int], satisfied_from: int) -> XM:
    """(satisfied, answered) within the given criteria for each valid sheet: one with at least one rating anywhere."""
    valid = [sheet for sheet in sheets if any(isinstance(answer, int) for answer in sheet)]
    pairs = []
    for sheet in valid:
        levels = [answer for answer in (sheet[position] for position in criteria) if isinstance(answer, int)]
        pairs.append((sum(level >= satisfied_from for level in levels), len(levels)))
    return pairs


def share(pairs: XM) -> Fraction | None:
    answers = sum(m for _, m in pairs)
    return Fraction(sum(x for x, _ in pairs), answers) if answers else None


def linearised_variance(pairs: XM) -> Fraction | None:
    n, ratio = len(pairs), share(pairs)
    if n < 2 or ratio is None:
        return None
    total = sum(m for _, m in pairs)
    return Fraction(n, n - 1) * sum((x - ratio * m) ** 2 for x, m in pairs) / total**2


def steadied_effective_size(pairs: XM) -> float:
    """Literally: put the two imaginary respondents into the sample and linearise."""
    total = sum(m for _, m in pairs)
    mean = Fraction(total, len(pairs))
    with_two = [(Fraction(x), Fraction(m)) for x, m in pairs] + [(mean, mean), (Fraction(0), mean)]
    total_2 = sum(m for _, m in with_two)
    ratio_2 = sum(x for x, _ in with_two) / total_2
    n_2 = len(with_two)
    variance_2 = Fraction(n_2, n_2 - 1) * sum((x - ratio_2 * m) ** 2 for x, m in with_two) / total_2**2
    design_effect = variance_2 * total_2 / (ratio_2 * (1 - ratio_2))
    return min(float(total), float(total / design_effect))


def mean_of_shares(shares: Sequence[XM]) -> tuple[Fraction, Fraction, float] | None:
    """The mean of several pooled shares, its linearised variance, and its effective size with the two imaginary respondents.

    One list of (x, m) per share, all of the same respondents. None for fewer than two of them or no answer.
    """
    answered = [pairs for pairs in shares if sum(m for _, m in pairs)]
    if not answered or len(answered[0]) < 2:
        return None

    def linearise(columns: list[list[tuple[Fraction, Fraction]]]) -> tuple[Fraction, Fraction]:
        totals = [(sum((x for x, _ in column), Fraction()), sum((m for _, m in column), Fraction())) for column in columns]
        n, n_shares = len(columns[0]), len(columns)
        z = [
            sum((column[i][0] - x / m * column[i][1]) / (n_shares * m) for column, (x, m) in zip(columns, totals, strict=True))
            for i in range(n)
        ]
        mean = sum((x / m for x, m in totals), Fraction()) / n_shares
        return mean, Fraction(n, n - 1) * sum((each * each for each in z), Fraction())

    exact = [[(Fraction(x), Fraction(m)) for x, m in pairs] for pairs in answered]
    mean, variance = linearise(exact)
    n = len(exact[0])
    averages = [sum((m for _, m in column), Fraction()) / n for column in exact]
    steadied = [[*column, (average, average), (Fraction(0), average)] for column, average in zip(exact, averages, strict=True)]
    mean_2, variance_2 = linearise(steadied)
    total = sum(m for pairs in answered for _, m in pairs)
    design_effect = variance_2 * (Fraction(total) * (n + 2) / n) / (mean_2 * (1 - mean_2))
    return mean, variance, min(float(total), float(total / design_effect))


def wilson(ratio: float, n: float, z: float) -> tuple[float, float]:
    """The two q at which (q − p)² = z² q(1 − q)/n: the roots of the quadratic."""
    a, b, c = 1 + z * z / n, -(2 * ratio + z * z / n), ratio * ratio
    root = sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def count_sheets(
    sheets: Sequence[Sequence[int]], cell_of: Sequence[int], overall: Sequence[int], n_cells: int, factors: Sequence[int], n_levels: int,
    satisfied_from: int,
) -> dict[str, list[object]]:  # fmt: skip
    """Everything a tally counts, one answer at a time; sheets are bytes (0 blank, 254 no opinion, 255 not asked)."""
    n_criteria, n_factors = len(factors), max(factors) + 1
    of_cell: list[dict[str, object]] = []
    for cell in range(n_cells):
        mine = [(sheet, whole) for sheet, where, whole in zip(sheets, cell_of, overall, strict=True) if where == cell]
        valid = [(sheet, whole) for sheet, whole in mine if any(1 <= byte <= n_levels for byte in sheet)]

        def times(byte: int, criterion: int, mine: Sequence[tuple[Sequence[int], int]] = mine) -> int:
            return sum(sheet[criterion] == byte for sheet, _ in mine)

        x, m = [
            [
                [sum(least <= sheet[j] <= n_levels for j in range(n_criteria) if factors[j] == factor) for factor in range(n_factors)]
                for sheet, _ in valid
            ]
            for least in (satisfied_from + 1, 1)
        ]

        def sums(left: list[list[int]], right: list[list[int]]) -> list[list[int]]:
            pairs = list(zip(left, right, strict=True))
            return [[sum(a[j] * b[k] for a, b in pairs) for k in range(n_factors)] for j in range(n_factors)]

        of_cell.append({
            "level_counts": [[times(level, j) for level in range(1, n_levels + 1)] for j in range(n_criteria)],
            "n_blank": [times(0, j) for j in range(n_criteria)],
            "n_no_opinion": [times(254, j) for j in range(n_criteria)],
            "n_not_asked": [times(255, j) for j in range(n_criteria)],
            "n_returned": len(mine),
            "n_valid": len(valid),
            "sum_x": [sum(row[factor] for row in x) for factor in range(n_factors)],
            "sum_m": [sum(row[factor] for row in m) for factor in range(n_factors)],
            "sum_xx": sums(x, x),
            "sum_xm": sums(x, m),
            "sum_mm": sums(m, m),
            "overall_levels": [sum(whole == level for _, whole in valid) for level in range(1, n_levels + 1)],
        })  # fmt: skip
    return {name: [counts[name] for counts in of_cell] for name in of_cell[0]}
