"""The questionnaire on paper: any instrument and stage, in normal or large print, every form with a number of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Final, Literal

import typst

from kiosk.errors import PaperFormError
from kiosk.fonts import dejavu_folder
from kiosk.paper_serial import group_serial
from kiosk.qr import qr_svg
from kiosk.typography import NO_BREAK_SPACE, hold_together
from kiosk.visit import asks_about_feedback
from kiosk.wording import KIND_WORDS, STAGE_WORDS, WORDS
from survey_forms import Instrument, Language, Scale, Stage

FIELD, KIND, FEEDBACK, OVERALL, HELPED, COMMENT = "field", "kind", "feedback", "overall", "helped", "comment"
RATING, QUESTION = "rating.", "question."
"""Names of the places to fill in, a criterion's or question's code behind the last two: on the paper, in typing and in reading a scan."""

PrintSize = Literal["normal", "large"]
PRINT_SIZES: Final[tuple[PrintSize, ...]] = ("normal", "large")
MOST_LEVELS: Final = 9
"""One key each, and one column each; 0 stands for "Không biết / chưa gặp"."""

# What only the paper says; the rest it shares with the screens.
PAPER_WORDS: Final[dict[str, str]] = {
    "title": "Phiếu đánh giá mức độ hài lòng tại Bộ phận Một cửa",
    "how_to": "Mỗi câu xin đánh dấu X vào một ô. Chọn nhầm thì tô kín ô đó rồi đánh dấu ô khác. Câu không muốn trả lời, Ông/Bà để trống.",
    "privacy": "Phiếu không ghi tên. Người tại quầy không xem được: hòm phiếu có khóa, do hai người không làm việc tại quầy cùng mở.",
    "box": "Làm xong, Ông/Bà tự bỏ phiếu vào hòm phiếu có khóa: {place}.",
    "box_unknown": "đặt tại lối ra của Bộ phận Một cửa",
    "office": "Cơ quan",
    "field": "Lĩnh vực",
    "field_blank": "Lĩnh vực của hồ sơ (xin ghi)",
    "stage": "Việc hôm nay",
    "serial": "Số phiếu",
    "one_use": "Mỗi số phiếu chỉ tính một lần; bản chụp lại không được tính.",
    "page_of": "Trang {number}/{total}",
    "kind": "Ông/Bà trả lời với tư cách",
    "helped": "Có người giúp tôi trả lời",
    "criterion": "Đánh giá chung",
    "starred": "* Chỉ trả lời nếu Ông/Bà đã từng gửi góp ý, phản ánh hoặc kiến nghị.",
    "comment": "Ý kiến của Ông/Bà (không bắt buộc)",
    "thanks": "Cảm ơn Ông/Bà",
    "turn": "Xin xem trang tiếp theo.",
}


@dataclass(frozen=True, slots=True)
class PaperForm:
    """Everything the forms of one batch share.

    `field_name` None leaves a line to write it on; `box_place` says where the locked box stands.
    """

    office_name: str
    field_name: str | None
    box_place: str
    stage: Stage
    instrument: Instrument
    size: PrintSize
    demonstration: bool

    def __post_init__(self) -> None:
        list_level_keys(self.instrument.scale)
        if not self.instrument.criteria_at(self.stage):
            raise PaperFormError(
                f"{self.instrument.id} asks nothing at the stage {self.stage}; choose the other stage or another instrument."
            )


def list_level_keys(scale: Scale) -> tuple[str, ...]:
    """The digit printed over each level's column and pressed to enter it, bad to good.

    The level itself where every level is one digit from 1 to 9, else the column's place: a sheet is typed with one key per answer, and 0
    is "Không biết / chưa gặp".

    >>> list_level_keys(Scale(levels=(-1, 0, 1), satisfied_from=1, labels=("Kém", "Vừa", "Tốt")))
    ('1', '2', '3')

    Raises PaperFormError when there are more levels than digits.
    """
    if len(scale.levels) > MOST_LEVELS:
        raise PaperFormError(f"A paper form has at most {MOST_LEVELS} levels, this scale has {len(scale.levels)}; use the tablet for it.")
    if all(1 <= level <= MOST_LEVELS for level in scale.levels):
        return tuple(str(level) for level in scale.levels)
    return tuple(str(place) for place in range(1, len(scale.levels) + 1))


def paper_forms_pdf(form: PaperForm, serials: Sequence[str], language: Language) -> bytes:
    """One PDF with a form for each serial, fonts embedded, without any date of its own.

    Every form begins on a front side, so that a printer that turns sheets over never puts two on one. Corner squares, the page's marks
    and a QR of the number let a scanner find its place. Text goes in as JSON data, never as typst source.
    """
    data = describe_form(form, language)
    data["forms"] = [{"serial": group_serial(serial), "qr": qr_svg(serial)} for serial in serials]
    return _compile("paper_form.typ", json.dumps(data, ensure_ascii=False))


def describe_form(form: PaperForm, language: Language) -> dict[str, object]:
    """What the typst document prints, without the forms' numbers."""

    def t(text: str) -> str:
        return hold_together(language.translate(text))

    instrument, stage = form.instrument, form.stage
    words = {name: t(text) for name, text in PAPER_WORDS.items()}
    words["box"] = t(PAPER_WORDS["box"]).format(place=hold_together(form.box_place) or words["box_unknown"])
    words["no_opinion"], words["yes"], words["no"] = t(WORDS["no_opinion"]), t(WORDS["yes"]), t(WORDS["no"])
    words["comment_advice"], words["about_you"] = t(WORDS["comment_advice"]), t(WORDS["about_you"])
    factors: list[dict[str, object]] = []
    asks_feedback = asks_about_feedback(instrument, stage)
    is_asked = False
    for factor in instrument.factors:
        criteria = [c for c in factor.criteria if stage in c.stages]
        if not criteria:
            continue
        depends = any(c.asked_of == "feedback_givers" for c in criteria)
        factors.append(
            {
                "title": t(factor.title),
                "code": factor.code,
                "asks_feedback": depends and not is_asked,
                "criteria": [
                    {"code": c.code, "cell": RATING + c.code, "text": t(c.text), "starred": c.asked_of == "feedback_givers"}
                    for c in criteria
                ],
            }
        )
        is_asked = is_asked or depends
    keys = list_level_keys(instrument.scale)
    return {
        "language": _typst_language(language.code),
        "is_large": form.size == "large",
        "ribbon": t(WORDS["demonstration"]) if form.demonstration else None,
        "words": words,
        "title": words["title"],
        "office_name": hold_together(form.office_name),
        "field_name": t(form.field_name) if form.field_name else None,
        "stage_name": t(STAGE_WORDS[stage]),
        "instrument": instrument.id,
        "stem": t(instrument.stem),
        "levels": [{"key": key, "label": _hold_end(t(label))} for key, label in zip(keys, instrument.scale.labels, strict=True)],
        "kinds": [t(word) for word in KIND_WORDS.values()],
        "factors": factors,
        "feedback_question": t(instrument.feedback_question) if asks_feedback and instrument.feedback_question else None,
        "overall": t(instrument.overall) if instrument.overall else None,
        "questions": [
            {"cell": QUESTION + q.code, "text": t(q.text), "options": [t(option.text) for option in q.options]}
            for q in instrument.questions
        ],
    }


def _typst_language(code: str) -> str:
    """What typst can call the document's language: two or three letters. A language of another name reads as Vietnamese.

    >>> _typst_language("bdq"), _typst_language("ba-na")
    ('bdq', 'vi')
    """
    return code if len(code) in (2, 3) and code.isascii() and code.isalpha() and code.islower() else "vi"


def _hold_end(label: str) -> str:
    """The last two words of a longer label together, so that it breaks «Rất không | hài lòng» in a narrow column."""
    *beginning, last = label.split(" ")
    return " ".join(beginning) + NO_BREAK_SPACE + last if len(beginning) > 1 else label


def _compile(source_name: str, data: str) -> bytes:
    with as_file(files("kiosk") / source_name) as source:
        pdf: bytes = typst.compile(
            str(source),
            format="pdf",
            font_paths=[str(dejavu_folder())],
            ignore_system_fonts=True,
            sys_inputs={"form": data},
        )
    return pdf
