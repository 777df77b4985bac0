"""The sources of a slip are asked in the order of a list, and the first that answers is believed."""

from dataclasses import replace

import numpy as np
import pytest
from motor_windows import POLE_PASS_HZ, SHAFT_HZ, SLIP, a_motor_window, a_window_with_slots
from signal_factories import (
    a_current_window,
    a_nameplate,
    a_shaking,
    a_space_vector,
    a_speed_window,
    a_vibration_window,
    a_window,
    phase_currents,
    times,
)

from edge_agent.circuit import fit_circuit
from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.prepared import Preparation
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.slip.estimator import SlipEstimator
from edge_agent.signals.slip.range import SlipRange, possible_slips
from edge_agent.signals.slip.view import MotorView

NAMES = ("ia", "ib", "ic")
RPM = 60 * SHAFT_HZ


def a_view(window, plate=None):
    plate = plate or a_nameplate()
    preparation = Preparation()
    current = preparation.current(window.streams[0])
    check = VibrationCheck(window)
    vibration = preparation.vibration(check, current.line.frequency_hz)
    return MotorView(check, current, current.demodulated(), vibration, plate, fit_circuit(plate))


def an_estimator(plate):
    circuit = fit_circuit(plate)
    return SlipEstimator(plate, circuit, BarScale(plate, circuit))


def estimate(window, **plate):
    known = a_nameplate(**plate)
    return an_estimator(known).estimate(a_view(window, known), NAMES)


class Source:
    """A source that says what it was made with, and counts how often it is asked."""

    def __init__(self, slips):
        self.slips = slips
        self.asked = 0

    def estimate(self, view):
        self.asked += 1
        return self.slips


@pytest.mark.parametrize("silent", range(4))
def test_the_first_source_that_answers_is_believed_and_no_later_one_is_asked(silent):
    answer = SlipRange(0.03, 0.04, "vibration")
    sources = [*(Source(None) for _ in range(silent)), Source(answer), Source(SlipRange(0.1, 0.2, "current"))]
    view = a_view(a_motor_window(vibration=False))
    assert view.first_answer(sources) is answer
    assert [source.asked for source in sources] == [1] * (silent + 1) + [0]


def test_each_source_is_asked_once_a_window_even_if_it_has_no_answer():
    source, view = Source(None), a_view(a_motor_window(vibration=False))
    assert [view.ask(source) for _ in range(3)] == [None] * 3
    assert source.asked == 1


@pytest.mark.parametrize("sources", [[], [Source(None)], [Source(None), Source(None)]])
def test_a_list_without_any_answer_is_a_mistake_of_the_program(sources):
    with pytest.raises(ValueError, match="no source tells the slip"):
        a_view(a_motor_window(vibration=False)).first_answer(sources)


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
    found = estimate(
        window,
        rotor_bars=28 if "bars" in kept else None,
        speed_rpm=RPM if "configured" in kept else None,
    )
    assert found.source == found.range.source == source
    assert found.slip == found.sidebands.pair.slip == pytest.approx(SLIP, rel=0.01)


@pytest.mark.parametrize("stated", ["speed", "configured"])
def test_slot_lines_are_not_looked_at_where_a_speed_is_stated(stated):
    window = a_window_with_slots(vibration=False)
    if stated == "speed":
        window = a_window(*window.streams, a_speed_window(RPM))
        assert estimate(window, rotor_bars=28).slot_lines is None
    else:
        assert estimate(window, rotor_bars=28, speed_rpm=RPM).slot_lines is None
    assert estimate(a_window_with_slots(vibration=False), rotor_bars=28).slot_lines is not None


@pytest.mark.parametrize(("bars", "vibration"), [(26, True), (30, True), (34, True)])
def test_slots_that_contradict_the_vibration_lose_to_it(bars, vibration):
    found = estimate(a_window_with_slots(vibration), rotor_bars=bars)
    assert found.source == "vibration"
    assert found.slip == pytest.approx(SLIP, rel=0.01)


def test_a_window_too_short_for_a_pair_has_the_slip_of_its_source_and_says_why_it_has_no_more():
    found = estimate(a_motor_window(length_s=1.0 / POLE_PASS_HZ + 0.2, vibration=False), speed_rpm=RPM)
    assert found.sidebands is None
    assert found.slip == found.range.middle == pytest.approx(SLIP, rel=0.01)
    assert found.doubts.refusal.quantity == "pole_pass_cycles"


def a_scaled_window(factor, vibration=True):
    """A motor whose current transformer's ratio is wrong by `factor`."""
    seconds = times(12.0)
    vector = a_space_vector(seconds, lower=1e-4, upper=1e-4, pole_pass_hz=POLE_PASS_HZ) * factor
    currents = phase_currents(vector) + np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    streams = [a_current_window(currents)]
    return a_window(*streams, *([a_vibration_window(a_shaking(seconds, SHAFT_HZ))] if vibration else []))


@pytest.mark.parametrize("factor", [2.2, 3.0])
def test_a_current_that_contradicts_the_slip_ends_the_estimate_and_leaves_the_slip_of_its_source(factor):
    found = estimate(a_scaled_window(factor), speed_rpm=RPM)
    assert (found.source, found.sidebands) == ("configured", None)
    assert found.doubts.refusal.quantity == "current_over_that_of_slip"
    assert found.slip == found.range.middle


@pytest.mark.parametrize("factor", [2.2, 3.0])
def test_a_slip_that_only_an_overload_tells_is_none(factor):
    found = estimate(a_scaled_window(factor, vibration=False))
    assert (found.source, found.slip, found.sidebands) == ("current", None, None)
    assert found.doubts.refusal is not None


@pytest.mark.parametrize("slip", [0.02, 0.035, 0.08])
def test_vibration_alone_tells_the_slip_at_the_nominal_frequency(slip):
    window = a_window(
        a_motor_window(vibration=False).streams[0],
        a_vibration_window(a_shaking(times(12.0), 30 * (1 - slip))),
    )
    view = a_view(window)
    found = an_estimator(a_nameplate()).by_vibration_alone(view.vibration)
    assert found.source == "vibration"
    assert found.middle == pytest.approx(slip, rel=0.01)


def test_a_range_is_stated_by_a_speed_only_and_overlaps_what_shares_a_slip_with_it():
    own = SlipRange(0.02, 0.04, "vibration")
    stated = [replace(own, source=name).stated for name in ("measured", "configured", "slots", "current")]
    assert stated == [True, True, False, False]
    assert own.overlaps(SlipRange(0.04, 0.05, "current"))
    assert not own.overlaps(SlipRange(0.041, 0.05, "current"))


@pytest.mark.parametrize("rated_speed_rpm", [1780.0, 1716.0, 1400.0])
def test_no_motor_is_looked_for_beyond_its_breakdown_slip_or_at_direct_current(rated_speed_rpm):
    plate = a_nameplate(rated_speed_rpm=rated_speed_rpm)
    possible = possible_slips(plate)
    assert possible.lowest == 0.0
    assert possible.highest == pytest.approx(min(2.8 * plate.rated_slip, 0.4))
