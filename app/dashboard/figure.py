"""One estimate as a page or file shows it: words and decimal texts, made once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from analytics.results import Estimate
from analytics.targets import Target
from app.vietnamese import (
    NO_NUMBER,
    VerdictWords,
    decimal_comma,
    exact_percent,
    interval,
    target_percent,
    tell_verdict,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A share with everything printed beside it. `respondents` are the valid forms of its cell."""

    estimate: Estimate
    respondents: int
    target: Target | None

    @property
    def percent(self) -> Decimal | None:
        """The share as a percentage, rounded half-up to two decimals."""
        return exact_percent(self.estimate)

    @property
    def number(self) -> str:
        """The percentage without its sign: 88,41; "–" without an answer."""
        return NO_NUMBER if self.percent is None else decimal_comma(self.percent)

    @property
    def interval(self) -> str | None:
        """The interval, None where none is defined."""
        return interval(self.estimate.low, self.estimate.high)

    @property
    def verdict(self) -> VerdictWords:
        """The verdict's words and sign."""
        return tell_verdict(self.estimate.verdict)

    @property
    def is_few(self) -> bool:
        """Whether there are answers, but too few forms for a verdict."""
        return self.estimate.verdict == "insufficient"

    @property
    def verdict_sentence(self) -> str:
        """The verdict with its target: "Chưa đạt 90%, trong sai số"."""
        words = self.verdict.words
        if self.target is None or self.estimate.verdict in (None, "no_data", "insufficient"):
            return words
        goal = target_percent(self.target.share)
        return words.replace("Chưa đạt", f"Chưa đạt {goal}") if words.startswith("Chưa đạt") else words.replace("Đạt", f"Đạt {goal}")

    @property
    def target_text(self) -> str:
        """The target as documents write it: 90%."""
        return NO_NUMBER if self.target is None else target_percent(self.target.share)

    @property
    def source(self) -> str | None:
        """The document that set the target."""
        return self.target.source if self.target is not None else None


@dataclass(frozen=True, slots=True)
class TargetNote:
    """A target in force on a page: its share, where it holds, the document that set it."""

    share: str
    scope: str
    source: str
    """Empty: nobody noted it."""


def list_target_notes(figures: list[Figure], units: Mapping[str, str], fields: Mapping[str, str]) -> list[TargetNote]:
    """Every target the figures of a page are held against, each once: general ones first, then by field and unit."""
    targets = {figure.target for figure in figures if figure.target is not None}
    ordered = sorted(targets, key=lambda t: (t.unit is not None, t.field is not None, -t.share, t.unit or "", t.field or ""))
    return [TargetNote(target_percent(t.share), _scope(t, units, fields), t.source or "") for t in ordered]


def _scope(target: Target, units: Mapping[str, str], fields: Mapping[str, str]) -> str:
    parts = [
        units.get(target.unit, target.unit) if target.unit else None,
        fields.get(target.field, target.field) if target.field else None,
        f"năm {target.year}" if target.year else None,
    ]
    named = [part for part in parts if part]
    if target.unit is None and target.field is None:
        named.insert(0, "Mức chung")
    return ", ".join(named)
