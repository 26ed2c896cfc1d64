"""The analyst's addresses: thin views over the page builders, one way to fail."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import structlog
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from analytics.errors import AnalyticsError
from app.access import current_person
from app.dashboard.address import clean_query
from app.dashboard.browse import build_units_page
from app.dashboard.conditions import list_known
from app.dashboard.criteria import CriteriaPage, build_criteria_page
from app.dashboard.drivers import build_drivers_page
from app.dashboard.drivers_export import DRIVER_COLUMNS, write_drivers
from app.dashboard.export import (
    CELL_COLUMNS,
    FORMS,
    RANK_COLUMNS,
    Form,
    criterion_columns,
    write_cells,
    write_criteria,
    write_groups,
    write_ranks,
)
from app.dashboard.filters import build_filter_bar
from app.dashboard.groups import build_groups
from app.dashboard.heat import HeatTable, build_heat_table
from app.dashboard.overview import build_overview
from app.dashboard.ranks import MORE, Ranking, build_ranking, build_ranks_page
from app.dashboard.reading import Reading, name_units, read_view
from app.dashboard.trend_page import COLUMNS, PARAMETERS, build_trend_page, find_trend_file
from app.errors import BadInputError
from app.runtime import Runtime
from app.selection import TRAITS
from app.services.figures import Figures
from app.services.installation import DEMONSTRATION_LABEL, get_installation
from app.vietnamese import METHODS

_log = structlog.get_logger()
Page = TypeVar("Page")


def create_dashboard(runtime: Runtime, figures: Figures) -> Blueprint:
    """The blueprint, with the installation it shows and the service that computes its figures."""
    dashboard = Blueprint("dashboard", __name__, url_prefix="/analytics")
    label = DEMONSTRATION_LABEL if get_installation(runtime).kind == "demonstration" else None

    def read_args(more: tuple[str, ...]) -> dict[str, str]:
        """The filters and the page's own parameters."""
        return clean_query(request.args, more, figures.find_questions(request.args.get("instrument")))

    def show(
        template: str, build: Callable[[Reading], object], columns: Callable[[Reading], object], more: tuple[str, ...] = ()
    ) -> ResponseReturnValue:
        """One view at its one address; when its figures cannot be had, the page says so."""
        questions = figures.find_questions(request.args.get("instrument"))
        query = clean_query(request.args, more, questions)
        if query != request.args.to_dict():
            return redirect(url_for(request.endpoint or "dashboard.overview", **query))  # type: ignore[arg-type]
        filters = {name: value for name, value in query.items() if name not in more}
        try:
            reading = read_view(figures, filters, current_person())
            page = build(reading)
            known = list_known(figures, reading, questions)
            bar = build_filter_bar(runtime, filters, current_person(), reading.evidence.tree, questions, reading.evidence.units, known)
        except (BadInputError, AnalyticsError) as error:
            return _show_failure(runtime, error)
        place = name_units(figures, {reading.place}).get(reading.place) if reading.place is not None else None
        return render_template(
            template,
            page=page,
            reading=reading,
            bar=bar,
            query=filters,
            place_name=place,
            method_name=METHODS[reading.evidence.selection.method],
            columns=columns(reading),
            n_min=runtime.settings.n_min,
        )

    def send(name: str, write: Callable[[Reading, Form], bytes], *, hides: bool = False) -> ResponseReturnValue:
        """One file of the view the address names; only one that `hides` small cells may be made for publishing.

        Raises what `read_view` raises.
        """
        form: Form = next((known for known in FORMS if known == request.args.get("form")), "human")
        if form == "public" and not hides:
            raise BadInputError("this file hides no small cells: `form` is human or machine")
        questions = figures.find_questions(request.args.get("instrument"))
        reading = read_view(figures, clean_query(request.args, questions=questions), current_person())
        return Response(
            write(reading, form),
            mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{_file_name(name, reading, form, label)}"'},
        )

    def of_everybody(reading: Reading, form: Form, build: Callable[[Reading], Page]) -> Page | None:
        """The same page of everybody whose sub-group is to be published, to see whom it leaves out; None where nothing needs it."""
        selection = reading.evidence.selection
        if form != "public" or not selection.is_domain:
            return None
        own = {*TRAITS, *dict(selection.respondent)}
        query = {name: value for name, value in reading.query.items() if name not in own}
        return build(read_view(figures, query, current_person()))

    @dashboard.get("", endpoint="overview")
    def overview() -> ResponseReturnValue:
        """The answer, unit × field, the factors."""
        return show("dashboard/overview.html", lambda r: build_overview(figures, r), lambda _: CELL_COLUMNS)

    @dashboard.get("/criteria", endpoint="criteria")
    def criteria() -> ResponseReturnValue:
        """Every factor with its criteria."""
        return show(
            "dashboard/criteria.html",
            lambda r: replace(build_criteria_page(figures, r), groups=build_groups(figures, r)),
            criterion_columns,
        )

    @dashboard.get("/drivers", endpoint="drivers")
    def drivers() -> ResponseReturnValue:
        """What drives the overall answer."""
        return show("dashboard/drivers.html", lambda r: build_drivers_page(figures, r), lambda _: DRIVER_COLUMNS)

    @dashboard.get("/units", endpoint="units")
    def units() -> ResponseReturnValue:
        """The tree of units."""
        more = ("under", "q", "page")
        args = read_args(more)
        return show("dashboard/units.html", lambda r: build_units_page(figures, r, current_person(), args), lambda _: (), more)

    @dashboard.get("/trend", endpoint="trend")
    def trend() -> ResponseReturnValue:
        """The index over time, small lines, two periods, channels."""
        args = read_args(PARAMETERS)
        return show("dashboard/trend.html", lambda r: build_trend_page(figures, r, args), lambda _: COLUMNS, PARAMETERS)

    @dashboard.get("/trend/<name>.csv", endpoint="trend_csv")
    def trend_csv(name: str) -> ResponseReturnValue:
        """One table of the page of trends as a file."""
        file_name, write = find_trend_file(figures, name, read_args(PARAMETERS), label)
        return send(file_name, write)

    @dashboard.get("/ranks", endpoint="ranks")
    def ranks() -> ResponseReturnValue:
        """Units by their figure, with the ranks each may have."""
        args = read_args(MORE)
        return show("dashboard/ranks.html", lambda r: build_ranks_page(figures, r, args), lambda _: RANK_COLUMNS, MORE)

    @dashboard.get("/ranks.csv", endpoint="ranks_csv")
    def ranks_csv() -> ResponseReturnValue:
        """The whole ranking as a file."""
        level = request.args.get("level", "")

        def build(reading: Reading) -> Ranking:
            return build_ranking(figures, reading, level)

        return send("xep-hang", lambda r, form: write_ranks(build(r), r, form, label, of_everybody(r, form, build)), hides=True)

    @dashboard.get("/cells.csv", endpoint="cells_csv")
    def cells_csv() -> ResponseReturnValue:
        """The unit × field table as a file."""

        def build(reading: Reading) -> HeatTable:
            return build_heat_table(figures, reading)

        return send("don-vi-linh-vuc", lambda r, form: write_cells(build(r), r, form, label, of_everybody(r, form, build)), hides=True)

    @dashboard.get("/criteria.csv", endpoint="criteria_csv")
    def criteria_csv() -> ResponseReturnValue:
        """Factors and criteria as a file."""

        def build(reading: Reading) -> CriteriaPage:
            return build_criteria_page(figures, reading)

        return send("yeu-to-tieu-chi", lambda r, form: write_criteria(build(r), r, form, label, of_everybody(r, form, build)), hides=True)

    @dashboard.get("/drivers.csv", endpoint="drivers_csv")
    def drivers_csv() -> ResponseReturnValue:
        """Importance, coefficients, alpha and criteria as a file."""
        return send("yeu-to-tac-dong", lambda r, form: write_drivers(build_drivers_page(figures, r), r, form, label))

    @dashboard.get("/groups.csv", endpoint="groups_csv")
    def groups_csv() -> ResponseReturnValue:
        """The groups of respondents as a file."""
        return send("nhom-nguoi-tra-loi", lambda r, form: write_groups(build_groups(figures, r), r, form, label))

    return dashboard


def _show_failure(runtime: Runtime, error: BadInputError | AnalyticsError) -> ResponseReturnValue:
    """The page that says that figures could not be computed: neither "no data" nor "few forms"."""
    if isinstance(error, BadInputError):
        return render_template("dashboard/failed.html", is_filter=True, reference=None, query={}), 400
    reference = runtime.random_bytes(4).hex().upper()
    _log.error("figures could not be computed", reference=reference, error=type(error).__name__, endpoint=request.endpoint)
    return render_template("dashboard/failed.html", is_filter=False, reference=reference, query={}), 500


def _file_name(name: str, reading: Reading, form: Form, label: str | None) -> str:
    """Letters without accents only: sipas-don-vi-linh-vuc-20250101-20251231.csv."""
    days = "-".join(f"{on:%Y%m%d}" for on in reading.days) if reading.days is not None else "chua-co-so-lieu"
    kind = {"human": (), "machine": ("may",), "public": ("cong-bo",)}[form]
    parts = ["sipas", name, days, *kind, *(["minh-hoa"] if label else [])]
    return f"{'-'.join(parts)}.csv"
