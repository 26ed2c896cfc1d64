"""What can be wrong with a store: every message names the part, never an answer."""

from __future__ import annotations

from analytics.errors import AnalyticsError


class StoreError(AnalyticsError):
    """A store that cannot be used as it is; the database still has everything."""


class PartError(StoreError):
    """A part that is damaged, foreign or of another questionnaire. `kind` is one word for the log."""

    def __init__(self, name: str, kind: str, problem: str) -> None:
        self.name = name
        self.kind = kind
        self.problem = problem
        super().__init__(f"Part {name} of the store {problem}; `sipas store check` makes it anew from the database.")

    def __reduce__(self) -> tuple[type[PartError], tuple[str, str, str]]:
        """From another process it arrives as it was raised; an exception pickles its message alone, which is not what makes one."""
        return type(self), (self.name, self.kind, self.problem)
