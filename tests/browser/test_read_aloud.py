"""Reading aloud: the office's recordings or a voice of this device, a whole step or none of it, and silence for the next person."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.runtime import Runtime
from kiosk.sounds import list_recordables
from kiosk.wording import WORDS
from survey_forms import find_instrument
from tests.browser.citizen import begin
from tests.browser.offline import office, open_tablet, tablet_browser, with_short_questionnaire
from tests.browser.patience import open_window, wait_until
from tests.recordings import record

EVERYTHING = ("screens/invite", "screens/invite_more", "screens/stage_question", "screens/filing", "screens/filing_more")
RESULT = ("screens/result", "screens/result_more")


@pytest.fixture
def short(runtime: Runtime) -> Runtime:
    """The installation, asking few questions."""
    return with_short_questionnaire(runtime)


def hear(page: Page) -> None:
    """Note every recording that comes to its end."""
    expect(page.locator("#reader")).to_be_attached()  # what reads aloud comes behind everything the first question needs
    page.evaluate(
        "() => { window.heard = []; const reader = document.getElementById('reader');"
        "reader.addEventListener('ended', () => window.heard.push([reader.currentTime > 0, reader.error === null])); }"
    )


def wait_until_heard(page: Page, how_many: int) -> None:
    """Wait for so many recordings to have been played to their end."""
    heard: list[object] = []

    def hear_again() -> bool:
        heard[:] = page.evaluate("window.heard")
        return len(heard) >= how_many

    wait_until(hear_again, f"{how_many} recordings to end")
    assert heard == [[True, True]] * how_many


def is_playing(page: Page) -> bool:
    """Whether a recording is being read."""
    found: bool = page.evaluate("!document.getElementById('reader').paused")
    return found


def test_each_step_is_read_once_reading_is_on_and_the_next_person_starts_in_silence(
    short: Runtime, browser: Browser, tmp_path: Path, device_key: str
) -> None:
    record(short.settings.data_dir, "vi", *EVERYTHING, *RESULT)
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        page = tablet.page
        open_tablet(page, server.address, device_key)
        speak = page.get_by_role("button", name="Đọc to", exact=True)
        expect(speak).to_have_attribute("aria-pressed", "false")
        assert not is_playing(page)
        hear(page)
        speak.click()
        expect(speak).to_have_attribute("aria-pressed", "true")
        wait_until_heard(page, 2)
        page.evaluate("window.heard = []")
        begin(page)
        wait_until_heard(page, len(EVERYTHING + RESULT) - 2)
        page.locator(".choice").first.click()
        expect(speak).to_have_count(0)  # the names of the fields are not recorded: half a step is not read
        tablet.pass_time(85)
        expect(page.locator("button.huge")).to_be_visible()
        expect(speak).to_have_attribute("aria-pressed", "false")


def test_a_touch_stops_the_reading(short: Runtime, browser: Browser, tmp_path: Path, device_key: str) -> None:
    record(short.settings.data_dir, "vi", *EVERYTHING, *RESULT, seconds=20)
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        page = tablet.page
        open_tablet(page, server.address, device_key)
        page.locator("#speak").click()
        wait_until(lambda: is_playing(page) and page.evaluate("document.getElementById('reader').currentTime > 0"), "the reading to begin")
        page.locator("h1").click()
        assert not is_playing(page)


def test_recordings_are_kept_and_read_with_the_server_stopped(short: Runtime, browser: Browser, tmp_path: Path, device_key: str) -> None:
    record(short.settings.data_dir, "vi", *EVERYTHING, *RESULT)
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        page = tablet.page
        open_tablet(page, server.address, device_key)
        kept = "caches.open('sipas-sounds').then((cache) => cache.keys()).then((keys) => keys.length)"
        wait_until(lambda: page.evaluate(kept) == len({*EVERYTHING, *RESULT}), "the recordings in the cache")
        server.stop()
        page.goto(f"{server.address}/tablet")
        expect(page.locator("#speak")).to_be_visible()
        hear(page)
        page.locator("#speak").click()
        wait_until_heard(page, 2)
        part = page.evaluate(
            "async () => { const { sounds, addresses } = JSON.parse(document.getElementById('visit').textContent);"
            "const answer = await fetch(addresses.sounds + Object.values(sounds.vi)[0], { headers: { Range: 'bytes=0-3' } });"
            "return [answer.status, await answer.text()]; }"
        )
        assert part == [206, "RIFF"]


def test_without_recordings_or_a_voice_there_is_no_button(short: Runtime, browser: Browser, tmp_path: Path, device_key: str) -> None:
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        open_tablet(tablet.page, server.address, device_key)
        voices = tablet.page.evaluate(
            "speechSynthesis.getVoices().filter((voice) => voice.localService && voice.lang.startsWith('vi')).length"
        )
        tablet.page.evaluate("import('/kiosk/static/speech.js').then(() => null)")
        expect(tablet.page.locator("#speak")).to_have_count(1 if voices else 0)


def test_a_phone_reads_too(runtime: Runtime, browser: Browser) -> None:
    record(runtime.settings.data_dir, "vi", *EVERYTHING[:2])
    with office(runtime) as server:
        page = open_window(browser, viewport={"width": 360, "height": 740})
        page.goto(f"{server.address}/p/xa-a")
        hear(page)
        page.get_by_role("button", name="Đọc to", exact=True).click()
        wait_until_heard(page, 2)
        page.context.close()


_CHOOSE = """async ([sentences, where]) => {
  const { chooseSource } = await import("/kiosk/static/speech.js");
  const source = chooseSource(sentences, where);
  return source && (source.files ?? source.spoken.map((part) => [part.text, part.lang, part.voice.name]));
}"""
VOICES = [
    {"name": "far", "lang": "vi-VN", "localService": False, "default": True},
    {"name": "near", "lang": "vi_VN", "localService": True, "default": False},
    {"name": "other", "lang": "en-GB", "localService": True, "default": False},
    {"name": "usual", "lang": "en-US", "localService": True, "default": True},
    {"name": "vibrant", "lang": "vib", "localService": True, "default": True},
]


@pytest.mark.parametrize(
    ("lang", "sounds", "voices", "chosen"),
    [
        pytest.param("vi", {"vi": {"A": "a.mp3", "B": "b.mp3"}}, VOICES, ["a.mp3", "b.mp3"], id="recordings come first"),
        pytest.param(
            "vi", {"vi": {"A": "a.mp3"}}, VOICES, [["A", "vi", "near"], ["B", "vi", "near"]], id="a half-recorded step goes to the voice"
        ),
        pytest.param("vi", {"vi": {"A": "a.mp3"}}, [], None, id="a half-recorded step without a voice is not read"),
        pytest.param("vi", {}, VOICES[:1], None, id="never a remote voice"),
        pytest.param("vi", {}, VOICES[4:], None, id="a language is not the beginning of a word"),
        pytest.param("en", {}, VOICES, [["one", "en", "usual"], ["B", "vi", "near"]], id="what is not translated is read in Vietnamese"),
        pytest.param("en", {"en": {"A": "one.ogg"}, "vi": {"B": "b.mp3"}}, [], ["one.ogg", "b.mp3"], id="so are recordings"),
        pytest.param("en", {"vi": {"A": "a.mp3", "B": "b.mp3"}}, [], None, id="a translated sentence is not read in Vietnamese"),
    ],
)
def test_what_is_read_comes_from_here_and_is_a_whole_step(
    browser: Browser, address: str, lang: str, sounds: object, voices: object, chosen: object
) -> None:
    page = open_window(browser)
    page.goto(f"{address}/r")
    where = {"lang": lang, "home": "vi", "texts": {"A": "one"}, "sounds": sounds, "voices": voices}
    assert page.evaluate(_CHOOSE, [["A", "B"], where]) == chosen
    page.context.close()


def test_every_sentence_the_script_reads_can_be_recorded(browser: Browser, address: str) -> None:
    page = open_window(browser)
    page.goto(f"{address}/p/xa-a")
    read = page.evaluate(
        """async () => {
          const data = JSON.parse(document.getElementById("visit").textContent);
          const { sentencesOf } = await import("/kiosk/static/speech.js");
          const { emptyAnswers, steps } = await import("/kiosk/static/flow.js");
          const said = [];
          for (const stage of data.stages) {
            const answers = { ...emptyAnswers(data), stage, kind: "authorised", gaveFeedback: true };
            const visit = { ...data, envelope: { ...data.envelope, code: "x" } };
            for (const step of steps(visit, answers)) said.push(...sentencesOf(step, { data, words: data.words }));
          }
          return said;
        }"""
    )
    instrument = find_instrument("kiosk-default@1.0")
    recordable = {each.sentence for each in list_recordables(instrument, ())} | {"Hộ tịch", "Đất đai"}
    assert set(read) <= recordable
    assert {criterion.text for criterion in instrument.criteria} <= set(read)
    assert WORDS["no_opinion"] in read
    page.context.close()
