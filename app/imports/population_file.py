"""A file of finished dossiers per unit and field, as `sipas index --population` takes it."""

from pathlib import Path

from analytics.population import Population
from app.imports.cells import FieldReference, UnitReference, Whole
from app.imports.errors import FileError, Problem
from app.imports.rows import Row, parse_rows
from app.imports.table import read_table


class PopulationRow(Row):
    """Dossiers finished in the period of the responses."""

    unit: UnitReference
    field: FieldReference
    dossiers: Whole


def read_population(path: Path) -> Population:
    """The dossiers of a file; units and fields are compared with the responses' as they are written.

    Raises FileError for an unreadable cell or a place that stands twice, PopulationError for a file without a dossier.
    """
    rows, problems = parse_rows(read_table(path), PopulationRow)
    first_row: dict[tuple[str, str], int] = {}
    for row in rows:
        earlier = first_row.setdefault((row.unit, row.field), row.number)
        if earlier != row.number:
            problems.append(Problem(row.number, "unit, field", f"row {earlier} already counts the dossiers of this unit and field"))
    if problems:
        raise FileError(path.name, problems)
    return Population({(row.unit, row.field): row.dossiers for row in rows})
