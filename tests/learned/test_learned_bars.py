"""The number of rotor bars by lines of unknown origin: never claimed from one line, and never by chance."""

from dataclasses import replace

import numpy as np
from taught import BARS, PLATE, SLIPS, a_look, order_of

from edge_agent.learned.bars import PlateFigures, read_bars
from edge_agent.learned.look import Look
from edge_agent.signals.slip.known import SlotBars


def looks_of(*signs: int, told: bool = False) -> list[Look]:
    """Three looks at each of two loads, with the slot lines of these signs."""
    return [
        a_look(slip, *(order_of(slip, sign) for sign in signs), told=slip if told else None, by_shaft=told)
        for slip in (SLIPS * 3)
    ]


def test_both_lines_claim_the_number() -> None:
    assert read_bars(looks_of(1, -1), PLATE) == SlotBars(BARS, (1, -1), True)


def test_one_line_leaves_two_numbers() -> None:
    assert read_bars(looks_of(1), PLATE) == SlotBars(BARS, (1,), False)
    assert read_bars(looks_of(-1), PLATE) == SlotBars(BARS - 4, (1,), False)


def test_one_line_and_the_shaft_itself_claim_the_number() -> None:
    assert read_bars(looks_of(1, told=True), PLATE) == SlotBars(BARS, (1,), True)
    assert read_bars(looks_of(-1, told=True), PLATE) == SlotBars(BARS, (-1,), True)


def test_one_load_tells_no_number() -> None:
    assert read_bars([a_look(0.04, order_of(0.04))] * 6, PLATE) is None


def test_few_looks_tell_no_number() -> None:
    assert read_bars(looks_of(1, -1)[:3], PLATE) is None


def test_a_line_that_does_not_move_with_the_load_is_none_of_the_rotor() -> None:
    assert read_bars([a_look(slip, 13.42) for slip in SLIPS * 3], PLATE) is None


def test_lines_at_random_tell_no_number() -> None:
    random = np.random.default_rng(4)
    for _ in range(20):
        looks = [a_look(slip, *random.uniform(8.0, 30.0, 3)) for slip in SLIPS * 3]
        assert read_bars(looks, PLATE) is None


def test_the_image_of_a_line_is_no_second_line() -> None:
    """An unbalanced current makes images two orders beside a line, 34 dB below it."""
    looks = [
        replace(look, levels_db=(50.0, 16.0))
        for look in (a_look(slip, order_of(slip, -1), order_of(slip, -1) - 2.0) for slip in SLIPS * 3)
    ]
    assert read_bars(looks, PLATE) == SlotBars(BARS - 4, (1,), False)


def test_lines_that_an_asymmetry_makes_of_harmonics_are_none_of_the_slots() -> None:
    """Two broken bars of 35 made lines at (7 - 2s)f and (13 - 2s)f, and 29 bars were claimed by one load."""
    look = Look(1.19, 0.0, 0.0264, 0.03833, True, 0.0009, (6.923, 12.923), (43.0, 18.0))
    assert read_bars([look] * 4, PlateFigures(2, 1.82, 0.066, 1.15)) is None


def test_lines_that_a_load_makes_beside_a_strong_harmonic_are_none_of_the_slots() -> None:
    """A fan of 32 bars was taken for one of 17 by them, and its right plate accused."""
    looks = [a_look(0.0612, 6.987, 7.013, told=0.0612, by_shaft=True)] * 6
    assert read_bars(looks, PLATE) is None


def test_one_look_at_another_load_rules_the_true_number_not_out() -> None:
    """A crusher of 22 bars was taken for one of 24, which explained the looks at light load alone."""
    pole_pairs, light, heavy = 1, (0.00899, 0.00882, 0.00899, 0.00916), 0.0267
    looks = [
        replace(
            a_look(slip, 22 * (1 - slip) + 1, 22 * (1 - slip) - 1, told=slip, by_shaft=True),
            uncertainty=0.00042,
        )
        for slip in (heavy, *light)
    ]
    found = read_bars(looks, replace(PLATE, pole_pairs=pole_pairs))
    assert found == SlotBars(22, (1, -1), True)


def test_a_number_whose_slip_lies_just_beyond_what_the_current_means_is_not_ruled_out() -> None:
    """A simulated motor with 34 bars slipped by 0.68 of the least by its current, and was told to have 35."""
    light = Look(1.59, 0.0097, 0.0386, orders=(17.887,), levels_db=(38.0,))
    heavy = Look(2.06, 0.0174, 0.0695, orders=(17.53,), levels_db=(39.0,))
    assert read_bars([light, heavy] * 3, PlateFigures(2, 2.87, 0.0583, 1.28)) is None
