"""The run and the steps: found once, explained by the unit, decided from above, counted either way – and never deleted."""

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import func, not_, select, text
from sqlalchemy.exc import DBAPIError

from app.cli.integrity import integrity_command
from app.cli.nightly import nightly_command
from app.errors import BadInputError, ForbiddenError, NotFoundError
from app.models import Exclusion, IntegrityFlag, IntegrityStep, Response
from app.queries.exclusions import LeftOut, is_left_out
from app.queries.integrity import list_flags, list_steps
from app.runtime import Runtime
from app.selection import Selection
from app.services.figures import Figures
from app.services.integrity import IntegrityRefusedError, count_covered, decide, due_on, explain, run_integrity, state_of
from app.services.people import Person
from tests.clock import Clock
from tests.factories import NEIGHBOUR
from tests.integrity import ANALYST, EXPLANATION, HEAD, N_PACK, N_QUIET, NEIGHBOUR_HEAD, OWN_ANALYST, REASON, add_people, fill, find_pack


@pytest.fixture
def office(any_runtime: Runtime) -> Runtime:
    """The office with its pack and its people, on each database."""
    fill(any_runtime)
    add_people(any_runtime)
    return any_runtime


@pytest.fixture
def pack(office: Runtime) -> str:
    """The flag of the pack."""
    return find_pack(office)


def state(runtime: Runtime, flag_id: str) -> str:
    with runtime.database.read() as session:
        return state_of(list_steps(session, [flag_id]).get(flag_id, []))


def n_counted(runtime: Runtime, **selection: object) -> int:
    evidence = Figures(runtime).gather(Selection(**selection))  # type: ignore[arg-type]
    return int(evidence.live.by().n_returned[0])


def test_run_finds_the_pack_and_nothing_else_and_a_second_run_finds_nothing_new(office: Runtime) -> None:
    first, second = run_integrity(office), run_integrity(office)
    assert (first.n_responses, first.n_new) == (N_QUIET + N_PACK, first.n_flags)
    assert (second.n_flags, second.n_new) == (first.n_flags, 0)
    with office.database.read() as session:
        flags = list_flags(session)
        assert {flag.kind for flag in flags} == {"burst", "repeats", "short_took"}
        assert len({(flag.device_id, flag.first_hour) for flag in flags}) == 1
        assert {count_covered(session, flag) for flag in flags} == {N_PACK + 1}, "the hour's quiet sheet lies in it too"


def test_run_over_no_response_finds_nothing(any_runtime: Runtime) -> None:
    run = run_integrity(any_runtime)
    assert (run.n_responses, run.n_flags) == (0, 0)


def test_days_the_wrong_way_round_are_refused(office: Runtime) -> None:
    with pytest.raises(BadInputError):
        run_integrity(office, office.today(), office.today().replace(day=1))


def test_five_working_days_leave_out_the_weekend(clock: Clock) -> None:
    assert due_on(clock().date()).isoformat() == "2025-09-17"


def test_confirmed_flag_leaves_the_figures_and_comes_back_when_asked_for_or_dismissed(office: Runtime, pack: str) -> None:
    assert n_counted(office) == N_QUIET + N_PACK
    explain(office, HEAD, pack, EXPLANATION)
    assert (state(office, pack), n_counted(office)) == ("explained", N_QUIET + N_PACK), "an explanation changes no figure"
    decide(office, ANALYST, pack, "confirmed", REASON)
    assert n_counted(office) == N_QUIET - 1
    assert n_counted(office, flags="with") == N_QUIET + N_PACK
    with office.database.read() as session:
        exclusion = session.scalars(select(Exclusion)).one()
        assert (exclusion.state, exclusion.explanation, exclusion.decided_by) == ("confirmed", EXPLANATION, ANALYST.name)
    decide(office, ANALYST, pack, "dismissed", "Biên bản tập huấn cho thấy đó là người dân.")
    assert (state(office, pack), n_counted(office)) == ("dismissed", N_QUIET + N_PACK)
    decide(office, ANALYST, pack, "confirmed", REASON)
    assert n_counted(office) == N_QUIET - 1
    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Exclusion)) == 1
        assert session.scalar(select(func.count()).select_from(Response)) == N_QUIET + N_PACK, "nothing is deleted"
        steps = list_steps(session, [pack])[pack]
        assert [(step.number, step.state, step.by_name) for step in steps] == [
            (1, "explained", HEAD.name),
            (2, "confirmed", ANALYST.name),
            (3, "dismissed", ANALYST.name),
            (4, "confirmed", ANALYST.name),
        ]


def test_nobody_decides_before_the_unit_explained_or_its_days_are_over(office: Runtime, pack: str, clock: Clock) -> None:
    with pytest.raises(IntegrityRefusedError, match="17/09/2025"):
        decide(office, ANALYST, pack, "confirmed", REASON)
    clock.move(days=7)
    with pytest.raises(IntegrityRefusedError):
        decide(office, ANALYST, pack, "confirmed", REASON)
    clock.move(days=1)
    decide(office, ANALYST, pack, "confirmed", REASON)
    assert state(office, pack) == "confirmed"


def test_units_own_people_never_decide(office: Runtime, pack: str) -> None:
    explain(office, HEAD, pack, EXPLANATION)
    for person in (OWN_ANALYST, HEAD):
        with pytest.raises(ForbiddenError):
            decide(office, person, pack, "dismissed", REASON)
    assert state(office, pack) == "explained"


def test_only_the_head_of_the_place_explains(office: Runtime, pack: str) -> None:
    with pytest.raises(ForbiddenError):
        explain(office, ANALYST, pack, EXPLANATION)
    with pytest.raises(NotFoundError):
        explain(office, NEIGHBOUR_HEAD, pack, EXPLANATION)
    with pytest.raises(NotFoundError):
        decide(office, Person("chuyen-vien", "analyst", "", NEIGHBOUR), pack, "confirmed", REASON)


@pytest.mark.parametrize("reason", ["", "   ", "ngắn", "a" * 2001])
def test_step_without_a_reason_is_refused(office: Runtime, pack: str, reason: str) -> None:
    with pytest.raises(IntegrityRefusedError):
        explain(office, HEAD, pack, reason)
    assert state(office, pack) == "open"


def test_decided_flag_takes_no_further_explanation_and_no_second_equal_decision(office: Runtime, pack: str) -> None:
    explain(office, HEAD, pack, EXPLANATION)
    explain(office, HEAD, pack, "Bổ sung: có biên bản của buổi trả kết quả.")
    decide(office, ANALYST, pack, "confirmed", REASON)
    with pytest.raises(IntegrityRefusedError):
        explain(office, HEAD, pack, EXPLANATION)
    with pytest.raises(IntegrityRefusedError):
        decide(office, ANALYST, pack, "confirmed", REASON)


@pytest.mark.parametrize(
    "statement", ["UPDATE integrity_flags SET kind = 'x'", "DELETE FROM integrity_steps", "DELETE FROM integrity_flags"]
)
def test_flags_and_steps_are_insert_only(office: Runtime, pack: str, statement: str) -> None:
    explain(office, HEAD, pack, EXPLANATION)
    with pytest.raises(DBAPIError), office.database.write() as session:
        session.execute(text(statement))
    with office.database.read() as session:
        assert session.get_one(IntegrityFlag, pack).kind == "burst"
        assert session.scalar(select(func.count()).select_from(IntegrityStep)) == 1


def test_program_asks_for_the_figures_either_way(runtime: Runtime, client: FlaskClient, figures_key: str) -> None:
    fill(runtime)
    add_people(runtime)
    pack = find_pack(runtime)
    explain(runtime, HEAD, pack, EXPLANATION)
    decide(runtime, ANALYST, pack, "confirmed", REASON)

    def respondents(query: str) -> int:
        answer = client.get(f"/api/v1/index{query}", headers={"Authorization": f"Bearer {figures_key}"})
        assert answer.json is not None
        return int(answer.json["cells"][0]["respondents"])

    assert respondents("") == respondents("?flags=without") == N_QUIET - 1
    assert respondents("?flags=with") == N_QUIET + N_PACK
    assert client.get("/api/v1/index?flags=yes", headers={"Authorization": f"Bearer {figures_key}"}).status_code == 400


def test_commands_print_what_they_looked_at(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(runtime)
    monkeypatch.setattr("app.cli.integrity.open_installation", lambda: runtime)
    days = ["run", "--from", "2025-09-01", "--to", "2025-09-09"]
    first, second = (CliRunner().invoke(integrity_command, days, catch_exceptions=False).output for _ in range(2))
    assert f"{N_QUIET + N_PACK} responses from 2025-09-01 to 2025-09-09: 3 flags, 3 of them new" in first
    assert "3 flags, 0 of them new" in second


def test_night_looks_for_flags(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(runtime)
    monkeypatch.setattr("app.cli.nightly.open_installation", lambda: runtime)
    said = CliRunner().invoke(nightly_command, [], catch_exceptions=False).output
    assert f"{N_QUIET + N_PACK} responses since 2025-06-15 looked at, 3 new integrity flags" in said


def test_measuring_needs_no_installation() -> None:
    said = CliRunner().invoke(integrity_command, ["measure", "--desk-months", "4", "--only", "plain"], catch_exceptions=False).output
    assert "false alarms" in said
    assert "beside them" in said


def test_thousands_of_confirmed_flags_still_make_one_statement(runtime: Runtime) -> None:
    fill(runtime)
    with runtime.database.read() as session:
        (hour, device_id), *_ = session.execute(select(Response.answered_hour, Response.device_id).order_by(Response.answered_hour)).all()
        many = [LeftOut(None, f"tablet-{n}", None, n, n + n % 3) for n in range(3_000)] + [LeftOut(None, device_id, None, hour, hour)]
        left = session.scalar(select(func.count()).select_from(Response).where(is_left_out(tuple(many))))
        kept = session.scalar(select(func.count()).select_from(Response).where(not_(is_left_out(tuple(many)))))
    assert (left, kept) == (1, N_QUIET + N_PACK - 1)
