"""The store: closed hours of responses as immutable Parquet parts with cached tallies, rebuilt from the database at any time."""

from analytics.store.choice import Choice
from analytics.store.counting import Counted, count_rows
from analytics.store.encoding import RawRows, RowEncoder
from analytics.store.errors import PartError, StoreError
from analytics.store.folder import StoreFolder
from analytics.store.live import Layer, LiveTally
from analytics.store.manifest import Manifest, PartEntry
from analytics.store.rows import ATTRIBUTES, Rows
from analytics.store.views import View, Views

__all__ = [
    "ATTRIBUTES",
    "Choice",
    "Counted",
    "Layer",
    "LiveTally",
    "Manifest",
    "PartEntry",
    "PartError",
    "RawRows",
    "RowEncoder",
    "Rows",
    "StoreError",
    "StoreFolder",
    "View",
    "Views",
    "count_rows",
]
