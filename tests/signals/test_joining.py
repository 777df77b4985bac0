"""The current of minutes, joined from windows: closed forms of modulation at a twentieth of a hertz."""

import numpy as np
import pytest
from minutes import LINE_HZ, WINDOW_S, a_plain_current, slots_at, windows_of

from edge_agent.signals.long_memory.joining import LONGEST_S, RATE_HZ, Store
from edge_agent.signals.sidebands.fit import SidebandFit
from edge_agent.signals.sidebands.measure import without_wander

POLE_PASS_HZ = 0.05
SLIPS = slots_at(POLE_PASS_HZ / 2 / 60)


def stored(windows):
    store = Store(60.0)
    for start_s, current in windows:
        store.add(start_s, current, SLIPS)
    return store.stretch()


def pair_in(stretch):
    return SidebandFit(stretch.baseband, POLE_PASS_HZ).pair(POLE_PASS_HZ)


@pytest.mark.parametrize(
    ("lower", "upper", "am", "pm"),
    [
        (0.001, 0.001, 0.002, 0.0),
        (-0.001, 0.001, 0.0, 0.002),
        (0.002, 0.0, 0.002, 0.002),
    ],
    ids=["pure amplitude modulation", "pure phase modulation", "one sideband"],
)
def test_a_modulation_at_a_twentieth_of_a_hertz_is_measured_in_four_minutes(lower, upper, am, pm):
    pair = pair_in(stored(windows_of(250.0, lower=lower, upper=upper)))
    assert pair.am_index == pytest.approx(am, abs=2e-5)
    assert pair.pm_index == pytest.approx(pm, abs=2e-5)
    assert pair.cycles == pytest.approx(250 * POLE_PASS_HZ, rel=0.05)


def test_the_carrier_is_the_mean_frequency_of_the_supply():
    assert stored(windows_of(60.0)).baseband.carrier_hz == pytest.approx(LINE_HZ, abs=1e-5)


def test_parts_of_windows_join_without_a_step_of_the_phase():
    baseband = stored(windows_of(100.0, wander_rad=0.5)).baseband
    assert np.abs(np.diff(baseband.log.imag)).max() < 0.003
    assert np.abs(np.diff(baseband.log.real)).max() < 0.001


def test_the_wander_of_the_supply_is_removed_with_the_harmonic_that_carries_it():
    stretch = stored(windows_of(250.0, lower=0.002, fifth=0.02, wander_rad=0.3))
    assert list(stretch.harmonics) == [-5, 7]
    fit = SidebandFit(stretch.baseband, POLE_PASS_HZ)
    raw = fit.pair(POLE_PASS_HZ)
    _, quiet = without_wander(fit, raw, stretch)
    assert quiet.phase_floor < raw.phase_floor / 5
    assert abs(quiet.lower) == pytest.approx(0.002, rel=0.1)


def test_it_keeps_minutes_in_less_than_a_megabyte():
    store, current = Store(LINE_HZ), a_plain_current()
    for number in range(80):
        store.add(600 / LINE_HZ * number, current, SLIPS)
    stretch = store.stretch()
    assert stretch.length_s == pytest.approx(LONGEST_S)
    assert stretch.lines.nbytes < 1e6
    assert len(stretch.looks) == pytest.approx(LONGEST_S / 10, abs=2)


@pytest.mark.parametrize(
    "next_s",
    [WINDOW_S, 100.0, -50.0, 8.0 + 0.25 / LINE_HZ],
    ids=["windows that only touch", "a gap", "a device that counts anew", "a phase that jumps"],
)
def test_what_does_not_go_on_begins_anew(next_s):
    store, current = Store(LINE_HZ), a_plain_current()
    store.add(0.0, current, SLIPS)
    once = store.stretch().length_s
    store.add(next_s, current, SLIPS)
    assert store.stretch().length_s == pytest.approx(once, abs=2 / RATE_HZ)
    assert len(store.stretch().looks) == 1


def test_it_has_nothing_at_first_and_after_it_forgot():
    store = Store(60.0)
    assert store.stretch() is None
    store.add(0.0, a_plain_current(), SLIPS)
    store.forget()
    assert store.stretch() is None


def test_the_newest_part_has_the_looks_of_its_own_time():
    stretch = stored(windows_of(100.0))
    newest = stretch.newest(30.0)
    assert newest.length_s == pytest.approx(30.0)
    assert newest.looks == stretch.looks[-4:]
    assert np.array_equal(newest.lines, stretch.lines[:, -newest.lines.shape[1] :])
