"""Everything survey_forms can complain about. No message repeats what a citizen typed."""

from __future__ import annotations

from dataclasses import dataclass

from survey_forms.text import is_code


class SurveyFormError(Exception):
    """Base of every error of this package."""


class FileProblem(SurveyFormError):
    """A file written by an administrator cannot be used; says file, line, field and what to do.

    ``line`` counts from 1 and is None when the whole file is meant; ``field`` is a path such as
    ``factors[0].criteria[1].code`` and is None when no single field is meant.
    """

    def __init__(self, file: str, line: int | None, field: str | None, problem: str) -> None:
        self.file = file
        self.line = line
        self.field = field
        self.problem = problem
        place = [file]
        if line is not None:
            place.append(f"line {line}")
        if field is not None:
            place.append(field)
        super().__init__(f"{', '.join(place)}: {problem}")

    def __reduce__(self) -> tuple[type[FileProblem], tuple[str, int | None, str | None, str]]:
        # The default would rebuild the error from its one message and fail; a worker process must be able to send it.
        return type(self), (self.file, self.line, self.field, self.problem)


class InstrumentError(FileProblem):
    """An instrument file is not what the format asks for, or no such instrument exists."""


class TranslationError(FileProblem):
    """A language file is not what the format asks for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an answer sheet. ``field`` is ``ratings.1.1``, ``overall``, ``respondent.sex``; neither part
    contains the value."""

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


def field_of(group: str, key: str) -> str:
    """The field name of a problem: ``ratings.1.1``. A key that does not look like a code is somebody's text and is
    replaced by a question mark."""
    return f"{group}.{key}" if is_code(key) else f"{group}.?"


class SheetError(SurveyFormError):
    """An answer sheet is refused; ``problems`` lists everything wrong with it, so that it is mended in one go."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems))

    def __reduce__(self) -> tuple[type[SheetError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)
