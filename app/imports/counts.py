"""Hand-counted or published totals: how many answers a level of a question got, in one place and period."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from pydantic import Field as Column
from pydantic import model_validator

from analytics.rounding import percent_half_up
from app.imports.cells import Day, Flag, Text, Whole
from app.imports.derived_ids import derive_id
from app.imports.places import UnknownPlaceError
from app.imports.plan import Changes, Context, Kind, load_by_key
from app.imports.rows import Row
from app.models import PublishedCount

NO_INTERVAL = (
    "Số kiểm đếm hoặc số đã công bố không kèm khoảng tin cậy theo người trả lời. / "
    "Hand-counted or published figures carry no respondent-level interval."
)


class CountRow(Row):
    """The answers one level got. Unit and field stand as printed; they are linked where they name one of ours."""

    id: Text | None = Column(default=None, description="an id of the sender's; empty: all but satisfied and answers")
    unit: Text = Column(description="the unit as printed")
    field: Text = Column(description="the field as printed")
    first_on: Day = Column(alias="from")
    last_on: Day = Column(alias="to")
    question: Text
    level: Text
    satisfied: Flag = Column(description="1 where the level counts as satisfied, else 0")
    answers: Whole

    @model_validator(mode="after")
    def _from_before_to(self) -> "CountRow":
        if self.last_on < self.first_on:
            raise ValueError("the period ends before it begins: exchange from and to")
        return self

    @property
    def group(self) -> tuple[str, str, date, date, str]:
        """What the levels of one question in one place and period share."""
        return self.unit, self.field, self.first_on, self.last_on, self.question


def plan_counts(context: Context, rows: Sequence[CountRow]) -> Changes:
    """Counts by id; without one by place, period, question and level: a corrected file corrects and never adds."""
    ids = {row.number: row.id or derive_id("counts", *row.group, row.level) for row in rows}
    context.refuse_repetitions(((row.number, ids[row.number]) for row in rows), "id, or place, period, question and level,")
    known = load_by_key(context.session, PublishedCount.id, ids.values())
    groups: dict[tuple[str, str, date, date, str], list[CountRow]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    changes = Changes(notes=[*_print_groups(groups.values()), "", NO_INTERVAL])
    for levels in groups.values():
        for position, row in enumerate(levels):
            said = {
                "unit_label": row.unit,
                "unit_key": _find_link(context.units.find, row.unit),
                "field_label": row.field,
                "field_code": _find_link(context.fields.find, row.field),
                "first_on": row.first_on,
                "last_on": row.last_on,
                "question": row.question,
                "level": row.level,
                "position": position,
                "satisfied": row.satisfied,
                "answers": row.answers,
            }
            row_id = ids[row.number]
            changes.note(row.number, PublishedCount, known.get(row_id), said, otherwise={"id": row_id})
    return changes


def _find_link(find: Callable[[str], str], label: str) -> str | None:
    try:
        return find(label)
    except UnknownPlaceError:
        return None  # printed labels are often older than our units: the figure stands without a link


def _print_groups(groups: Iterable[Sequence[CountRow]]) -> Iterator[str]:
    """Each question with its levels: answers and percentage, half-up with two decimals; then the satisfied share."""
    for levels in groups:
        first = levels[0]
        n_answers = sum(row.answers for row in levels)
        yield ""
        yield f"{first.unit} · {first.field} · {first.first_on:%d/%m/%Y} – {first.last_on:%d/%m/%Y}"
        yield first.question
        for row in levels:
            yield f"  {_percent(row.answers, n_answers):>8}  {row.answers:>9}  {row.level}"
        satisfied = sum(row.answers for row in levels if row.satisfied)
        yield f"  Hài lòng: {_percent(satisfied, n_answers)} ({satisfied} / {n_answers})"


def _percent(part: int, whole: int) -> str:
    return f"{percent_half_up(part, whole)}%".replace(".", ",") if whole else "không có số liệu"


COUNTS = Kind("counts", "Hand-counted or published totals.", CountRow, plan_counts)
