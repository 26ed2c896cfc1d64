"""The list of parts: what the store holds is what this one file says, and it changes in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import orjson

from analytics.store.errors import StoreError

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class PartEntry:
    """All responses to one questionnaire version received in first … until (exclusive)."""

    name: str
    instrument_id: str
    first_hour: int
    until_hour: int
    n_rows: int
    n_bytes: int
    respondent_bytes: int
    tally_bytes: int

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return self.n_bytes + self.respondent_bytes + self.tally_bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything received before `closed_until` is in the parts, each response once; the rest is in the database alone.

    `database` names the database the parts come from, `made` this store: another one in the same folder has another. `epoch` is
    raised when what was listed turned out wrong and was replaced; merging parts does not change what they hold and leaves it.
    """

    database: str
    made: str
    epoch: int
    closed_until: int
    parts: tuple[PartEntry, ...] = ()

    @property
    def n_rows(self) -> int:
        """Responses in all parts."""
        return sum(part.n_rows for part in self.parts)

    def of_instrument(self, instrument_id: str) -> tuple[PartEntry, ...]:
        """The parts of one questionnaire version, by time."""
        return tuple(part for part in self.parts if part.instrument_id == instrument_id)

    def with_parts(self, new: Sequence[PartEntry], closed_until: int) -> Manifest:
        """Closed further, with what came in until then."""
        if closed_until < self.closed_until:
            raise StoreError(f"A store closed until hour {self.closed_until} cannot be opened again to hour {closed_until}.")
        return replace(self, parts=_sorted([*self.parts, *new]), closed_until=closed_until)

    def replacing(self, old: Sequence[PartEntry], new: Sequence[PartEntry], *, same_rows: bool) -> Manifest:
        """Other parts for the same hours; `same_rows` when they hold the same responses."""
        gone = {part.name for part in old}
        kept = [part for part in self.parts if part.name not in gone]
        return replace(self, parts=_sorted([*kept, *new]), epoch=self.epoch if same_rows else self.epoch + 1)

    def to_json(self) -> bytes:
        """As it stands on disk."""
        return orjson.dumps({"format": _FORMAT, **asdict(self)}, option=orjson.OPT_INDENT_2)


def read_manifest(content: bytes) -> Manifest:
    """The manifest of a file's content. Raises StoreError when it is none, or overlaps itself."""
    try:
        fields = orjson.loads(content)
        if fields.pop("format") != _FORMAT:
            raise StoreError("The store was written by another version of the program; `sipas store rebuild` makes it anew.")
        parts = tuple(PartEntry(**part) for part in fields.pop("parts"))
        manifest = Manifest(parts=parts, **fields)
    except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
        raise StoreError("The store's list of parts cannot be read; `sipas store rebuild` makes it anew.") from None
    for earlier, later in zip(manifest.parts, manifest.parts[1:], strict=False):
        if earlier.instrument_id == later.instrument_id and later.first_hour < earlier.until_hour:
            raise StoreError("The store lists two parts for one hour; `sipas store rebuild` makes it anew.")
    return manifest


def _sorted(parts: Sequence[PartEntry]) -> tuple[PartEntry, ...]:
    return tuple(sorted(parts, key=lambda part: (part.instrument_id, part.first_hour)))
