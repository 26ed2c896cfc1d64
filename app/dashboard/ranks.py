"""Ranking: the units of a place by their figure, each with the range of ranks it may have."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from analytics.ranking import Rank
from analytics.rounding import share_to_percent
from app.dashboard.address import change_query
from app.dashboard.figure import Figure, TargetNote, list_target_notes
from app.dashboard.heat import as_figure
from app.dashboard.reading import Reading, list_rows, name_units
from app.queries.par_scales import PointScale, find_par_scale
from app.queries.unit_cards import search_units
from app.queries.units import list_by_level
from app.services.figures import Figures
from app.vietnamese import LEVELS, collation_key, decimal_comma, target_percent, whole

PER_PAGE: Final = 100
MORE: Final = ("level", "q", "page")
"""Parameters of this page beside the filters."""


@dataclass(frozen=True, slots=True)
class RangeStrip:
    """Places along a strip of all ranks, in percent of its width: where the range begins, how wide it is, where the rank lies."""

    start: float
    width: float
    point: float


@dataclass(frozen=True, slots=True)
class RankRow:
    """One unit. No rank: too few forms. `points` of the PAR index, None where no scale is set or the unit is not ranked."""

    unit: str
    name: str
    above: str
    figure: Figure
    rank: Rank | None
    is_tied: bool
    strip: RangeStrip | None
    points: Fraction | None
    query: dict[str, str]

    @property
    def range_text(self) -> str:
        """The range of ranks: "2–7", or one number where it is sure."""
        if self.rank is None:
            return ""
        low, high = whole(self.rank.low), whole(self.rank.high)
        return low if low == high else f"{low}–{high}"

    @property
    def points_text(self) -> str:
        """The points with a decimal comma: 23,43; "–" without."""
        return "–" if self.points is None else decimal_comma(share_to_percent(self.points / 100))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which units are ranked among themselves; `level` "": those directly below the place."""

    level: str
    name: str
    n_units: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """All units ranked, best first, then those with too few forms by name; the file holds them all, a page a part.

    `n_beside` are valid forms of the place that belong to none of the units: given at its own desk, or to a former unit
    whose parts went to several.
    """

    scope: Scope
    rows: tuple[RankRow, ...]
    n_ranked: int
    n_silent: int
    n_beside: int
    scale: PointScale | None


@dataclass(frozen=True, slots=True)
class RanksPage:
    """One page of the ranking, or of what a search found in it."""

    ranking: Ranking
    scopes: tuple[Scope, ...]
    ranked: tuple[RankRow, ...]
    unranked: tuple[RankRow, ...]
    n_found: int
    page: int
    n_pages: int
    search: str
    target_notes: list[TargetNote]
    scale_sentence: str

    @property
    def range_text(self) -> str:
        """Which of how many are on this page: "1–100 trong 135"."""
        first = (self.page - 1) * PER_PAGE + 1
        return f"{whole(first)}–{whole(first + len(self.ranked) + len(self.unranked) - 1)} trong {whole(self.n_found)}"

    @property
    def most_points(self) -> str:
        """The most points of the scale, as a document writes them; empty without a scale."""
        return "" if self.ranking.scale is None else tell_points(self.ranking.scale.most)


def build_ranks_page(figures: Figures, reading: Reading, args: Mapping[str, str]) -> RanksPage:
    """One page of the ranking. Raises AnalyticsError when it cannot be computed."""
    scopes = _list_scopes(figures, reading)
    ranking = build_ranking(figures, reading, args.get("level", ""), scopes)
    search = args.get("q", "").strip()[:80]
    rows = ranking.rows
    if search:
        with figures.runtime.database.read() as session:
            found = set(search_units(session, search, {row.unit for row in rows}))
        rows = tuple(row for row in rows if row.unit in found)
    n_pages = max(1, -(-len(rows) // PER_PAGE))
    asked = args.get("page", "")
    page = min(max(int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 6 else 1, 1), n_pages)
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    places = {row.figure.target.unit for row in shown if row.figure.target is not None and row.figure.target.unit is not None}
    return RanksPage(
        ranking=ranking,
        scopes=tuple(scope for scope, _ in scopes),
        ranked=tuple(row for row in shown if row.rank is not None),
        unranked=tuple(row for row in shown if row.rank is None),
        n_found=len(rows),
        page=page,
        n_pages=n_pages,
        search=search,
        target_notes=list_target_notes([row.figure for row in shown], name_units(figures, places), reading.fields),
        scale_sentence=_tell_scale(ranking.scale),
    )


Scopes = list[tuple[Scope, tuple[str, ...]]]


def build_ranking(figures: Figures, reading: Reading, level: str, scopes: Scopes | None = None) -> Ranking:
    """Every unit of a scope in its order; an unknown level is the units directly below. Raises AnalyticsError."""
    scopes = _list_scopes(figures, reading) if scopes is None else scopes
    scope, units = next((each for each in scopes if each[0].level == level), scopes[0])
    evidence, place, tree = reading.evidence, reading.place, reading.evidence.tree
    # With responses or not: the same rows whatever the filters, so that the store has them counted.
    recorded = evidence.units if evidence.units is not None else tree.keys
    # The place itself takes what was rated at its own desk, so that this goes to no unit below.
    fold = tree.fold(recorded, {*units, *((place,) if place is not None else reading.tops)})
    rows = set(units) - ({place} if scope.n_units == 0 else set())
    ranked = figures.rank_units(evidence, fold.row_of, rows) if rows else []
    keys = [each.cell.unit for each in ranked if each.cell.unit is not None]
    above = {key: next(iter(tree.ancestors(key)), None) for key in keys} if scope.level else {}
    names = name_units(figures, {*keys, *(key for key in above.values() if key is not None and key != place)})
    with figures.runtime.database.read() as session:
        scale = find_par_scale(session, evidence.year)
    places = [each.rank.rank for each in ranked if each.rank is not None]
    times = Counter(places)
    made = [
        RankRow(
            unit=key,
            name=names[key],
            above=names.get(above.get(key) or "", ""),
            figure=as_figure(reading, each.cell),
            rank=each.rank,
            is_tied=each.rank is not None and times[each.rank.rank] > 1,
            strip=_strip(each.rank, len(places)),
            points=scale.points(each.share) if scale is not None and each.rank is not None else None,
            query=change_query(reading.query, unit=key),
        )
        for key, each in zip(keys, ranked, strict=True)
    ]
    made.sort(key=lambda row: (row.rank is None, row.rank.rank if row.rank is not None else 0, collation_key(row.name)))
    n_beside = reading.whole.respondents - sum(row.figure.respondents for row in made)
    return Ranking(scope, tuple(made), len(places), len(rows) - len(made), n_beside, scale)


def _list_scopes(figures: Figures, reading: Reading) -> Scopes:
    """The units directly below first, then each level of which there are others below the place."""
    tree, place = reading.evidence.tree, reading.place
    direct = list_rows(figures, tree, place, reading.tops, reading.today)
    below = () if direct == (place,) else direct
    scopes = [(Scope("", "Đơn vị trực thuộc", len(below)), direct)]
    tops = reading.tops if place is None else (place,)
    within = {key for top in tops for key in tree.subtree(top)} - {place}
    with figures.runtime.database.read() as session:
        levels = list_by_level(session, within, reading.today)
    for level in (*(name for name in LEVELS if name in levels), *sorted(levels.keys() - LEVELS.keys())):
        # A level that is the direct units again, or one unit alone, is no further choice.
        if len(levels[level]) > 1 and set(levels[level]) != set(below):
            scopes.append((Scope(level, LEVELS.get(level, level), len(levels[level])), tuple(levels[level])))
    return scopes


def _strip(rank: Rank | None, n_ranked: int) -> RangeStrip | None:
    if rank is None:
        return None
    step = 100 / n_ranked
    return RangeStrip(round((rank.low - 1) * step, 3), round((rank.high - rank.low + 1) * step, 3), round((rank.rank - 0.5) * step, 3))


def tell_points(points: Fraction) -> str:
    """Points with two decimals at most, half-up: 23,43; 30."""
    return target_percent(points / 100).removesuffix("%")


def _tell_scale(scale: PointScale | None) -> str:
    """How the points are made: "tỷ lệ × 30 điểm", or band by band; empty without a scale."""
    if scale is None:
        return ""
    if scale.bands is None:
        return f"tỷ lệ nhân với {tell_points(scale.most)} điểm"
    pairs = zip(scale.bands.edges, scale.bands.values[1:], strict=True)
    steps = [f"từ {target_percent(edge)}: {tell_points(Fraction(value))} điểm" for edge, value in pairs]
    return f"dưới {target_percent(scale.bands.edges[0])}: 0 điểm; {'; '.join(steps)}"
