"""What is to be counted: each province's list of parts, that of its excluded responses, and the hour until which both are complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.cluster.errors import ClusterError
from analytics.cluster.folders import PartsFolder
from analytics.cluster.part_count import PROVINCE, Piece
from analytics.design import Design
from analytics.store.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Listing:
    """One province: its parts, and those of its excluded responses, None where these are counted like all others.

    The two lists are written one after the other, and copied so: an hour that only one of them knows is not counted, and the figure
    is one of the hours before it. Two listings are equal when nothing has changed in between.
    """

    folder: PartsFolder
    parts: Manifest
    excluded: Manifest | None

    @property
    def until_hour(self) -> int:
        """The hour since 1970-01-01T00Z (exclusive) until which its responses are counted."""
        return self.parts.closed_until if self.excluded is None else min(self.parts.closed_until, self.excluded.closed_until)

    def pieces(self, designs: Sequence[Design]) -> list[Piece]:
        """Its parts of some questionnaires."""
        return self._pieces(self.folder, self.parts, designs)

    def excluded_pieces(self, designs: Sequence[Design]) -> list[Piece]:
        """What is to be taken away from them."""
        return [] if self.excluded is None else self._pieces(self.folder.excluded, self.excluded, designs)

    def _pieces(self, folder: PartsFolder, listed: Manifest, designs: Sequence[Design]) -> list[Piece]:
        until = self.until_hour
        return [
            Piece(folder, design, part, until)
            for design in designs
            for part in listed.of_instrument(design.instrument_id)
            if part.first_hour < until
        ]


def list_parts(folders: Sequence[PartsFolder], *, with_excluded: bool) -> tuple[Listing, ...]:
    """The state of every folder. `with_excluded` counts excluded responses like all others and does not ask for them.

    Raises ClusterError for a folder that cannot be read, one that does not say what is excluded, and two of one database.
    """
    listings = []
    for folder in folders:
        parts = folder.manifest()
        excluded = None if with_excluded else folder.excluded.find_manifest()
        if excluded is None and not with_excluded:
            raise ClusterError(
                f"{folder.name} does not say which responses are excluded (no excluded/manifest.json): `sipas store refresh` there "
                "writes it, and a copy takes the folder excluded along; or count excluded responses like all others."
            )
        if excluded is not None and excluded.database != parts.database:
            raise ClusterError(f"The excluded responses in {folder.name} are those of another database; copy the whole folder again.")
        listings.append(Listing(folder, parts, excluded))
    _refuse_the_same_store(listings)
    return tuple(listings)


def refuse_confusion(folders: Sequence[PartsFolder], dimensions: Sequence[str]) -> None:
    """Raises ClusterError where units of two provinces could not be told apart."""
    names = [folder.province for folder in folders]
    if not folders or len(set(names)) != len(names) or (len(names) > 1 and "" in names):
        raise ClusterError("Give at least one folder of parts; where there are several, each the name of its province, each name once.")
    if any("/" in name for name in names):
        raise ClusterError("A province's name stands before its units' keys with a slash between; it cannot have one itself.")
    if PROVINCE in dimensions and ("unit" in dimensions or "" in names):
        raise ClusterError("By province needs folders with a province's name, and is asked for instead of by unit.")


def _refuse_the_same_store(listings: Sequence[Listing]) -> None:
    """A copy under another name would be counted twice: a store knows the database it comes from."""
    seen: dict[str, PartsFolder] = {}
    for listing in listings:
        if (first := seen.setdefault(listing.parts.database, listing.folder)) is not listing.folder:
            raise ClusterError(f"{first.name} and {listing.folder.name} are parts of one database; its responses would be counted twice.")
