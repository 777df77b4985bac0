"""Voltages as one vector, from whatever pairs of them are measured."""

import numpy as np
import pytest
from voltage_windows import a_stream, in_phases, turning

from edge_agent.signals.voltage.vector import channels_of_vector, voltage_vector

VECTOR = turning(325.0 * np.exp(0.4j), 9.0 * np.exp(1j))


@pytest.mark.parametrize("phases", ["a b c", "a b", "c b", "c a", "ab bc ca", "ab bc", "ca ab", "bc ca"])
def test_any_two_of_one_sort_give_the_vector(phases: str) -> None:
    names = tuple(phases.split())
    assert voltage_vector(np.stack(in_phases(VECTOR, names)), names) == pytest.approx(VECTOR)


def test_what_all_phases_have_in_common_does_not_count() -> None:
    rows = np.stack(in_phases(VECTOR, ("a", "b", "c"))) + 20.0
    assert voltage_vector(rows, ("a", "b", "c")) == pytest.approx(VECTOR)


@pytest.mark.parametrize(
    ("measured", "used"),
    [("a b c", "a b c"), ("a bc", ""), ("a b bc", "a b"), ("a ab bc", "ab bc"), ("ab", ""), ("", "")],
)
def test_voltages_of_two_sorts_are_not_mixed(measured: str, used: str) -> None:
    stream = a_stream(VECTOR, VECTOR, tuple(measured.split()))
    assert list(channels_of_vector(stream)) == used.split()
