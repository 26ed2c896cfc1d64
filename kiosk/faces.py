"""The face, tone and place of each level of a scale, for any number of levels: one drawing rule for page and script."""

from dataclasses import dataclass
from typing import Final

from survey_forms.scale import Scale

N_TONES: Final = 5  # the diverging ramp of tokens.css


@dataclass(frozen=True, slots=True)
class Face:
    """One level as it is drawn: mouth as an SVG path in a 0..100 box, open for the best level, tone 1..5 of the ramp."""

    level: int
    label: str
    mouth: str
    laughing: bool
    tone: int


def _mouth(share: float) -> str:
    """A mouth from sad (0) over straight (0.5) to glad (1): one quadratic curve whose corners stay on one line."""
    bend = round((share - 0.5) * 44, 1)
    corner = round(70 - bend / 2.6, 1)
    half = round(20 + 3 * abs(2 * share - 1), 1)
    return f"M{50 - half:g} {corner:g}Q50 {corner + bend:g} {50 + half:g} {corner:g}"


def faces(scale: Scale) -> tuple[Face, ...]:
    """One face per level, bad to good. The best level of a scale laughs; a tone is the nearest of the five."""
    last = len(scale.levels) - 1
    drawn = []
    for place, (level, label) in enumerate(zip(scale.levels, scale.labels, strict=True)):
        share = place / last
        laughing = place == last
        mouth = "M27 58H73Q71 80 50 80T27 58Z" if laughing else _mouth(share)
        drawn.append(Face(level, label, mouth, laughing, 1 + round(share * (N_TONES - 1))))
    return tuple(drawn)
