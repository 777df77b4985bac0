"""Idling motors: the slip that holds over minutes, and the bars that the sidebands of minutes mean."""

from dataclasses import replace

import numpy as np
import pytest
from minutes import a_too_short_window, slots_at, windows_of
from signal_factories import a_nameplate

from edge_agent.circuit import fit_circuit
from edge_agent.diagnose.stretch import diagnose_stretch
from edge_agent.limits import LONG
from edge_agent.refusals import of_bars, of_samples
from edge_agent.signals.long_memory.idling import LongMemory, steady_stretch
from edge_agent.signals.long_memory.joining import RATE_HZ, Look, Stretch
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.slip.range import SlipRange
from edge_agent.verdict import Severity, State, WindowSpan

PLATE = a_nameplate(rotor_bars=34)
SLIP = 0.001
POLE_PASS_HZ = 2 * SLIP * 60
SPAN = WindowSpan(0.0, 12.0, 0, 12_000, 0)


def remembered(length_s=200.0, **vector):
    """A memory of the windows of a motor that idles at SLIP."""
    memory = LongMemory(PLATE)
    for start_s, current in windows_of(length_s, pole_pass_hz=POLE_PASS_HZ, **vector):
        memory.take(*a_too_short_window(start_s, current, SLIP))
    return memory


def sidebands_of(bars):
    """Lower sideband that so many bars make at infinite inertia."""
    return bars / BarScale(PLATE, fit_circuit(PLATE)).per_ratio(SLIP)


def a_stretch(slips, length_s=600.0):
    """A stretch whose looks, every ten seconds, told these slips in turn, repeated to its end."""
    count = round(length_s * RATE_HZ)
    ends = np.arange(250, count + 1, 250)
    looks = tuple(Look(int(end), 1.0, slips[k % len(slips)]) for k, end in enumerate(ends))
    return Stretch(np.ones((1, count), np.complex64), (), 60.0, looks)


@pytest.mark.parametrize("bars", [1.0, 2.0])
def test_broken_bars_of_an_idling_motor_are_counted_and_found(bars):
    analysis = remembered(lower=sidebands_of(bars)).analyse()
    assert analysis.evidence.equivalent_bars == pytest.approx(bars, rel=0.05)
    assert analysis.evidence.slip == pytest.approx(SLIP, rel=0.01)
    assert 150 < analysis.evidence.stretch_s <= 200
    verdict = diagnose_stretch(analysis, SPAN)
    assert (verdict.state, verdict.severity) == (State.BROKEN_BARS, Severity.WATCH)
    assert (verdict.confidence, verdict.probabilities) == (None, None)


def test_a_sound_idling_motor_is_healthy_with_a_limit_far_below_a_bar():
    analysis = remembered(lower=sidebands_of(0.05)).analyse()
    assert analysis.evidence.detection_limit_bars < 0.1
    verdict = diagnose_stretch(analysis, SPAN)
    assert (verdict.state, verdict.severity, verdict.confidence) == (State.HEALTHY, Severity.OK, None)


def test_bars_at_another_slip_keep_a_rotor_from_being_called_healthy():
    memory = LongMemory(PLATE)
    for start_s, current in windows_of(200.0, pole_pass_hz=2.7 * POLE_PASS_HZ, lower=0.01):
        memory.take(*a_too_short_window(start_s, current, SLIP))
    analysis = memory.analyse()
    assert analysis.speed_doubt.quantity == of_bars.BARS_AT_ANOTHER_SLIP.quantity
    assert diagnose_stretch(analysis, SPAN) is None


def test_a_memory_that_is_too_short_tells_nothing():
    assert remembered(0.8 * LONG.min_cycles / POLE_PASS_HZ).analyse() is None
    assert LongMemory(PLATE).analyse() is None


@pytest.mark.parametrize("refusal", [of_samples.TRANSIENT.refuse(0.2, 0.1), of_samples.MOTOR_OFF.refuse(0.0)])
def test_a_window_that_is_not_steady_ends_the_memory(refusal):
    memory = remembered()
    ((start_s, current),) = windows_of(12.0)
    window, analysis = a_too_short_window(start_s, current, SLIP)
    memory.take(window, replace(analysis, refusal=refusal))
    assert memory.analyse() is None


def test_a_lost_sample_ends_the_memory():
    memory = remembered()
    ((start_s, current),) = windows_of(12.0)
    lost = np.arange(current.valid.size) != 5000
    memory.take(*a_too_short_window(start_s, replace(current, valid=lost), SLIP))
    assert memory.analyse() is None


def test_the_stretch_has_as_many_cycles_as_wanted_where_the_slip_holds():
    stretch, slips = steady_stretch(a_stretch([slots_at(SLIP)]), 60.0)
    assert stretch.length_s == pytest.approx(LONG.max_cycles / POLE_PASS_HZ, abs=0.1)
    assert slips.middle == pytest.approx(SLIP)


def test_a_slip_that_moves_shortens_the_stretch():
    kept = a_stretch([slots_at(slip) for slip in np.linspace(0.9 * SLIP, 1.1 * SLIP, 60)])
    stretch, slips = steady_stretch(kept, 60.0)
    assert LONG.min_cycles <= stretch.length_s * POLE_PASS_HZ * 1.1 < LONG.max_cycles
    assert (slips.highest - slips.lowest) * 120 * stretch.length_s <= LONG.max_slip_moves


@pytest.mark.parametrize(
    "slips",
    [
        [slots_at(0.8 * SLIP), slots_at(1.2 * SLIP)],
        [SlipRange(0.0, 0.01, "current")],
        [SlipRange(0.0005, 0.0015, "vibration")],
        [SlipRange(0.0, 0.0001, "slots")],
        [SlipRange(0.0, 0.01, "current"), slots_at(SLIP)],
    ],
    ids=["it moves", "by current", "by the shaft", "no slip at all", "half of the windows do not tell it"],
)
def test_without_a_slip_that_holds_there_is_no_stretch(slips):
    assert steady_stretch(a_stretch(slips), 60.0) is None
