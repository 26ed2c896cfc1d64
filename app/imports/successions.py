"""Predecessors named in a file of units, and the check that the tree of units still holds together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from sqlalchemy import select

from analytics.errors import TargetError, UnitError
from analytics.targets import parse_share
from analytics.units import Succession, UnitTree
from analytics.units import Unit as TreeUnit
from app.imports.places import CURRENT, era_of, era_of_code
from app.imports.plan import Changes, Context
from app.imports.unit_keys import FoundUnit
from app.models import UnitSuccession

_FORM = "predecessors are written key;key, or with the share of each that came over, key:0.4;key:60%"


def note_successions(context: Context, found: Sequence[FoundUnit], changes: Changes) -> list[Succession]:
    """Note the successions the file names; every succession there will be, for `refuse_contradictions`."""
    stored = {(row.old_key, row.new_key): row for row in context.session.scalars(select(UnitSuccession))}
    steps = {
        (row.old_key, row.new_key): Succession(row.old_key, row.new_key, _exactly(row.share), row.effective_on) for row in stored.values()
    }
    ended = _list_ended_units(context, found)
    keys = context.units.by_key.keys() | {unit.key for unit in found}
    for unit in (unit for unit in found if unit.row.predecessors is not None):
        known = context.units.by_key.get(unit.key)
        effective_on = unit.row.valid_from or (known.valid_from_on if known is not None else None)
        if effective_on is None:
            context.complain(unit.row.number, "valid_from", "is empty; it says when the predecessors went over")
            continue
        for name, share in _read_predecessors(context, unit.row.number, unit.row.predecessors or ""):
            candidates = [name] if name in keys and name != unit.key else [k for k in ended[name] if k != unit.key]
            if len(candidates) != 1:
                problem = f"could mean several units, write one of {', '.join(sorted(candidates))}"
                absent = "names a unit that is neither a key nor the code of a unit that has ended"
                context.complain(unit.row.number, "predecessors", problem if candidates else absent)
                continue
            step = Succession(candidates[0], unit.key, share, effective_on)
            steps[step.old, step.new] = step
            said = {"effective_on": effective_on} | ({"share": float(share)} if share is not None else {})
            otherwise = {"old_key": step.old, "new_key": step.new, "share": None}
            known_step = stored.get((step.old, step.new))
            changes.note(unit.row.number, UnitSuccession, known_step, said, otherwise=otherwise, is_part=True)
    return list(steps.values())


def _exactly(share: float | None) -> Fraction | None:
    # By its decimal digits: 0.1 and 0.9 as binary numbers add up to more than 1.
    return None if share is None else Fraction(repr(share))


def _list_ended_units(context: Context, found: Iterable[FoundUnit]) -> dict[str, list[str]]:
    """Keys of units that have ended, by code."""
    ended: dict[str, list[str]] = defaultdict(list)
    for code in context.units.codes.values():
        if era_of_code(context.units.by_key[code.unit_key], code, context.today) != CURRENT:
            ended[code.code].append(code.unit_key)
    for row, key, _parent_key in found:
        is_ended = era_of(*row.validity, context.today) != CURRENT
        if row.code is not None and is_ended and key not in ended[row.code]:
            ended[row.code].append(key)
    return ended


def _read_predecessors(context: Context, row: int, text: str) -> list[tuple[str, Fraction | None]]:
    read: list[tuple[str, Fraction | None]] = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, colon, share_text = part.rpartition(":")
        if not colon:
            read.append((part, None))
            continue
        try:
            share = parse_share(share_text)
        except TargetError:
            share = Fraction(0)
        if share == 0:
            context.complain(row, "predecessors", f"a share is above 0 and at most 1; {_FORM}")
        read.append((name.strip(), share))
    return read


def refuse_contradictions(context: Context, parents: Mapping[str, str | None], successions: Sequence[Succession]) -> None:
    """Complain when, after the import, a unit would lie under itself or follow itself, or shares exceed 1."""
    if context.problems:
        return  # keys that could not be found would only be complained about again
    stored = {key: unit.parent_key for key, unit in context.units.by_key.items()}
    said = {key: parent for key, parent in parents.items() if parent is not None or key not in stored}
    try:
        UnitTree([TreeUnit(key, parent) for key, parent in {**stored, **said}.items()], successions)
    except UnitError as error:
        context.complain(None, None, str(error))
