"""What respondents were asked about themselves, over all versions of a series: the filters an address may carry by a question's code."""

from collections.abc import Sequence

from app.selection import PARAMETERS
from survey_forms import Instrument
from survey_forms.instrument import Question


def list_respondent_questions(instruments: Sequence[Instrument]) -> dict[str, Question]:
    """Questions by code, worded as the newest version words them; an option only an older one offers stays, last.

    A question whose code is a parameter of every figure (`period`, `method`, …) is no filter: the address could not tell them apart.
    """
    found: dict[str, Question] = {}
    for instrument in instruments:
        for question in instrument.questions:
            older = found.get(question.code)
            offered = {option.code for option in question.options}
            gone = tuple(option for option in older.options if option.code not in offered) if older is not None else ()
            found[question.code] = question.model_copy(update={"options": (*question.options, *gone)})
    return {code: question for code, question in found.items() if code not in PARAMETERS}
