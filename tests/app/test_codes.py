"""Rating codes: key rotation, several codes on one sheet."""

from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app import schema
from app.cli.keys import rotate_codes_command
from app.models import RatingCode, Response
from app.runtime import Runtime
from app.services.codes import CodeRefusedError, count_open_codes, get_code, issue_codes
from app.services.intake import Receipt, Sender, submit_responses
from survey_forms import SheetError, read_submission
from tests.factories import COMMUNE, NEIGHBOUR, response


def issue(runtime: Runtime, how_many: int, **changes: object) -> list[str]:
    codes, _ = issue_codes(runtime, **{"unit_key": COMMUNE, "field_code": "ho-tich", "how_many": how_many, **changes})  # type: ignore[arg-type]
    return codes


def submit(runtime: Runtime, item: dict[str, object]) -> Receipt:
    return submit_responses(runtime, [read_submission(item)], Sender())


def used(runtime: Runtime) -> int:
    with runtime.database.read() as session:
        return len(session.scalars(select(RatingCode).where(RatingCode.result_used_on.is_not(None))).all())


def with_key(runtime: Runtime, key_id: int) -> Runtime:
    return replace(runtime, settings=runtime.settings.model_copy(update={"code_key_id": key_id}))


def test_codes_made_under_earlier_keys_still_open_after_rotation(any_runtime: Runtime) -> None:
    codes = [issue(with_key(any_runtime, key_id), 1)[0] for key_id in (1, 2, 3)]
    newest = with_key(any_runtime, 3)
    with any_runtime.database.read() as session:
        assert [get_code(newest, session, code).key_id for code in codes] == [1, 2, 3]
        with pytest.raises(CodeRefusedError, match="not one of ours"):
            get_code(with_key(any_runtime, 2), session, codes[2])
    assert all(submit(newest, response(code=code)).acknowledged for code in codes)
    assert count_open_codes(newest) == {1: 1, 2: 1, 3: 1}, "each is still open at filing"


def test_rotation_command_says_what_is_in_force_and_what_to_do(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    issue(runtime, 2)
    monkeypatch.setattr("app.cli.keys.open_installation", lambda: with_key(runtime, 2))
    said = CliRunner().invoke(rotate_codes_command).output
    assert "SIPAS_CODE_KEY_ID=2" in said
    assert "key 1: 2 codes still open" in said
    assert "SIPAS_CODE_KEY_ID=3" in said


def test_one_sheet_spends_all_its_codes_and_is_one_response(any_runtime: Runtime) -> None:
    first, *further = issue(any_runtime, 30)
    item = response(code=first, codes=further, kind="authorised")
    for _ in range(3):
        assert submit(any_runtime, item).acknowledged, "sent again, it is the same sheet although its codes are spent"
    assert used(any_runtime) == 30
    with any_runtime.database.read() as session:
        (row,) = session.scalars(select(Response)).all()
    assert row.coded
    assert submit(any_runtime, response(code=further[7])).rejected[0][1] == "code: already used at this stage"


def test_refused_codes_are_named_by_position_and_none_is_spent(any_runtime: Runtime) -> None:
    first, second, spent = issue(any_runtime, 3)
    (elsewhere,) = issue(any_runtime, 1, unit_key=NEIGHBOUR)
    submit(any_runtime, response(code=spent))
    item = response(code=first, codes=[second, "0000-0000-0001", spent, elsewhere, "0000-0000-0000", second])
    assert submit(any_runtime, item).rejected[0][1] == (
        "codes.2: mistyped, the check character does not fit; codes.3: already used at this stage; "
        "codes.4: made for another unit or field; codes.5: not one of ours; codes.6: already used at this stage"
    )
    assert used(any_runtime) == 1
    assert submit(any_runtime, {**item, "codes": [second]}).acknowledged


def test_further_codes_need_a_first_and_have_an_end() -> None:
    with pytest.raises(SheetError, match="codes: are further codes"):
        read_submission(response(codes=["0000-0000-0000"]))
    with pytest.raises(SheetError, match="codes: are more than 99"):
        read_submission(response(code="0000-0000-0000", codes=["0000-0000-0000"] * 100))


def test_codes_printed_before_the_migration_are_paper_and_still_open(any_runtime: Runtime) -> None:
    (code,) = issue(any_runtime, 1)
    schema.downgrade(any_runtime.database, "0001")
    schema.upgrade(any_runtime.database)
    with any_runtime.database.read() as session:
        assert get_code(any_runtime, session, code).handed_out == "paper"


def test_table_of_codes_keeps_no_order_after_the_migration(runtime: Runtime) -> None:
    with runtime.database.engine.connect() as connection:
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'rating_codes'").scalar_one()
    assert made.rstrip().endswith("WITHOUT ROWID")
    assert "handed_out" in made
