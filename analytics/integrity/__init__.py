"""Signs that ratings were not given freely: flags with their evidence, never a verdict and never a deletion."""

from analytics.integrity.counts import ROW_COLUMNS, BlockCounts, HourCounts, count_blocks, count_hours
from analytics.integrity.detection import detect
from analytics.integrity.flag import KINDS, Evidence, Flag, HourPoint, Kind, Place
from analytics.integrity.opening import Opening, Openings, Span
from analytics.integrity.rules import Rules

__all__ = [
    "KINDS",
    "ROW_COLUMNS",
    "BlockCounts",
    "Evidence",
    "Flag",
    "HourCounts",
    "HourPoint",
    "Kind",
    "Opening",
    "Openings",
    "Place",
    "Rules",
    "Span",
    "count_blocks",
    "count_hours",
    "detect",
]
