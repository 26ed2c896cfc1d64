"""What is wrong with a file, cell by cell. Never with the cell's content: it may be what a citizen wrote."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import BadInputError

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `row` counts as a spreadsheet program does, the header included; None: no single row."""

    row: int | None
    column: str | None
    problem: str

    def __str__(self) -> str:
        row = f"row {self.row}" if self.row is not None else ""
        column = f"column {self.column}" if self.column is not None else ""
        place = ", ".join(part for part in (row, column) if part)
        return f"{place}: {self.problem}" if place else self.problem


class FileError(BadInputError):
    """A file cannot be used; its text lists the first problems and says how many more there are."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"  {problem}" for problem in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            lines.append(f"  … and {len(self.problems) - MOST_SHOWN} more")
        # The folder “.” has no name of its own; a sentence needs one.
        super().__init__("\n".join([f"{file or '.'} cannot be used, nothing was written:", *lines]))
