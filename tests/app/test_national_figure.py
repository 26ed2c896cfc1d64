"""The figure of many provinces equals what their own pages say, to the digit: filters, methods, verdicts and exclusions included."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from analytics.cluster import ClusterError
from analytics.index_report import Question, compute_report
from analytics.store.excluded import EXCLUDED
from analytics.targets import Target, TargetBook
from app import schema
from app.cli.cluster import cluster_command
from app.config import Settings
from app.factory import create_app
from app.models import Exclusion, HourClosing
from app.runtime import Runtime, open_runtime
from app.selection import Selection
from app.services.exclusions import Stretch, propose_exclusion, settle_exclusion, withdraw_exclusion
from app.services.figures import Figures
from app.services.installation import make_installation
from app.services.instruments import publish_instruments
from app.services.intake import Sender, submit_responses
from app.services.keys import add_api_key, add_device
from app.services.people import Person, add_user
from app.services.store import StoreKeeper
from survey_forms import read_submission
from survey_forms.vocabulary import STAGES, Stage
from tests.analytics.cluster.machines import running_scheduler
from tests.clock import Clock
from tests.conftest import SECRET
from tests.factories import COMMUNE, KIOSK, NEIGHBOUR, PROVINCE, add_office, response

TARGETS = "unit,field,year,target,source\n,,,0.9,KH\n,dat-dai,,0.8,KH\n"
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"by": "unit"},
    {"by": "unit,field", "method": "criteria_mean"},
    {"by": "field", "method": "factor_mean", "confidence": "0.9"},
    {"by": "unit", "period": "2025-09", "channel": "poster"},
    {"method": "criteria_mean", "field": "dat-dai"},
    {"by": "unit", "from": "2025-09-03", "to": "2025-09-06"},
    {"stage": "filing"},
)


@dataclass(frozen=True)
class Province:
    """An installation of its own, and who may read its figures."""

    name: str
    runtime: Runtime
    client: FlaskClient
    key: str

    @property
    def parts(self) -> Path:
        """Its store."""
        return self.runtime.settings.data_dir / "store"

    def read_api(self, filters: dict[str, str]) -> dict[str, Any]:
        """What its API says."""
        answer = self.client.get("/api/v1/index", query_string=filters, headers={"Authorization": f"Bearer {self.key}"})
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return dict(answer.json)


def open_province(folder: Path, name: str, clock: Clock, n: int) -> Province:
    """An office of n responses in closed hours, all keys the same in every province."""
    data = folder / name
    data.mkdir()
    settings = Settings(data_dir=data, database_url=f"sqlite:///{data / 'sipas.db'}", secret_key=SECRET)
    opened = open_runtime(settings)
    runtime = Runtime(settings, opened.database, opened.secret, opened.instruments, opened.languages, clock=clock)
    schema.upgrade(runtime.database)
    make_installation(runtime, kind="office")
    publish_instruments(runtime)
    add_office(runtime)
    asked_at = {stage: [each.code for each in runtime.instruments[KIOSK].criteria_at(stage)] for stage in STAGES}
    dice = random.Random(n)  # noqa: S311  # sheets, not secrets
    sheets = []
    for number in range(n):
        stage: Stage = "filing" if number % 7 == 0 else "result"
        ratings = {code: dice.choice([2, 3, 4, 4, 5, 5, "no_opinion"]) for code in asked_at[stage] if dice.random() < 0.9}
        place = {"unit": dice.choice([COMMUNE, NEIGHBOUR]), "field": dice.choice(["ho-tich", "dat-dai"]), "stage": stage}
        at = f"2025-09-{dice.choice(['03', '05', '08'])}T0{dice.randrange(1, 9)}:00:00Z"
        sheets.append(response(**place, channel=dice.choice(["kiosk", "poster"]), ratings=ratings, answered_at=at))
    assert len(submit_responses(runtime, [read_submission(sheet) for sheet in sheets], Sender()).acknowledged) == n
    key = add_api_key(runtime, label="Tổng hợp", may=("read figures",), unit_key=PROVINCE)
    return Province(name, runtime, create_app(runtime).test_client(), key)


def confirm_flag(province: Province, state: str = "confirmed") -> None:
    """The commune's mornings of one day and everything of a device nobody knows are left out."""
    hour = province.runtime.hour() - 5 * 24
    with province.runtime.database.write() as session:
        session.merge(Exclusion(id="1", unit_key=COMMUNE, first_hour=hour - 12, last_hour=hour + 12, reason="thử máy", state=state))


def close_and_refresh(provinces: list[Province], clock: Clock) -> None:
    """An hour later."""
    clock.move(hours=1)
    for province in provinces:
        StoreKeeper(province.runtime).refresh(wait=True)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two workers that are processes."""
    with running_scheduler(tmp_path_factory.mktemp("scheduler"), 2) as address:
        yield address


@pytest.fixture
def provinces(tmp_path: Path, clock: Clock) -> Iterator[list[Province]]:
    """Two provinces; in one a flag was confirmed."""
    opened = [open_province(tmp_path, "ha-noi", clock, 150), open_province(tmp_path, "hue", clock, 90)]
    confirm_flag(opened[1])
    close_and_refresh(opened, clock)
    (tmp_path / "targets.csv").write_text(TARGETS, encoding="utf-8")
    yield opened
    for province in opened:
        province.runtime.database.dispose()


def run(provinces: list[Province], scheduler: str, *options: str) -> Result:
    """The command over the parts of provinces."""
    parts = [text for province in provinces for text in ("--parts", f"{province.name}={province.parts}")]
    targets = provinces[0].parts.parent.parent / "targets.csv"
    fixed = ["--instrument", "kiosk-default", "--scheduler", scheduler, "--targets", str(targets)]
    return CliRunner().invoke(cluster_command, ["tally", *parts, *fixed, "--json", *options])


def read(result: Result) -> dict[str, Any]:
    """The JSON that was printed."""
    assert result.exit_code == 0, (result.output, result.exception)
    return dict(json.loads(result.stdout))


def test_every_cell_is_that_of_the_provinces_own_page_and_the_whole_their_sum(provinces: list[Province], scheduler: str) -> None:
    for filters in FILTERS:
        options = [text for name, value in filters.items() if name != "by" for text in (f"--{name}", value)]
        # Without unit a province's page is one cell; by province the country's table has just those.
        by = filters.get("by", "") if "unit" in filters.get("by", "") else ",".join(filter(None, ("province", filters.get("by"))))
        found = read(run(provinces, scheduler, "--by", by, *options))
        for province in provinces:
            expected = [cell for cell in province.read_api(filters)["cells"] if "by" not in filters or cell["field"] or cell["unit"]]
            own = [cell for cell in found["cells"] if cell["province"] == province.name]
            assert [{name: cell[name] for name in cell if name != "province"} for cell in own] == expected, filters
        assert found["cells"][0]["province"] is None
        assert found["cells"][0]["overall"]["answers"] == sum(cell["overall"]["answers"] for cell in found["cells"][1:]), (
            "the whole is the sum of its cells"
        )
    excluded = [each["excluded"] for each in found["provinces"]]
    assert excluded[0] == 0
    assert excluded[1] > 5, "the confirmed flag does something here"


def test_the_whole_is_what_one_machine_computes_from_the_provinces_added_tallies(provinces: list[Province], scheduler: str) -> None:
    tallies = [Figures(province.runtime).gather(Selection()).tally for province in provinces]
    book = TargetBook([Target(None, None, None, Fraction(9, 10))])
    expected = compute_report((tallies[0] + tallies[1]).by(), (), Question(targets=book, year=2025)).to_json()["cells"][0]
    cell = read(run(provinces, scheduler))["cells"][0]
    assert cell.pop("province") is None
    assert cell == expected


def test_a_flag_confirmed_or_withdrawn_is_in_the_figure_at_the_next_refresh_without_an_hour_passing(
    provinces: list[Province], scheduler: str
) -> None:
    with_flags = [province.read_api({"flags": "with"})["cells"][0]["overall"] for province in provinces]
    found = read(run(provinces, scheduler, "--by", "province", "--with-excluded"))
    assert [cell["overall"] for cell in found["cells"][1:]] == with_flags
    assert [each["excluded"] for each in found["provinces"]] == [None, None]
    confirm_flag(provinces[1], "dismissed")
    confirm_flag(provinces[0])
    for province in provinces:
        StoreKeeper(province.runtime).refresh(wait=True)
    found = read(run(provinces, scheduler, "--by", "province"))
    assert [cell["overall"] for cell in found["cells"][1:]] == [province.read_api({})["cells"][0]["overall"] for province in provinces]
    assert found["provinces"][0]["excluded"] > 0
    assert found["provinces"][1]["excluded"] == 0


@pytest.mark.parametrize("place", ["counter", "device"])
def test_an_exclusion_made_by_hand_leaves_the_figure_of_the_country_as_that_of_the_page(
    provinces: list[Province], scheduler: str, clock: Clock, place: str
) -> None:
    runtime = provinces[0].runtime
    device_id, _ = add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1", counter_code="1")
    trial = [response(counter="1", answered_at=f"2025-09-09T0{n % 6 + 1}:00:00Z", respondent={"sex": "female"}) for n in range(12)]
    receipt = submit_responses(runtime, [read_submission(sheet) for sheet in trial], Sender(device_id, COMMUNE))
    assert len(receipt.acknowledged) == 12
    close_and_refresh(provinces, clock)
    before = provinces[0].read_api({})["cells"][0]["respondents"]
    day = date(2025, 9, 9)
    at_tablet, at_counter = Stretch(device_id, None, None, day, day, 9, 12), Stretch(None, COMMUNE, "1", day, day, 9, 12)
    stretch = at_counter if place == "counter" else at_tablet
    for name in ("chuyen-vien-1", "chuyen-vien-2"):
        add_user(runtime, name=name, password="mật khẩu đủ dài để thử", role="analyst")
    exclusion = propose_exclusion(runtime, Person("chuyen-vien-1", "analyst", "", None), stretch, "Chạy thử máy trước khi mở cửa")
    settle_exclusion(runtime, Person("chuyen-vien-2", "analyst", "", None), exclusion, "confirmed", "Đúng là chạy thử, không có người dân")
    StoreKeeper(runtime).refresh(wait=True)
    expected = provinces[0].read_api({})["cells"][0]
    found = read(run(provinces, scheduler, "--by", "province"))
    assert found["cells"][1]["overall"] == expected["overall"]
    assert before - expected["respondents"] == found["provinces"][0]["excluded"] == 6, "the sheets of 9, 10 and 11 o'clock"
    withdraw_exclusion(runtime, Person("chuyen-vien-2", "analyst", "", None), exclusion, "Nhầm ngày, phiếu là của người dân")
    StoreKeeper(runtime).refresh(wait=True)
    again = read(run(provinces, scheduler, "--by", "province"))
    assert again["provinces"][0]["excluded"] == 0
    assert again["cells"][1]["respondents"] == before


def test_responses_of_open_hours_wait_and_the_hour_is_told(provinces: list[Province], scheduler: str, clock: Clock) -> None:
    before = read(run(provinces, scheduler))
    submit_responses(provinces[0].runtime, [read_submission(response(answered_at="2025-09-10T04:00:00Z"))], Sender())
    now = run(provinces, scheduler)
    assert read(now) == before
    assert "ha-noi: 150 phiếu trong 1 tệp, trừ 0 phiếu bị loại trừ có lý do, số liệu đến 11 giờ ngày 10/09/2025" in now.stderr
    close_and_refresh(provinces, clock)
    after = read(run(provinces, scheduler, "--by", "province"))
    assert after["provinces"][0] == {
        "province": "ha-noi", "parts": 2, "responses": 151, "excluded": 0, "closed_until": "2025-09-10T05:00:00Z",
    }  # fmt: skip
    assert after["cells"][1]["overall"] == provinces[0].read_api({})["cells"][0]["overall"]


def test_a_folder_copied_without_its_excluded_responses_gives_no_figure(provinces: list[Province], scheduler: str) -> None:
    for file in (provinces[1].parts / EXCLUDED).iterdir():
        file.unlink()
    result = run(provinces, scheduler)
    assert isinstance(result.exception, ClusterError)
    assert "hue does not say which responses are excluded" in str(result.exception)


def test_what_is_broken_in_the_excluded_folder_is_made_again_at_the_next_refresh(provinces: list[Province], clock: Clock) -> None:
    keeper = StoreKeeper(provinces[1].runtime)
    folder = keeper.folder.path / EXCLUDED
    whole = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert any(name.endswith(".parquet") for name in whole)
    for damage in ("part", "list", "folder"):
        for file in folder.iterdir():
            if damage == "folder" or (damage == "list") == (file.name == "manifest.json"):
                file.unlink() if damage != "list" else file.write_bytes(b"{")
        keeper.refresh(wait=True)
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == whole, damage
    with provinces[1].runtime.database.write() as session:
        session.get_one(HourClosing, 1).database = "another"
    clock.move(hours=1)
    keeper.refresh(wait=True)
    assert b'"another"' in (folder / "manifest.json").read_bytes()


def test_targets_hold_for_a_province_its_units_and_the_year(provinces: list[Province], scheduler: str, tmp_path: Path) -> None:
    file = tmp_path / "others.csv"
    file.write_text(
        f"unit,field,year,target,source\n,,2024,0.1,KH\n,,,0.9,KH\nhue,,2025,0.5,KH\nhue/{COMMUNE},,,0.6,KH\n", encoding="utf-8"
    )
    found = read(run(provinces, scheduler, "--by", "unit", "--targets", str(file)))
    targets = {(cell["province"], cell["unit"]): cell["overall"]["target"] for cell in found["cells"]}
    assert targets == {
        (None, None): 0.9,
        ("ha-noi", COMMUNE): 0.9,
        ("ha-noi", NEIGHBOUR): 0.9,
        ("hue", COMMUNE): 0.6,
        ("hue", NEIGHBOUR): 0.5,
    }
    found = read(run(provinces, scheduler, "--by", "province", "--targets", str(file)))
    assert [cell["overall"]["target"] for cell in found["cells"]] == [0.9, 0.9, 0.5]
    assert all(cell["overall"]["verdict"] for cell in found["cells"])


def test_the_table_speaks_vietnamese(provinces: list[Province], scheduler: str) -> None:
    parts = [text for province in provinces for text in ("--parts", f"{province.name}={province.parts}")]
    options = ["--instrument", "kiosk-default", "--scheduler", scheduler, "--by", "province,field", "--channel", "kiosk"]
    result = CliRunner().invoke(cluster_command, ["tally", *parts, *options])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Chỉ gồm: kênh ")
    assert "Tỉnh, thành phố" in result.stdout
    assert result.stdout.count("hue") == 2
