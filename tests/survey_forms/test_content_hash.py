"""The hash of a version changes with what was asked, and with nothing else."""

from __future__ import annotations

import unicodedata

import pytest

from survey_forms import parse_instrument

TEXT = """\
series: vi-du
version: "1.0"
title: Ví dụ
scale: {levels: [1, 2, 3], satisfied_from: 3, labels: [Kém, Vừa, Tốt]}
stem: "Ông/Bà thấy thế nào về:"
overall: Nhìn chung
feedback_question: Đã góp ý chưa
factors:
  - code: A
    title: Yếu tố
    short: Ngắn
    criteria:
      - {code: q1, text: Câu một}
      - {code: q2, text: Câu hai}
questions:
  - {code: sex, text: Giới tính, options: [{code: m, text: Nam}, {code: f, text: Nữ}]}
"""
HASH = parse_instrument(TEXT, "vi-du.yaml").content_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("vi-du", "vi-du-khac"),
        ('"1.0"', '"1.1"'),
        ("Ví dụ", "Ví dụ khác"),
        ("satisfied_from: 3", "satisfied_from: 2"),
        ("levels: [1, 2, 3]", "levels: [0, 1, 3]"),
        ("Vừa", "Bình thường"),
        ("thấy thế nào", "nghĩ thế nào"),
        ("Nhìn chung", "Chung"),
        ("Đã góp ý chưa", "Góp ý chưa"),
        ("code: A", "code: B"),
        ("Yếu tố", "Nhóm"),
        ("Ngắn", "Gọn"),
        ("q1", "q3"),
        ("Câu một", "Câu 1"),
        ("code: sex", "code: gender"),
        ("Giới tính", "Giới"),
        ("code: m,", "code: n,"),
        ("Nữ", "nữ"),
    ],
)
def test_a_change_of_wording_code_or_scale_changes_the_hash(old: str, new: str) -> None:
    assert old in TEXT
    assert parse_instrument(TEXT.replace(old, new), "vi-du.yaml").content_hash != HASH


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("series: vi-du", "# a comment\nseries:   vi-du  # and another"),
        ('version: "1.0"\ntitle: Ví dụ', "title: \"Ví dụ\"\n\nversion: '1.0'"),
        ("{code: q1, text: Câu một}", "{text: 'Câu   một', code: q1}"),
        ("title: Yếu tố", "title: >\n      Yếu\n      tố\n"),
        ("text: Câu hai", "text: Câu hai, stages: [result]"),
        ("text: Câu hai", "text: Câu hai, asked_of: feedback_givers"),
        ("short: Ngắn", "short: Ngắn\n    judges: resolver"),
        ("text: Câu hai", "text: Câu hai, judges: resolver"),
        ("text: Câu hai", "text: Câu hai, reasons: [{code: late, text: Trễ hẹn}]"),
    ],
)
def test_comments_order_of_keys_white_space_and_stages_leave_the_hash_alone(old: str, new: str) -> None:
    assert old in TEXT
    assert parse_instrument(TEXT.replace(old, new), "vi-du.yaml").content_hash == HASH


def test_the_two_unicode_spellings_of_vietnamese_have_one_hash() -> None:
    decomposed = unicodedata.normalize("NFD", TEXT)

    assert decomposed != TEXT
    assert parse_instrument(decomposed, "vi-du.yaml").content_hash == HASH


def test_the_hash_is_a_sha256_in_hexadecimal() -> None:
    assert len(HASH) == 64
    assert set(HASH) <= set("0123456789abcdef")


def test_texts_lists_every_text_once_in_the_order_of_the_form() -> None:
    assert parse_instrument(TEXT, "vi-du.yaml").texts() == (
        "Ví dụ",
        "Ông/Bà thấy thế nào về:",
        "Kém",
        "Vừa",
        "Tốt",
        "Yếu tố",
        "Ngắn",
        "Câu một",
        "Câu hai",
        "Nhìn chung",
        "Đã góp ý chưa",
        "Giới tính",
        "Nam",
        "Nữ",
    )
