"""What went wrong, by criterion: the reasons people ticked who rated it below the middle."""

from dataclasses import dataclass
from typing import Final

from app.dashboard.reading import Reading
from app.queries.reasons import OWN_WORDS, count_reasons
from app.services.figures import Figures

_OWN_WORDS_TEXT: Final = "Lý do khác, tự viết"


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One thing that went wrong, and how many forms say so. `n_low`: answers below the middle, those who could say it."""

    criterion_code: str
    criterion_text: str
    text: str
    n_forms: int
    n_low: int


def list_reasons(figures: Figures, reading: Reading) -> list[ReasonRow]:
    """Reasons that were given, by criterion in the order of the form, the most frequent first; own words last."""
    evidence = reading.evidence
    ids, units = [instrument.id for instrument in evidence.instruments], set(evidence.live.by("unit").cells["unit"])
    with figures.runtime.database.read() as session:
        counted = count_reasons(session, evidence.selection, ids, units)
    n_low_levels = len(evidence.instrument.scale.low_levels)
    listed = []
    for place, criterion in enumerate(evidence.instrument.criteria):
        n_low = int(reading.total.level_counts[0, place, :n_low_levels].sum())
        texts = {reason.code: reason.text for reason in criterion.reasons}
        # A reason of an older version whose wording has gone is shown by its code: a count is never hidden.
        own = [(code, n) for (of, code), n in counted.items() if of == criterion.code]
        for code, n in sorted(own, key=lambda each: (each[0] == OWN_WORDS, -each[1], each[0])):
            text = _OWN_WORDS_TEXT if code == OWN_WORDS else texts.get(code, code)
            listed.append(ReasonRow(criterion.code, criterion.text, text, n, n_low))
    return listed
