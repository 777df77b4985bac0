"""Which of three current sensors is the wrong way round."""

import numpy as np
import pytest

from edge_agent.audit.wiring import reversed_sensor

RIGHT = np.exp(-2j * np.pi / 3 * np.arange(3)) * [1.0, 1.3, 0.9]


@pytest.mark.parametrize("order", [1, -1])
def test_wired_right_none_is_reversed_whatever_their_scales_and_order(order: int) -> None:
    assert reversed_sensor(RIGHT[::order]) is None


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_the_odd_one_of_three_is_named(wrong: int) -> None:
    signs = np.where(np.arange(3) == wrong, -1.0, 1.0)
    assert reversed_sensor(RIGHT * signs) == wrong
    assert reversed_sensor(RIGHT * -signs) == wrong


def test_two_sensors_on_one_conductor_are_not_a_reversed_one() -> None:
    assert reversed_sensor(np.array([1.0, 1.0, np.exp(2j)])) is None


@pytest.mark.parametrize("phasors", [[1.0, 1j], [0.0, 1.0, 1j]])
def test_too_few_currents_tell_nothing(phasors: list[complex]) -> None:
    assert reversed_sensor(np.array(phasors)) is None
