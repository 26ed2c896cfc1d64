"""Which pages a visit without scripts goes through."""

import pytest

from kiosk.faces import faces
from kiosk.typography import hold_together
from kiosk.visit import FEEDBACK, Visit, asked_codes, page_after, page_before, pages, visit_at_device, visit_by_invitation
from survey_forms.loader import load_shipped
from survey_forms.scale import Scale
from tests.kiosk.desk import DEVICE_KEY, RESULT_ONLY, DeskInMemory


@pytest.fixture
def visit(desk: DeskInMemory) -> Visit:
    device = desk.find_device(DEVICE_KEY)
    assert device is not None
    return visit_at_device(device, desk.instrument)


def test_a_tablet_asks_stage_field_and_kind_before_the_factors(visit: Visit) -> None:
    assert pages(visit, None, None) == ("start", "stage", "field", "kind")
    assert pages(visit, "filing", None) == (
        *("start", "stage", "field", "kind", "factor:1", "factor:2", "factor:3", "feedback", "factor:5", "overall", "questions", "finish"),
    )
    assert "factor:4" in pages(visit, "result", None)


def test_what_went_wrong_is_asked_after_every_rating_and_before_anything_about_the_person(visit: Visit) -> None:
    order = pages(visit, "result", None, None, None, {"3.1": 2, "3.2": "no_opinion"})
    assert order[-4:] == ("overall", "reasons", "questions", "finish")
    assert "reasons" not in pages(visit, "filing", None, None, None, {"4.1": 1}), "not asked at this stage"
    assert "reasons" not in pages(visit, "result", False, None, None, {"5.3": 1}), "not asked of somebody who never gave feedback"
    assert "reasons" not in pages(visit, "result", None, ("1.1",), None, {"3.1": 1}), "not among those drawn"


def test_a_code_that_is_left_for_one_stage_asks_neither_stage_nor_field(desk: DeskInMemory) -> None:
    invitation = desk.find_invitation(RESULT_ONLY)
    visit = visit_by_invitation(invitation, desk.instrument, RESULT_ONLY)  # type: ignore[arg-type]  # an open code
    assert pages(visit, None, None)[:3] == ("start", "kind", "factor:1")


def test_the_feedback_criteria_are_asked_only_after_a_yes(visit: Visit) -> None:
    instrument = visit.instrument
    assert len(asked_codes(instrument, "result", True)) == 21
    assert len(asked_codes(instrument, "result", False)) == len(asked_codes(instrument, "result", None)) == 19
    assert len(asked_codes(instrument, "filing", False)) == 14
    drawn = ("1.1", "5.3", "5.4")
    assert asked_codes(instrument, "result", None, drawn) == asked_codes(instrument, "result", False, drawn) == ("1.1",)
    assert asked_codes(instrument, "result", True, drawn) == drawn


@pytest.mark.parametrize("name", load_shipped())
def test_every_shipped_questionnaire_comes_to_an_end_and_back(name: str, desk: DeskInMemory) -> None:
    desk.instrument = load_shipped()[name]
    device = desk.find_device(DEVICE_KEY)
    assert device is not None
    visit = visit_at_device(device, desk.instrument)
    for stage in visit.stages:
        order = pages(visit, stage, True)
        page = order[0]
        for expected in order[1:]:
            page = page_after(order, page)
            assert page == expected
        assert page == page_after(order, page) == "finish"
        assert page_before(order, order[0]) == order[0]
        assert page_before(order, "nowhere") == page_after(order, "nowhere") == "start"
        assert (FEEDBACK in order) == (desk.instrument.feedback_question is not None)


@pytest.mark.parametrize("n_levels", range(2, 12))
def test_faces_run_from_the_worst_tone_to_one_laughing_face(n_levels: int) -> None:
    labels = tuple(f"Mức {n}" for n in range(n_levels))
    drawn = faces(Scale(levels=tuple(range(n_levels)), satisfied_from=1, labels=labels))
    assert [face.tone for face in drawn] == sorted(face.tone for face in drawn)
    assert (drawn[0].tone, drawn[-1].tone) == (1, 5)
    assert [face.laughing for face in drawn] == [False] * (n_levels - 1) + [True]
    assert len({face.mouth for face in drawn}) == n_levels


def test_five_levels_have_the_five_tones_in_order() -> None:
    assert [face.tone for face in faces(load_shipped()["kiosk-default@1.0"].scale)] == [1, 2, 3, 4, 5]


def test_holding_compounds_together_changes_nothing_but_spaces() -> None:
    for instrument in load_shipped().values():
        for text in instrument.texts():
            assert hold_together(text).replace("\u00a0", " ") == text
    assert hold_together("Nơi nhận hồ sơ và trả lại hồ sơ khi cần") == "Nơi nhận hồ\u00a0sơ và trả lại hồ\u00a0sơ khi cần"
    assert hold_together("Đội bóng của xã ở bên hồ sơn xanh") == "Đội bóng của xã ở bên hồ sơn xanh"
    assert hold_together("Không biết / chưa gặp") == "Không biết / chưa gặp"
