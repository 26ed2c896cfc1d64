"""The closed lists every part of the product shares, as types and as tuples to loop over."""

from __future__ import annotations

from typing import Final, Literal, get_args

Stage = Literal["filing", "result"]
"""When a citizen rates: on filing a dossier (nộp hồ sơ) or on receiving the result (nhận kết quả)."""

Channel = Literal["kiosk", "invitation", "poster", "link", "paper", "import"]
"""How a response arrived. A poster carries no code, so it is counted apart."""

Mode = Literal["in_person", "online", "postal"]
"""How the dossier was handed in: trực tiếp, trực tuyến, bưu chính công ích."""

HandedOut = Literal["paper", "link"]
"""How a rating code reached its holder: on paper (channel `invitation`), or in a message by SMS or Zalo (channel `link`)."""

RespondentKind = Literal["individual", "organisation", "authorised"]
"""Who answers: cá nhân; tổ chức, doanh nghiệp; người được ủy quyền."""

Took = Literal["<30", "30-59", "60-119", ">=120"]
"""Seconds a respondent needed, in four classes: exact times would let an onlooker find the sheet again."""

Judges = Literal["desk", "resolver"]
"""Whom a factor or one of its criteria judges: the receiving desk, or the unit that resolves the dossier."""

AskedOf = Literal["everyone", "feedback_givers"]
"""Whom a criterion is put to: everyone, or only those who ever gave feedback."""

Asking = Literal["full", "rotating"]
"""How much one citizen is asked: every criterion of the stage, or a balanced handful of them."""

NoOpinion = Literal["no_opinion"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
MODES: Final[tuple[Mode, ...]] = get_args(Mode)
HANDED_OUT: Final[tuple[HandedOut, ...]] = get_args(HandedOut)
RESPONDENT_KINDS: Final[tuple[RespondentKind, ...]] = get_args(RespondentKind)
TOOK_CLASSES: Final[tuple[Took, ...]] = get_args(Took)
JUDGES: Final[tuple[Judges, ...]] = get_args(Judges)
NO_OPINION: Final[NoOpinion] = "no_opinion"
"""“Không biết / chưa gặp”: an answer, but not a rating; it counts neither as satisfied nor as answered."""

ENVELOPE_COLUMNS: Final = frozenset(
    [
        "unit",
        "field",
        "channel",
        "stage",
        "mode",
        "kind",
        "counter",
        "procedure",
        "resolving_unit",
        "helped",
        "took",
        "id",
        "instrument",
        "answered_on",
        "answered_at",
        "asked",
        "repeats_previous",
        "overall",
        "comment",
        "label",
    ]
)
"""Columns that stand beside the criteria in every table of responses; no criterion may be called like one."""
