"""The codes somebody who acts for others adds to one sheet: which of them could not be spent with it, by the line each stands on."""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.codes import normalise_code
from kiosk.form_state import FormState
from kiosk.protocols import CodeProblem, KioskServices
from survey_forms.submission import MAX_FURTHER_CODES


@dataclass(frozen=True, slots=True)
class CodeFault:
    """A line and why its code cannot be spent: a CodeProblem's value, `elsewhere` or `surplus`."""

    number: int
    problem: str


def find_faults(services: KioskServices, state: FormState) -> list[CodeFault]:
    """Every further code that opens nothing, belongs to another unit or field, or is used up at this stage."""
    return list(_find_faults(services, state))


def _find_faults(services: KioskServices, state: FormState) -> Iterator[CodeFault]:
    seen: set[str] = set()
    for number, code in enumerate(state.codes, start=1):
        if number > MAX_FURTHER_CODES:
            yield CodeFault(number, "surplus")
            return
        invitation = services.find_invitation(code)
        if isinstance(invitation, CodeProblem):
            yield CodeFault(number, invitation.value)
            continue
        known = normalise_code(code)
        if known in seen:
            continue  # the same code twice is one code
        seen.add(known)
        if invitation.desk.unit != state.unit or invitation.field.code != state.field:
            yield CodeFault(number, "elsewhere")
        elif state.stage not in invitation.stages_left:
            yield CodeFault(number, "used")
