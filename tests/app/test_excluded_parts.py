"""The folder of excluded responses follows the database, on both of them, and keeps nothing that was erased."""

from uuid import UUID, uuid4

from sqlalchemy import select

from analytics.design import Design
from analytics.store.excluded import excluded_folder
from analytics.store.part import read_part
from app.models import Exclusion, RespondentAnswers
from app.runtime import Runtime
from app.services.intake import Sender, submit_responses
from app.services.store import StoreKeeper
from survey_forms import read_submission
from tests.clock import Clock
from tests.factories import COMMUNE, KIOSK, NEIGHBOUR, response


def submit(runtime: Runtime, n: int, **changes: object) -> list[UUID]:
    receipt = submit_responses(runtime, [read_submission(response(**{**changes, "id": str(uuid4())})) for _ in range(n)], Sender())
    assert len(receipt.acknowledged) == n
    return receipt.acknowledged


def read_units(runtime: Runtime) -> list[str]:
    """The unit of every response in the folder, and that its list goes as far as that of the parts."""
    folder = StoreKeeper(runtime).folder
    parts, apart = folder.manifest(), excluded_folder(folder)
    listed = apart.manifest()
    assert parts is not None
    assert listed is not None
    assert (listed.closed_until, listed.database) == (parts.closed_until, parts.database)
    design = Design.of(runtime.instruments[KIOSK])
    columns = [read_part(apart.path, design, part).attributes["unit"] for part in listed.parts]
    return sorted(column.words[code] for column in columns for code in column.codes)


def test_it_holds_what_is_excluded_and_closed_and_follows_every_change(any_runtime: Runtime, clock: Clock) -> None:
    keeper = StoreKeeper(any_runtime)
    (one, *_) = submit(any_runtime, 4)
    submit(any_runtime, 2, unit=NEIGHBOUR)
    clock.move(hours=2)
    keeper.refresh(wait=True)
    keeper.refresh(wait=True)  # on PostgreSQL an hour closes in two steps
    assert read_units(any_runtime) == []
    with any_runtime.database.write() as session:
        session.add(Exclusion(id="1", response_id=one, reason="thử máy", state="confirmed"))
        session.add(Exclusion(id="2", unit_key=NEIGHBOUR, reason="tập huấn", state="confirmed"))
        session.add(Exclusion(id="3", unit_key=COMMUNE, reason="đang xem xét", state="open"))
    keeper.refresh(wait=True)
    assert read_units(any_runtime) == [COMMUNE, NEIGHBOUR, NEIGHBOUR]
    submit(any_runtime, 3, unit=NEIGHBOUR)
    submit(any_runtime, 1)
    keeper.refresh(wait=True)
    assert read_units(any_runtime) == [COMMUNE, NEIGHBOUR, NEIGHBOUR], "the hour is open"
    clock.move(hours=2)
    keeper.refresh(wait=True)
    keeper.refresh(wait=True)
    assert read_units(any_runtime) == [COMMUNE] + [NEIGHBOUR] * 5
    with any_runtime.database.write() as session:
        session.get_one(Exclusion, "2").state = "dismissed"
    keeper.refresh(wait=True)
    assert read_units(any_runtime) == [COMMUNE]
    assert keeper.check().n_repaired == 0
    assert read_units(any_runtime) == [COMMUNE]
    keeper.rebuild()
    assert read_units(any_runtime) == [COMMUNE]


def test_what_respondents_said_leaves_it_with_the_nightly_check_once_erased(any_runtime: Runtime, clock: Clock) -> None:
    keeper = StoreKeeper(any_runtime)
    submit(any_runtime, 2, respondent={"sex": "female"})
    with any_runtime.database.write() as session:
        session.add(Exclusion(id="1", unit_key=COMMUNE, reason="thử máy", state="confirmed"))
    clock.move(hours=1)
    keeper.refresh(wait=True)
    keeper.refresh(wait=True)
    folder = excluded_folder(keeper.folder).path
    assert list(folder.glob("*.respondent.parquet"))
    with any_runtime.database.write() as session:
        for row in session.scalars(select(RespondentAnswers)):
            row.salt, row.answers = None, None
    keeper.check()
    assert not list(folder.glob("*.respondent.parquet"))
    assert read_units(any_runtime) == [COMMUNE, COMMUNE]
