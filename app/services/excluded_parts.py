"""Excluded responses beside the parts: what a province hands over, so that others can take away what its own pages leave out."""

import hashlib

from analytics.design import Design
from analytics.store import Manifest, StoreError, StoreFolder
from analytics.store.excluded import excluded_folder
from app.queries.exclusions import LeftOut, is_left_out, list_left_out
from app.queries.stored_rows import read_rows
from app.runtime import Runtime


def keep_excluded(runtime: Runtime, folder: StoreFolder, manifest: Manifest, *, anew: bool = False) -> None:
    """Bring the excluded responses beside a store's parts to the state of the parts and of the confirmed exclusions.

    What changed is read, all of it where exclusions changed; `anew` reads all in any case, as the nightly check does: an answer
    about a respondent that was erased leaves this folder that way too. Only for who holds the store's `writing`.
    Raises DatabaseUnavailableError, OSError for a disk that takes no more.
    """
    apart = excluded_folder(folder)
    with runtime.database.read() as session:
        exclusions = list_left_out(session)
        # Another list of exclusions, or another store, is another content: its `made` says which.
        state = Manifest(manifest.database, _name_state(manifest, exclusions), 0, 0)
        known = None if anew else _read(apart)
        if known is not None and _continues(known, state, manifest.closed_until) and not apart.missing_files(known):
            state = known
            if state.closed_until == manifest.closed_until:
                return
        since, until, where = state.closed_until, manifest.closed_until, [is_left_out(exclusions)]
        read = read_rows(runtime, session, first_hour=since, until_hour=until, where=where) if exclusions else {}
    with apart.writing(wait=True):
        parts = [part for instrument, rows in read.values() for part in apart.write(Design.of(instrument), rows, since, until)]
        apart.put(state.with_parts(parts, until))


def _read(apart: StoreFolder) -> Manifest | None:
    try:
        return apart.manifest()
    except (StoreError, OSError):
        return None  # made anew from the database, like the store itself


def _continues(known: Manifest, state: Manifest, closed_until: int) -> bool:
    return (known.database, known.made) == (state.database, state.made) and known.closed_until <= closed_until


def _name_state(manifest: Manifest, exclusions: tuple[LeftOut, ...]) -> str:
    return hashlib.blake2b(repr((manifest.made, exclusions)).encode(), digest_size=8).hexdigest()
