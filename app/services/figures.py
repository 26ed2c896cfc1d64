"""Figures of a selection: tallies of the stored responses, and the index computed from them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from sqlalchemy.orm import Session

from analytics.domains import tell_domain
from analytics.drivers import DriverReport
from analytics.errors import UnitError
from analytics.index import compute_index, exact_overall_shares
from analytics.index_report import Question, compute_report
from analytics.periods import ReportingCalendar, block_start, half_month_block, is_whole_blocks, target_year
from analytics.population import Population
from analytics.ranking import Rank
from analytics.results import Cell, Estimate, IndexReport, Parts, WeightingNotes
from analytics.store import Choice, LiveTally
from analytics.store.sums import pairs_recipe
from analytics.tally import Tally
from analytics.targets import TargetBook
from analytics.unit_ranks import rank_cells
from analytics.units import UnitTree
from app.errors import BadInputError, ForbiddenError
from app.models import Field
from app.queries.dossiers import count_dossiers
from app.queries.instruments import find_instrument, list_series
from app.queries.targets import get_calendar, load_targets
from app.queries.units import list_current, list_tops, load_tree
from app.respondent_questions import list_respondent_questions
from app.runtime import Runtime, first_hour_of
from app.selection import Selection, read_selection
from app.services.drivers import Drivers
from app.services.live_sums import LiveSums
from app.services.live_tallies import LiveTallies
from app.services.store import StoreKeeper
from survey_forms import Instrument
from survey_forms.instrument import Question as AskedQuestion

_MOST_PAIR_BYTES = 256 << 20
_EARLIEST, _LATEST = date(1, 1, 1), date(9998, 12, 14)  # both at the edge of a half-month: no bound cuts through none


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a figure of a selection stands on: tally by unit and field; tree; targets."""

    selection: Selection
    instruments: tuple[Instrument, ...]
    live: LiveTally
    """The responses counted, confirmed exclusions taken out unless they were asked for."""
    tree: UnitTree
    targets: TargetBook
    year: int | None
    """Year whose targets apply; None when nothing says which."""
    units: tuple[str, ...] | None
    """The recorded units that are counted: those chosen within the asker's place; None for all."""

    @property
    def tally(self) -> Tally:
        """All of them by unit and field. Where fewer cells are enough, `live.by` is cheaper."""
        return self.live.tally

    @property
    def instrument(self) -> Instrument:
        """The newest of the versions counted: its wording stands on the page."""
        return self.instruments[-1]


@dataclass(frozen=True, slots=True)
class RankedUnit:
    """A unit's figure, its share as a fraction (None: no answer) and its rank (None: too few forms)."""

    cell: Cell
    share: Fraction | None
    rank: Rank | None


@dataclass(frozen=True, slots=True)
class WeightedWhole:
    """The whole weighted to its dossiers; `estimate` is None where `notes` names what keeps it from being given.

    `effective_size` is how many independent answers the weighted share is worth, `design_effect` the answers given over that.
    """

    estimate: Estimate | None
    design_effect: float | None
    effective_size: float | None
    n_dossiers: int
    notes: WeightingNotes | None


class Figures:
    """Computes figures for one installation."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._live = LiveTallies(runtime)
        self._sums = LiveSums(self._live)
        self._drivers = Drivers(self._sums)

    @property
    def keeper(self) -> StoreKeeper:
        """Who keeps the parts these figures are counted from."""
        return self._live.keeper

    def read_selection(self, args: Mapping[str, str]) -> Selection:
        """A selection from query parameters, periods by this office's reporting calendar. Raises BadInputError."""
        with self.runtime.database.read() as session:
            calendar = get_calendar(session, self.runtime.today())
        questions = self.find_questions(args.get("instrument", "").strip())
        return read_selection(args, calendar, {code: [o.code for o in question.options] for code, question in questions.items()})

    def find_questions(self, instrument: str | None) -> dict[str, AskedQuestion]:
        """What a series or version asks respondents about themselves; nothing for one that does not exist."""
        with self.runtime.database.read() as session:
            try:
                return list_respondent_questions(self._find_instruments(session, instrument))
            except BadInputError:
                return {}  # gathering says what is wrong with it

    def gather(self, selection: Selection, top_unit_key: str | None = None, *, with_excluded: bool = False) -> Evidence:
        """Tally the selected responses. `top_unit_key` bounds what the asker may see; None is everything.

        Confirmed exclusions are left out unless the selection says `flags` with; `with_excluded` counts them in any case. A
        sub-group of the respondents is counted together with the sample it is a domain of.
        Raises BadInputError for an unknown unit, field or instrument, ForbiddenError for a unit outside the asker's place.
        """
        with self.runtime.database.read() as session:
            tree = load_tree(session)
            targets = load_targets(session, tree)
            calendar = get_calendar(session, self.runtime.today())
            instruments = self._find_instruments(session, selection.instrument)
            if selection.field is not None and session.get(Field, selection.field) is None:
                raise BadInputError("`field` is the code of a field; the list of fields shows them")
        units = _units_in_sight(tree, selection.unit, top_unit_key)
        live = self._count(instruments, selection, units, tree, with_excluded=with_excluded)
        return Evidence(selection, instruments, live, tree, targets, _find_year(selection, live, calendar), units)

    def _count(
        self,
        instruments: tuple[Instrument, ...],
        selection: Selection,
        units: tuple[str, ...] | None,
        tree: UnitTree,
        *,
        with_excluded: bool = False,
        by: tuple[str, ...] = ("unit", "field"),
        of_pairs: bool = False,
    ) -> LiveTally:
        excluded = with_excluded or selection.flags == "with"
        live = self._live.count(instruments, _as_choice(selection, units, tree), with_excluded=excluded, by=by, of_pairs=of_pairs)
        if not selection.is_domain:
            return live
        everybody = _as_choice(replace(selection, respondent=(), kind=None, helped=None, took=None), units, tree)
        return replace(live, sample=self._live.count(instruments, everybody, with_excluded=excluded, by=by))

    def warm(self) -> None:
        """Count the pages everybody opens before anybody does, and have the answers in memory for all others."""
        evidence = self.gather(Selection())
        with self.runtime.database.read() as session:
            tops = list_tops(session, self.runtime.today())
            below = list_current(session, evidence.tree.children(tops[0]) if len(tops) == 1 else tops, self.runtime.today())
        rows = evidence.tree.fold(evidence.tree.keys, {*below, *tops}).row_of
        evidence.live.by()
        evidence.live.by("unit")
        evidence.live.by("unit", "field", row_of=rows)
        self._live.warm(evidence.instruments)

    def count_by(
        self, evidence: Evidence, *dimensions: str, instruments: tuple[Instrument, ...] | None = None, of_pairs: bool = False
    ) -> LiveTally:
        """The evidence's responses told apart by other attributes (block, channel, …); or those of other `instruments`.

        `of_pairs` makes every criterion a factor of its own, from which any choice of criteria can be put together.
        """
        chosen = instruments or evidence.instruments
        return self._count(chosen, evidence.selection, evidence.units, evidence.tree, by=dimensions, of_pairs=of_pairs)

    def count_groups(self, evidence: Evidence, by: tuple[str, ...], selection: Selection | None = None) -> LiveTally:
        """The responses of the evidence (or of another selection within its units) by other attributes or questions about the
        respondent; "" is who gave no answer. No sub-group knows its sample here: see `analytics.domains.as_domain`."""
        chosen = selection or evidence.selection
        choice = _as_choice(chosen, evidence.units, evidence.tree)
        return self._live.count(evidence.instruments, choice, with_excluded=chosen.flags == "with", by=by)

    def list_other_series(self, evidence: Evidence) -> list[tuple[Instrument, ...]]:
        """The versions of every other published series that anybody answered, here or elsewhere."""
        answered = self._live.list_answered()
        with self.runtime.database.read() as session:
            names = [name for name, ids in list_series(session).items() if name != evidence.instrument.series and answered & set(ids)]
            return [self._find_instruments(session, name) for name in names]

    def compute_report(
        self, selection: Selection, top_unit_key: str | None = None, *, ranks_units: bool = False, is_finite: bool = False
    ) -> IndexReport:
        """The index of the whole selection and by its dimensions, units as recorded: what the API and `sipas index` print.

        Weighted figures stand beside where the dossiers of just these responses are known; see `_find_population`. Without them
        `is_finite`, and `ranks_units` where the selection is not by unit, raise BadInputError.
        """
        if ranks_units and "unit" not in selection.by:
            raise BadInputError("`rank` unit needs `by` unit or unit,field")
        evidence = self.gather(selection, top_unit_key)
        population = self._find_population(evidence)
        if is_finite and population is None:
            raise BadInputError(
                "`fpc` needs the dossiers of just these responses: none are recorded for this choice of days, channel, stage"
            )
        return self._report(evidence, selection.by, population, ranks_units=ranks_units, is_finite=is_finite)

    def find_drivers(self, evidence: Evidence) -> DriverReport:
        """What drives the overall answer of the evidence's responses, from their answers themselves."""
        choice = _as_choice(evidence.selection, evidence.units, evidence.tree)
        return self._drivers.report(evidence.instruments, choice, with_excluded=evidence.selection.flags == "with")

    def compute_weighted(self, evidence: Evidence) -> WeightedWhole | None:
        """The whole selection weighted to its dossiers; None where they are not known."""
        population = self._find_population(evidence)
        if population is None:
            return None
        report = self._report(evidence, (), population)
        whole = report.cells[0]
        sizes = (whole.design_effect, whole.effective_size) if whole.weighted is not None else (None, None)
        return WeightedWhole(whole.weighted, *sizes, population.total, report.notes)

    def _report(
        self,
        evidence: Evidence,
        by: tuple[str, ...],
        population: Population | None,
        *,
        ranks_units: bool = False,
        is_finite: bool = False,
    ) -> IndexReport:
        selection = evidence.selection
        question = Question(
            method=selection.method,
            confidence=selection.confidence,
            targets=evidence.targets,
            year=evidence.year,
            n_min=self.runtime.settings.n_min,
            unit=selection.unit,
            field=selection.field,
            is_finite=is_finite,
            ranks_units=ranks_units,
        )
        dimensions = ("unit", "field") if population is not None else by
        pairs = self.count_pairs(evidence, *dimensions)
        # An office whose register has gaps still gets its official figures: the weighted ones are left out, cell by cell.
        return compute_report(evidence.live.by(*dimensions), by, question, pairs=pairs, population=population, is_strict=False)

    def _find_population(self, evidence: Evidence) -> Population | None:
        """The dossiers behind a selection; None where there are none, or they are not those of its responses.

        Dossiers are counted by half-month and when they are finished: days within a block, hours, one channel, counter or
        procedure, a sub-group of the respondents or the stage of filing have no count of their own.
        """
        selection = evidence.selection
        first, last = selection.first_on or _EARLIEST, selection.last_on or _LATEST
        if not selection.has_dossiers or not is_whole_blocks(first, last):
            return None
        with self.runtime.database.read() as session:
            counts = count_dossiers(session, selection.first_on, selection.last_on)
        wanted = None if evidence.units is None else set(evidence.units)
        chosen = {
            place: finished
            for place, finished in counts.items()
            if (wanted is None or place[0] in wanted) and selection.field in (None, place[1])
        }
        return Population(chosen) if any(chosen.values()) else None

    def count_pairs(self, evidence: Evidence, *dimensions: str, row_of: Mapping[str, str] | None = None) -> Tally | None:
        """`evidence.live.by` of the same arguments with every criterion a factor of its own, which the error of a mean of criteria needs.

        None for the other methods, which need none, and where it would not fit in memory.
        """
        if evidence.selection.method != "criteria_mean":
            return None
        tally = evidence.live.by(*dimensions, row_of=row_of)
        n_numbers = tally.n_cells * tally.design.n_criteria**2 * 3
        if n_numbers * 8 > _MOST_PAIR_BYTES:
            return None
        choice, with_excluded = _as_choice(evidence.selection, evidence.units, evidence.tree), evidence.selection.flags == "with"
        recipe_of = partial(pairs_recipe, dimensions=dimensions, row_of=row_of)
        pairs = self._sums.count(evidence.instruments, choice, recipe_of, with_excluded=with_excluded)[0]
        sample = evidence.live.sample
        return pairs if sample is None else tell_domain(pairs, sample.by(*dimensions, row_of=row_of))

    def rank_units(self, evidence: Evidence, row_of: Mapping[str, str], rows: Collection[str]) -> list[RankedUnit]:
        """The units of `rows` with a response, each with the responses `row_of` counts in it, ranked among themselves.

        In the order of their keys; what `row_of` counts elsewhere is left out.
        """
        tally = evidence.live.by("unit", row_of=row_of)
        is_row = tally.cells["unit"].isin(list(rows)).to_numpy(dtype=bool) & (tally.n_returned > 0)
        pairs = self.count_pairs(evidence, "unit", row_of=row_of)
        if pairs is not None:
            pairs = pairs.where(is_row)
        tally = tally.where(is_row)
        cells = self.compute(evidence, tally, parts="overall", pairs=pairs).cells
        selection = evidence.selection
        n_min = self.runtime.settings.n_min
        ranks = rank_cells(tally, selection.method, pairs=pairs, n_min=n_min, confidence=selection.confidence)
        shares = exact_overall_shares(tally, selection.method)
        return [RankedUnit(*each) for each in zip(cells, shares, ranks, strict=True)]

    def compute(self, evidence: Evidence, tally: Tally, parts: Parts = "all", pairs: Tally | None = None) -> IndexReport:
        """The index of a tally by unit, field, both or neither, with the selection's method, targets and year.

        A mean of criteria has an error where `pairs` holds the same cells; see `count_pairs`.

        `parts` "overall" leaves factors and criteria out: what a table of many cells shows, many times faster.
        """
        return compute_index(
            tally,
            method=evidence.selection.method,
            confidence=evidence.selection.confidence,
            targets=evidence.targets,
            year=evidence.year,
            n_min=self.runtime.settings.n_min,
            unit=evidence.selection.unit,
            field=evidence.selection.field,
            pairs=pairs,
            parts=parts,
        )

    def _find_instruments(self, session: Session, wanted: str | None) -> tuple[Instrument, ...]:
        """The versions to pool: those of the wanted series, one version, or the kiosk's series."""
        name = wanted or self.runtime.settings.kiosk_instrument.partition("@")[0]
        ids = [name] if "@" in name else list_series(session).get(name, [])
        instruments = tuple(i for i in (find_instrument(self.runtime, session, i) for i in ids) if i is not None)
        if not instruments:
            known = ", ".join(list_series(session))
            raise BadInputError(f"`instrument` is a published series ({known}) or one of its versions, series@version")
        return instruments


def _units_in_sight(tree: UnitTree, wanted: str | None, top: str | None) -> tuple[str, ...] | None:
    """The units to count: the wanted subtree, within the asker's own; None when both are unbounded."""
    in_sight = None if top is None else tree.subtree(top)
    if wanted is None:
        return in_sight
    try:
        chosen = tree.subtree(wanted)
    except UnitError:
        raise BadInputError("`unit` is the key of a unit; the list of units shows them") from None
    if in_sight is not None and wanted not in in_sight:
        raise ForbiddenError("this unit is outside the place the account or key stands for")
    return chosen


def _as_choice(selection: Selection, units: tuple[str, ...] | None, tree: UnitTree) -> Choice:
    """The filters of a selection; days that are whole half-months are a choice of those, others of hours.

    Every unit of the tree, or all below its top, are one choice: what was counted for the one is there for the other.
    """
    if units is not None and len(units) == len(tree.keys):
        units = None
    first, last = selection.first_on, selection.last_on
    # Without a bound any first of a month will do: only the given end decides whether a half-month is cut.
    is_whole = is_whole_blocks(first or date(1, 1, 1), last or date(9998, 12, 14))
    midnight = first_hour_of(date(2000, 1, 1)) % 24
    return Choice(
        first_block=half_month_block(first) if is_whole and first is not None else None,
        last_block=half_month_block(last) if is_whole and last is not None else None,
        first_hour=first_hour_of(first) if not is_whole and first is not None else None,
        last_hour=first_hour_of(last + timedelta(days=1)) - 1 if not is_whole and last is not None else None,
        units=None if units is None else frozenset(units),
        equal=(*selection.circumstances, *selection.traits),
        respondent=selection.respondent,
        hours_of_day=frozenset((hour + midnight) % 24 for hour in selection.hours) if selection.cuts_days else None,
    )


def _find_year(selection: Selection, live: LiveTally, calendar: ReportingCalendar) -> int | None:
    """The year of the targets: of the chosen days, where there is no bound of those with responses; None without any."""
    first_on, last_on = selection.first_on, selection.last_on
    if first_on is None or last_on is None:
        if live.is_empty or live.first_block is None or live.last_block is None:
            return None
        first_on, last_on = first_on or block_start(live.first_block), last_on or block_start(live.last_block)
    return target_year(first_on, last_on, calendar)
