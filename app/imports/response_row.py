"""The columns of a file of responses; `sipas export` writes the same ones."""

from pydantic import ConfigDict, model_validator
from pydantic import Field as Column

from app.imports.cells import Codes, Day, FieldReference, Flag, Moment, ResponseId, Text, UnitReference
from app.imports.rows import Row
from survey_forms import (
    CHANNELS,
    MODES,
    RESPONDENT_KINDS,
    STAGES,
    TOOK_CLASSES,
    Channel,
    Mode,
    RespondentKind,
    Stage,
    Took,
)


class ResponseRow(Row):
    """One answer sheet. Beside these columns one per criterion code: a level, no_opinion, or empty for a blank."""

    model_config = ConfigDict(extra="allow")  # the criterion columns

    id: ResponseId | None = Column(default=None, description="a random UUID (version 4); empty: made from the table's content and the row")
    instrument: Text | None = Column(default=None, description="an instrument's id, as kiosk-default@1.0")
    unit: UnitReference
    field: FieldReference
    channel: Channel = Column(default="import", description=f"one of {', '.join(CHANNELS)}")
    answered_on: Day | None = None
    answered_at: Moment | None = None
    stage: Stage = Column(default="result", description=f"one of {', '.join(STAGES)}")
    mode: Mode | None = Column(default=None, description=f"one of {', '.join(MODES)}")
    kind: RespondentKind | None = Column(default=None, description=f"one of {', '.join(RESPONDENT_KINDS)}")
    helped: Flag = False
    counter: Text | None = None
    procedure: Text | None = None
    resolving_unit: UnitReference | None = None
    took: Took | None = Column(default=None, description=f"one of {', '.join(TOOK_CLASSES)}")
    repeats_previous: Flag | None = None
    asked: Codes | None = Column(
        default=None, description="criterion codes with a space or semicolon between them; empty: all of the stage"
    )
    overall: Text | None = Column(default=None, description="a level, no_opinion, or empty for a blank")
    comment: str | None = Column(default=None, description="a text")

    @model_validator(mode="after")
    def _says_when(self) -> "ResponseRow":
        if self.answered_on is None and self.answered_at is None:
            raise ValueError("says neither answered_on nor answered_at: one of them is needed")
        return self

    @property
    def rating_cells(self) -> dict[str, str]:
        """What stands in the criterion columns, by code; blanks are left out."""
        return {code: str(cell) for code, cell in (self.model_extra or {}).items()}
