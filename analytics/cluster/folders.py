"""Where a province's parts lie: any path fsspec understands, read as a whole file at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from analytics.cluster.errors import ClusterError, import_extra
from analytics.store.errors import StoreError
from analytics.store.excluded import EXCLUDED
from analytics.store.manifest import Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class PartsFolder:
    """A store's folder by its address, and the province it belongs to; "" where there is but one store and units need no prefix.

    It travels to the workers, so it holds texts only: each worker opens the address itself, with its own credentials. `below` names
    a folder inside it.
    """

    address: str
    province: str = ""
    below: str = ""

    @property
    def name(self) -> str:
        """How messages call it: never with what an address may carry before an @."""
        name = self.province or self.address.rpartition("@")[2]
        return f"{name}/{self.below}" if self.below else name

    @property
    def excluded(self) -> PartsFolder:
        """Where its excluded responses lie."""
        return replace(self, below=EXCLUDED)

    def key_of(self, unit: str) -> str:
        """A unit's key among those of all provinces: each province numbers its units as it likes.

        >>> PartsFolder("s3://x", "01").key_of("u7"), PartsFolder("/x").key_of("u7")
        ('01/u7', 'u7')
        """
        return f"{self.province}/{unit}" if self.province else unit

    def manifest(self) -> Manifest:
        """The list of its parts. Raises ClusterError when there is none or it cannot be reached, StoreError for one that cannot be read."""
        found = self.find_manifest()
        if found is None:
            raise ClusterError(f"There is no store in {self.name}: no manifest.json.")
        return found

    def find_manifest(self) -> Manifest | None:
        """The list of its parts; None where there is none. Raises as `manifest` does."""
        try:
            content = self._read("manifest.json")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ClusterError(f"The store in {self.name} cannot be read ({_kind_of(error)}).") from None
        try:
            return read_manifest(content)
        except StoreError as error:
            raise StoreError(f"{self.name}: {error}") from None

    def open(self, name: str) -> tuple[int, pa.NativeFile]:
        """A file's size and content. Raises FileNotFoundError and other OSErrors.

        The whole file in one request: nearly all of a part is answers, which are all read, and shared storage answers few large
        requests faster than many small ones.
        """
        content = self._read(name)
        return len(content), pa.BufferReader(content)

    def _read(self, name: str) -> bytes:
        core: Any = import_extra("fsspec.core")
        try:
            system, path = core.url_to_fs(self.address)
        except (ImportError, ValueError) as error:  # a protocol nobody knows, or one whose driver is a package of its own
            raise ClusterError(f"The address of {self.name} cannot be opened here: {error}") from None
        try:
            return bytes(system.cat_file("/".join(filter(None, (path.rstrip("/"), self.below, name)))))
        except OSError:
            raise
        except Exception as error:
            # Every protocol's driver has errors of its own (a refused certificate, a wrong password), some of which cannot travel
            # between processes; all of them mean that the file could not be read. Their texts may hold the address.
            raise OSError(type(error).__name__) from None


def _kind_of(error: OSError) -> str:
    """Ours carry the driver's own kind as their only text."""
    return str(error.args[0]) if type(error) is OSError and len(error.args) == 1 else type(error).__name__
