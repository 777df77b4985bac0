"""What a seed draws stays what it was: published figures and the shipped model name their seeds."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from calibration.simulator import motors
from calibration.simulator.draw import DRAWN_DEFECTS, DRAWN_FAULTS, DRAWN_MOTORS
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import draw_scenario

RECORDED = {}
"""By set and seed the class of the motor, and the digest of the whole scenario."""
SEEDS = [(kind, seed) for kind, seeds in RECORDED.items() for seed in seeds]


@pytest.mark.parametrize(("kind", "seed"), SEEDS)
def test_a_seed_draws_the_scenario_that_it_always_drew(kind: str, seed: int) -> None:
    scenario = draw_scenario(kind, seed)
    motor, recorded = RECORDED[kind][seed]
    assert scenario.motor.name.endswith(motor)
    assert digest(scenario) == recorded


@pytest.mark.parametrize("place", [0, 4, 10])
def test_a_further_class_of_motors_draws_no_seed_anew(monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    more = list(motors.MOTORS)
    more.insert(place, motors.relative_of(motors.DEFAULT_MOTOR, "30kw-4p-50hz", np.random.default_rng(1)))
    monkeypatch.setattr(motors, "MOTORS", tuple(more))
    for kind, seed in SEEDS:
        assert digest(draw_scenario(kind, seed)) == RECORDED[kind][seed][1]


def test_classes_in_another_order_draw_no_seed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motors, "MOTORS", motors.MOTORS[::-1])
    for kind, seed in SEEDS:
        assert digest(draw_scenario(kind, seed)) == RECORDED[kind][seed][1]


@pytest.mark.parametrize("drawn", [DRAWN_MOTORS, DRAWN_DEFECTS, DRAWN_FAULTS])
def test_what_is_drawn_has_names_that_are_all_different(drawn: tuple[str, ...]) -> None:
    assert len(set(drawn)) == len(drawn)


def test_every_class_that_is_drawn_exists() -> None:
    assert [motors.motor_named(name).name for name in DRAWN_MOTORS] == list(DRAWN_MOTORS)


def test_a_class_that_does_not_exist_is_named_beside_those_that_do() -> None:
    with pytest.raises(ValueError, match=r"no class '99kw'; there are lab-0\.75kw, 0\.75kw-4p-50hz, "):
        motors.motor_named("99kw")


def digest(scenario: Scenario) -> str:
    """Return a short hash of all that is not its default, so that a new field of conditions changes none.

    Floats have nine digits, on which all processors agree.
    """
    drawn = TypeAdapter(Scenario).dump_python(scenario, mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(_plain(drawn), sort_keys=True).encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, dict):
        return {name: _plain(own) for name, own in value.items()}
    return [_plain(own) for own in value] if isinstance(value, list | tuple) else value
