"""Fields (lĩnh vực)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Field


def list_fields(session: Session) -> dict[str, str]:
    """Every field's name by its code, in the order of the register."""
    return dict(session.execute(select(Field.code, Field.name).order_by(Field.position, Field.code)).all())
