"""Scenarios: made by hand, from YAML, and drawn."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.simulator.conditions import CageCondition
from calibration.simulator.lab_rig import RECORDINGS, place_of
from calibration.simulator.motors import DEFAULT_MOTOR, MOTORS, Motor, motor_of_nameplate
from calibration.simulator.recording import confounders
from calibration.simulator.rotor import make_rotor
from calibration.simulator.scenario import (
    Scenario,
    read_scenario,
    scenario_of_dict,
    scenario_to_dict,
    write_scenario,
)
from calibration.simulator.sets import CLASSES, FIRST_TEST_SEED, SETS, draw_scenario
from edge_agent.circuit import fit_circuit


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(sorted(SETS)), seed=st.integers(0, 3 * FIRST_TEST_SEED))
def test_every_drawn_scenario_survives_yaml(
    kind: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scenario = draw_scenario(kind, seed)
    path = tmp_path_factory.mktemp("drawn") / "scenario.yaml"
    write_scenario(path, scenario)
    assert read_scenario(path) == scenario
    assert draw_scenario(kind, seed) == scenario
    assert scenario.motor.nameplate.rated_slip > 0


def test_a_scenario_by_hand_is_the_default_motor() -> None:
    scenario = Scenario(seed=7, broken_bars=2, load=0.75, duration_s=12.0)
    assert scenario.motor_id == DEFAULT_MOTOR.name
    assert scenario.damaged == (0, 1)


def test_a_nameplate_or_a_class_name_stands_for_a_motor() -> None:
    plate = {
        "rated_power_kw": 5.5, "rated_voltage_v": 400, "rated_current_a": 11.0, "rated_speed_rpm": 1455,
        "line_frequency_hz": 50, "poles": 4,
    }  # fmt: skip
    assert scenario_of_dict({"motor": {"nameplate": plate}}).motor.bars == 28
    assert scenario_of_dict({"motor": "3kw-6p-50hz"}).motor.circuit.pole_pairs == 3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"bars": 2}, "no such field: bars"),
        ({"motor": "5kw"}, "no class '5kw'; there are lab-0.75kw"),
        ({"load": "heavy"}, "load"),
        ({"broken_bars": 40}, "not below half of 34"),
        ({"broken_bars": 2, "cage": {"positions": [1]}}, "1 places for 2 broken bars"),
    ],
)
def test_wrong_fields_are_named(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        scenario_of_dict(fields)


def test_plain_values_leave_nothing_out() -> None:
    plain = scenario_to_dict(Scenario(broken_bars=2, cage=CageCondition(positions=(3, 9))))
    assert plain["cage"]["positions"] == [3, 9]
    assert plain["motor"]["circuit"]["rotor_resistance_ohm"] == 2.30


@pytest.mark.parametrize("motor", MOTORS, ids=lambda motor: motor.name)
def test_the_ten_motors_give_their_plates(motor: Motor) -> None:
    """Table of motors: each gives its power at its rated slip, and its plate leads back to its circuit."""
    plate, circuit = motor.nameplate, motor.circuit
    assert circuit.slip_at_load(1.0) == pytest.approx(plate.rated_slip, rel=0.03)
    assert circuit.current_rms_a(plate.rated_slip) == pytest.approx(plate.rated_current_a, rel=0.02)
    fitted = fit_circuit(plate)
    for load in (0.25, 1.0):
        slip = circuit.slip_at_load(load)
        assert fitted.sideband_gain(slip) == pytest.approx(circuit.sideband_gain(slip), rel=0.08)


def test_a_motor_of_a_nameplate_keeps_the_plate() -> None:
    made = motor_of_nameplate(DEFAULT_MOTOR.nameplate)
    assert made.nameplate == DEFAULT_MOTOR.nameplate
    assert made.inertia_kgm2 == pytest.approx(DEFAULT_MOTOR.inertia_kgm2, rel=0.1)


def test_five_seeds_share_a_motor_and_have_all_classes() -> None:
    group = [draw_scenario("training", seed) for seed in range(10, 15)]
    assert len({scenario.motor for scenario in group}) == 1
    assert [scenario.broken_bars for scenario in group] == list(range(CLASSES))
    assert draw_scenario("training", 15).motor_id != group[0].motor_id


def test_no_motor_is_in_two_sets() -> None:
    first_versions = [kind for kind in SETS if not kind.endswith("_2")]
    names = {kind: {draw_scenario(kind, seed).motor_id for seed in range(50)} for kind in first_versions}
    assert len(set().union(*names.values())) == sum(len(found) for found in names.values())


def test_the_training_set_has_what_the_field_has() -> None:
    """Domain randomisation: 30 % oscillate, 15 % have a sensor fault, a fifth are not adjacent."""
    drawn = [draw_scenario("training", seed) for seed in range(400)]
    share = {
        "oscillation": sum("load_oscillation" in confounders(s) for s in drawn) / 400,
        "fault": sum(bool(s.sensor_faults) for s in drawn) / 400,
    }
    assert share["oscillation"] == pytest.approx(0.30, abs=0.08)
    assert share["fault"] == pytest.approx(0.15, abs=0.06)
    several = [s for s in drawn if s.broken_bars >= 2]
    assert sum(s.cage.positions is not None for s in several) / len(several) == pytest.approx(0.2, abs=0.08)


def test_every_confounder_comes_up() -> None:
    found = {name for seed in range(48) for name in confounders(draw_scenario("confounders", seed))}
    assert {
        "load_oscillation", "shaft_ripple", "unbalanced_supply", "flicker", "drive", "bearing", "unbalance",
        "misalignment", "sag", "eccentricity", "frequency_wander",
    } <= found  # fmt: skip


def test_the_lab_rig_is_five_rotors_at_eight_loads_ten_times() -> None:
    places = {place_of(seed) for seed in range(RECORDINGS)}
    assert len(places) == RECORDINGS == 400
    first, second = draw_scenario("lab_rig", 80), draw_scenario("lab_rig", 159)
    assert (first.broken_bars, second.broken_bars) == (1, 1)
    assert first.cage == second.cage
    assert first.motor == second.motor
    assert second.load / first.load == pytest.approx(8.0)


def test_unknown_sets_are_named() -> None:
    with pytest.raises(ValueError, match="no set of scenarios is named 'test'; there are training"):
        draw_scenario("test", 1)


def test_equivalent_bars_know_what_sidebands_cannot_tell() -> None:
    """Two bars half a pole pitch apart nearly cancel; inter-bar current hides a part."""
    sound = CageCondition(casting_sd=0.0, interbar_ratio=1e6)
    beside = make_rotor(Scenario(broken_bars=2, cage=sound))
    assert beside.equivalent_bars == pytest.approx(2.0, abs=0.01)
    apart = CageCondition(positions=(0, 4), casting_sd=0.0, interbar_ratio=1e6)
    assert make_rotor(Scenario(broken_bars=2, cage=apart)).equivalent_bars < 0.4
    leaky = CageCondition(casting_sd=0.0, interbar_ratio=0.3)
    assert make_rotor(Scenario(broken_bars=2, cage=leaky)).equivalent_bars < 1.7


@pytest.mark.parametrize("kind", ["training", "validation", "confounders"])
def test_a_second_version_differs_in_the_lines_of_the_current_alone(kind: str) -> None:
    for seed in range(0, 40, 7):
        first, second = draw_scenario(kind, seed), draw_scenario(f"{kind}_2", seed)
        assert second.vibration.slot_lines_db is not None
        lines = {"slot_lines_db": None, "eccentricity_lines_db": None}
        assert replace(second, kind=kind, vibration=replace(second.vibration, **lines)) == first


def test_motors_of_the_second_version_have_both_lines_one_or_none() -> None:
    pairs = [draw_scenario("validation_2", seed).vibration.slot_lines_db for seed in range(0, 2000, 5)]
    lines = Counter(sum(level_db is not None for level_db in pair or ()) for pair in pairs)
    assert lines[2] == pytest.approx(100, abs=30)
    assert lines[1] == pytest.approx(200, abs=30)
    assert lines[0] == pytest.approx(100, abs=30)


def test_five_seeds_of_the_second_version_share_the_lines_of_their_motor() -> None:
    vibrations = [draw_scenario("validation_2", seed).vibration for seed in range(10, 15)]
    assert len({(v.slot_lines_db, v.eccentricity_lines_db) for v in vibrations}) == 1
