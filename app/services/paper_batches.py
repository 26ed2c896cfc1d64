"""Batches of printed forms: a random prefix each, so that every form has a number nobody else's form bears."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BadInputError, NotFoundError
from app.models import Field, PaperBatch, Unit
from app.queries.fields import list_fields
from app.queries.instruments import find_instrument
from app.queries.units import is_within
from app.runtime import Runtime
from app.services.installation import get_installation
from app.services.kiosk import load_desk
from app.services.paper_sheet import SheetOrigin
from app.services.people import Person
from kiosk.paper_form import PRINT_SIZES, PaperForm, paper_forms_pdf
from kiosk.paper_geometry import FormPage, form_pages
from kiosk.paper_serial import MOST_FORMS, PREFIX_LENGTH, make_serial
from survey_forms import STAGES, Instrument

MOST_PLACE_CHARACTERS = 120


def print_batch(
    runtime: Runtime,
    person: Person,
    *,
    unit_key: str,
    field_code: str | None,
    instrument_id: str,
    stage: str,
    size: str,
    language: str,
    box_place: str,
    forms: int,
) -> str:
    """Record a batch and return its prefix.

    Raises BadInputError for a choice not offered, PaperFormError for a form that cannot be printed.
    """
    if stage not in STAGES or size not in PRINT_SIZES or language not in runtime.languages or not 1 <= forms <= MOST_FORMS:
        raise BadInputError(f"stage, size and language are ones offered; a batch has 1 to {MOST_FORMS} forms")
    with runtime.database.write() as session:
        if session.get(Unit, unit_key) is None or (person.unit_key is not None and not is_within(session, unit_key, person.unit_key)):
            raise NotFoundError("no unit of this place has this key")
        if field_code is not None and session.get(Field, field_code) is None:
            raise BadInputError("no field has this code")
        if find_instrument(runtime, session, instrument_id) is None:
            raise BadInputError("no published instrument has this id")
        prefix = _new_prefix(runtime, session)
        batch = PaperBatch(
            prefix=prefix,
            unit_key=unit_key,
            field_code=field_code,
            instrument_id=instrument_id,
            stage=stage,
            size=size,
            language=language,
            box_place=" ".join(box_place.split())[:MOST_PLACE_CHARACTERS],
            forms=forms,
            printed_on=runtime.today(),
            printed_by=person.name,
        )
        _make_form(runtime, session, batch)  # refuses what cannot be printed before it is recorded
        session.add(batch)
    return prefix


def _new_prefix(runtime: Runtime, session: Session) -> str:
    lowest = 10 ** (PREFIX_LENGTH - 1)
    while True:
        prefix = str(lowest + int.from_bytes(runtime.random_bytes(8)) % (9 * lowest))
        if session.get(PaperBatch, prefix) is None:
            return prefix


def get_batch(session: Session, person: Person, prefix: str) -> PaperBatch:
    """A batch of the person's place. Raises NotFoundError."""
    batch = session.get(PaperBatch, prefix)
    if batch is None or (person.unit_key is not None and not is_within(session, batch.unit_key, person.unit_key)):
        raise NotFoundError("no batch of this place has this number")
    return batch


def batch_pdf(runtime: Runtime, person: Person, prefix: str) -> bytes:
    """Every form of a batch as one PDF; the same bytes each time. Raises NotFoundError."""
    with runtime.database.read() as session:
        batch = get_batch(session, person, prefix)
        form = _make_form(runtime, session, batch)
        language, forms = runtime.languages[batch.language], batch.forms
    return paper_forms_pdf(form, [make_serial(prefix, number) for number in range(1, forms + 1)], language)


def _make_form(runtime: Runtime, session: Session, batch: PaperBatch) -> PaperForm:
    is_demonstration = get_installation(runtime).kind == "demonstration"
    desk = load_desk(session, batch.unit_key, is_demonstration)
    return PaperForm(
        office_name=desk.office_name,
        field_name=next((field.name for field in desk.fields if field.code == batch.field_code), None),
        box_place=batch.box_place,
        stage="filing" if batch.stage == "filing" else "result",
        instrument=get_instrument(runtime, session, batch),
        size="large" if batch.size == "large" else "normal",
        demonstration=is_demonstration,
    )


def measure_forms(runtime: Runtime, session: Session, batch: PaperBatch) -> tuple[FormPage, ...]:
    """Where everything stands on the pages of a batch's forms."""
    return form_pages(_make_form(runtime, session, batch), runtime.languages[batch.language])


def get_instrument(runtime: Runtime, session: Session, batch: PaperBatch) -> Instrument:
    """The questionnaire a batch prints."""
    instrument = find_instrument(runtime, session, batch.instrument_id)
    if instrument is None:
        raise NotFoundError("the instrument of this batch is not published here")
    return instrument


def get_origin(runtime: Runtime, session: Session, batch: PaperBatch) -> SheetOrigin:
    """What every sheet of a batch has in common."""
    return SheetOrigin(
        instrument=get_instrument(runtime, session, batch),
        stage="filing" if batch.stage == "filing" else "result",
        unit_key=batch.unit_key,
        field_code=batch.field_code,
        field_codes=tuple(list_fields(session)),
    )


def list_batches(session: Session, unit_key: str) -> list[PaperBatch]:
    """The batches printed for a unit, newest first."""
    rows = select(PaperBatch).where(PaperBatch.unit_key == unit_key)
    return list(session.scalars(rows.order_by(PaperBatch.printed_on.desc(), PaperBatch.prefix)))
