"""Exclusions made by hand: proposed by one, confirmed by a second from above, withdrawn by name – counted either way, never deleted."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, not_, select, text
from sqlalchemy.exc import DBAPIError

from app.errors import ForbiddenError, NotFoundError
from app.models import Exclusion, ExclusionStep, Response
from app.queries.exclusions import (
    LeftOut,
    count_exclusions,
    count_left_out,
    is_left_out,
    list_exclusion_steps,
    list_exclusion_units,
    list_exclusions,
    list_kinds_left_out,
    list_left_out,
)
from app.runtime import Runtime
from app.selection import Selection
from app.services.exclusions import Stretch, propose_exclusion, settle_exclusion, withdraw_exclusion
from app.services.figures import Figures
from app.services.intake import Sender, submit_responses
from app.services.integrity import IntegrityRefusedError, decide, explain
from app.services.people import Person, add_user
from survey_forms import read_submission
from tests.app.test_migrations import revision_before
from tests.clock import Clock
from tests.factories import COMMUNE, NEIGHBOUR, PROVINCE, response
from tests.integrity import (
    ANALYST,
    EXPLANATION,
    HEAD,
    N_PACK,
    N_QUIET,
    NEIGHBOUR_HEAD,
    OWN_ANALYST,
    PASSWORD,
    REASON,
    add_people,
    fill,
    find_pack,
)

SECOND = Person("chuyen-vien-hai", "analyst", "", PROVINCE)
TRIAL = "Thiết bị chạy thử, phiếu do cán bộ bấm thử."
AGREED = "Đã xem biên bản chạy thử của đơn vị."
WEDNESDAY = date(2025, 9, 3)
N_WEDNESDAY = 9 + N_PACK


@pytest.fixture
def office(any_runtime: Runtime) -> Runtime:
    """The office with its pack and its people, on each database."""
    fill(any_runtime)
    add_people(any_runtime)
    add_user(any_runtime, name=SECOND.name, password=PASSWORD, role="analyst", unit_key=PROVINCE)
    return any_runtime


def tablet(runtime: Runtime) -> str:
    with runtime.database.read() as session:
        return str(session.scalars(select(Response.device_id).where(Response.device_id.is_not(None)).distinct()).one())


def one_day(runtime: Runtime, **changes: object) -> Stretch:
    values: dict[str, object] = {"device_id": tablet(runtime), "unit_key": None, "counter_code": None}
    return Stretch(**{**values, "first_on": WEDNESDAY, "last_on": WEDNESDAY, **changes})  # type: ignore[arg-type]


def n_counted(runtime: Runtime, **selection: object) -> int:
    evidence = Figures(runtime).gather(Selection(**selection))  # type: ignore[arg-type]
    return int(evidence.live.by().n_returned[0])


def test_the_whole_way_changes_the_figures_only_while_it_is_in_force(office: Runtime) -> None:
    everything = N_QUIET + N_PACK
    name = propose_exclusion(office, HEAD, one_day(office), TRIAL)
    assert n_counted(office) == everything, "a proposal changes no figure"
    settle_exclusion(office, ANALYST, name, "confirmed", AGREED)
    assert n_counted(office) == everything - N_WEDNESDAY
    assert n_counted(office, flags="with") == everything
    withdraw_exclusion(office, SECOND, name, "Máy đã được dùng thật từ sáng hôm ấy.")
    assert n_counted(office) == everything
    with office.database.read() as session:
        exclusion = session.get_one(Exclusion, name)
        assert (exclusion.state, exclusion.reason, exclusion.decided_by) == ("withdrawn", TRIAL, SECOND.name)
        steps = [(step.number, step.state, step.by_name) for step in list_exclusion_steps(session, name)]
        assert steps == [(1, "open", HEAD.name), (2, "confirmed", ANALYST.name), (3, "withdrawn", SECOND.name)]
        assert session.scalar(select(func.count()).select_from(Response)) == everything, "nothing is deleted"


def test_a_stretch_of_hours_leaves_out_those_hours_alone(office: Runtime) -> None:
    name = propose_exclusion(office, HEAD, one_day(office, from_hour=15, to_hour=16), TRIAL)
    settle_exclusion(office, ANALYST, name, "confirmed", AGREED)
    assert n_counted(office) == N_QUIET - 1
    with office.database.read() as session:
        assert count_left_out(session, list_left_out(session)) == N_PACK + 1


def test_a_counter_is_left_out_with_its_unit_and_days_alone(office: Runtime) -> None:
    away = [response(counter="1", unit=COMMUNE, channel="invitation", answered_at="2025-09-02T03:00:00Z") for _ in range(3)]
    away += [response(counter="2", unit=COMMUNE, answered_at="2025-09-02T03:00:00Z")]
    away += [response(counter="1", unit=NEIGHBOUR, answered_at="2025-09-02T03:00:00Z"), response(answered_at="2025-09-02T03:00:00Z")]
    submit_responses(office, [read_submission(item) for item in away], Sender())
    before = n_counted(office)
    day = date(2025, 9, 2)
    stretch = one_day(office, device_id=None, unit_key=COMMUNE, counter_code="1", first_on=day, last_on=day)
    settle_exclusion(office, ANALYST, propose_exclusion(office, HEAD, stretch, TRIAL), "confirmed", AGREED)
    with office.database.read() as session:
        exclusions = list_left_out(session)
        n_left = count_left_out(session, exclusions)
        kept = session.scalar(select(func.count()).select_from(Response).where(not_(is_left_out(exclusions))))
        on_counter = Response.counter_code == "1"
        of_day = session.scalar(
            select(func.count())
            .select_from(Response)
            .where(Response.unit_key == COMMUNE, on_counter, Response.answered_hour.between(stretch.first_hour, stretch.last_hour))
        )
    assert n_left == of_day
    assert n_left >= 3
    assert kept == before - n_left, "a response without a counter is neither lost nor left out"
    assert n_counted(office) == before - n_left


def test_figures_are_equal_to_the_digit_however_they_are_counted(office: Runtime, clock: Clock) -> None:
    from analytics.design import Design
    from analytics.store import Choice, count_rows
    from app.queries.stored_rows import read_rows

    figures = Figures(office)
    live = figures.gather(Selection()).live.by("unit", "field")
    settle_exclusion(office, ANALYST, propose_exclusion(office, HEAD, one_day(office), TRIAL), "confirmed", AGREED)
    changed = figures.gather(Selection()).live.by("unit", "field")
    assert not changed.equals(live), "visible at the next load"
    clock.move(hours=3)
    assert figures.gather(Selection()).live.by("unit", "field").equals(changed), "the same once the hours are closed"
    assert figures.keeper.check().n_repaired == 0, "the nightly check finds nothing to make again"
    assert figures.gather(Selection()).live.by("unit", "field").equals(changed)
    with office.database.read() as session:
        read = read_rows(office, session, where=[not_(is_left_out(list_left_out(session)))])
    ((instrument, rows),) = read.values()
    assert count_rows(Design.of(instrument), [rows], Choice(), ("unit", "field")).tally.equals(changed), "and from the rows alone"


def test_a_second_person_from_above_decides(office: Runtime) -> None:
    name = propose_exclusion(office, ANALYST, one_day(office), TRIAL)
    with pytest.raises(IntegrityRefusedError, match="người thứ hai"):
        settle_exclusion(office, ANALYST, name, "confirmed", AGREED)
    for own in (HEAD, OWN_ANALYST):
        with pytest.raises(IntegrityRefusedError, match="cấp trên"):
            settle_exclusion(office, own, name, "confirmed", AGREED)
    with pytest.raises(NotFoundError):
        settle_exclusion(office, NEIGHBOUR_HEAD, name, "confirmed", AGREED)
    settle_exclusion(office, SECOND, name, "dismissed", "Không có biên bản chạy thử kèm theo.")
    with pytest.raises(IntegrityRefusedError):
        settle_exclusion(office, SECOND, name, "confirmed", AGREED)
    with pytest.raises(IntegrityRefusedError):
        withdraw_exclusion(office, SECOND, name, AGREED)
    assert n_counted(office) == N_QUIET + N_PACK


def test_who_proposed_may_take_it_back_while_it_waits_and_not_once_it_is_in_force(office: Runtime) -> None:
    name = propose_exclusion(office, HEAD, one_day(office), TRIAL)
    withdraw_exclusion(office, HEAD, name, "Ghi nhầm ngày, sẽ đề nghị lại.")
    again = propose_exclusion(office, HEAD, one_day(office), TRIAL)
    settle_exclusion(office, ANALYST, again, "confirmed", AGREED)
    with pytest.raises(IntegrityRefusedError, match="cấp trên"):
        withdraw_exclusion(office, HEAD, again, "Đơn vị muốn tính lại các phiếu này.")


def test_what_cannot_be_proposed(office: Runtime) -> None:
    wrong = [
        (one_day(office, from_hour=16, to_hour=15), TRIAL),
        (one_day(office, last_on=date(2025, 9, 2)), TRIAL),
        (one_day(office, last_on=date(2025, 9, 11)), TRIAL),
        (one_day(office, first_on=date(2025, 8, 1)), TRIAL),
        (one_day(office), "thử máy"),
    ]
    for stretch, reason in wrong:
        with pytest.raises(IntegrityRefusedError):
            propose_exclusion(office, HEAD, stretch, reason)
    for place in ({"device_id": "nowhere"}, {"device_id": None, "unit_key": COMMUNE, "counter_code": "77"}):
        with pytest.raises(NotFoundError):
            propose_exclusion(office, HEAD, one_day(office, **place), TRIAL)
    with pytest.raises(NotFoundError):
        propose_exclusion(office, NEIGHBOUR_HEAD, one_day(office), TRIAL)
    with pytest.raises(ForbiddenError):
        propose_exclusion(office, Person("quan-tri", "administrator", "", None), one_day(office), TRIAL)


@pytest.mark.parametrize("statement", ["UPDATE exclusion_steps SET state = 'x'", "DELETE FROM exclusion_steps"])
def test_steps_are_insert_only(office: Runtime, statement: str) -> None:
    propose_exclusion(office, HEAD, one_day(office), TRIAL)
    with pytest.raises(DBAPIError), office.database.write() as session:
        session.execute(text(statement))
    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ExclusionStep)) == 1


def test_lists_know_place_and_state_of_those_by_hand_by_flag_and_of_one_response(office: Runtime) -> None:
    pack = find_pack(office)
    explain(office, HEAD, pack, EXPLANATION)
    decide(office, ANALYST, pack, "confirmed", REASON)
    name = propose_exclusion(office, HEAD, one_day(office), TRIAL)
    with office.database.write() as session:
        response_id: UUID = session.scalars(select(Response.id).limit(1)).one()
        session.add(Exclusion(id="single", response_id=response_id, reason="phiếu thử", state="confirmed"))
    with office.database.read() as session:
        assert list_exclusion_units(session) == {COMMUNE}
        assert count_exclusions(session, [COMMUNE]) == {"confirmed": 2, "open": 1}
        assert count_exclusions(session, [NEIGHBOUR]) == {}
        assert count_exclusions(session, None) == {"confirmed": 2, "open": 1}
        found = list_exclusions(session, None, ("open", "confirmed"), 0, 50)
        assert found[0][0].id == name, "what waits for somebody stands first"
        assert {unit for _, unit in found} == {COMMUNE}
        assert len(list_exclusions(session, [COMMUNE], ("confirmed",), 1, 50)) == 1
        assert list_kinds_left_out(session) == {"flag", "hand"}


def test_an_exclusion_of_a_counter_stops_leaving_out_when_the_schema_forgets_counters(office: Runtime) -> None:
    from app import schema

    stretch = one_day(office, device_id=None, unit_key=COMMUNE, counter_code="1")
    settle_exclusion(office, ANALYST, propose_exclusion(office, HEAD, stretch, TRIAL), "confirmed", AGREED)
    schema.downgrade(office.database, revision_before("exclusion_steps"))
    schema.upgrade(office.database)
    with office.database.read() as session:
        assert list_left_out(session) == (), "rather nothing than the whole unit"


def test_left_out_of_nothing_is_nothing(office: Runtime) -> None:
    with office.database.read() as session:
        assert count_left_out(session, ()) == 0
        assert count_left_out(session, (LeftOut(None, None, None, None, None, "1"),)) == 0
