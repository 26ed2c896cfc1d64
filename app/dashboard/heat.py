"""Unit × field against targets: the table at the heart of the overview."""

from dataclasses import dataclass, replace

from analytics.domains import keep_answered
from analytics.results import Cell
from analytics.tally import Tally
from app.dashboard.address import change_query
from app.dashboard.figure import Figure
from app.dashboard.reading import Reading, in_one_unit, list_rows, name_units
from app.services.figures import Figures
from app.vietnamese import collation_key


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell. No figure: nobody answered. `query` is the address of the same view of just this unit and field; the desk of the
    place itself has none, because an address names a unit with everything below it."""

    unit: str | None
    field: str | None
    figure: Figure | None
    query: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One unit: its figure over all fields first, then field by field."""

    unit: str | None
    name: str
    note: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatTable:
    """The table. `apart` are units that cannot be counted in any row; `total` stands under everything."""

    columns: tuple[tuple[str | None, str], ...]
    rows: tuple[HeatRow, ...]
    apart: tuple[HeatRow, ...]
    total: HeatRow | None
    n_without_responses: int
    unit_names: dict[str, str]

    @property
    def every_row(self) -> tuple[HeatRow, ...]:
        """All rows in the order shown."""
        return (*self.rows, *self.apart, *((self.total,) if self.total is not None else ()))

    @property
    def figures(self) -> list[Figure]:
        """Every figure of the table."""
        return [cell.figure for row in self.every_row for cell in row.cells if cell.figure is not None]


def build_heat_table(figures: Figures, reading: Reading) -> HeatTable:
    """Count every recorded unit in its row, rows sorted by their share over all fields, highest first.

    Totals are conserved: what belongs to no row – a split predecessor whose parts went to different units – is a row of its own.
    """
    evidence, place = reading.evidence, reading.place
    tree = evidence.tree
    # Every unit in sight, with responses or not: the same rows whatever the filters, so that the store has them counted.
    recorded = evidence.units if evidence.units is not None else tree.keys
    below = list_rows(figures, tree, place, reading.tops, reading.today)
    # The place itself is a row too where people rated at its own desk.
    fold = tree.fold(recorded, {*below, place} if place is not None else below)
    by_field = evidence.live.by("unit", "field", row_of=fold.row_of)
    field = evidence.selection.field
    pairs = figures.count_pairs(evidence, "unit", "field", row_of=fold.row_of)
    over_all = {} if field is not None else _by_place(figures, reading, by_field.by("unit"), None if pairs is None else pairs.by("unit"))
    found = _by_place(figures, reading, by_field, pairs) | over_all
    columns = [code for code in reading.fields if code in {in_field for _, in_field in found}]
    order: list[str | None] = list(columns) if field is not None else [None, *columns]
    units = sorted({unit for unit, _ in found if unit is not None})
    names = name_units(figures, {*units, *([place] if place else [])})
    rows = [
        HeatRow(unit, names[unit], _note(unit, place, below, fold.unassigned), _cells(reading, found, unit, order, unit)) for unit in units
    ]
    if place is not None and below != (place,):
        rows = [_without_links(row) if row.unit == place else row for row in rows]
    rows.sort(key=lambda row: (-_share(row), collation_key(row.name)))
    apart = tuple(row for row in rows if row.unit in fold.unassigned)
    return HeatTable(
        columns=tuple((code, reading.fields[code] if code is not None else "Chung") for code in order),
        rows=tuple(row for row in rows if row.unit not in fold.unassigned),
        apart=apart,
        total=_total(figures, reading, by_field, pairs, order) if len(rows) > 1 else None,
        n_without_responses=len(set(below) - set(units)),
        unit_names=names,
    )


def _by_place(figures: Figures, reading: Reading, tally: Tally, pairs: Tally | None) -> dict[tuple[str | None, str | None], Figure]:
    tally, pairs = keep_answered(tally), None if pairs is None else keep_answered(pairs)
    report = figures.compute(reading.evidence, tally, parts="overall", pairs=pairs)
    return {(cell.unit, cell.field): as_figure(reading, cell) for cell in report.cells}


def as_figure(reading: Reading, cell: Cell) -> Figure:
    """A cell's overall figure with its target's document."""
    target = reading.evidence.targets.find(cell.unit, cell.field, reading.evidence.year)
    return Figure(cell.overall, cell.respondents, target)


def _cells(
    reading: Reading,
    found: dict[tuple[str | None, str | None], Figure],
    unit: str | None,
    order: list[str | None],
    link_to: str | None,
) -> tuple[HeatCell, ...]:
    chosen = reading.query.get("field")
    return tuple(
        HeatCell(unit, field, found.get((unit, field)), change_query(reading.query, unit=link_to, field=field or chosen)) for field in order
    )


def _without_links(row: HeatRow) -> HeatRow:
    return replace(row, cells=tuple(replace(cell, query=None) for cell in row.cells))


def _total(figures: Figures, reading: Reading, tally: Tally, pairs: Tally | None, order: list[str | None]) -> HeatRow:
    """The last row: everything, held against the targets of the place itself."""
    place = reading.place
    found = _by_place(figures, reading, in_one_unit(tally, place), None if pairs is None else in_one_unit(pairs, place))
    if None in order:
        found[place, None] = as_figure(reading, reading.whole)
    return HeatRow(place, "Tất cả", "", _cells(reading, found, place, order, reading.query.get("unit")))


def _note(unit: str, place: str | None, below: tuple[str, ...], unassigned: tuple[str, ...]) -> str:
    if unit in unassigned:
        return "chưa rõ chuyển về đơn vị nào"
    return "tại quầy của chính đơn vị" if unit == place and below != (place,) else ""


def _share(row: HeatRow) -> float:
    figure = row.cells[0].figure if row.cells else None
    return figure.estimate.share if figure is not None and figure.estimate.share is not None else -1.0
