"""The tree of units."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import islice

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from analytics.units import Succession, UnitTree
from analytics.units import Unit as TreeUnit
from app.models import Unit, UnitSuccession

_MOST_KEYS = 500  # of one statement: SQLite counts its variables


def is_within(session: Session, unit_key: str, top_key: str) -> bool:
    """Whether a unit is `top_key`, stands somewhere below it, or was succeeded by one that does."""
    waiting, seen = [unit_key], {unit_key}
    while waiting:
        key = waiting.pop()
        if key == top_key:
            return True
        above = session.scalars(select(Unit.parent_key).where(Unit.key == key, Unit.parent_key.is_not(None))).all()
        later = session.scalars(select(UnitSuccession.new_key).where(UnitSuccession.old_key == key)).all()
        new = {near for near in (*above, *later) if near is not None} - seen
        waiting += new
        seen |= new
    return False


def load_tree(session: Session) -> UnitTree:
    """Every unit with its place and its predecessors."""
    units = [TreeUnit(key, parent) for key, parent in session.execute(select(Unit.key, Unit.parent_key))]
    successions = [
        Succession(s.old_key, s.new_key, Fraction(str(s.share)) if s.share is not None else None, s.effective_on)
        for s in session.scalars(select(UnitSuccession))
    ]
    return UnitTree(units, successions)


def list_names(session: Session, keys: Collection[str]) -> dict[str, str]:
    """Names of units by key; unknown keys are left out."""
    names: dict[str, str] = {}
    for some in _in_batches(sorted(set(keys))):
        names |= dict(session.execute(select(Unit.key, Unit.name).where(Unit.key.in_(some))).all())
    return names


def list_current(session: Session, keys: Collection[str], today: date) -> list[str]:
    """Those of the units that have not ended, sorted."""
    ended = select(Unit.key).where(Unit.valid_to_on < today)
    return sorted(set(keys) - set(session.scalars(ended)))


def list_by_level(session: Session, keys: Collection[str], today: date) -> dict[str, list[str]]:
    """Those of the units that exist today, sorted, by their level."""
    wanted = set(keys)
    query = select(Unit.key, Unit.level).where(or_(Unit.valid_to_on.is_(None), Unit.valid_to_on >= today)).order_by(Unit.key)
    levels: dict[str, list[str]] = {}
    for key, level in session.execute(query):
        if key in wanted:
            levels.setdefault(level, []).append(key)
    return levels


def list_tops(session: Session, today: date) -> list[str]:
    """Units that lie under no other and have not ended, sorted."""
    tops = select(Unit.key).where(Unit.parent_key.is_(None), or_(Unit.valid_to_on.is_(None), Unit.valid_to_on >= today))
    return sorted(session.scalars(tops))


def is_of_day(unit: Unit | None, day: date) -> bool:
    """Whether a unit exists on a day: it has begun and has not ended."""
    if unit is None or (unit.valid_from_on is not None and unit.valid_from_on > day):
        return False
    return unit.valid_to_on is None or unit.valid_to_on >= day


def list_successors(session: Session, unit_key: str, day: date) -> list[Unit]:
    """The units of a day that a unit went over into, in however many steps, by name; the unit itself is not among them."""
    waiting, seen, found = [unit_key], {unit_key}, []
    while waiting:
        gone = UnitSuccession.old_key == waiting.pop()
        query = select(Unit).join(UnitSuccession, Unit.key == UnitSuccession.new_key).where(gone, UnitSuccession.effective_on <= day)
        for unit in session.scalars(query):
            if unit.key in seen:
                continue
            seen.add(unit.key)
            if is_of_day(unit, day):
                found.append(unit)
            else:
                waiting.append(unit.key)
    return sorted(found, key=lambda unit: (unit.name, unit.key))


def _in_batches(keys: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(keys)
    while some := list(islice(waiting, _MOST_KEYS)):
        yield some
