"""Mean and converted scores: exact, and none where there is nothing to average."""

from fractions import Fraction

import pytest

from analytics.errors import FigureError
from analytics.scores import converted_score, mean_score

FIVE = (1, 2, 3, 4, 5)


def test_mean_and_converted_score_of_all_at_the_best_level_are_the_best() -> None:
    assert mean_score(FIVE, (0, 0, 0, 0, 7)) == 5
    assert converted_score(FIVE, (0, 0, 0, 0, 7)) == 100


def test_scores_are_exact_fractions() -> None:
    assert mean_score(FIVE, (1, 0, 0, 0, 2)) == Fraction(11, 3)
    assert converted_score(FIVE, (1, 0, 0, 0, 2)) == Fraction(220, 3)


def test_no_answer_has_no_score() -> None:
    assert mean_score(FIVE, (0,) * 5) is None
    assert converted_score(FIVE, (0,) * 5) is None


def test_scale_below_zero_has_no_converted_score() -> None:
    assert mean_score((-2, 0, 2), (1, 0, 0)) == -2
    assert converted_score((-2, 0, 2), (1, 0, 0)) is None


def test_counts_that_do_not_fit_the_scale_are_refused() -> None:
    with pytest.raises(FigureError, match="5 levels"):
        mean_score(FIVE, (1, 2))
