"""Counting on many machines: the store's parts, wherever they lie, mapped over Dask workers and added up in a tree.

Nothing here is imported by a single office. Dask and fsspec come with the extra `cluster` and are imported when they are used.
"""

from analytics.cluster.errors import ClusterError
from analytics.cluster.folders import PartsFolder
from analytics.cluster.part_count import PROVINCE, Asked, PartCount, Piece, add_counts, count_pieces
from analytics.cluster.run import ClusterTally, ProvinceParts, add_in_tree, tally_parts
from analytics.cluster.workers import open_processes, open_scheduler

__all__ = [
    "PROVINCE",
    "Asked",
    "ClusterError",
    "ClusterTally",
    "PartCount",
    "PartsFolder",
    "Piece",
    "ProvinceParts",
    "add_counts",
    "add_in_tree",
    "count_pieces",
    "open_processes",
    "open_scheduler",
    "tally_parts",
]
