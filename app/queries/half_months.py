"""The half-month of an hour, looked up: a year has fewer hours than a page of rows."""

from analytics.periods import half_month_block
from app.runtime import day_of_hour


class HalfMonths(dict[int, str]):
    """The half-month of each hour, worked out when it is first met."""

    def __missing__(self, hour: int) -> str:
        block = self[hour] = half_month_block(day_of_hour(hour))
        return block


HALF_MONTHS = HalfMonths()
