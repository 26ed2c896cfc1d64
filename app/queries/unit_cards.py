"""Units as a reader meets them: name, official codes with their validity, predecessors and successors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Unit, UnitCode, UnitSuccession
from app.vietnamese import collation_key, fold_accents

_BEFORE_ALL, _AFTER_ALL = date(1, 1, 1), date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class OfficialCode:
    """An official code and the days it was in force; None: open at that end."""

    code: str
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A unit that came before or after, the day of the change, and the part that went over (None: not known)."""

    key: str
    name: str
    effective_on: date
    share: float | None


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One unit with everything that identifies it."""

    key: str
    name: str
    level: str
    first_on: date | None
    last_on: date | None
    codes: list[OfficialCode] = field(default_factory=list)
    predecessors: list[Relative] = field(default_factory=list)
    successors: list[Relative] = field(default_factory=list)


def list_unit_cards(session: Session, keys: Sequence[str]) -> list[UnitCard]:
    """The cards of a page's units, in the order of `keys`; unknown keys are left out."""
    found = {
        u.key: UnitCard(u.key, u.name, u.level, u.valid_from_on, u.valid_to_on)
        for u in session.scalars(select(Unit).where(Unit.key.in_(keys)))
    }
    codes = select(UnitCode).where(UnitCode.unit_key.in_(keys)).order_by(UnitCode.code)
    for code in sorted(session.scalars(codes), key=lambda code: code.valid_from_on or _BEFORE_ALL):
        found[code.unit_key].codes.append(OfficialCode(code.code, code.valid_from_on, code.valid_to_on))
    before = select(UnitSuccession, Unit.name).join(Unit, Unit.key == UnitSuccession.old_key).where(UnitSuccession.new_key.in_(keys))
    for step, name in session.execute(before):
        found[step.new_key].predecessors.append(Relative(step.old_key, name, step.effective_on, step.share))
    after = select(UnitSuccession, Unit.name).join(Unit, Unit.key == UnitSuccession.new_key).where(UnitSuccession.old_key.in_(keys))
    for step, name in session.execute(after):
        found[step.old_key].successors.append(Relative(step.new_key, name, step.effective_on, step.share))
    for card in found.values():
        card.predecessors.sort(key=lambda relative: collation_key(relative.name))
        card.successors.sort(key=lambda relative: collation_key(relative.name))
    return [found[key] for key in keys if key in found]


def search_units(session: Session, text: str, within: Collection[str] | None = None) -> list[str]:
    """Keys of units whose name or official code holds every word of `text`, accents or not.

    Names that begin with it come first, existing units before ended ones. `within` bounds the search.
    """
    words = fold_accents(text).split()
    if not words:
        return []
    codes: dict[str, list[str]] = {}
    for key, code in session.execute(select(UnitCode.unit_key, UnitCode.code)):
        codes.setdefault(key, []).append(code.lower())
    hits = []
    for key, name, last_on in session.execute(select(Unit.key, Unit.name, Unit.valid_to_on)):
        if within is not None and key not in within:
            continue
        folded = fold_accents(name)
        if all(word in folded or any(code.startswith(word) for code in codes.get(key, ())) for word in words):
            begins = f" {folded}".find(f" {' '.join(words)}") >= 0
            hits.append((not begins, last_on is not None, collation_key(name), key))
    return [key for *_, key in sorted(hits)]


def sort_by_name(session: Session, keys: Sequence[str]) -> list[str]:
    """Units that exist before those that ended, each in the order of Vietnamese dictionaries."""
    rows = [(u.valid_to_on or _AFTER_ALL, u.name, u.key) for u in session.scalars(select(Unit).where(Unit.key.in_(keys)))]
    rows.sort(key=lambda row: (row[0] != _AFTER_ALL, collation_key(row[1])))
    return [key for _, _, key in rows]
