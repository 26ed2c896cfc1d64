"""What stands behind "Thêm điều kiện": who answered, where and how, at which hours; and how many of the forms say so at all."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.orm import Session

from app.dashboard.pills import EVERYTHING, Choice, Filter, Group, Section, as_group
from app.dashboard.reading import Reading
from app.queries.conditions import list_counters, list_devices, list_procedures
from app.selection import Selection
from app.services.figures import Figures
from app.vietnamese import MODES, RESPONDENT_KINDS, STAGES, TOOK, collation_key
from kiosk.typography import NO_BREAK_SPACE
from survey_forms.instrument import Question

_MOST_CHOICES: Final = 250  # a longer list is no list
_ADDRESSED: Final = " của Ông/Bà"
_KNOWN: Final = {
    "counter": "ghi quầy",
    "device": "gửi từ máy tính bảng",
    "procedure": "ghi thủ tục",
    "mode": "ghi cách nộp hồ sơ",
    "kind": "ghi loại người trả lời",
    "took": "ghi thời gian trả lời",
}


@dataclass(frozen=True, slots=True)
class Known:
    """How many of the forms that the other filters leave say at all what a filter asks for."""

    sentence: str
    n_known: int
    n_all: int


def name_question(question: Question) -> str:
    """A question about the respondent as a heading: "Giới tính của Ông/Bà" is "Giới tính"."""
    return question.text.removesuffix(_ADDRESSED).rstrip("?")


def list_sections(
    session: Session, query: Mapping[str, str], questions: Mapping[str, Question], units: Collection[str] | None
) -> tuple[Section, ...]:
    """The lists of who answered, where and how. `units` are those in sight; None: all."""
    return (
        Section("Người trả lời", tuple(_who(query, questions))),
        Section("Nơi và cách tiếp nhận", tuple(_where(session, query, units))),
    )


def _who(query: Mapping[str, str], questions: Mapping[str, Question]) -> Iterable[Filter]:
    for code, question in questions.items():
        options = as_group((option.code, option.text) for option in question.options)
        yield Filter(code, name_question(question), query.get(code, ""), (EVERYTHING, options))
    yield Filter("kind", "Là", query.get("kind", ""), (EVERYTHING, as_group(RESPONDENT_KINDS.items())))
    yield Filter("helped", "Có người giúp", query.get("helped", ""), (EVERYTHING, as_group((("yes", "Có"), ("no", "Không")))))
    yield Filter("took", "Trả lời trong", query.get("took", ""), (EVERYTHING, as_group(TOOK.items())))


def _where(session: Session, query: Mapping[str, str], units: Collection[str] | None) -> Iterable[Filter]:
    yield Filter("stage", "Thời điểm", query.get("stage", ""), (EVERYTHING, as_group(STAGES.items())))
    yield Filter("mode", "Cách nộp", query.get("mode", ""), (EVERYTHING, as_group(MODES.items())))
    field = query.get("field")
    procedures = _listed(list_procedures(session, field), query.get("procedure"), "Chọn lĩnh vực để có danh sách thủ tục")
    yield Filter("procedure", "Thủ tục", query.get("procedure", ""), (EVERYTHING, *procedures))
    narrow = "Chọn đơn vị để có danh sách"
    counters = _listed(list_counters(session, units), query.get("counter"), narrow)
    yield Filter("counter", "Quầy", query.get("counter", ""), (EVERYTHING, *counters))
    devices = _listed(list_devices(session, units), query.get("device"), narrow)
    yield Filter("device", "Máy tính bảng", query.get("device", ""), (EVERYTHING, *devices))


def _listed(names: Mapping[str, str], chosen: str | None, narrow: str) -> tuple[Group, ...]:
    """The entries in Vietnamese order; of too many only the chosen one, and a heading that says how to get fewer."""
    choices = sorted((Choice(value, name) for value, name in names.items()), key=lambda choice: collation_key(choice.name))
    if len(choices) <= _MOST_CHOICES:
        return (Group(tuple(choices)),)
    return (Group(tuple(choice for choice in choices if choice.value == chosen), narrow),)


def list_hours(query: Mapping[str, str]) -> tuple[Filter, ...]:
    """The two lists of the hours of the day."""

    def hours(first: int, until: int) -> Group:
        return as_group((str(hour), f"{hour}{NO_BREAK_SPACE}giờ") for hour in range(first, until))

    return (
        Filter("from_hour", "Từ giờ", query.get("from_hour", ""), (_renamed("Đầu ngày"), hours(1, 24))),
        Filter("to_hour", "Đến giờ", query.get("to_hour", ""), (_renamed("Hết ngày"), hours(1, 24))),
    )


def _renamed(name: str) -> Group:
    return Group((Choice("", name),))


def list_known(figures: Figures, reading: Reading, questions: Mapping[str, Question]) -> tuple[Known, ...]:
    """For every filter in use whose characteristic some forms leave open: how many of those the other filters leave name it."""
    selection = reading.evidence.selection
    known = []
    for name, said in _KNOWN.items():
        if getattr(selection, name) is not None:
            open_again: dict[str, Any] = {name: None}
            known.append(_count_known(figures, reading, name, replace(selection, **open_again), f"phiếu {said}"))
    for code, _ in selection.respondent:
        others = tuple(pair for pair in selection.respondent if pair[0] != code)
        sentence = f"phiếu trả lời câu hỏi “{name_question(questions[code])}”"
        known.append(_count_known(figures, reading, code, replace(selection, respondent=others), sentence))
    return tuple(one for one in known if one.n_known < one.n_all)


def _count_known(figures: Figures, reading: Reading, name: str, without: Selection, sentence: str) -> Known:
    tally = figures.count_groups(reading.evidence, (name,), without).by(name)
    n_all = int(tally.n_returned.sum())
    n_silent = int(tally.n_returned[(tally.cells[name] == "").to_numpy(dtype=bool)].sum())
    return Known(sentence, n_all - n_silent, n_all)
