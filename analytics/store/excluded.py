"""Closed responses that were left out with reason: a store of their own inside the store's folder.

Parts are never rewritten, so an excluded response stays in its part and its tally is taken away from that of the parts. Pages read the
excluded ones from the database; whoever has only the parts needs them beside: the very same rows once more, in the same form, and
therefore countable by every filter and dimension the parts are. Its list says until which hour it is complete.
"""

from __future__ import annotations

from typing import Final

from analytics.store.folder import StoreFolder

EXCLUDED: Final = "excluded"
"""The name of the folder, where a store lies on this machine and where it lies on any other."""


def excluded_folder(folder: StoreFolder) -> StoreFolder:
    """The folder of the closed responses of a store that were left out; deleting it is safe, as with the store itself.

    >>> from pathlib import Path
    >>> excluded_folder(StoreFolder(Path("store"))).path.as_posix()
    'store/excluded'
    """
    return StoreFolder(folder.path / EXCLUDED)
