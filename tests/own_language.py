"""A third language as an office would add it: one file in the data folder, some of it translated, with the letters of the highlands.

The words are made up: what is tested are the letters ƀ, ĕ, ŏ and ơ̆ – the last has no character of its own.
"""

import unicodedata
from pathlib import Path

CODE, NAME = "tst", "Tơ\u0306ng Ƀana"
LETTERS = ("ƀ", "Ƀ", "ĕ", "ŏ", "ơ\u0306")
TEXTS = {
    "Mời Ông/Bà đánh giá việc phục vụ của cơ quan": "Ƀơ\u0306k ĕi pơnŏh kơ cơ quan",
    "Bắt đầu": "Ƀơ\u0306m pơnŏl",
    "Hài lòng": "Ƀơ\u0306 ĕm",
    "Đọc to": "Pơrơ\u0306 ŏh",
    "Quay lại": "Wơ\u0306 ƀĕ",
    "Phiếu đánh giá mức độ hài lòng tại Bộ phận Một cửa": "Hla ƀar pơnŏh ơ\u0306m ĕ",
}


def write_language(data_dir: Path, *, decomposed: bool = False) -> None:
    """Put the file where an office puts it; `decomposed` as a Mac would write it."""
    lines = [f"language: {CODE}", f'name: "{NAME}"', "instruments:", '  "Hài lòng": "' + TEXTS["Hài lòng"] + '"', "screens:"]
    lines += [f'  "{vietnamese}": "{translated}"' for vietnamese, translated in TEXTS.items() if vietnamese != "Hài lòng"]
    (data_dir / "lang").mkdir(exist_ok=True)
    text = "\n".join(lines) + "\n"
    (data_dir / "lang" / f"{CODE}.yaml").write_text(unicodedata.normalize("NFD", text) if decomposed else text, encoding="utf-8")
