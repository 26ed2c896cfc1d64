"""The dossier register fits the responses."""

from app.demo.dossiers import count_places, generate_dossiers, generate_walk_aways
from app.demo.generator import generate_responses
from app.demo.tuy_phuoc import TUY_PHUOC_OFFICE as OFFICE
from survey_forms import Instrument


def test_no_cell_has_more_responses_than_finished_dossiers(instrument: Instrument) -> None:
    n_responses = count_places(generate_responses(OFFICE, instrument, n=3_000, seed=2))
    finished = {
        (figure.unit, figure.field, figure.mode, figure.block): figure.finished for figure in generate_dossiers(OFFICE, n_responses, seed=2)
    }
    assert all(finished[place] >= n for place, n in n_responses.items())
    assert sum(finished.values()) > 3 * sum(n_responses.values())


def test_late_dossiers_are_a_part_of_the_finished_and_most_often_land(instrument: Instrument) -> None:
    n_responses = count_places(generate_responses(OFFICE, instrument, n=3_000, seed=2))
    figures = list(generate_dossiers(OFFICE, n_responses, seed=2))
    assert all(0 <= figure.late <= figure.finished for figure in figures)

    def late_share(field: str) -> float:
        mine = [figure for figure in figures if figure.field == field]
        return sum(figure.late for figure in mine) / sum(figure.finished for figure in mine)

    assert late_share("dat-dai") > late_share("ho-tich") > late_share("chung-thuc")


def test_blocks_and_days_stay_within_the_validity_of_the_unit(instrument: Instrument) -> None:
    former = {desk.key for desk in OFFICE.desks if desk.valid_to_on is not None}
    for figure in generate_dossiers(OFFICE, {}, seed=2):
        assert (figure.block <= "2025-06-2") == (figure.unit in former)
    of_tablet = {tablet: desk for desk in OFFICE.desks for tablet in desk.tablets}
    walk_aways = list(generate_walk_aways(OFFICE, instrument, seed=2))
    assert walk_aways
    assert all(of_tablet[left.device_id].is_valid_on(left.left_on) and left.people > 0 for left in walk_aways)
