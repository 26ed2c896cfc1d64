"""Vietnamese that stands on a page of another language says so: a screen reader would else read it in the wrong voice."""

import re
from collections.abc import Iterable

from markupsafe import escape

_TEXT = re.compile(r"(<[^<>]*>)([^<>]+)(?=(<[^<>]*>))")
_SPACE = " \t\r\n"  # not the no-break spaces a sentence may hold
_ONLY_TEXT = ("title", "option", "textarea", "script", "style")
"""Elements that hold no others: they take the attribute themselves or stay as they are."""


def mark_fallbacks(html: str, sentences: Iterable[str]) -> str:
    """Put lang="vi" around every text of a page that is one of these Vietnamese sentences, as they were shown.

    The element itself takes the attribute where it holds nothing else. Attributes and longer texts that only contain such a
    sentence stay as they are.

    >>> mark_fallbacks('<p class="lead">Cảm ơn</p><b>Thanks</b>', ["Cảm ơn"])
    '<p lang="vi" class="lead">Cảm ơn</p><b>Thanks</b>'
    >>> mark_fallbacks("<p><b>1</b> Cảm ơn</p>", ["Cảm ơn"])
    '<p><b>1</b> <span lang="vi">Cảm ơn</span></p>'
    """
    wanted = {str(escape(sentence)) for sentence in sentences}
    if not wanted:
        return html

    def mark(match: re.Match[str]) -> str:
        before, text, after = match.groups()
        if text.strip(_SPACE) not in wanted:
            return match.group()
        name = re.match(r"<(\w+)", before)
        if name and after == f"</{name[1]}>" and " lang=" not in before:
            return f'<{name[1]} lang="vi"{before[len(name[0]) :]}{text}'
        if name and name[1] in _ONLY_TEXT:
            return match.group()
        if " lang=" in before:
            return match.group()
        sentence = text.strip(_SPACE)
        return before + text.replace(sentence, f'<span lang="vi">{sentence}</span>')

    return _TEXT.sub(mark, html)
