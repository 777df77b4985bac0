"""The distortion of sines with known harmonics is the closed form, at every rate, frequency and angle."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.signals.distortion import total_harmonic_distortion

RATE_HZ = 10_000.0


def currents(
    shares: dict[int, float], line_hz: float = 50.0, rate_hz: float = RATE_HZ, length_s: float = 3.0
) -> np.ndarray:
    """Three phases of 4 A with harmonics over the fundamental, by their order; each at some angle."""
    seconds = np.arange(round(length_s * rate_hz)) / rate_hz
    return np.stack(
        [
            sum(
                4.0 * share * np.cos(2 * np.pi * order * line_hz * seconds + order * phase + order)
                for order, share in {1: 1.0, **shares}.items()
            )
            for phase in (0.0, -2 * np.pi / 3, 2 * np.pi / 3)
        ]
    )


def distortion(samples: np.ndarray, line_hz: float = 50.0, rate_hz: float = RATE_HZ) -> float | None:
    return total_harmonic_distortion(samples, np.ones(samples.shape[1], bool), rate_hz, line_hz)


@given(
    st.dictionaries(st.integers(2, 40), st.floats(0.005, 0.5), min_size=1, max_size=8),
    st.floats(45.0, 65.0),
)
def test_it_is_the_root_of_the_sum_of_squares(shares: dict[int, float], line_hz: float) -> None:
    true = math.sqrt(sum(share**2 for share in shares.values()))
    assert distortion(currents(shares, line_hz), line_hz) == pytest.approx(true, rel=2e-3)


@pytest.mark.parametrize("line_hz", [5.0, 16.7, 49.987, 60.021, 400.0])
def test_a_pure_sine_has_none_and_a_fifth_harmonic_is_exact(line_hz: float) -> None:
    assert distortion(currents({}, line_hz), line_hz) == pytest.approx(0.0, abs=1e-4)
    assert distortion(currents({5: 0.04}, line_hz), line_hz) == pytest.approx(0.04, rel=1e-3)


def test_a_rectangle_has_the_distortion_of_its_odd_harmonics_up_to_the_40th() -> None:
    true = math.sqrt(sum(1 / order**2 for order in range(3, 40, 2)))
    rectangle = currents({order: 1 / order for order in range(3, 100, 2)})
    assert distortion(rectangle) == pytest.approx(true, rel=1e-3)


def test_direct_current_and_lines_between_harmonics_do_not_count() -> None:
    seconds = np.arange(30_000) / RATE_HZ
    beside = 0.4 * np.cos(2 * np.pi * 175.0 * seconds)
    assert distortion(currents({7: 0.03}) + 2.0 + beside) == pytest.approx(0.03, rel=2e-3)


@pytest.mark.parametrize(("rate_hz", "counts"), [(1000.0, 9), (500.0, 4), (250.0, 2), (4500.0, 40)])
def test_a_slow_rate_counts_the_harmonics_that_it_reaches(rate_hz: float, counts: int) -> None:
    seen = [distortion(currents({order: 0.1}, rate_hz=rate_hz), rate_hz=rate_hz) for order in (counts,)]
    assert seen == [pytest.approx(0.1, rel=0.01)]
    assert distortion(currents({}, rate_hz=rate_hz), rate_hz=rate_hz) == pytest.approx(0.0, abs=2e-3)


def test_a_rate_that_does_not_reach_the_second_harmonic_gives_none() -> None:
    assert distortion(currents({}, rate_hz=200.0), rate_hz=200.0) is None


@pytest.mark.parametrize(("order", "loses"), [(5, 0.002), (13, 0.005), (40, 0.06)])
def test_a_line_that_wanders_costs_high_harmonics_a_little(order: int, loses: float) -> None:
    """The frequency swings by 0.1 Hz to both sides of 50 Hz, ten times that of a public grid."""
    seconds = np.arange(120_000) / RATE_HZ
    phase = 2 * np.pi * 50.0 * seconds + 0.1 / 0.1 * np.sin(2 * np.pi * 0.1 * seconds)
    wandering = np.cos(phase) + 0.05 * np.cos(order * phase)
    found = distortion(wandering[np.newaxis])
    assert found is not None
    assert -loses <= found / 0.05 - 1 <= 0.003


def test_lost_scans_cost_their_parts_only() -> None:
    samples, valid = currents({5: 0.05}), np.ones(30_000, bool)
    valid[7_000:9_000] = False
    samples[:, ~valid] = 0.0
    assert total_harmonic_distortion(samples, valid, RATE_HZ, 50.0) == pytest.approx(0.05, rel=1e-3)
    valid[::1500] = False
    assert total_harmonic_distortion(samples, valid, RATE_HZ, 50.0) is None


def test_a_window_without_a_part_or_a_current_gives_none() -> None:
    assert distortion(currents({5: 0.1}, length_s=0.1)) is None
    assert distortion(np.zeros((3, 30_000))) is None


def test_phases_count_by_their_power() -> None:
    samples = currents({})
    samples[0] += currents({5: 0.3})[0] - currents({})[0]
    assert distortion(samples) == pytest.approx(0.3 / math.sqrt(3), rel=1e-3)
