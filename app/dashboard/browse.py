"""The tree of units, a page at a time: what each is, its codes and predecessors, its figure in the current view."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics.tally import Tally
from analytics.units import UnitTree
from app.dashboard.address import change_query
from app.dashboard.figure import Figure, TargetNote, list_target_notes
from app.dashboard.heat import as_figure
from app.dashboard.reading import Reading, as_one_cell
from app.queries.unit_cards import UnitCard, list_unit_cards, search_units, sort_by_name
from app.queries.units import list_names, list_tops
from app.services.figures import Figures
from app.services.people import Person
from app.vietnamese import whole

PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit; no figure: nobody answered. `path` is what it lies under, shown among search results."""

    card: UnitCard
    figure: Figure | None
    n_children: int
    path: str
    show_query: dict[str, str]
    open_query: dict[str, str]


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way down; without a query it is where one stands."""

    name: str
    query: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """One page of the tree, or of search results."""

    here: UnitRow | None
    """The opened unit itself, with everything below it."""
    crumbs: tuple[Crumb, ...]
    rows: tuple[UnitRow, ...]
    n_found: int
    page: int
    n_pages: int
    search: str
    target_notes: list[TargetNote]

    @property
    def range_text(self) -> str:
        """Which of how many are on this page: "1–50 trong 168"."""
        first = (self.page - 1) * PER_PAGE + 1
        return f"{whole(first)}–{whole(first + len(self.rows) - 1)} trong {whole(self.n_found)}"


def build_units_page(figures: Figures, reading: Reading, person: Person, args: Mapping[str, str]) -> UnitsPage:
    """The children of the opened unit, or what a search found within the person's place."""
    tree = reading.evidence.tree
    search = args.get("q", "").strip()[:80]
    bounds = set(tree.subtree(person.unit_key)) if person.unit_key is not None else None
    with figures.runtime.database.read() as session:
        tops = list_tops(session, reading.today)
        here = _opened(tree, args.get("under"), person.unit_key, tops, bounds)
        keys = search_units(session, search, bounds) if search else sort_by_name(session, tree.children(here) if here is not None else tops)
        page, n_pages = _read_page(args.get("page", ""), len(keys))
        shown = keys[(page - 1) * PER_PAGE : page * PER_PAGE]
        cards = list_unit_cards(session, shown)
        here_card = next(iter(list_unit_cards(session, [here])), None) if here is not None else None
        above = {key: tree.ancestors(key) for key in (*shown, *([here] if here is not None else []))}
        names = list_names(session, {name for path in above.values() for name in path} | set(above))
    by_unit = reading.evidence.live.by("unit")
    pairs = figures.count_pairs(reading.evidence, "unit")
    here_row = _row(figures, reading, by_unit, pairs, here_card, names, above[here_card.key], bounds) if here_card is not None else None
    rows = tuple(_row(figures, reading, by_unit, pairs, card, names, above[card.key], bounds) for card in cards)
    crumbs = _crumbs(reading.query, [] if here is None else [here, *above[here]], names, bounds)
    notes = list_target_notes([row.figure for row in rows if row.figure is not None], names, reading.fields)
    return UnitsPage(here_row, crumbs, rows, len(keys), page, n_pages, search, notes)


def _opened(tree: UnitTree, wanted: str | None, own: str | None, tops: list[str], bounds: set[str] | None) -> str | None:
    """The unit whose children are listed: the wanted one if it may be seen, else where the person stands, else the only top."""
    if wanted is not None and wanted in tree.ancestors_of_all() and (bounds is None or wanted in bounds):
        return wanted
    return own if own is not None else tops[0] if len(tops) == 1 else None


def _read_page(text: str, n_found: int) -> tuple[int, int]:
    n_pages = max(1, -(-n_found // PER_PAGE))
    page = int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else 1
    return min(max(page, 1), n_pages), n_pages


def _row(
    figures: Figures,
    reading: Reading,
    tally: Tally,
    pairs: Tally | None,
    card: UnitCard,
    names: Mapping[str, str],
    above: tuple[str, ...],
    bounds: set[str] | None,
) -> UnitRow:
    tree, field = reading.evidence.tree, reading.evidence.selection.field
    inside = tally.cells["unit"].isin(tree.subtree(card.key)).to_numpy(dtype=bool)
    figure = None
    if tally.n_returned[inside].any():  # of a sub-group some units have only people outside it
        own_pairs = None if pairs is None else as_one_cell(pairs.where(inside), card.key, field)
        cell = figures.compute(reading.evidence, as_one_cell(tally.where(inside), card.key, field), pairs=own_pairs).cells[0]
        figure = as_figure(reading, cell)
    seen = [names[key] for key in reversed(above) if bounds is None or key in bounds]
    return UnitRow(
        card=card,
        figure=figure,
        n_children=len(tree.children(card.key)),
        path=" › ".join(seen),
        show_query=change_query(reading.query, unit=card.key),
        open_query={**reading.query, "under": card.key},
    )


def _crumbs(query: Mapping[str, str], path: list[str], names: Mapping[str, str], bounds: set[str] | None) -> tuple[Crumb, ...]:
    visible = [key for key in reversed(path) if bounds is None or key in bounds]
    steps = [Crumb(names[key], {**query, "under": key}) for key in visible]
    first = [] if bounds is not None else [Crumb("Cả nước" if not visible else "Tất cả", dict(query))]
    steps = [*first, *steps] if len(first) + len(steps) > 1 else steps or first
    return (*steps[:-1], Crumb(steps[-1].name, None)) if steps else ()
