"""Responses, through the one door. They are never changed: a row under a stored id says the same, or it is an error."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.config import LOCAL_ZONE
from app.imports.derived_ids import derive_uuid
from app.imports.errors import FileError, Problem
from app.imports.plan import Context, Kind, batched, load_by_key
from app.imports.response_row import ResponseRow
from app.models import Comment, Response
from app.queries.instruments import find_instrument, list_series
from app.runtime import Runtime, day_of_hour, hour_of
from app.services.intake import Sender, file_submissions
from survey_forms import AnswerSheet, Instrument, SheetError, Stage, Submission, parse_rating, read_submission
from survey_forms.free_text import mask_numbers
from survey_forms.submission import EARLIEST_YEAR

_AS_THEY_STAND = ("channel", "stage", "mode", "kind", "helped", "took", "repeats_previous")
"""Fields that have one name in row, submission and stored response."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A row that can be filed."""

    row: ResponseRow
    submission: Submission
    sheet: AnswerSheet


@dataclass
class Filing:
    """The plan of an import of responses: what is new goes through the one door when it is written."""

    runtime: Runtime
    file: str
    new: list[_Sheet] = field(default_factory=list)
    n_unchanged: int = 0
    n_changed: int = 0  # always: responses are insert-only
    notes: tuple[str, ...] = ()

    @property
    def n_new(self) -> int:
        """Responses not stored yet."""
        return len(self.new)

    def list_differences(self) -> list[str]:
        """None: a response that differs from the stored one is refused."""
        return []

    def write(self, session: Session) -> None:
        """Hand the new ones in. Raises FileError when the door does not store them all; the caller rolls back."""
        refused: dict[UUID, str] = {}
        # In portions of what a tablet might send: a receipt is made for batches of that size, and one of tens of thousands is slow.
        for portion in batched(self.new, _AT_ONCE):
            receipt = file_submissions(self.runtime, session, (sheet.submission for sheet in portion), Sender())
            refused |= dict([*receipt.quarantined, *receipt.rejected])
        if refused:
            numbers = {sheet.submission.id: sheet.row.number for sheet in self.new}
            raise FileError(self.file, [Problem(numbers[key], None, reason) for key, reason in refused.items()])


def find_criterion_columns(context: Context) -> list[str]:
    """The criterion codes a file may have columns for: those of the instrument asked for and of those its rows name.

    Raises FileError when one of them is not published, or nothing names any.
    """
    named: dict[str, int | None] = {context.instrument: None} if context.instrument is not None else {}
    header = [name.casefold() for name in context.table.header]
    if "instrument" in header:
        column = header.index("instrument")
        named |= {row.cells[column]: row.number for row in reversed(context.table.rows) if row.cells[column]}
    elif not named:
        problem = f"is missing: add it, or name the instrument with --instrument; {_list_instruments(context)}"
        raise FileError(context.table.file, [Problem(None, "instrument", problem)])
    found = {name: _find_instrument(context, name) for name in named}
    if unknown := [name for name, instrument in found.items() if instrument is None]:
        sentence = f"names no published instrument; {_list_instruments(context)}"
        raise FileError(context.table.file, [Problem(named[name], "instrument", sentence) for name in sorted(unknown)])
    return list(dict.fromkeys(c.code for instrument in found.values() if instrument for c in instrument.criteria))


def _list_instruments(context: Context) -> str:
    published = [instrument_id for ids in list_series(context.session).values() for instrument_id in ids]
    return f"the published ones are {', '.join(published) or 'none yet, run `sipas db upgrade`'}"


def _find_instrument(context: Context, name: str) -> Instrument | None:
    """A published version by id, or the latest of a series."""
    versions = list_series(context.session).get(name)
    return find_instrument(context.runtime, context.session, versions[-1] if versions else name)


def plan_responses(context: Context, rows: Sequence[ResponseRow]) -> Filing:
    """Validate every sheet as the one door would, and tell new responses from stored ones."""
    names = {row.instrument or context.instrument or "" for row in rows}
    instruments = {name: _find_instrument(context, name) if name else None for name in names}
    sheets = [sheet for row in rows if (sheet := _read(context, row, instruments)) is not None]
    context.refuse_repetitions(((sheet.row.number, sheet.submission.id) for sheet in sheets), "id")
    filing = Filing(context.runtime, context.table.file)
    ids = [sheet.submission.id for sheet in sheets]
    stored = load_by_key(context.session, Response.id, ids)
    comments = load_by_key(context.session, Comment.response_id, ids)
    for sheet in sheets:
        known = stored.get(sheet.submission.id)
        if known is None:
            filing.new.append(sheet)
        elif different := list(_list_different(sheet, known, comments.get(sheet.submission.id))):
            context.complain(
                sheet.row.number,
                ", ".join(different),
                "says something else than the response stored under this id; responses are never changed: take the row "
                "out, or give it an id of its own if it is another response",
            )
        else:
            filing.n_unchanged += 1
    return filing


def _read(context: Context, row: ResponseRow, instruments: Mapping[str, Instrument | None]) -> _Sheet | None:
    """The row as a submission, or None after complaining about every cell that is wrong."""
    n_before = len(context.problems)
    instrument = instruments[row.instrument or context.instrument or ""]
    if instrument is None:
        context.complain(row.number, "instrument", f"is empty; {_list_instruments(context)}")
    unit = context.unit(row.number, "unit", row.unit)
    field_code = context.field(row.number, "field", row.field)
    resolving_unit = context.unit(row.number, "resolving_unit", row.resolving_unit)
    answered_at = _find_moment(context, row)
    ratings, unreadable = {}, set()
    for column, cell in {**row.rating_cells, "overall": row.overall or ""}.items():
        try:
            ratings[column] = parse_rating(cell)
        except ValueError as error:
            unreadable.add(column)
            context.complain(row.number, column, str(error))
    if instrument is None:
        return None
    item = {name: getattr(row, name) for name in (*_AS_THEY_STAND, "counter", "procedure", "comment")} | {
        "id": row.id or derive_uuid(context.table.digest, row.number),
        "instrument": instrument.id,
        "unit": unit or "?",
        "field": field_code or "?",
        "resolving_unit": resolving_unit,
        "answered_at": answered_at,
        "asked": row.asked if row.asked is not None else _find_asked(context, instrument, row.stage),
        "overall": ratings.pop("overall", None),
        "ratings": ratings,
    }
    try:
        submission = read_submission(item)
        sheet = submission.sheet(instrument)
    except SheetError as error:
        for problem in error.problems:
            column = problem.field.removeprefix("ratings.")
            if column not in unreadable:
                context.complain(row.number, column, problem.problem)
    if len(context.problems) > n_before:
        return None
    return _Sheet(row, submission, sheet)


def _find_asked(context: Context, instrument: Instrument, stage: Stage) -> tuple[str, ...] | None:
    """What a row without `asked` was asked: a criterion without a column was not on the form, as `sipas index` has it."""
    header = {name.casefold() for name in context.table.header}
    codes = [criterion.code for criterion in instrument.criteria_at(stage)]
    asked = tuple(code for code in codes if code.casefold() in header)
    return None if len(asked) == len(codes) else asked


def _find_moment(context: Context, row: ResponseRow) -> datetime:
    """When it was answered: to the hour, or the first hour of the day in Việt Nam."""
    now = context.runtime.clock()
    if row.answered_at is not None:
        moment, column = row.answered_at, "answered_at"
        if row.answered_on is not None and day_of_hour(hour_of(moment)) != row.answered_on:
            context.complain(row.number, "answered_on", "is another day than that of answered_at in Việt Nam")
    else:
        assert row.answered_on is not None  # noqa: S101  # the row's own validator asks for one of the two
        day = row.answered_on
        moment, column = datetime(max(day.year, 2), day.month, day.day, tzinfo=LOCAL_ZONE).astimezone(UTC), "answered_on"
    if moment.year < EARLIEST_YEAR:
        context.complain(row.number, column, f"lies before the year {EARLIEST_YEAR}: correct it")
        return now
    if hour_of(moment) > hour_of(now):
        context.complain(row.number, column, "lies in the future: correct it, or the clock of this machine")
    return moment


def _list_different(sheet: _Sheet, stored: Response, comment: Comment | None) -> Iterator[str]:
    """The columns that say something else than what is stored. What the row does not say is not compared."""
    row, submission = sheet.row, sheet.submission
    if stored.instrument_id != submission.instrument:
        yield "instrument"
    if stored.unit_key != submission.unit:
        yield "unit"
    if stored.field_code != submission.field:
        yield "field"
    said: dict[str, tuple[object, object]] = {
        "resolving_unit": (submission.resolving_unit, stored.resolving_unit_key),
        "counter": (submission.counter, stored.counter_code),
        "procedure": (submission.procedure, stored.procedure_code),
        "asked": (list(sheet.sheet.asked), stored.asked),
        "overall": (sheet.sheet.overall, stored.overall),
        "answered_on": (row.answered_on, day_of_hour(stored.answered_hour)),
        "answered_at": (min(hour_of(submission.answered_at), stored.received_hour), stored.answered_hour),
        "comment": (sheet.sheet.comment, None if comment is None or comment.text is None else mask_numbers(comment.text)),
    }
    for name in _AS_THEY_STAND:
        said[name] = (getattr(submission, name), getattr(stored, name))
    is_erased = comment is not None and comment.salt is None
    yield from (name for name, (new, old) in said.items() if row.says(name) and new != old and not (name == "comment" and is_erased))
    new_ratings, old_ratings = sheet.sheet.ratings, stored.ratings
    codes = new_ratings.keys() | old_ratings.keys()
    yield from sorted(code for code in codes if new_ratings.get(code) != old_ratings.get(code))


RESPONSES = Kind(
    "responses", "Answer sheets.", ResponseRow, plan_responses, takes_instrument=True, find_further_columns=find_criterion_columns
)
