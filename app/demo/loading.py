"""Writing the demonstration: office and responses in one transaction, once, and only where a demonstration was made."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.dossiers import Place, generate_dossiers, generate_walk_aways, place_of
from app.demo.gaming import LEAST_RESPONSES, N_PLANTED, generate_packs
from app.demo.generator import GeneratedResponse, generate_responses
from app.demo.office import DemoOffice
from app.demo.office_rows import write_office
from app.demo.response_rows import insert_rows, require_demonstration, write_responses
from app.demo.truth import list_true_shares
from app.models import Campaign, DossierCount, Installation, WalkAway
from app.runtime import Runtime
from app.services.installation import DEMONSTRATION_LABEL
from survey_forms import Instrument

_CAMPAIGN = "minh-hoa"


@dataclass(frozen=True, slots=True)
class DemoSize:
    """How many responses a demonstration was made with, and from which seed."""

    n_responses: int
    seed: int

    @property
    def campaign_key(self) -> str:
        """The key of the campaign all its generated responses belong to."""
        return f"{_CAMPAIGN}-{self.n_responses}-{self.seed}"


def find_size(runtime: Runtime) -> DemoSize | None:
    """What the demonstration in this database was made with; None when nothing has been loaded yet."""
    with runtime.database.read() as session:
        key = session.scalar(select(Campaign.key).where(Campaign.key.startswith(f"{_CAMPAIGN}-")))
    if key is None:
        return None
    n_responses, seed = key.removeprefix(f"{_CAMPAIGN}-").split("-")
    return DemoSize(int(n_responses), int(seed))


def load_demonstration(runtime: Runtime, office: DemoOffice, instrument: Instrument, size: DemoSize) -> None:
    """Write the office and its responses; all of it or, on any error, nothing.

    Raises ConfigurationError for a database that was not made for a demonstration.
    """
    with runtime.database.write() as session:
        require_demonstration(session)
        write_office(runtime, session, office)
        session.get_one(Installation, 1).top_unit_key = office.top_unit_key
        _write_campaign(session, office, instrument, size)
        n_responses: Counter[Place] = Counter()
        write_responses(
            runtime,
            session,
            _count(_generate(office, instrument, size), n_responses),
            instrument_id=instrument.id,
            campaign_key=size.campaign_key,
            resolving_units={field.code: field.resolving_unit_key for field in office.fields},
        )
        insert_rows(session, DossierCount, _dossier_rows(office, n_responses, size.seed))
        insert_rows(session, WalkAway, _walk_away_rows(office, instrument, size.seed))


def _generate(office: DemoOffice, instrument: Instrument, size: DemoSize) -> Iterator[GeneratedResponse]:
    """The responses of the office; in a usual demonstration the last few give way to planted gaming, so that their number stays."""
    honest = generate_responses(office, instrument, n=size.n_responses, seed=size.seed)
    if size.n_responses < LEAST_RESPONSES:
        return honest
    return chain(islice(honest, size.n_responses - N_PLANTED), generate_packs(office, instrument, seed=size.seed))


def _count(responses: Iterable[GeneratedResponse], n_responses: Counter[Place]) -> Iterator[GeneratedResponse]:
    """Pass responses on and count them by their place in the dossier register."""
    for response in responses:
        n_responses[place_of(response)] += 1
        yield response


def _write_campaign(session: Session, office: DemoOffice, instrument: Instrument, size: DemoSize) -> None:
    session.add(
        Campaign(
            key=size.campaign_key,
            name=f"{DEMONSTRATION_LABEL}: {size.n_responses} phiếu tự sinh",
            instrument_id=instrument.id,
            unit_key=None,
            first_on=office.first_on,
            last_on=office.last_on,
        )
    )
    session.flush()


def _dossier_rows(office: DemoOffice, n_responses: Counter[Place], seed: int) -> Iterator[dict[str, object]]:
    for figure in generate_dossiers(office, n_responses, seed=seed):
        yield {
            "id": f"{_CAMPAIGN}:{figure.unit}:{figure.field}:{figure.mode}:{figure.block}",
            "unit_key": figure.unit,
            "field_code": figure.field,
            "mode": figure.mode,
            "block": figure.block,
            "finished": figure.finished,
            "late": figure.late,
            "source": DEMONSTRATION_LABEL,
        }


def _walk_away_rows(office: DemoOffice, instrument: Instrument, seed: int) -> Iterator[dict[str, object]]:
    for figure in generate_walk_aways(office, instrument, seed=seed):
        yield {
            "device_id": figure.device_id,
            "left_on": figure.left_on,
            "instrument_id": instrument.id,
            "last_criterion": figure.criterion,
            "people": figure.people,
        }


def print_truth(office: DemoOffice, instrument: Instrument) -> bytes:
    """The truth table as CSV in UTF-8, shares 0–1 in full precision; an empty factor or criterion means all of them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("label", "instrument", "unit", "field", "factor", "criterion", "true_share"))
    for line in list_true_shares(office, instrument):
        writer.writerow(
            (
                DEMONSTRATION_LABEL,
                instrument.id,
                line.unit,
                line.field,
                line.factor or "",
                line.criterion or "",
                repr(line.share),
            )
        )
    return text.getvalue().encode()
