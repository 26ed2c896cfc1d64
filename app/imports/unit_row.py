"""The columns of a file of units."""

from datetime import date

from pydantic import Field as Column
from pydantic import model_validator

from app.imports.cells import Code, Day, Lines, Text
from app.imports.rows import Row


class UnitRow(Row):
    """A unit. Without a key: the known one whose code, now valid, and level it has, else a new one."""

    code: Code | None = Column(default=None, description="the official code; empty where there is none")
    name: Text
    level: Text = Column(description="province, commune, department, branch, centre, … – a label")
    parent_code: Code | None = Column(default=None, description="the official code of the unit above")
    key: Code | None = Column(default=None, description="our own key, which never changes")
    parent: Code | None = Column(default=None, description="the key of the unit above, in place of parent_code")
    valid_from: Day | None = None
    valid_to: Day | None = None
    predecessors: Text | None = Column(
        default=None,
        description="units this one followed on valid_from: keys or codes with a semicolon between them, each with the "
        "share that came over where it is known, as cu-1:1;cu-2:0.4",
    )
    office_name: Text = Column(default="", description="the one-stop desk's name as printed on slips")
    contacts: Lines = Column(default="", description="where people send feedback")

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> "UnitRow":
        if self.code is None and self.key is None:
            raise ValueError("a unit without an official code needs a key")
        if self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from: exchange the two")
        return self

    @property
    def validity(self) -> tuple[date | None, date | None]:
        """First and last day."""
        return self.valid_from, self.valid_to
