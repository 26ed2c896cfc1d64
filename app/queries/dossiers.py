"""Dossiers finished: the population behind the responses of a period."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analytics.periods import half_month_block
from app.models import DossierCount


def count_dossiers(session: Session, first_on: date | None = None, last_on: date | None = None) -> dict[tuple[str, str], int]:
    """Finished dossiers by unit and field over whole half-months, days inclusive, None for no bound."""
    query = select(DossierCount.unit_key, DossierCount.field_code, func.sum(DossierCount.finished))
    if first_on is not None:
        query = query.where(DossierCount.block >= half_month_block(first_on))
    if last_on is not None:
        query = query.where(DossierCount.block <= half_month_block(last_on))
    grouped = query.group_by(DossierCount.unit_key, DossierCount.field_code)
    return {(unit, field): int(finished) for unit, field, finished in session.execute(grouped)}
