"""`sipas export`: single responses as CSV or XLSX."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlalchemy.orm import Session

from app.cli.opening import open_installation
from app.errors import BadInputError
from app.queries.export import list_export_columns, list_instruments_with_responses, stream_responses
from app.queries.instruments import find_instrument
from app.runtime import Runtime, first_hour_of
from app.selection import LATEST_YEAR
from app.services.installation import DEMONSTRATION_LABEL, get_installation
from app.spreadsheets import Cell, write_file
from survey_forms import Instrument
from survey_forms.submission import EARLIEST_YEAR

_DAY = click.DateTime(["%Y-%m-%d"])
_FIRST_HOUR, _LAST_HOUR = 0, 2**31 - 1


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "first", type=_DAY, help="First day answered, in Việt Nam. Left out: from the beginning.")
@click.option("--to", "last", type=_DAY, help="Last day answered, itself included. Left out: to the end.")
@click.option("--instrument", help="Id of the instrument; needed where several were answered.")
@click.option("--comments", is_flag=True, help="Export comments too. They are people's own words: handle them as such.")
def export_command(file: Path, first: datetime | None, last: datetime | None, instrument: str | None, comments: bool) -> None:
    """Write single responses to FILE, CSV or XLSX by its ending; `sipas import responses` reads it back.

    \b
    Columns, in the machine format (decimal point, ISO days, UTF-8 without BOM):
      id                random UUID of the response
      instrument        id of the questionnaire's version
      unit, field       key of the receiving unit, code of the field
      channel           kiosk, invitation, poster, link, paper, import
      answered_on       day in Việt Nam
      answered_at       the same with its hour, never finer
      stage             filing, result
      mode              in_person, online, postal; empty: not known
      kind              individual, organisation, authorised; empty: not known
      helped            1: "Có người giúp tôi trả lời"
      counter, procedure, resolving_unit
      took              seconds in four classes
      repeats_previous  1: same answers as the device's last sheet
      asked             criterion codes; empty: all of the stage
      1.1 …             one per criterion: level, no_opinion, empty for blank
      overall           the overall question, outside the index
      comment           with --comments only
      label             DỮ LIỆU MINH HỌA in a demonstration
    """
    runtime = open_installation()
    for day in (first, last):
        if day is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            raise BadInputError(f"--from and --to are days from {EARLIEST_YEAR} to {LATEST_YEAR}")
    first_hour = first_hour_of(first.date()) if first is not None else _FIRST_HOUR
    last_hour = first_hour_of(last.date() + timedelta(days=1)) - 1 if last is not None else _LAST_HOUR
    with runtime.database.read() as session:
        chosen = _choose_instrument(runtime, session, instrument, first_hour, last_hour)
        header = list_export_columns(chosen, with_comments=comments)
        rows = stream_responses(session, chosen, first_hour, last_hour, with_comments=comments)
        if get_installation(runtime).kind == "demonstration":
            header, rows = [*header, "label"], _label(rows)
        n_rows = write_file(file, header, rows, sheet="responses")
    click.echo(f"{n_rows} responses of {chosen.id} written to {file.name}")


def _choose_instrument(runtime: Runtime, session: Session, instrument_id: str | None, first_hour: int, last_hour: int) -> Instrument:
    answered = list_instruments_with_responses(session, first_hour, last_hour)
    if instrument_id is None and len(answered) != 1:
        listed = ", ".join(answered)
        several = f"several instruments were answered, a file holds one: choose with --instrument from {listed}"
        raise BadInputError(several if answered else "there are no responses in these days: choose others")
    chosen = find_instrument(runtime, session, instrument_id or answered[0])
    if chosen is None:
        raise BadInputError(f"--instrument names no published instrument; answered were {', '.join(answered) or 'none'}")
    return chosen


def _label(rows: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
    return ([*row, DEMONSTRATION_LABEL] for row in rows)
