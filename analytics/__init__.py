"""What the answers mean: the additive tally, and every figure that is computed from it.

Knows neither the web nor the database.
"""

from analytics.errors import AnalyticsError

__all__ = ["AnalyticsError"]
