"""Currents that the motor of a plate cannot have are refused with the channel, those that it can have not."""

import numpy as np
import pytest
from signal_factories import (
    CURRENT_SCALE,
    a_current_window,
    a_nameplate,
    a_space_vector,
    phase_currents,
    times,
)

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.circuit import fit_circuit
from edge_agent.signals.checks.magnitudes import current_limits
from edge_agent.signals.checks.quality import check_currents
from edge_agent.verdict import Reason
from edge_agent.windows.sliding import StreamWindow

RATED_A = a_nameplate().rated_current_a


def a_window_of(rms_over_rated=0.8, factors=(1.0, 1.0, 1.0), phases="abc", unbalance=0.0, seconds=6.0):
    """Currents of a steady motor, each read in a scale that is wrong by its factor."""
    time = times(seconds)
    amplitude_a = 2**0.5 * RATED_A * rms_over_rated
    vector = a_space_vector(time, lower=0.02, upper=0.01, amplitude_a=amplitude_a)
    vector = vector + unbalance * a_space_vector(time, line_hz=-60.0, amplitude_a=amplitude_a)
    rows = phase_currents(vector, phases)
    rows += np.random.default_rng(4).normal(0, 0.004, rows.shape)
    window = a_current_window(rows, phases)
    channels = tuple(
        Channel(f"i{p}", ChannelKind.CURRENT, "A", CURRENT_SCALE * factor, phase=p)
        for p, factor in zip(phases, factors, strict=False)
    )
    stream = Stream(0, window.stream.rate_hz, channels)
    return StreamWindow(stream, 0, window.counts, window.valid, 0)


def refusal_of(plate=None, **window):
    return check_currents(a_window_of(**window), plate or a_nameplate())


@pytest.mark.parametrize("factor", [1000.0, 30.0, 10.0, 100.0, 1e6])
@pytest.mark.parametrize("phases", ["abc", "bc", "a"])
def test_currents_that_are_too_large_for_the_plate_are_refused_by_name(factor, phases):
    refusal = refusal_of(factors=(factor,) * 3, phases=phases)
    assert (refusal.reason, refusal.quantity) == (Reason.WRONG_SCALE, "current_above_pull_out_a")
    assert refusal.channel == ", ".join(f"i{p}" for p in phases)
    assert refusal.value == pytest.approx(factor * 0.8 * RATED_A, rel=0.02)
    assert 3 * RATED_A < refusal.limit < 6 * RATED_A


@pytest.mark.parametrize("factor", [0.1, 0.15])
@pytest.mark.parametrize("phases", ["abc", "bc", "a"])
def test_currents_below_those_of_the_idling_motor_are_refused(factor, phases):
    refusal = refusal_of(factors=(factor,) * 3, phases=phases)
    assert (refusal.reason, refusal.quantity) == (Reason.WRONG_SCALE, "current_below_idle_a")
    assert refusal.value < refusal.limit < fit_circuit(a_nameplate()).no_load_current_rms_a


@pytest.mark.parametrize("factor", [1000.0, 30.0, 10.0, 3.0, 2.0, 0.33, 0.1, 0.03])
@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_the_one_current_of_three_in_a_wrong_scale_is_named(factor, wrong):
    factors = [1.0, 1.0, 1.0]
    factors[wrong] = factor
    refusal = refusal_of(factors=factors)
    assert (refusal.reason, refusal.channel) == (Reason.WRONG_SCALE, f"i{'abc'[wrong]}")
    if refusal.quantity == "gain_over_others":
        assert refusal.value == pytest.approx(factor, rel=0.02)


def test_the_one_that_is_right_is_not_accused_where_the_plate_speaks_against_the_others():
    assert refusal_of(factors=(0.1, 1.0, 0.1)).channel == "ia, ic"
    assert refusal_of(factors=(10.0, 1.0, 10.0)).channel == "ia, ic"


@pytest.mark.parametrize(
    ("factor", "channel"), [(10.0, "ib"), (1000.0, "ib"), (3.0, "ib or ic"), (0.1, "ib or ic")]
)
def test_of_two_currents_the_one_is_named_or_both(factor, channel):
    refusal = refusal_of(factors=(factor, 1.0), phases="bc")
    assert (refusal.reason, refusal.channel) == (Reason.WRONG_SCALE, channel)


@pytest.mark.parametrize("rms_over_rated", [0.35, 0.6, 1.0, 1.5, 2.5])
@pytest.mark.parametrize("unbalance", [0.0, 0.1, 0.25])
@pytest.mark.parametrize("gain", [0.9, 1.1])
def test_motors_that_are_loaded_unbalanced_and_measured_by_unequal_sensors_are_not_accused(
    rms_over_rated, unbalance, gain
):
    refusal = refusal_of(rms_over_rated=rms_over_rated, unbalance=unbalance, factors=(1.0, gain, 1.0))
    assert refusal is None or refusal.reason is not Reason.WRONG_SCALE


def test_behind_a_drive_a_small_current_may_be_that_of_a_weak_flux():
    refusal = refusal_of(plate=a_nameplate(supply="vfd"), factors=(0.15,) * 3)
    assert refusal is None
    on_the_mains = current_limits(a_nameplate())
    assert current_limits(a_nameplate(supply="vfd")).lowest_a < on_the_mains.lowest_a


@pytest.mark.parametrize("shape", ["falls", "rises", "falls at its end"])
def test_a_large_current_that_changes_is_that_of_a_start(shape):
    window = a_window_of(rms_over_rated=6.5)
    course = {
        "falls": np.linspace(1.0, 0.85, window.valid.size),
        "rises": np.linspace(0.8, 1.0, window.valid.size),
        "falls at its end": np.where(np.arange(window.valid.size) < 0.7 * window.valid.size, 1.0, 0.8),
    }[shape]
    counts = np.rint(course * window.counts.astype(float)).astype(np.int32)
    refusal = check_currents(StreamWindow(window.stream, 0, counts, window.valid, 0), a_nameplate())
    assert (refusal.reason, refusal.quantity) == (Reason.STARTING, "change_of_large_current")


@pytest.mark.parametrize("share", [0.0, 0.003])
def test_a_phase_without_current_is_missing_and_named_rather_than_in_a_wrong_scale(share):
    window = a_window_of()
    counts = window.counts.copy()
    noise = np.random.default_rng(1).normal(0, 3.0, counts.shape[1])
    counts[1] = np.rint(share * counts[1] + noise).astype(np.int16)
    refusal = check_currents(StreamWindow(window.stream, 0, counts, window.valid, 0), a_nameplate())
    assert (refusal.reason, refusal.channel) == (Reason.MISSING_PHASE, "ib")


@pytest.mark.parametrize(
    ("zero", "dead", "reason"),
    [
        (2048, 2048, Reason.MISSING_PHASE),
        (0, 0, Reason.MISSING_PHASE),
        (-3000, -3000, Reason.MISSING_PHASE),
        (2048, 0, Reason.STUCK_CHANNEL),
        (0, 2048, Reason.STUCK_CHANNEL),
    ],
)
def test_a_dead_phase_is_missing_where_it_stands_at_its_own_zero_and_else_stuck(zero, dead, reason):
    window = a_window_of()
    channels = tuple(
        Channel(c.name, c.kind, c.unit, c.scale, offset=zero, phase=c.phase) for c in window.stream.channels
    )
    counts = window.counts + zero
    counts[2] = dead
    stream = Stream(0, window.stream.rate_hz, channels)
    refusal = check_currents(StreamWindow(stream, 0, counts, window.valid, 0), a_nameplate())
    assert (refusal.reason, refusal.channel) == (reason, "ic")
