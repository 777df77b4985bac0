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

RECORDED = {
    "training": {
        0: ("2.2kw-4p-50hz", "f107c39aeb93"),
        7: ("7.5kw-2p-60hz", "a69806836ffd"),
        60: ("3kw-6p-50hz", "6f431163bf7f"),
        1_234: ("1.1kw-2p-50hz", "a92df262f5b3"),
        3_000: ("3kw-6p-50hz", "c85bcfb61587"),
        49_999: ("1.1kw-2p-50hz", "2428440de128"),
        350_012: ("0.75kw-4p-50hz", "42c12cecb44b"),
        1_000_000: ("1.1kw-2p-50hz", "5214d2df7a47"),
        1_000_033: ("1.5kw-4p-60hz", "0792895ac19e"),
        1_350_100: ("3kw-6p-50hz", "4a6ef73382fb"),
    },
    "validation": {
        0: ("3kw-6p-50hz", "1282185ed30b"),
        11: ("5.5kw-4p-50hz", "514e568db45f"),
        60: ("2.2kw-4p-50hz", "277330e2a861"),
        505: ("3kw-6p-50hz", "2059925583ff"),
        2_048: ("2.2kw-4p-50hz", "b3759727ec9d"),
        9_999: ("1.5kw-4p-60hz", "315f164933b2"),
        77_777: ("1.1kw-2p-50hz", "3207482e1bc1"),
        1_000_000: ("lab-0.75kw", "ea1f36eae497"),
        1_000_033: ("2.2kw-4p-50hz", "0d546a3a6e47"),
        1_000_510: ("lab-0.75kw", "52b4f4d4a7a7"),
    },
    "confounders": {
        0: ("0.75kw-4p-50hz", "624778b6294b"),
        11: ("15kw-6p-50hz", "08117f05acf6"),
        60: ("15kw-6p-50hz", "419aec9b6ba9"),
        505: ("2.2kw-4p-50hz", "b7f618e578a3"),
        2_048: ("lab-0.75kw", "e333b12f2888"),
        9_999: ("lab-0.75kw", "0ec1673e4c12"),
        77_777: ("0.75kw-4p-50hz", "43f48c6d24e8"),
        1_000_000: ("11kw-4p-60hz", "67fb624bdf59"),
        1_000_033: ("7.5kw-2p-60hz", "b764f6ccf65a"),
        1_000_510: ("1.5kw-4p-60hz", "b519b0b880f8"),
    },
    "sensor_faults": {
        0: ("15kw-6p-50hz", "efbd1c74c60e"),
        11: ("7.5kw-2p-60hz", "0713907d6438"),
        60: ("1.1kw-2p-50hz", "cc6ebb466cbf"),
        505: ("11kw-4p-60hz", "96998b0fefd7"),
        2_048: ("1.1kw-2p-50hz", "066310f8a35a"),
        9_999: ("0.75kw-4p-50hz", "3786fca54f64"),
        77_777: ("15kw-6p-50hz", "59e38d445487"),
        1_000_000: ("lab-0.75kw", "9b72f99bdf6e"),
        1_000_033: ("11kw-4p-60hz", "5d64ab22c442"),
        1_000_510: ("7.5kw-2p-60hz", "54ea27ea2fd0"),
    },
    "lab_rig": {
        0: ("lab-0.75kw", "8832d29e4c12"),
        11: ("lab-0.75kw", "a96254b7cc15"),
        60: ("lab-0.75kw", "a3219dc9a546"),
        505: ("lab-0.75kw", "1be4059da6fb"),
        2_048: ("lab-0.75kw", "1466e2bd0d8e"),
        9_999: ("lab-0.75kw", "fddc5da02675"),
        77_777: ("lab-0.75kw", "35ffe2556db8"),
        1_000_000: ("lab-0.75kw", "3fc9db2d108a"),
        1_000_033: ("lab-0.75kw", "95f225276705"),
        1_000_510: ("lab-0.75kw", "65df6283f6be"),
    },
}
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


def test_fifty_seeds_are_recorded() -> None:
    assert len(SEEDS) == 50


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
