"""Planted gaming: two packs of identical, fast, best sheets on one tablet, so that the pages of flags have something to show.

They are no visitors: the truth table does not know them, and `planted.csv` names every pack. Confirming their flags leaves
figures whose truth is the table's.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Final

import numpy as np

from app.demo.generator import GeneratedResponse
from app.demo.office import DemoOffice
from app.runtime import first_hour_of
from app.services.generated_ids import mark_generated
from app.services.installation import DEMONSTRATION_LABEL
from survey_forms import Instrument

PACKS: Final = ((date(2025, 10, 16), 16), (date(2025, 11, 20), 15))
"""Day and hour of the day in Việt Nam."""
SHEETS_PER_PACK: Final = 14
N_PLANTED: Final = len(PACKS) * SHEETS_PER_PACK
LEAST_RESPONSES: Final = 5_000
"""A smaller demonstration gets none: they would weigh too much in its figures."""


def generate_packs(office: DemoOffice, instrument: Instrument, *, seed: int) -> Iterator[GeneratedResponse]:
    """The planted sheets, N_PLANTED of them, the same for the same seed."""
    rng = np.random.default_rng([seed, 77])
    unit = office.unit(office.shown_unit_key)
    best = instrument.scale.levels[-1]
    codes = tuple(criterion.code for criterion in instrument.criteria_at("result"))
    for day, hour_of_day in PACKS:
        hour = first_hour_of(day) + hour_of_day
        for number in range(SHEETS_PER_PACK):
            yield GeneratedResponse(
                id=mark_generated(rng.bytes(16)),
                unit=unit.key,
                field=office.shown_field_code,
                procedure=None,
                counter=unit.counters[0],
                channel="kiosk",
                stage="result",
                mode="in_person",
                kind="individual",
                helped=False,
                asked=codes,
                ratings=dict.fromkeys(codes, best),
                overall=best,
                took="<30",
                repeats_previous=number > 0,
                comment=None,
                respondent={},
                device_id=unit.tablets[0],
                answered_hour=hour,
                received_hour=hour,
            )


def print_planted(office: DemoOffice, n_responses: int) -> bytes:
    """The packs as CSV in UTF-8: tablet, day, hour of the day, sheets; only the header where none were planted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("label", "device", "day", "hour_of_day", "sheets"))
    for day, hour_of_day in PACKS if n_responses >= LEAST_RESPONSES else ():
        writer.writerow((DEMONSTRATION_LABEL, office.unit(office.shown_unit_key).tablets[0], day.isoformat(), hour_of_day, SHEETS_PER_PACK))
    return text.getvalue().encode()
