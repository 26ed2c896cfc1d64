"""Rotating: balanced to the letter, unbiased by proof and by simulation."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_forms.instrument import Instrument
from survey_forms.loader import load_shipped
from survey_forms.rotation import MOST_ASKED, SEED_BYTES, cycle_length, draw_rotation
from survey_forms.vocabulary import STAGES, Stage

SHIPPED = load_shipped()
KIOSK = SHIPPED["kiosk-default@1.0"]
CODES = [criterion.code for criterion in KIOSK.criteria]

seeds = st.binary(min_size=SEED_BYTES, max_size=SEED_BYTES)
instruments = st.sampled_from(sorted(SHIPPED)).map(SHIPPED.__getitem__)
stages = st.sampled_from(STAGES)


def counts(instrument: Instrument, stage: Stage, seed: bytes, label: str, turns: range, most: int = MOST_ASKED) -> list[int]:
    counted = Counter(
        code for turn in turns for code in draw_rotation(instrument, stage, seed=seed, label=label, turn=turn, most_asked=most)
    )
    return [counted[criterion.code] for criterion in instrument.criteria_at(stage)]


@given(instruments, stages, seeds, st.text(max_size=20), st.integers(0, 10**6))
def test_a_handful_stands_in_the_order_of_the_form_and_never_repeats(
    instrument: Instrument, stage: Stage, seed: bytes, label: str, turn: int
) -> None:
    drawn = draw_rotation(instrument, stage, seed=seed, label=label, turn=turn)
    possible = [criterion.code for criterion in instrument.criteria_at(stage)]
    assert [code for code in possible if code in drawn] == list(drawn)
    assert len(drawn) == min(MOST_ASKED, len(possible))
    assert drawn == draw_rotation(instrument, stage, seed=seed, label=label, turn=turn), "the same inputs give the same draw"


@settings(max_examples=40)
@given(instruments, stages, seeds, st.text(max_size=5), st.integers(0, 50), st.integers(1, 25))
def test_after_every_whole_cycle_each_criterion_was_asked_equally_often(
    instrument: Instrument, stage: Stage, seed: bytes, label: str, cycle: int, most: int
) -> None:
    length = cycle_length(len(instrument.criteria_at(stage)), most)
    whole = range(cycle * length, (cycle + 1) * length)
    assert len(set(counts(instrument, stage, seed, label, whole, most))) <= 1


@settings(max_examples=40)
@given(stages, seeds, st.integers(0, 30), st.integers(1, 6))
def test_within_a_cycle_counts_differ_by_one_at_most(stage: Stage, seed: bytes, cycle: int, n_visits: int) -> None:
    start = cycle * cycle_length(len(KIOSK.criteria_at(stage)))
    asked = counts(KIOSK, stage, seed, "x", range(start, start + n_visits))
    assert max(asked) - min(asked) <= 1


@settings(max_examples=40)
@given(seeds, st.integers(0, 60), st.integers(1, 40))
def test_over_any_run_of_visits_counts_differ_by_two_at_most(seed: bytes, start: int, n_visits: int) -> None:
    asked = counts(KIOSK, "result", seed, "x", range(start, start + n_visits))
    assert max(asked) - min(asked) <= 2


def test_each_criterion_is_as_likely_as_every_other_at_every_turn_of_the_cycle() -> None:
    # The exact probability is 6/21 by symmetry of the shuffle. Of 4 000 devices the number that ask a criterion at a turn is binomial;
    # the bound is Hoeffding's for 21 × 7 comparisons at one chance in a million of a false alarm.
    n_devices, n_comparisons = 4_000, 21 * 7
    bound = math.sqrt(math.log(2 * n_comparisons / 1e-6) / (2 * n_devices))
    source = random.Random(20_25)  # noqa: S311  # a fixed simulation, not a secret
    asked: Counter[tuple[int, str]] = Counter()
    for _ in range(n_devices):
        seed = source.randbytes(SEED_BYTES)
        asked.update((turn, code) for turn in range(7) for code in draw_rotation(KIOSK, "result", seed=seed, label="x", turn=turn))
    assert max(abs(asked[turn, code] / n_devices - 6 / 21) for turn in range(7) for code in CODES) < bound


def test_shares_of_a_rotating_desk_estimate_those_of_full_answers_without_bias() -> None:
    # 9 000 people with full, correlated answers of very different criteria, in the order in which they come; five tablets draw six each.
    # Per criterion those asked are a random part of everybody, so Hoeffding's bound (1963, §6: also without replacement) holds for
    # the difference of the two shares; 21 criteria at one chance in a million of a false alarm.
    source = random.Random(20_26)  # noqa: S311
    people = []
    for _ in range(9_000):
        mood = source.gauss(0, 0.15)
        people.append({code: source.random() < min(max(0.55 + 0.02 * place + mood, 0), 1) for place, code in enumerate(CODES)})
    full = {code: sum(person[code] for person in people) / len(people) for code in CODES}
    devices = [source.randbytes(SEED_BYTES) for _ in range(5)]
    satisfied: Counter[str] = Counter()
    n_asked: Counter[str] = Counter()
    turns: Counter[int] = Counter()
    for person in people:
        device = source.randrange(len(devices))
        for code in draw_rotation(KIOSK, "result", seed=devices[device], label="xa|dat-dai|result", turn=turns[device]):
            n_asked[code] += 1
            satisfied[code] += person[code]
        turns[device] += 1
    assert max(n_asked.values()) - min(n_asked.values()) <= len(devices), "every device is balanced, so the desk is"
    for code in CODES:
        bound = math.sqrt(math.log(2 * len(CODES) / 1e-6) / (2 * n_asked[code]))
        assert abs(satisfied[code] / n_asked[code] - full[code]) < bound, code


def test_people_who_come_in_a_pattern_do_not_bias_the_estimate() -> None:
    # The worst case for a cyclic design: every seventh person, exactly one cycle apart, is dissatisfied with everything. One tablet could
    # ask these people the same criteria again and again; the new random order of every cycle prevents it. 300 cycles are independent
    # draws, and per criterion the dissatisfied person's place decides: the bound is Hoeffding's over the cycles.
    n_cycles = 1_500
    seed = random.Random(20_27).randbytes(SEED_BYTES)  # noqa: S311
    hit: Counter[str] = Counter()
    for cycle in range(n_cycles):
        hit.update(draw_rotation(KIOSK, "result", seed=seed, label="x", turn=7 * cycle + 3))
    bound = math.sqrt(math.log(2 * 21 / 1e-6) / (2 * n_cycles))
    assert max(abs(hit[code] / n_cycles - 6 / 21) for code in CODES) < bound


def test_pairs_meet_about_equally_often_over_many_cycles() -> None:
    # 1 500 cycles of 7 visits: a pair meets within a cycle with mean 7 × (6 × 5) / (21 × 20) = 0.5 and never more than twice (each is
    # asked twice), so Hoeffding's bound with range 2 over the cycles holds for each of 210 pairs.
    n_cycles = 1_500
    seed = random.Random(20_28).randbytes(SEED_BYTES)  # noqa: S311
    met: Counter[tuple[str, str]] = Counter()
    for turn in range(7 * n_cycles):
        drawn = draw_rotation(KIOSK, "result", seed=seed, label="x", turn=turn)
        met.update((a, b) for i, a in enumerate(drawn) for b in drawn[i + 1 :])
    bound = 2 * math.sqrt(math.log(2 * 210 / 1e-6) / (2 * n_cycles))
    assert len(met) == 210
    assert max(abs(n / n_cycles - 0.5) for n in met.values()) < bound


@pytest.mark.parametrize("changes", [{"seed": b"short"}, {"turn": -1}, {"most_asked": 0}])
def test_inputs_that_mean_nothing_are_refused(changes: dict[str, object]) -> None:
    given_ = {"seed": bytes(SEED_BYTES), "label": "x", "turn": 0} | changes
    with pytest.raises(ValueError, match=r"seed|turns"):
        draw_rotation(KIOSK, "result", **given_)  # type: ignore[arg-type]  # a table of wrong values
