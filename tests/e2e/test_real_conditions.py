"""Conditions in vibration on real recordings: a few of each rig; bench_conditions.py judges all of them."""

from pathlib import Path

import numpy as np
import pytest
from plant import real_recordings

from edge_agent.acquire.recordings import Recording, read_recording, replay_blocks
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.bearing_ball import BearingBall
from edge_agent.conditions.bearing_inner import BearingInner
from edge_agent.conditions.bearing_outer import BearingOuter
from edge_agent.conditions.seen import Seen, see
from edge_agent.conditions.unbalance import Unbalance
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Fault
from edge_agent.windows.sliding import Windows

BEARING_RIG = Nameplate(
    rated_power_kw=1.5,
    rated_voltage_v=230,
    rated_current_a=5.8,
    rated_speed_rpm=1730,
    line_frequency_hz=60,
    poles=4,
    bearing="6205",
)
STATED_SPEED = BEARING_RIG.model_copy(update={"supply": "vfd", "speed_rpm": 1800.0, "bearing": None})


def seen(recording: Recording, plate: Nameplate, length_s: float) -> Seen:
    """Return the first window of a recording as conditions see it."""
    windows = Windows(length_s, length_s)
    windows.configure(recording.device)
    window = next(w for block in replay_blocks(recording, 0.1) for w in windows.push(block))
    return see(window, Analyser(plate, ImageSpec()).analyse(window), plate, fit_circuit(plate))


def named(folder: str, name: str) -> Path:
    (found,) = [path for path in real_recordings(folder) if path.stem == name]
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1797_Normal", set()),
        ("1797_IR_7_DE12", {Fault.BEARING_INNER}),
        ("1797_OR_at_6_7_DE12", {Fault.BEARING_OUTER}),
        ("1797_B_7_DE12", set()),
    ],
)
def test_races_are_named_by_geometry_alone_and_balls_stay_hidden(name, expected):
    now = seen(read_recording(named("cwru", name)), BEARING_RIG, 10.0)
    diagnosers = [make(BEARING_RIG) for make in (BearingOuter, BearingInner, BearingBall)]
    findings = [diagnoser.judge(diagnoser.measure(now), now, None) for diagnoser in diagnosers]
    assert not any(finding.refusal for finding in findings)
    assert {finding.fault for finding in findings if finding.faulty} == expected


def test_imbalance_in_four_steps_is_measured_in_their_order(tmp_path):
    steps = ("very_light", "light", "heavy", "very_heavy")
    names = ("healthy_1800rpm_00lb", *(f"imbalance_{step}_1800rpm_00lb" for step in steps))
    levels_mm_s = [first_harmonic(named("vibration_rig", name), tmp_path) for name in names]
    assert levels_mm_s == sorted(levels_mm_s)
    assert levels_mm_s[1] > 2 * levels_mm_s[0]


def first_harmonic(path: Path, folder: Path) -> float:
    """Return the velocity at the shaft's frequency, in units of a sensor whose volts are taken for m/s2."""
    with np.load(path) as stored:
        arrays = {**stored, "units": np.array(["m/s2"] * stored["x"].shape[0])}
    np.savez(folder / path.name, **arrays)
    now = seen(read_recording(folder / path.name), STATED_SPEED, 1.998)
    return float(Unbalance(STATED_SPEED).measure(now)[now.vibration.velocity(1)].real)
