"""An office's recordings: named by what they say, checked when the installation opens, listed for whoever records."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.sounds import sounds_command
from app.errors import BadInputError, ConfigurationError
from app.factory import create_app
from app.runtime import Runtime
from app.services.sounds import LARGEST_SOUND, load_sounds
from tests.recordings import record, write_tone


def list_sounds(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    monkeypatch.setattr("app.cli.sounds.open_installation", lambda: runtime)
    result = CliRunner().invoke(sounds_command, ["list", *options])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_the_list_names_text_and_file_and_what_is_missing(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    record(runtime.settings.data_dir, "vi", "kiosk-default/criterion-1.1", "kiosk-default/criterion-9.9", "fields/ho-tich")
    said = list_sounds(runtime, monkeypatch, "--lang", "vi")
    lines = {line.split("\t")[0]: line for line in said.splitlines()}
    assert "there    kiosk-default/criterion-1.1.mp3" in lines
    assert "there    fields/ho-tich.mp3" in lines
    assert lines["missing  fields/dat-dai.mp3"].endswith("Đất đai")
    assert lines["missing  screens/invite.mp3"].endswith("Mời Ông/Bà đánh giá việc phục vụ của cơ quan")
    assert "unused   kiosk-default/criterion-9.9" in said
    assert "criterion-1.1" not in list_sounds(runtime, monkeypatch, "--lang", "vi", "--missing")


def test_the_list_of_another_language_shows_its_own_words(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "kiosk-default/level-5.mp3\tVery satisfied" in list_sounds(runtime, monkeypatch, "--lang", "en")
    with pytest.raises(BadInputError, match="no language 'fr'"):
        list_sounds(runtime, monkeypatch, "--lang", "fr")


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".m4a", ".wav"])
def test_a_file_that_is_no_recording_stops_the_start(runtime: Runtime, suffix: str) -> None:
    path = runtime.settings.data_dir / "sounds" / "vi" / "screens" / f"invite{suffix}"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"<html>not a sound</html>")
    with pytest.raises(ConfigurationError, match=f"not a {suffix} recording"):
        create_app(runtime)


def test_a_recording_too_large_for_a_tablet_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "sounds" / "vi" / "screens" / "invite.mp3"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"ID3" + bytes(LARGEST_SOUND))
    with pytest.raises(ConfigurationError, match="at most"):
        load_sounds(tmp_path)


def test_one_sentence_recorded_twice_stops_the_start(tmp_path: Path) -> None:
    record(tmp_path, "vi", "screens/invite")
    (tmp_path / "sounds" / "vi" / "screens" / "invite.mp3").write_bytes(b"ID3")
    with pytest.raises(ConfigurationError, match="recorded twice"):
        load_sounds(tmp_path)


def test_other_files_between_the_recordings_are_left_alone(tmp_path: Path) -> None:
    record(tmp_path, "vi", "screens/invite")
    (tmp_path / "sounds" / "vi" / "screens" / "Thumbs.db").write_bytes(b"x")
    assert list(load_sounds(tmp_path).files["vi"]) == ["screens/invite"]


def test_a_recording_is_served_for_good_under_an_address_of_its_content(runtime: Runtime) -> None:
    path = runtime.settings.data_dir / "sounds" / "vi" / "screens" / "invite.wav"
    write_tone(path)
    file = load_sounds(runtime.settings.data_dir).files["vi"]["screens/invite"]
    client = create_app(runtime).test_client()
    with client.get(f"/sounds/{file.address_part}") as answer:
        assert (answer.status_code, answer.mimetype, answer.data) == (200, "audio/wav", path.read_bytes())
        assert "immutable" in answer.headers["Cache-Control"]
    with client.get(f"/sounds/{file.address_part}", headers={"Range": "bytes=0-3"}) as part:
        assert (part.status_code, part.data) == (206, b"RIFF")
    for wrong in ("invite.wav", "..%2f..%2fsecret.key", file.digest):
        assert client.get(f"/sounds/{wrong}").status_code == 404
    write_tone(path, pitch=880)
    assert load_sounds(runtime.settings.data_dir).files["vi"]["screens/invite"].address_part != file.address_part
