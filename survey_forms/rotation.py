"""Rotating: each citizen gets the overall question and a balanced handful of criteria, drawn with no network.

The design is cyclic. The criteria of a stage are put in a random order on a circle; one visit after another takes the next handful. After
one cycle – the fewest visits that go round a whole number of times – every criterion has been asked exactly equally often, and a new
random order starts, so that over time every pair meets as often as every other. The same rule in JavaScript stands in
`kiosk/static/rotation.js`; a test runs both on many inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Final

from survey_forms.instrument import Instrument
from survey_forms.vocabulary import Stage

MOST_ASKED: Final = 6
"""Criteria of one handful; with the overall question nobody answers more than seven."""
SEED_BYTES: Final = 12

_WORD: Final = 0xFFFFFFFF


def draw_rotation(
    instrument: Instrument, stage: Stage, *, seed: bytes, label: str, turn: int, most_asked: int = MOST_ASKED
) -> tuple[str, ...]:
    """The criteria asked at one visit, in the order of the form.

    ``seed`` is twelve random bytes of the device; ``label`` names what is balanced apart (unit, field and stage); ``turn`` counts the
    visits of that label on that device from 0. The result depends on these alone.

    Method: systematic sampling on a randomly ordered circle with a random start. Whatever happened before, each of n criteria is asked
    with probability most_asked / n, independently of what the person would answer, so the share among those asked estimates the share
    among all without bias. Within a cycle the counts of two criteria differ by one at most, after it not at all; over any run of visits
    by two at most. A stage of at most ``most_asked`` criteria asks them all, a stage of none asks none. Criteria put only to those who
    gave feedback are drawn like the others and then put to those alone.

    Raises ValueError for another length of seed, a negative turn or a handful below one.

    >>> from survey_forms.loader import find_instrument
    >>> instrument = find_instrument("kiosk-default")
    >>> draw_rotation(instrument, "result", seed=bytes(12), label="xa-a|ho-tich|result", turn=0)
    ('1.1', '1.2', '3.2', '3.5', '4.4', '5.3')
    """
    if len(seed) != SEED_BYTES:
        raise ValueError(f"the seed of a rotation has {SEED_BYTES} bytes, {len(seed)} were given")
    if turn < 0 or most_asked < 1:
        raise ValueError("turns are counted from 0, and at least one criterion is asked")
    codes = [criterion.code for criterion in instrument.criteria_at(stage)]
    if len(codes) <= most_asked:
        return tuple(codes)
    cycle, place = divmod(turn, cycle_length(len(codes), most_asked))
    taken = _take(_shuffle(len(codes), seed, label, cycle), place, most_asked)
    return tuple(code for position, code in enumerate(codes) if position in taken)


def cycle_length(n_criteria: int, most_asked: int = MOST_ASKED) -> int:
    """Visits after which every criterion has been asked equally often.

    >>> cycle_length(21), cycle_length(16), cycle_length(6), cycle_length(0)
    (7, 8, 1, 1)
    """
    return 1 if n_criteria <= most_asked else n_criteria // gcd(n_criteria, most_asked)


def _take(circle: Sequence[int], place: int, most_asked: int) -> set[int]:
    start = place * most_asked
    return {circle[(start + step) % len(circle)] for step in range(most_asked)}


def _shuffle(n_items: int, seed: bytes, label: str, cycle: int) -> list[int]:
    """The numbers below ``n_items`` in random order (Fisher–Yates); the circle's random start is part of it."""
    numbers = _Numbers(seed, label, cycle)
    order = list(range(n_items))
    for last in range(n_items - 1, 0, -1):
        other = numbers.below(last + 1)
        order[last], order[other] = order[other], order[last]
    return order


class _Numbers:
    """sfc32 (C. Doty-Humphrey's small fast counting generator): 32-bit steps that JavaScript can do exactly."""

    def __init__(self, seed: bytes, label: str, cycle: int) -> None:
        words = [int.from_bytes(seed[start : start + 4], "little") for start in (0, 4, 8)]
        self._a, self._b, self._c = words[0] ^ (cycle & _WORD), words[1] ^ _hash_label(label), words[2]
        self._counter = 1
        for _ in range(15):  # so that seeds that differ in one bit have nothing in common
            self._next()

    def _next(self) -> int:
        mixed = (self._a + self._b + self._counter) & _WORD
        self._counter = (self._counter + 1) & _WORD
        self._a = self._b ^ (self._b >> 9)
        self._b = (self._c + (self._c << 3)) & _WORD
        self._c = (((self._c << 21) | (self._c >> 11)) + mixed) & _WORD
        return mixed

    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1, each equally likely: what would make some likelier is drawn again."""
        limit = (1 << 32) - (1 << 32) % bound
        while (number := self._next()) >= limit:
            pass
        return number % bound


def _hash_label(label: str) -> int:
    """FNV-1a of 32 bits over UTF-8."""
    value = 0x811C9DC5
    for byte in label.encode():
        value = ((value ^ byte) * 0x01000193) & _WORD
    return value
