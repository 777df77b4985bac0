"""Strong even harmonics: a motor is judged as without them, and what is no motor is named for what it is."""

from dataclasses import replace

import numpy as np
import pytest
from motor_windows import a_motor_window, analyse
from signal_factories import (
    a_current_window,
    a_nameplate,
    a_shaking,
    a_space_vector,
    a_vibration_window,
    a_window,
    phase_currents,
    times,
)

from calibration.simulator.recording import simulate
from calibration.simulator.sets import draw_scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.diagnose.broken_bars import judge
from edge_agent.limits import SLIP
from edge_agent.refusals.catalogue import say_refusal
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Reason
from edge_agent.windows.sliding import Windows

LINE_HZ = 59.964


def a_load_window(harmonics_dbc, phases="a", length_s=6.0, rate_hz=10_000.0, noise_a=4e-4, vibration=None):
    """No motor: a line of 4 A with harmonics (order: dBc) that turn as those of a symmetrical load."""
    seconds = times(length_s, rate_hz)
    random = np.random.default_rng(3)
    currents = []
    for phase in phases:
        angle = 2 * np.pi * (LINE_HZ * seconds - "abc".index(phase) / 3)
        current = np.cos(angle)
        for order, level_dbc in harmonics_dbc.items():
            current = current + 10 ** (level_dbc / 20) * np.cos(order * angle)
        currents.append(4 * current + random.normal(0, noise_a, seconds.size))
    streams = [a_current_window(np.stack(currents), phases, rate_hz, scale=1e-6)]
    if vibration is not None:
        streams.append(a_vibration_window(vibration(seconds), rate_hz))
    return a_window(*streams)


@pytest.mark.parametrize("phases", ["a", "bc", "abc"])
@pytest.mark.parametrize("length_s", [6.0, 12.0])
@pytest.mark.parametrize(
    "harmonics",
    [
        {2: -6.0},
        {2: -7.3},
        {2: -12.0},
        {2: -20.0},
        {2: -7.4, 4: -21.4, 6: -28.0},
        {2: -12.0, 3: -14.0, 4: -20.0},
    ],
    ids=["-6", "-7.3", "-12", "-20", "half-wave rectifier", "saturated transformer"],
)
def test_a_current_with_strong_even_harmonics_and_no_sign_of_a_motor_is_named(harmonics, length_s, phases):
    refusal = analyse(a_load_window(harmonics, phases, length_s)).refusal
    assert (refusal.reason, refusal.quantity) == (Reason.OUT_OF_DOMAIN, "second_harmonic_dbc")
    assert refusal.value == pytest.approx(harmonics[2], abs=0.1)
    assert "strong even harmonics" in say_refusal(refusal)
    assert "half-wave load" in say_refusal(refusal)


@pytest.mark.parametrize("phases", ["a", "abc"])
@pytest.mark.parametrize("level_dbc", [-6.0, -7.3, -12.0, -20.0, -30.0])
def test_it_shows_no_sideband_above_its_noise(level_dbc, phases):
    evidence = analyse(a_load_window({2: level_dbc}, phases)).evidence
    for sideband_dbc in (evidence.lower_sideband_dbc, evidence.upper_sideband_dbc):
        assert sideband_dbc is None or sideband_dbc < -90.0


@pytest.mark.parametrize("harmonics", [{}, {2: -30.0}, {3: -10.0}, {5: -8.0, 7: -10.0}])
def test_odd_or_weak_harmonics_do_not_name_it(harmonics):
    refusal = analyse(a_load_window(harmonics, "bc")).refusal
    assert (refusal.reason, refusal.quantity) == (Reason.SPEED_UNKNOWN, "bars_of_a_rotor")


@pytest.mark.parametrize("phases", ["a", "bc", "abc"])
@pytest.mark.parametrize("sideband", [1e-5, 3e-5, 6e-5])
def test_a_pair_that_is_weaker_than_any_rotor_s_tells_no_slip(phases, sideband):
    seconds = times(12.0)
    vector = a_space_vector(seconds, lower=sideband, upper=sideband * 0.7j, pole_pass_hz=4.2)
    window = a_window(a_current_window(phase_currents(vector, phases), phases, scale=1e-6))
    refusal = analyse(window).refusal
    assert (refusal.reason, refusal.quantity) == (Reason.SPEED_UNKNOWN, "bars_of_a_rotor")
    assert refusal.value < SLIP.min_bars_of_rotor
    assert "any rotor shows 0.008 or more" in say_refusal(refusal)


def test_a_second_harmonic_that_no_motor_draws_is_refused_even_where_a_shaft_turns():
    window = a_load_window({2: -7.4}, "abc", vibration=lambda seconds: a_shaking(seconds, 28.95))
    assert analyse(window).refusal.quantity == "second_harmonic_dbc"


@pytest.mark.parametrize("phases", ["a", "bc", "abc"])
@pytest.mark.parametrize("level_dbc", [-30.0, -20.0, -10.0])
@pytest.mark.parametrize(("lower", "upper"), [(0.02, 0.01), (4e-4, 2e-4)], ids=["broken", "sound"])
@pytest.mark.parametrize("vibration", [True, False])
def test_a_motor_is_judged_as_without_them(lower, upper, level_dbc, phases, vibration):
    known = {"lower": lower, "upper": upper, "phases": phases, "vibration": vibration}
    without = analyse(a_motor_window(**known))
    with_them = analyse(a_motor_window(**known, second=10 ** (level_dbc / 20)))
    assert (without.refusal, with_them.refusal) == (None, None)
    assert with_them.evidence.slip == pytest.approx(without.evidence.slip, rel=1e-3)
    assert with_them.evidence.equivalent_bars == pytest.approx(without.evidence.equivalent_bars, abs=0.01)
    assert judge(with_them.evidence, with_them.pair).broken == judge(without.evidence, without.pair).broken


def simulated(scenario):
    windows = Windows(12.0, 12.0)
    recording = simulate(scenario)
    windows.configure(recording.device)
    (window,) = (w for block in replay_blocks(recording, 0.1) for w in windows.push(block))
    return Analyser(scenario.motor.nameplate, ImageSpec()).analyse(window)


@pytest.mark.parametrize(
    ("seed", "second"), [(600_000, 0.05), (600_007, 0.1), (600_012, 0.03), (600_021, 0.08)]
)
def test_a_simulated_motor_on_such_a_supply_is_judged_as_on_a_good_one(seed, second):
    good = replace(draw_scenario("validation", seed), load=0.8)
    bad = replace(good, supply=replace(good.supply, even_harmonics=(second, second / 2)))
    on_good, on_bad = simulated(good), simulated(bad)
    assert on_bad.line.second_harmonic > 0.05
    assert judge(on_bad.evidence, on_bad.pair).broken == judge(on_good.evidence, on_good.pair).broken
    assert on_bad.evidence.equivalent_bars == pytest.approx(
        on_good.evidence.equivalent_bars, rel=0.1, abs=0.03
    )


def test_scattered_losses_are_refused_before_anything_is_fitted():
    (stream,) = a_motor_window(vibration=False).streams
    stream.valid[100::199] = False
    stream.counts[:, 100::199] = 0
    refusal = Analyser(a_nameplate(), ImageSpec()).analyse(a_window(stream)).refusal
    assert (refusal.reason, refusal.quantity) == (Reason.LOST_SAMPLES, "bridged_fraction")
    assert "scattered over" in say_refusal(refusal)
