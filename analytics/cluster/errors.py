"""What can go wrong between machines."""

from __future__ import annotations

import importlib
from typing import Any

from analytics.errors import AnalyticsError


class ClusterError(AnalyticsError):
    """Parts that cannot be reached, workers that cannot be had, or a sum that does not account for every part once."""


def import_extra(module: str) -> Any:
    """A module of the extra `cluster`. Raises ClusterError with what to install where it is missing."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ClusterError(f"Counting on many machines needs {module}: install sipas with its extra, sipas[cluster].") from None
