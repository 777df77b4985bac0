"""One window of one motor: what tells its slip, in which order, and that each is computed once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from motor_windows import POLE_PASS_HZ, SHAFT_HZ, SLIP, a_motor_window, a_window_with_slots, analyse
from signal_factories import (
    a_current_window,
    a_nameplate,
    a_shaking,
    a_space_vector,
    a_speed_window,
    a_vibration_window,
    a_window,
    line_phase,
    phase_currents,
    rotor_angle,
    slot_harmonics,
    times,
)

from edge_agent.circuit import fit_circuit
from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.prepared import Line, Preparation
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.slip import view as module
from edge_agent.signals.slip.range import SlipRange, find_pair
from edge_agent.signals.slip.slots import SlotLines
from edge_agent.signals.slip.view import MotorView, slip_by_current, slip_of_speed

NARROW = SlipRange(0.03, 0.04, "measured")
RPM = 60 * SHAFT_HZ
LINE = Line(60.0, 4.0, 0.0, False)
PLATE = a_nameplate()
CIRCUIT = fit_circuit(PLATE)


def a_view(window, **plate):
    known = a_nameplate(**plate)
    preparation, check = Preparation(), VibrationCheck(window)
    current = preparation.current(window.streams[0])
    vibration = preparation.vibration(check, current.line.frequency_hz)
    return MotorView(BarScale(known, fit_circuit(known)), check, current, vibration)


def counted(monkeypatch, name):
    """Count the calls of a function of the module; returns the list that grows with each."""
    calls, function = [], getattr(module, name)

    def counting(*args):
        calls.append(args)
        return function(*args)

    monkeypatch.setattr(module, name, counting)
    return calls


@pytest.mark.parametrize(
    ("kept", "source"),
    [
        (("speed", "configured", "bars", "vibration"), "measured"),
        (("speed",), "measured"),
        (("configured", "bars", "vibration"), "configured"),
        (("configured",), "configured"),
        (("bars", "vibration"), "slots"),
        (("bars",), "slots"),
        (("vibration",), "vibration"),
        ((), "current"),
    ],
)
def test_of_the_sources_that_a_motor_has_the_best_one_tells_the_slip(kept, source):
    window = a_window_with_slots(vibration="vibration" in kept)
    if "speed" in kept:
        window = a_window(*window.streams, a_speed_window(RPM))
    found = analyse(
        window,
        rotor_bars=28 if "bars" in kept else None,
        speed_rpm=RPM if "configured" in kept else None,
    )
    assert found.slips.source == source
    assert found.evidence.slip == found.pair.slip == pytest.approx(SLIP, rel=0.01)


@pytest.mark.parametrize("stated", ["speed", "configured"])
def test_slots_and_vibration_are_not_looked_at_where_a_speed_is_stated(monkeypatch, stated):
    calls = [counted(monkeypatch, name) for name in ("spectra_of", "slip_by_vibration")]
    window = a_window_with_slots(vibration=True)
    if stated == "speed":
        window = a_window(*window.streams, a_speed_window(RPM))
    view = a_view(window, rotor_bars=28, speed_rpm=RPM if stated == "configured" else None)
    assert view.slips.stated
    assert calls == [[], []]


@pytest.mark.parametrize(("bars", "vibration"), [(26, True), (30, True), (34, True)])
def test_slots_that_contradict_the_vibration_lose_to_it(bars, vibration):
    slips = a_view(a_window_with_slots(vibration), rotor_bars=bars).slips
    assert slips.source == "vibration"
    assert slips.middle == pytest.approx(SLIP, rel=0.01)


@pytest.mark.parametrize(("pair_slip", "source"), [(0.012, "current"), (0.09, "slots")])
def test_slots_that_mean_more_slip_than_an_idling_current_allows_take_a_pair_there(pair_slip, source):
    """Foreign lines were taken for those of slots, and broken rotors called healthy at their slip."""
    seconds = times(12.0)
    phase, amplitude = line_phase(seconds), np.sqrt(2) * 1.05 * CIRCUIT.no_load_current_rms_a
    vector = a_space_vector(seconds, lower=0.02, upper=0.01j, pole_pass_hz=2 * pair_slip * 60)
    slots = 0.01 * slot_harmonics(phase, rotor_angle(phase, 0.09, seconds), 28)
    currents = amplitude * phase_currents(vector / 4.0 + slots)
    noise = np.random.default_rng(2).normal(0, 1e-3 * amplitude, currents.shape)
    slips = a_view(a_window(a_current_window(currents + noise)), rotor_bars=28).slips
    assert slips.source == source


def test_a_window_too_short_for_a_pair_has_the_slip_of_its_source_and_says_why_it_has_no_more():
    found = analyse(a_motor_window(length_s=1.0 / POLE_PASS_HZ + 0.2, vibration=False), speed_rpm=RPM)
    assert found.pair is None
    assert found.evidence.slip == found.slips.middle == pytest.approx(SLIP, rel=0.01)
    assert found.refusal.quantity == "pole_pass_cycles"


def a_scaled_window(factor, vibration=True):
    """A motor whose current transformer's ratio is wrong by `factor`."""
    seconds = times(12.0)
    vector = a_space_vector(seconds, lower=1e-4, upper=1e-4, pole_pass_hz=POLE_PASS_HZ) * factor
    currents = phase_currents(vector) + np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    streams = [a_current_window(currents)]
    return a_window(*streams, *([a_vibration_window(a_shaking(seconds, SHAFT_HZ))] if vibration else []))


@pytest.mark.parametrize("factor", [2.2, 3.0])
def test_a_current_that_contradicts_the_slip_ends_the_estimate_and_leaves_the_slip_of_its_source(factor):
    found = analyse(a_scaled_window(factor), speed_rpm=RPM)
    assert (found.slips.source, found.pair) == ("configured", None)
    assert found.refusal.quantity == "current_over_that_of_slip"
    assert found.evidence.slip == found.slips.middle


@pytest.mark.parametrize("factor", [2.2, 3.0])
def test_a_slip_that_only_an_overload_tells_is_none(factor):
    found = analyse(a_scaled_window(factor, vibration=False))
    assert (found.slips.source, found.evidence.slip, found.pair) == ("current", None, None)
    assert found.refusal is not None


@pytest.mark.parametrize("slip", [0.02, 0.035, 0.08])
def test_vibration_alone_tells_the_slip_at_the_nominal_frequency(slip):
    dead = a_current_window(np.zeros((3, 120_000)))
    found = analyse(a_window(dead, a_vibration_window(a_shaking(times(12.0), 30 * (1 - slip)))))
    assert found.slips.source == "vibration"
    assert found.slips.middle == pytest.approx(slip, rel=0.01)


def test_each_source_that_several_ask_is_computed_once(monkeypatch):
    calls = {name: counted(monkeypatch, name) for name in ("slip_by_vibration", "slip_by_current")}
    view = a_view(a_window_with_slots(vibration=True), rotor_bars=28)
    assert view.slips.source == "slots"
    assert view.by_vibration.overlaps(view.by_current)
    assert view.slips is view.slips
    assert [len(calls[name]) for name in calls] == [1, 1]


def test_a_source_without_an_answer_is_not_asked_again(monkeypatch):
    asked = []
    monkeypatch.setattr(module, "slip_by_vibration", lambda *args: asked.append(args))
    view = a_view(a_motor_window())
    assert [view.by_vibration, view.by_vibration, view.slips.source] == [None, None, "current"]
    assert len(asked) == 1


def test_the_pair_in_a_range_is_that_of_the_search():
    view = a_view(a_motor_window(vibration=False))
    fit, pair = view.pair_in(NARROW)
    assert pair == find_pair(view.baseband, NARROW, CIRCUIT)[1]
    assert pair.pole_pass_hz == pytest.approx(POLE_PASS_HZ, abs=0.01)
    assert pair.slip == pytest.approx(SLIP, rel=1e-2)
    assert fit.pair(pair.pole_pass_hz).lower == pair.lower


def test_an_equal_range_gives_the_very_same_pair_and_another_one_its_own():
    view = a_view(a_motor_window(vibration=False))
    found = view.pair_in(NARROW)
    assert view.pair_in(SlipRange(0.03, 0.04, "measured")) is found
    assert view.pair_in(SlipRange(0.03, 0.04, "vibration")) is not found


def test_a_range_below_what_the_window_resolves_has_no_pair():
    assert a_view(a_motor_window(vibration=False)).pair_in(SlipRange(0.0, 1e-4, "measured")) is None


def test_the_strongest_pair_beyond_the_wander_is_searched_once_at_all_possible_slips(monkeypatch):
    calls = counted(monkeypatch, "find_clear_pair")
    view = a_view(a_motor_window(vibration=False))
    assert view.beyond_wander.slip == pytest.approx(SLIP, rel=1e-2)
    assert view.beyond_wander is view.beyond_wander
    assert [slips for _, slips, *_ in calls] == [view.possible]


def test_there_are_no_slot_lines_where_the_bars_are_not_known():
    assert a_view(a_window_with_slots(vibration=False)).slot_lines is None


def test_the_slot_lines_are_read_once():
    view = a_view(a_window_with_slots(vibration=False), rotor_bars=28)
    lines = view.slot_lines
    assert isinstance(lines, SlotLines)
    assert view.slot_lines is lines


@pytest.mark.parametrize("speed_rpm", [1737, -1737])
def test_a_known_speed_is_taken_with_the_margin_of_a_tachometer_whichever_way_it_turns(speed_rpm):
    found = slip_of_speed(speed_rpm, PLATE, LINE, 12.0, "measured")
    assert found.middle == pytest.approx(SLIP)
    assert found.source == "measured"
    assert 0.006 < found.highest - found.lowest < 0.01


def test_the_speed_of_the_field_is_no_slip_rather_than_a_negative_one():
    assert slip_of_speed(1801, PLATE, LINE, 12.0, "measured").lowest == 0.0


@pytest.mark.parametrize("speed_rpm", [0, 579, 1815, 3474])
def test_a_speed_that_this_motor_cannot_have_tells_nothing(speed_rpm):
    assert slip_of_speed(speed_rpm, PLATE, LINE, 12.0, "measured") is None


@given(st.floats(0.5, 1.2))
def test_the_current_bounds_the_slip_of_a_loaded_motor(load):
    slip = CIRCUIT.slip_at_load(load)
    line = Line(60.0, CIRCUIT.current_rms_a(slip) * 2**0.5, 0.0, False)
    found = slip_by_current(line, PLATE, CIRCUIT)
    assert found.source == "current"
    assert 0 < found.lowest < slip < found.highest


@pytest.mark.parametrize("rms_over_rated", [0.2, 1.5])
def test_a_current_of_no_load_or_of_a_wrong_scale_bounds_nothing_from_below(rms_over_rated):
    line = Line(60.0, rms_over_rated * PLATE.rated_current_a * 2**0.5, 0.0, False)
    assert slip_by_current(line, PLATE, CIRCUIT).lowest == 0.0


@pytest.mark.parametrize("rms_over_rated", [0.9, 1.1, 1.3])
def test_a_hot_rotor_with_broken_bars_slips_more_than_its_current_says_but_not_twice_as_far(rms_over_rated):
    line = Line(60.0, rms_over_rated * PLATE.rated_current_a * 2**0.5, 0.0, False)
    slip = CIRCUIT.slip_at_current(rms_over_rated * PLATE.rated_current_a)
    highest = slip_by_current(line, PLATE, CIRCUIT).highest / max(slip, PLATE.rated_slip)
    assert 1.6 < highest < 1.8
