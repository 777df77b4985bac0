"""Conditions in graded sizes: what they change, and what stays the motor's own."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from recorded import level_at, space_vector, units

from calibration.simulator.conditions import (
    LoadCondition,
    LoadStep,
    Oscillation,
    Ripple,
    Sag,
    SupplyCondition,
)
from calibration.simulator.graded import CONDITIONS, mixture, sound_motor, with_condition
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario, scenario_of_dict, scenario_to_dict
from calibration.simulator.sets import draw_scenario
from edge_agent.acquire.recordings import Recording

BEFORE = {
    ("training", 7): "0cf3f5a97e63",
    ("training", 1_000_033): "4902c512eb42",
    ("confounders", 24): "cee1df995979",
    ("confounders", 27): "54620fef2868",
    ("validation", 11): "87da287feb54",
}
"""Digests of the counts of one second, from before there were graded conditions. Of training 7, one count in
10,000 has moved by one since: the circuit is fitted by another least squares."""


def counts_digest(recording: Recording) -> str:
    digest = hashlib.sha256()
    for counts in recording.counts:
        digest.update(counts.astype("<i4").tobytes())
    return digest.hexdigest()[:12]


@pytest.mark.parametrize(("kind", "seed"), BEFORE)
def test_an_old_scenario_gives_the_counts_that_it_always_gave(kind: str, seed: int) -> None:
    recording = simulate(replace(draw_scenario(kind, seed), duration_s=1.0))
    assert counts_digest(recording) == BEFORE[kind, seed]


def test_so_does_one_with_a_start_a_sag_and_an_uneven_load() -> None:
    driven = LoadCondition(
        steps=(LoadStep(0.5, 1.2),), ripples=(Ripple(0.3, 0.02),), oscillation=Oscillation(0.03)
    )
    mains = SupplyCondition(sag=Sag(0.5, 0.2, 0.3))
    scenario = Scenario(seed=3, broken_bars=2, start_up_s=0.2, duration_s=1.0, supply=mains, driven=driven)
    assert counts_digest(simulate(scenario)) == "29e1ad025937"


def graded(name: str, place: int, duration_s: float = 2.0, *, even: bool = False) -> Recording:
    condition = CONDITIONS[name]
    sound = sound_motor(3, 1, duration_s)
    if even:
        alike = replace(sound.current_sensors, gains=(1.0, 1.0, 1.0), phases_deg=(0.0, 0.0, 0.0))
        sound = replace(sound, current_sensors=alike, supply=replace(sound.supply, unbalance=0.0))
    return simulate(with_condition(sound, name, condition.sizes[place], generator(1, "test")))


def unbalance(recording: Recording) -> float:
    vector, rate_hz = space_vector(recording), recording.device.streams[0].rate_hz
    line_hz = recording.meta["line_frequency_hz"]
    return level_at(vector, rate_hz, -line_hz) / level_at(vector, rate_hz, line_hz)


@pytest.mark.parametrize("name", ["turn_short", "winding", "supply_unbalance"])
def test_what_unbalances_the_current_does_so_by_its_size(name: str) -> None:
    light, middle, heavy = (unbalance(graded(name, place, even=True)) for place in range(3))
    assert light < middle < heavy


@pytest.mark.parametrize("name", ["bearing_outer", "bearing_inner", "bearing_ball", "unbalance", "looseness"])
def test_what_shakes_does_so_by_its_size(name: str) -> None:
    light, middle, heavy = (units(graded(name, place), 1, "vib_radial").std() for place in range(3))
    assert light < middle < heavy


def test_a_locked_rotor_draws_several_times_its_current_and_does_not_turn() -> None:
    recording = graded("locked_rotor", 1)
    assert recording.meta["slip"] > 0.99
    amplitude = np.abs(space_vector(recording)[-1000:]).mean()
    assert amplitude > 4 * sound_motor(3).motor.peak_current_a


def test_every_condition_says_its_name_and_size_in_the_truth() -> None:
    for name, condition in CONDITIONS.items():
        assert graded(name, 1, duration_s=0.2).meta["conditions"] == {name: condition.sizes[1]}


def test_a_motor_stays_itself_from_one_recording_to_the_next() -> None:
    first, second = sound_motor(8, 0), sound_motor(8, 1)
    assert first.motor == second.motor
    assert first.vibration == second.vibration
    assert first.current_sensors == second.current_sensors
    assert first.cage == second.cage
    assert first.supply.unbalance_angle_deg == second.supply.unbalance_angle_deg
    assert (first.seed, first.load) != (second.seed, second.load)
    assert sound_motor(9).motor != first.motor


def test_mixtures_share_a_motor_in_fives_and_begin_with_a_sound_one() -> None:
    five = [draw_scenario("conditions", 1_000_000 + k) for k in range(5)]
    assert len({scenario.motor_id for scenario in five}) == 1
    assert five[0].conditions == ()
    assert five[0].broken_bars == 0
    assert all(1 <= len(scenario.conditions) <= 3 for scenario in five[1:])


def test_mixtures_have_every_condition_that_mixes_and_broken_bars_with_them() -> None:
    drawn = [mixture(seed) for seed in range(150)]
    names = {grade.name for scenario in drawn for grade in scenario.conditions}
    assert names == set(CONDITIONS) - {"phase_loss", "locked_rotor"}
    assert any(scenario.broken_bars and len(scenario.conditions) == 3 for scenario in drawn)


def test_a_mixture_is_written_and_read_as_it_is() -> None:
    scenario = mixture(1_000_003)
    assert scenario_of_dict(scenario_to_dict(scenario)) == scenario
