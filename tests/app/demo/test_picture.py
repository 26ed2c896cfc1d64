"""The usual demonstration shows what an analyst has to tell apart."""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest

from analytics.design import Design, encode_sheet
from analytics.index import compute_index
from analytics.results import Cell
from analytics.tally import Tally, tally_answers
from analytics.targets import Target, TargetBook
from app.demo.generator import generate_responses
from app.demo.serving import USUAL_RESPONSES, USUAL_SEED
from app.demo.tuy_phuoc import TUY_PHUOC_OFFICE as OFFICE
from survey_forms import STAGES, Instrument


@pytest.fixture(scope="module")
def tally(instrument: Instrument) -> Tally:
    """The usual responses, former units counted in those that followed."""
    responses = list(generate_responses(OFFICE, instrument, n=USUAL_RESPONSES, seed=USUAL_SEED))
    asked_at = {stage: tuple(c.code for c in instrument.criteria_at(stage)) for stage in STAGES}
    row_of = {unit.key: unit.successor_key or unit.key for unit in OFFICE.units}
    design = Design.of(instrument)
    answers = np.array([encode_sheet(design, r.asked or asked_at[r.stage], r.ratings) for r in responses])
    units = np.array([row_of[r.unit] for r in responses], dtype=object)
    fields = np.array([r.field for r in responses], dtype=object)
    return tally_answers(design, answers, {"unit": units, "field": fields})


def figures(tally: Tally, *by: str) -> Mapping[tuple[str | None, str | None], Cell]:
    """Cells by unit and field, held against the office's targets."""
    book = TargetBook(Target(None, target.field, None, Fraction(target.share)) for target in OFFICE.targets)
    return {(cell.unit, cell.field): cell for cell in compute_index(tally.by(*by), targets=book).cells}


def test_the_whole_lies_a_little_below_its_target(tally: Tally) -> None:
    overall = figures(tally)[None, None].overall
    assert overall.share is not None
    assert 0.88 < overall.share < 0.90


def test_one_commune_misses_clearly_and_one_within_the_margin(tally: Tally) -> None:
    verdicts = {unit: cell.overall.verdict for (unit, _), cell in figures(tally, "unit").items()}
    assert verdicts["xa-tuy-phuoc-tay"] == "missed_clearly"
    assert verdicts["xa-tuy-phuoc-dong"] == "missed_within"
    assert verdicts["xa-tuy-phuoc"] == verdicts["xa-tuy-phuoc-bac"] == "met_clearly"


def test_land_lies_far_below_the_other_fields(tally: Tally) -> None:
    cells = figures(tally, "unit", "field")
    land = [c.overall.share for (unit, field), c in cells.items() if field == "dat-dai" and unit != OFFICE.top_unit_key]
    assert all(share is not None and 0.71 <= share <= 0.84 for share in land)


def test_every_verdict_stands_somewhere_and_some_cells_are_too_small_for_one(tally: Tally) -> None:
    cells = figures(tally, "unit", "field")
    verdicts = {cell.overall.verdict for cell in cells.values()}
    assert verdicts == {"insufficient", "met_clearly", "met_within", "missed_within", "missed_clearly"}
    assert any(0 < cell.respondents < 30 for cell in cells.values())
