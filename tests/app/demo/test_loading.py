"""Loading: all or nothing, once, and never into a database of an office."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from app.demo.folder import INSTRUMENT_ID, DemoFolder
from app.demo.generator import GeneratedResponse, generate_responses
from app.demo.loading import DemoSize, find_size, load_demonstration
from app.demo.response_rows import write_responses
from app.demo.serving import prepare_demonstration
from app.demo.tuy_phuoc import TUY_PHUOC_OFFICE as OFFICE
from app.errors import ConfigurationError
from app.models import (
    Base,
    Campaign,
    Comment,
    DossierCount,
    Installation,
    Quarantined,
    RespondentAnswers,
    Response,
    Unit,
)
from app.runtime import Runtime
from app.services.figures import Figures
from app.services.intake import Sender, submit_responses
from survey_forms import Instrument, Submission
from tests.app.demo.conftest import ADDRESS, N_RESPONSES, SEED


def count_rows(runtime: Runtime) -> dict[str, int]:
    """Rows of every table."""
    with runtime.database.read() as session:
        return {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in Base.metadata.tables.items()}


def as_submission(response: GeneratedResponse) -> Submission:
    """The response as its sender would send it a second time; a code is not looked at once the id is known."""
    return Submission(
        id=response.id,
        instrument=INSTRUMENT_ID,
        unit=response.unit,
        field=response.field,
        channel=response.channel,
        answered_at=datetime.fromtimestamp(response.answered_hour * 3600 + 1200, UTC),
        ratings=dict(response.ratings),
        code="0" * 12 if response.is_coded else None,
        counter=response.counter,
        procedure=response.procedure,
        stage=response.stage,
        mode=response.mode,
        kind=response.kind,
        helped=response.helped,
        asked=response.asked,
        took=response.took,
        repeats_previous=response.repeats_previous,
        overall=response.overall,
        comment=response.comment,
        respondent=dict(response.respondent),
    )


@pytest.fixture
def generated(instrument: Instrument) -> list[GeneratedResponse]:
    """What the prepared demonstration was loaded with."""
    return list(generate_responses(OFFICE, instrument, n=N_RESPONSES, seed=SEED))


def test_generated_responses_never_enter_the_database_of_an_office(runtime: Runtime, instrument: Instrument) -> None:
    before = count_rows(runtime)
    with pytest.raises(ConfigurationError, match="not made by `sipas demo`"):
        load_demonstration(runtime, OFFICE, instrument, DemoSize(50, 1))
    assert count_rows(runtime) == before


def test_the_writer_of_responses_refuses_an_office_by_itself(runtime: Runtime, instrument: Instrument) -> None:
    before = count_rows(runtime)
    responses = generate_responses(OFFICE, instrument, n=5, seed=1)
    with (
        pytest.raises(ConfigurationError, match="not made by `sipas demo`"),
        runtime.database.write() as session,
    ):
        write_responses(runtime, session, responses, instrument_id=INSTRUMENT_ID, campaign_key="minh-hoa-5-1", resolving_units={})
    assert count_rows(runtime) == before


def test_database_without_a_label_is_refused_too(demonstration: Runtime, instrument: Instrument) -> None:
    with demonstration.database.write() as session:
        session.delete(session.get_one(Installation, 1))
    with pytest.raises(ConfigurationError, match="not made by `sipas demo`"):
        load_demonstration(demonstration, OFFICE, instrument, DemoSize(50, 2))


def test_interrupted_loading_leaves_nothing_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = DemoFolder(tmp_path_factory.mktemp("interrupted") / "demo")

    def break_off(*_args: object, **_options: object) -> Iterator[dict[str, object]]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("app.demo.loading._dossier_rows", break_off)
        with pytest.raises(KeyboardInterrupt):
            prepare_demonstration(folder, ADDRESS, n_responses=40, seed=1)
    runtime = prepare_demonstration(folder, ADDRESS, n_responses=30, seed=1)
    assert count_rows(runtime)["responses"] == 30
    runtime.database.dispose()


def test_every_row_is_marked_as_generated_and_its_size_is_remembered(demonstration: Runtime) -> None:
    rows = count_rows(demonstration)
    assert rows["responses"] == N_RESPONSES
    assert find_size(demonstration) == DemoSize(N_RESPONSES, SEED)
    with demonstration.database.read() as session:
        (campaign,) = session.scalars(select(Campaign))
        assert "DỮ LIỆU MINH HỌA" in campaign.name
        marked = select(func.count()).select_from(Response).where(Response.campaign_key == campaign.key)
        assert session.scalar(marked) == N_RESPONSES
        assert session.get_one(Installation, 1).top_unit_key == "tinh-gia-lai"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_a_generated_response_sent_again_is_known_at_the_one_door(demonstration: Runtime, generated: list[GeneratedResponse]) -> None:
    before = count_rows(demonstration)
    receipt = submit_responses(demonstration, [as_submission(response) for response in generated], Sender())
    assert receipt.acknowledged == [response.id for response in generated]
    assert count_rows(demonstration) == before


def test_the_same_id_with_another_answer_is_told_apart(demonstration: Runtime, generated: list[GeneratedResponse]) -> None:
    response = next(response for response in generated if response.ratings.get("1.1") == 5)
    changed = as_submission(response).model_copy(update={"ratings": {**response.ratings, "1.1": 1}})
    receipt = submit_responses(demonstration, [changed], Sender())
    assert receipt.quarantined == [(response.id, "this id already stands for another sheet")]
    assert count_rows(demonstration)["quarantine"] == 1


def test_rows_hold_what_was_generated(demonstration: Runtime, generated: list[GeneratedResponse]) -> None:
    by_id = {response.id: response for response in generated}
    with demonstration.database.read() as session:
        rows = session.scalars(select(Response)).all()
        comments = {row.response_id: row.text for row in session.scalars(select(Comment))}
        respondents = {row.response_id: row.answers for row in session.scalars(select(RespondentAnswers))}
    assert {row.id for row in rows} == set(by_id)
    assert comments == {response.id: response.comment for response in generated if response.comment}
    assert respondents == {response.id: response.respondent for response in generated if response.respondent}
    for row in rows:
        response = by_id[row.id]
        assert (row.ratings, row.overall, row.answered_hour) == (
            response.ratings,
            response.overall,
            response.answered_hour,
        )
        assert row.resolving_unit_key == ("chi-nhanh-dat-dai-tuy-phuoc" if row.field_code == "dat-dai" else None)


def test_the_province_counts_every_response_of_old_and_new_units(demonstration: Runtime) -> None:
    figures = Figures(demonstration)
    report = figures.compute_report(figures.read_selection({}), top_unit_key="tinh-gia-lai")
    (cell,) = report.cells
    with demonstration.database.read() as session:
        valid = sum(1 for ratings in session.scalars(select(Response.ratings)) if set(ratings.values()) - {"no_opinion"})
    assert cell.respondents == valid
    assert cell.overall.target == 0.9


def test_land_is_judged_at_80_percent_whatever_the_year(demonstration: Runtime) -> None:
    figures = Figures(demonstration)
    for period in ({}, {"from": "2025-01-01", "to": "2025-12-14"}, {"from": "2025-12-15", "to": "2025-12-31"}):
        cells = figures.compute_report(figures.read_selection({"by": "field", **period})).cells
        assert {cell.field: cell.overall.target for cell in cells if cell.respondents} == {
            cell.field: 0.8 if cell.field == "dat-dai" else 0.9 for cell in cells if cell.respondents
        }


def test_a_second_preparation_uses_the_first_again(folder: DemoFolder) -> None:
    runtime = prepare_demonstration(folder, ADDRESS, n_responses=None, seed=None)
    before = count_rows(runtime)
    runtime.database.dispose()
    again = prepare_demonstration(folder, ADDRESS, n_responses=N_RESPONSES, seed=SEED)
    assert count_rows(again) == before
    again.database.dispose()


def test_other_numbers_for_a_made_demonstration_are_refused(folder: DemoFolder) -> None:
    with pytest.raises(ConfigurationError, match=f"{N_RESPONSES} responses from seed {SEED}"):
        prepare_demonstration(folder, ADDRESS, n_responses=N_RESPONSES + 1, seed=None)


def test_demonstration_may_hold_no_response_at_all(tmp_path_factory: pytest.TempPathFactory) -> None:
    runtime = prepare_demonstration(DemoFolder(tmp_path_factory.mktemp("empty")), ADDRESS, n_responses=0, seed=None)
    rows = count_rows(runtime)
    assert rows["responses"] == 0
    assert rows["dossier_counts"] > 0
    runtime.database.dispose()


def test_truth_table_is_labelled_line_by_line(folder: DemoFolder, instrument: Instrument) -> None:
    with folder.truth.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    per_cell = 1 + len(instrument.factors) + len(instrument.criteria)
    assert len(lines) == len(OFFICE.desks) * len(OFFICE.fields) * per_cell
    assert {line["label"] for line in lines} == {"DỮ LIỆU MINH HỌA"}
    assert all(0 < float(line["true_share"]) < 1 for line in lines)


def test_dossiers_and_units_stand_in_the_database(demonstration: Runtime) -> None:
    with demonstration.database.read() as session:
        assert set(session.scalars(select(DossierCount.source).distinct())) == {"DỮ LIỆU MINH HỌA"}
        assert session.scalar(select(func.count()).select_from(Unit)) == len(OFFICE.units)
        assert session.scalar(select(func.count()).select_from(Quarantined)) == 0
