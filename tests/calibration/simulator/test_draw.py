"""What a seed draws stays what it was: published figures and the shipped model name their seeds."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest

from calibration.simulator import motors
from calibration.simulator.draw import DRAWN_DEFECTS, DRAWN_FAULTS, DRAWN_MOTORS
from calibration.simulator.scenario import scenario_to_dict
from calibration.simulator.sets import draw_scenario

RECORDED = {
    "training": {
        0: ("2.2kw-4p-50hz", "851d52ce0151"),
        7: ("7.5kw-2p-60hz", "b9bf8c9d658f"),
        60: ("3kw-6p-50hz", "f29125f2ba07"),
        1_234: ("1.1kw-2p-50hz", "83d81a4c9f49"),
        3_000: ("3kw-6p-50hz", "7952316063d3"),
        49_999: ("1.1kw-2p-50hz", "425fd4526962"),
        350_012: ("0.75kw-4p-50hz", "98fb2f8b6b33"),
        1_000_000: ("1.1kw-2p-50hz", "936b32c14f14"),
        1_000_033: ("1.5kw-4p-60hz", "05f191fcb90b"),
        1_350_100: ("3kw-6p-50hz", "bb098dcabf53"),
    },
    "validation": {
        0: ("3kw-6p-50hz", "cd45112f6197"),
        11: ("5.5kw-4p-50hz", "601d1ef29387"),
        60: ("2.2kw-4p-50hz", "dbb7b76b552d"),
        505: ("3kw-6p-50hz", "cf8e330a0dd9"),
        2_048: ("2.2kw-4p-50hz", "b56ebd40fae5"),
        9_999: ("1.5kw-4p-60hz", "5ad5e34ac088"),
        77_777: ("1.1kw-2p-50hz", "25f1414035b2"),
        1_000_000: ("lab-0.75kw", "2517281ace05"),
        1_000_033: ("2.2kw-4p-50hz", "de477c9104c2"),
        1_000_510: ("lab-0.75kw", "357021a8d6cc"),
    },
    "confounders": {
        0: ("0.75kw-4p-50hz", "fd90c39a6393"),
        11: ("15kw-6p-50hz", "6e71c52ac423"),
        60: ("15kw-6p-50hz", "7c5fbff2ab32"),
        505: ("2.2kw-4p-50hz", "7af2d29e1d19"),
        2_048: ("lab-0.75kw", "e95cac4dbb51"),
        9_999: ("lab-0.75kw", "8a440fc0cc78"),
        77_777: ("0.75kw-4p-50hz", "b9cd72852c9f"),
        1_000_000: ("11kw-4p-60hz", "ddaf6796cbb4"),
        1_000_033: ("7.5kw-2p-60hz", "1f2a0e370d4d"),
        1_000_510: ("1.5kw-4p-60hz", "2f3adb3eeb89"),
    },
    "sensor_faults": {
        0: ("15kw-6p-50hz", "a78c0bd3b5ac"),
        11: ("7.5kw-2p-60hz", "4f35371ae382"),
        60: ("1.1kw-2p-50hz", "44331d91b120"),
        505: ("11kw-4p-60hz", "9436905ee919"),
        2_048: ("1.1kw-2p-50hz", "18db79cc38ea"),
        9_999: ("0.75kw-4p-50hz", "d4383ba7f239"),
        77_777: ("15kw-6p-50hz", "496646883eac"),
        1_000_000: ("lab-0.75kw", "2ed62ba31f2a"),
        1_000_033: ("11kw-4p-60hz", "6b0d92e3e66e"),
        1_000_510: ("7.5kw-2p-60hz", "27aca336594c"),
    },
    "lab_rig": {
        0: ("lab-0.75kw", "027677ad4676"),
        11: ("lab-0.75kw", "3b5d5245ac37"),
        60: ("lab-0.75kw", "5e9e12e02838"),
        505: ("lab-0.75kw", "b2e3a3ae9a5c"),
        2_048: ("lab-0.75kw", "c2f760376bbd"),
        9_999: ("lab-0.75kw", "8f15b76eca80"),
        77_777: ("lab-0.75kw", "9a21cb9d4a76"),
        1_000_000: ("lab-0.75kw", "f76bfa22a9cc"),
        1_000_033: ("lab-0.75kw", "7e45126ab3ba"),
        1_000_510: ("lab-0.75kw", "3bc81655fab0"),
    },
}
"""By set and seed the class of the motor, and the digest of the whole scenario."""
SEEDS = [(kind, seed) for kind, seeds in RECORDED.items() for seed in seeds]


@pytest.mark.parametrize(("kind", "seed"), SEEDS)
def test_a_seed_draws_the_scenario_that_it_always_drew(kind: str, seed: int) -> None:
    scenario = draw_scenario(kind, seed)
    motor, recorded = RECORDED[kind][seed]
    assert scenario.motor.name.endswith(motor)
    assert digest(scenario_to_dict(scenario)) == recorded


@pytest.mark.parametrize("place", [0, 4, 10])
def test_a_further_class_of_motors_draws_no_seed_anew(monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    more = list(motors.MOTORS)
    more.insert(place, motors.relative_of(motors.DEFAULT_MOTOR, "30kw-4p-50hz", np.random.default_rng(1)))
    monkeypatch.setattr(motors, "MOTORS", tuple(more))
    for kind, seed in SEEDS:
        assert digest(scenario_to_dict(draw_scenario(kind, seed))) == RECORDED[kind][seed][1]


def test_classes_in_another_order_draw_no_seed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motors, "MOTORS", motors.MOTORS[::-1])
    for kind, seed in SEEDS:
        assert digest(scenario_to_dict(draw_scenario(kind, seed))) == RECORDED[kind][seed][1]


@pytest.mark.parametrize("drawn", [DRAWN_MOTORS, DRAWN_DEFECTS, DRAWN_FAULTS])
def test_what_is_drawn_has_names_that_are_all_different(drawn: tuple[str, ...]) -> None:
    assert len(set(drawn)) == len(drawn)


def test_every_class_that_is_drawn_exists() -> None:
    assert [motors.motor_named(name).name for name in DRAWN_MOTORS] == list(DRAWN_MOTORS)


def test_a_class_that_does_not_exist_is_named_beside_those_that_do() -> None:
    with pytest.raises(ValueError, match=r"no class '99kw'; there are lab-0\.75kw, 0\.75kw-4p-50hz, "):
        motors.motor_named("99kw")


def digest(fields: dict[str, Any]) -> str:
    """Return a short hash of the fields, of floats nine digits, on which all processors agree."""
    return hashlib.sha256(json.dumps(_plain(fields), sort_keys=True).encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, dict):
        return {name: _plain(own) for name, own in value.items()}
    return [_plain(own) for own in value] if isinstance(value, list | tuple) else value
