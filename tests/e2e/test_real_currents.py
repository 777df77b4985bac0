"""Conditions in the current on real recordings: a few of each; bench_conditions.py judges all of them."""

from functools import cache

import pytest
from plant import real_recordings

from edge_agent.acquire.recordings import read_recording, replay_blocks
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.normal import Normal, make_normal
from edge_agent.conditions.phase_loss import PhaseLoss
from edge_agent.conditions.phase_unbalance import PhaseUnbalance
from edge_agent.conditions.seen import Seen, see
from edge_agent.conditions.stator_asymmetry import StatorAsymmetry
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import State
from edge_agent.windows.sliding import Windows

IDLING = Nameplate(
    rated_power_kw=0.56,
    rated_voltage_v=230,
    rated_current_a=6.6,
    rated_speed_rpm=1725,
    line_frequency_hz=60,
    poles=4,
)
LOADED = Nameplate(
    rated_power_kw=0.5,
    rated_voltage_v=230,
    rated_current_a=2.9,
    rated_speed_rpm=3430,
    line_frequency_hz=60,
    poles=2,
)


def seen(folder: str, name: str, plate: Nameplate, length_s: float) -> list[Seen]:
    """Return the windows of a recording as conditions see them."""
    (path,) = [path for path in real_recordings(folder) if path.stem == name]
    recording, windows = read_recording(path), Windows(length_s, length_s)
    windows.configure(recording.device)
    analyser, circuit = Analyser(plate, ImageSpec()), fit_circuit(plate)
    cut = [window for block in replay_blocks(recording, 0.1) for window in windows.push(block)]
    return [see(window, analyser.analyse(window), plate, circuit) for window in cut]


@cache
def normal() -> Normal:
    """What is normal for the idling motor, by five seconds of one healthy recording."""
    diagnoser = StatorAsymmetry(IDLING)
    windows = seen("stator_short", "healthy_1", IDLING, 1.0)
    return make_normal([(diagnoser.measure(own), own.load) for own in windows], 5 / 3600)


@pytest.mark.parametrize(
    ("name", "phase"),
    [("healthy_2", None), ("healthy_3", None), ("phase_a_10pct_1", "a"), ("phase_b_40pct_2", "b")],
)
def test_a_turn_short_is_found_in_its_phase_and_a_sound_winding_is_not_named(name, phase):
    (own,) = seen("stator_short", name, IDLING, 5.0)
    diagnoser = StatorAsymmetry(IDLING)
    finding = diagnoser.judge(diagnoser.measure(own), own, normal())
    assert finding.state is (State.HEALTHY if phase is None else State.STATOR_ASYMMETRY)
    assert finding.location == phase


@pytest.mark.parametrize(
    ("name", "faulty"),
    [("phase_unbalance_1_03", True), ("healthy_09", False), ("broken_rotor_bars_05", False)],
)
def test_unequal_currents_are_named_without_any_baseline_and_no_phase_is_called_lost(name, faulty):
    (own,) = seen("rig_currents_vibration", name, LOADED, 2.133)
    assert PhaseUnbalance(LOADED).judge({}, own, None).faulty is faulty
    assert PhaseLoss(LOADED).judge({}, own, None).state is State.HEALTHY
