"""What a database is, and the instruments published in it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.config import Settings, derive_key, load_settings
from app.errors import ConfigurationError
from app.models import Installation, InstrumentVersion
from app.queries.instruments import find_instrument, list_series
from app.runtime import Runtime, open_runtime
from app.services.installation import make_installation
from app.services.instruments import publish_instruments
from survey_forms import Instrument


def test_office_never_becomes_a_demonstration(runtime: Runtime) -> None:
    with pytest.raises(ConfigurationError, match="not made by `sipas demo`"):
        make_installation(runtime, kind="demonstration")
    with runtime.database.read() as session:
        assert session.get_one(Installation, 1).kind == "office"


def test_label_is_written_once(runtime: Runtime) -> None:
    make_installation(runtime, kind="office")
    with runtime.database.read() as session:
        assert len(session.scalars(select(Installation)).all()) == 1


def test_every_shipped_instrument_is_published_once(runtime: Runtime) -> None:
    publish_instruments(runtime)
    with runtime.database.read() as session:
        ids = set(session.scalars(select(InstrumentVersion.id)))
    assert ids == set(runtime.instruments)


def test_edited_version_is_refused_with_what_to_do(runtime: Runtime) -> None:
    first = next(iter(runtime.instruments.values()))
    edited = Instrument.model_validate(first.model_dump() | {"stem": "Ông/Bà thấy thế nào về:"})
    changed = replace(runtime, instruments={**runtime.instruments, first.id: edited})
    with pytest.raises(ConfigurationError, match="new minor version"):
        publish_instruments(changed)


def test_published_instrument_outlives_its_file(runtime: Runtime) -> None:
    without_files = replace(runtime, instruments={})
    with runtime.database.read() as session:
        known = find_instrument(without_files, session, "kiosk-default@1.0")
    assert known == runtime.instruments["kiosk-default@1.0"]


def test_versions_of_a_series_are_in_the_order_of_their_numbers(runtime: Runtime) -> None:
    template = runtime.instruments["phu-luong-2026@1.0"]
    later = {f"{template.series}@{v}": template.model_copy(update={"version": v}) for v in ("1.10", "1.9")}
    publish_instruments(replace(runtime, instruments=later))
    with runtime.database.read() as session:
        assert list_series(session)[template.series] == [f"{template.series}@{v}" for v in ("1.0", "1.9", "1.10")]


def test_instruments_of_the_data_folder_are_taken_and_a_taken_id_is_refused(runtime: Runtime) -> None:
    folder = runtime.settings.data_dir / "instruments"
    folder.mkdir()
    text = (
        'series: own\nversion: "1.0"\n'
        "scale: {levels: [1, 2], satisfied_from: 2, labels: [Chưa hài lòng, Hài lòng]}\n"
        'factors: [{code: "1", title: Chung, criteria: [{code: "1.1", text: Việc tiếp đón}]}]\n'
    )
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    assert "own@1.0" in open_runtime(runtime.settings).instruments
    (folder / "twice.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"own@1\.0"):
        open_runtime(runtime.settings)


def test_no_secret_no_start(runtime: Runtime) -> None:
    with pytest.raises(ConfigurationError, match="secret key"):
        open_runtime(Settings(data_dir=runtime.settings.data_dir, secret_key=""))
    with pytest.raises(ConfigurationError, match="secret key"):
        open_runtime(Settings(data_dir=runtime.settings.data_dir, secret_key="short"))


def test_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPAS_N_MIN", "none")
    with pytest.raises(ConfigurationError, match="SIPAS_N_MIN"):
        load_settings()


def test_keys_of_different_purposes_differ() -> None:
    assert derive_key(b"s" * 32, "rating-code:1") != derive_key(b"s" * 32, "response-digest")
