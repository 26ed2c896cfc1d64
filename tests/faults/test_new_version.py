"""An instrument goes from 1.0 to 1.1 in mid-month while old tablets still send 1.0."""

import random
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Error, Page, expect
from sqlalchemy import select

from analytics.design import Design, encode_sheet
from analytics.index import compute_index
from analytics.results import IndexReport
from analytics.tally import tally_answers
from app.models import Response
from app.queries.targets import load_targets
from app.queries.units import load_tree
from app.runtime import Runtime
from app.services.figures import Figures
from app.services.instruments import publish_instruments
from app.services.intake import Sender, submit_responses
from survey_forms import find_instrument, load_instrument, read_submission
from tests.browser.offline import (
    answer,
    count_responses,
    finish,
    office,
    open_tablet,
    tablet_browser,
    wait_until_sent,
    with_short_questionnaire,
)
from tests.browser.patience import wait_until
from tests.clock import Clock
from tests.factories import response

OLD, NEW = "khanh-hoa-2022@1.0", "khanh-hoa-2022@1.1"
CODES = tuple(f"{n}.1" for n in range(1, 7))


def with_new_version(runtime: Runtime, folder: Path) -> Runtime:
    """The same installation after an upgrade that reworded a criterion; its desks now ask the new version."""
    file = Path(__file__).parents[2] / "survey_forms" / "instruments" / "khanh-hoa-2022.yaml"
    words = file.read_text(encoding="utf-8").replace('version: "1.0"', 'version: "1.1"')
    reworded = words.replace('text: "Thủ tục hành chính"', 'text: "Thủ tục hành chính công khai, dễ hiểu"')
    assert words != reworded
    (folder / "1.1.yaml").write_text(reworded, encoding="utf-8")
    new = load_instrument(folder / "1.1.yaml")
    upgraded = replace(
        runtime,
        instruments={**runtime.instruments, new.id: new},
        settings=runtime.settings.model_copy(update={"kiosk_instrument": NEW}),
    )
    publish_instruments(upgraded)
    return upgraded


def post(runtime: Runtime, instrument: str, how_many: int, source: random.Random) -> list[dict[str, int | str]]:
    """So many sheets of one version, every one of them taken; what they said."""
    said: list[dict[str, int | str]] = [
        {code: choice for code in CODES if (choice := source.choice([1, 2, 3, 4, 4, 5, 5, 5, "no_opinion", None])) is not None}
        for _ in range(how_many)
    ]
    posted = [read_submission(response(instrument=instrument, ratings=ratings)) for ratings in said]
    receipt = submit_responses(runtime, posted, Sender())
    assert len(receipt.acknowledged) == how_many
    return said


def figures_of(runtime: Runtime, instrument: str) -> IndexReport:
    """What the API answers for the month, by instrument version."""
    figures = Figures(runtime)
    return figures.compute_report(figures.read_selection({"instrument": instrument, "from": "2025-09-01", "to": "2025-09-30"}))


def counted_by_hand(runtime: Runtime, said: list[dict[str, int | str]]) -> IndexReport:
    """The same sheets counted outside any database."""
    instrument = find_instrument(OLD)
    design = Design.of(instrument)
    asked = tuple(criterion.code for criterion in instrument.criteria_at("result"))
    with runtime.database.read() as session:
        targets = load_targets(session, load_tree(session))
    sheets = np.array([encode_sheet(design, asked, ratings) for ratings in said])
    return compute_index(tally_answers(design, sheets, {}), targets=targets, year=2025)


def asked_version(page: Page) -> str | None:
    """The questionnaire the page asks; None in the moment in which it loads anew."""
    with suppress(Error):
        found: str = page.evaluate("JSON.parse(document.getElementById('visit').textContent).envelope.instrument")
        return found
    return None


def test_old_figures_stay_to_the_digit_and_both_versions_are_taken(any_runtime: Runtime, clock: Clock, tmp_path: Path) -> None:
    source = random.Random(4)  # noqa: S311  # sheets, not secrets
    said = post(any_runtime, OLD, 60, source)
    before = figures_of(any_runtime, OLD)
    assert before.cells == counted_by_hand(any_runtime, said).cells
    clock.move(days=5)
    upgraded = with_new_version(any_runtime, tmp_path)
    post(upgraded, NEW, 45, source)
    assert figures_of(upgraded, OLD) == before
    late = post(upgraded, OLD, 25, source)
    assert figures_of(upgraded, OLD).cells == counted_by_hand(upgraded, said + late).cells
    assert figures_of(upgraded, NEW).cells[0].respondents > 0
    pooled = figures_of(upgraded, "khanh-hoa-2022").cells[0]
    assert pooled.respondents == sum(figures_of(upgraded, version).cells[0].respondents for version in (OLD, NEW))


def test_tablet_kept_from_before_sends_the_old_version_and_then_asks_the_new_one(
    runtime: Runtime, browser: Browser, tmp_path: Path, device_key: str
) -> None:
    short = with_short_questionnaire(runtime)
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        open_tablet(tablet.page, server.address, device_key)
        server.stop()
        tablet.page.goto(f"{server.address}/tablet")
        for number in range(2):
            answer(tablet.page, level=4)
            finish(tablet.page, f"bản cũ {number}")
        server.runtime = with_new_version(short, tmp_path)
        server.start()
        wait_until_sent(tablet.page)
        tablet.page.reload()
        # The tablet's look for a new version, which comes every ten minutes; the page then comes again by itself, since nobody is there.
        tablet.page.evaluate("() => { navigator.serviceWorker.getRegistration('/tablet').then((r) => r.update()); }")
        wait_until(lambda: asked_version(tablet.page) == NEW, "the new questionnaire on the idle screen")
        expect(tablet.page.locator("button.huge")).to_be_visible()
        answer(tablet.page, level=5)
        finish(tablet.page, "bản mới")
        wait_until(lambda: count_responses(short) == 3, "the sheet of the new version")
    with short.database.read() as session:
        assert sorted(row.instrument_id for row in session.scalars(select(Response))) == [OLD, OLD, NEW]
