"""What is asked: instruments, languages, and the one validator of an answer sheet. Knows neither web nor database."""

from survey_forms.errors import InstrumentError, Problem, SheetError, SurveyFormError, TranslationError
from survey_forms.instrument import Criterion, Factor, Instrument, Option, Question
from survey_forms.loader import find_instrument, load_instrument, load_shipped, parse_instrument
from survey_forms.scale import Scale
from survey_forms.sheet import AnswerSheet, Rating, answers_given, parse_rating, validate_sheet
from survey_forms.submission import Submission, read_submission
from survey_forms.translation import Language, load_languages, parse_language
from survey_forms.vocabulary import (
    CHANNELS,
    HANDED_OUT,
    JUDGES,
    MODES,
    NO_OPINION,
    RESPONDENT_KINDS,
    STAGES,
    TOOK_CLASSES,
    Channel,
    HandedOut,
    Judges,
    Mode,
    RespondentKind,
    Stage,
    Took,
)

__all__ = [
    "CHANNELS",
    "HANDED_OUT",
    "JUDGES",
    "MODES",
    "NO_OPINION",
    "RESPONDENT_KINDS",
    "STAGES",
    "TOOK_CLASSES",
    "AnswerSheet",
    "Channel",
    "Criterion",
    "Factor",
    "HandedOut",
    "Instrument",
    "InstrumentError",
    "Judges",
    "Language",
    "Mode",
    "Option",
    "Problem",
    "Question",
    "Rating",
    "RespondentKind",
    "Scale",
    "SheetError",
    "Stage",
    "Submission",
    "SurveyFormError",
    "Took",
    "TranslationError",
    "answers_given",
    "find_instrument",
    "load_instrument",
    "load_languages",
    "load_shipped",
    "parse_instrument",
    "parse_language",
    "parse_rating",
    "read_submission",
    "validate_sheet",
]
