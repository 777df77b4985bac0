"""The condensed cage against the tables of eigenvalues, ring share, distance and casting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ideal_motor import a_cage, rotor_of

from calibration.simulator.cage import Cage, RotorCircuit, condense, loop_matrices
from calibration.simulator.motors import DEFAULT_MOTOR

SLIP = 0.047
ROTOR = rotor_of(DEFAULT_MOTOR)


def relative_eigenvalues(
    broken: tuple[int, ...], rotor: RotorCircuit = ROTOR
) -> tuple[list[float], list[float]]:
    axes = condense(a_cage(34, broken), rotor, 60.0, SLIP)
    resistance = np.linalg.eigvalsh(axes.resistance)[::-1] / rotor.resistance_ohm
    leakage = np.linalg.eigvalsh(axes.leakage)[::-1] / rotor.leakage_h
    return resistance.tolist(), leakage.tolist()


def asymmetry(broken: tuple[int, ...]) -> float:
    return condense(a_cage(34, broken), ROTOR, 60.0, SLIP).asymmetry


def test_a_sound_cage_has_exactly_the_resistance_and_leakage_of_the_circuit() -> None:
    resistance, leakage = relative_eigenvalues(())
    assert resistance == pytest.approx([1.0, 1.0], abs=1e-9)
    assert leakage == pytest.approx([1.0, 1.0], abs=1e-9)


@pytest.mark.parametrize(
    ("bars", "resistance", "epsilon", "leakage"),
    [
        (1, (1.052, 1.000), 0.0251, (1.145, 1.000)),
        (2, (1.123, 1.003), 0.0564, (1.50, 1.006)),
        (3, (1.215, 1.012), 0.0913, (2.12, 1.03)),
        (4, (1.329, 1.029), 0.1270, (3.05, 1.10)),
    ],
)
def test_table_of_eigenvalues_of_adjacent_broken_bars(
    bars: int, resistance: tuple[float, float], epsilon: float, leakage: tuple[float, float]
) -> None:
    """34 bars, p = 2, ring share 0.3, slip 0.047."""
    found, found_leakage = relative_eigenvalues(tuple(range(bars)))
    assert found == pytest.approx(resistance, abs=0.001)
    assert found_leakage == pytest.approx(leakage, abs=0.006)
    assert asymmetry(tuple(range(bars))) == pytest.approx(epsilon, abs=0.0001)


@pytest.mark.parametrize(
    ("ring_share", "major"), [(0.1, 1.064), (0.2, 1.058), (0.3, 1.052), (0.4, 1.045), (0.5, 1.039)]
)
def test_table_of_the_ring_share(ring_share: float, major: float) -> None:
    """Major axis of one broken bar."""
    resistance, _ = relative_eigenvalues((0,), rotor_of(DEFAULT_MOTOR, ring_share))
    assert resistance[0] == pytest.approx(major, abs=0.001)


@pytest.mark.parametrize(
    ("distance", "epsilon"),
    [
        (1, 0.056),
        (2, 0.045),
        (3, 0.027),
        (4, 0.0076),
        (5, 0.012),
        (6, 0.030),
        (8, 0.049),
        (12, 0.014),
        (17, 0.050),
    ],
)
def test_table_of_two_broken_bars_apart(distance: int, epsilon: float) -> None:
    """Four slots, half a pole pitch, hide two broken bars below a casting tolerance."""
    assert asymmetry((0, distance)) == pytest.approx(epsilon, abs=0.0006)


@pytest.mark.parametrize(
    ("sd", "levels_db"),
    [(0.005, (-73, -65, -61)), (0.01, (-68, -60, -54)), (0.02, (-63, -55, -49)), (0.04, (-56, -47, -43))],
)
def test_table_of_casting_tolerance(sd: float, levels_db: tuple[float, float, float]) -> None:
    """Asymmetry that healthy castings have: 10, 50 and 90 %, of 200 rotors (tails vary by some dB)."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(200):
        bars = 1.0 + sd * rng.standard_normal(34)
        found.append(condense(Cage(tuple(bars), (1.0,) * 34), ROTOR, 60.0, SLIP).asymmetry)
    low, middle, high = 20 * np.log10(np.percentile(found, (10, 50, 90)))
    assert middle == pytest.approx(levels_db[1], abs=2.0)
    assert low == pytest.approx(levels_db[0], abs=4.0)
    assert high == pytest.approx(levels_db[2], abs=3.0)


def test_a_cracked_bar_lies_between_a_sound_and_a_broken_one() -> None:
    found = [
        condense(Cage((factor,) + (1.0,) * 33, (1.0,) * 34), ROTOR, 60.0, SLIP).asymmetry
        for factor in (1.0, 2.0, 5.0, 20.0, np.inf)
    ]
    assert found == sorted(found)
    assert found[0] < 1e-9 < found[1]


def test_a_cracked_ring_is_asymmetrical() -> None:
    ring = (5.0,) + (1.0,) * 33
    assert condense(Cage((1.0,) * 34, ring), ROTOR, 60.0, SLIP).asymmetry > 0.005


@settings(max_examples=25, deadline=None)
@given(first=st.integers(0, 33), count=st.integers(1, 4))
def test_where_the_broken_bars_lie_does_not_matter(first: int, count: int) -> None:
    broken = tuple((first + k) % 34 for k in range(count))
    assert asymmetry(broken) == pytest.approx(asymmetry(tuple(range(count))), rel=1e-9)


def test_loops_beside_broken_bars_are_merged() -> None:
    assert loop_matrices(a_cage(34, (33, 0, 7)), ROTOR).resistance.shape == (31, 31)


def test_shrinking_scales_the_asymmetry_and_keeps_the_mean() -> None:
    axes = condense(a_cage(34, (0, 1)), ROTOR, 60.0, SLIP)
    shrunk = axes.shrunk(0.4)
    assert shrunk.asymmetry == pytest.approx(0.4 * axes.asymmetry)
    assert np.trace(shrunk.leakage) == pytest.approx(np.trace(axes.leakage))
