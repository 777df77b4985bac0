"""The slip by the lines of the air gap: found where they are, and never taken from a driven shaft."""

import numpy as np
import pytest
from plates import a_nameplate

from edge_agent.circuit import fit_circuit
from edge_agent.signals.prepared import Current, Line
from edge_agent.signals.slip.eccentricity import EccentricityLines
from edge_agent.signals.slip.range import SlipRange

CIRCUIT = fit_circuit(a_nameplate())
RATE_HZ = 1000.0
LINE_HZ = 60.0
SLIP = 0.03
ALLOWED = SlipRange(0.01, 0.06, "current")


def a_current(
    above: complex = 0.0,
    below: complex = 0.0,
    slip: float = SLIP,
    pole_pairs: int = 2,
    length_s: float = 12.0,
    wander: float = 0.0,
) -> Current:
    """A current with lines at f + f_r and f - f_r, as ratios to the carrier, in little noise."""
    seconds = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * LINE_HZ * seconds + wander * np.sin(2 * np.pi * 0.11 * seconds)
    turn = np.exp(1j * phase * (1 - slip) / pole_pairs)
    random = np.random.default_rng(5)
    noise = random.normal(0, 1e-4, seconds.size) + 1j * random.normal(0, 1e-4, seconds.size)
    vector = 4.0 * np.exp(1j * phase) * (1 + above * turn + below * turn.conj() + noise)
    return Current(vector, np.ones(seconds.size, bool), RATE_HZ, Line(LINE_HZ, 4.0, 0.0, False))


def slip_of(current: Current, pole_pairs: int = 2, allowed: SlipRange = ALLOWED) -> SlipRange | None:
    """The slip that the air gap shows within a range."""
    return EccentricityLines(current, CIRCUIT, pole_pairs).slip_within(allowed)


@pytest.mark.parametrize("pole_pairs", [1, 2, 3, 4])
def test_a_line_below_the_supply_tells_the_slip(pole_pairs: int) -> None:
    found = slip_of(a_current(below=0.001, pole_pairs=pole_pairs), pole_pairs)
    assert found is not None
    assert found.source == "eccentricity"
    assert found.lowest < SLIP < found.highest
    assert found.highest - found.lowest < 0.005


def test_a_wandering_supply_moves_no_slip() -> None:
    found = slip_of(a_current(below=0.001, wander=0.5))
    assert found is not None
    assert found.middle == pytest.approx(SLIP, abs=0.0005)


def test_without_lines_there_is_no_slip() -> None:
    assert slip_of(a_current()) is None


def test_a_pair_as_an_oscillating_load_makes_it_is_not_the_shaft_of_the_motor() -> None:
    """A driven shaft that turns nearly as fast moves the speed, and so the current along one direction."""
    shaft_hz = LINE_HZ * (1 - SLIP) / 2
    upper, lower = (complex(side[0]) for side in CIRCUIT.speed_swing(0.04, np.array([shaft_hz]), LINE_HZ))
    size = 0.002 / abs(upper)
    assert slip_of(a_current(above=size * upper, below=size * lower)) is None
    assert slip_of(a_current(above=size * upper, below=-size * lower)) is not None


def test_two_shafts_that_show_alike_tell_nothing() -> None:
    one, other = a_current(below=0.001), a_current(below=0.001, slip=0.05)
    both = Current(one.vector + other.vector, one.valid, RATE_HZ, one.line)
    assert slip_of(both) is None


def test_short_windows_and_windows_with_lost_samples_tell_nothing() -> None:
    assert slip_of(a_current(below=0.001, length_s=9.0)) is None
    whole = a_current(below=0.001)
    valid = whole.valid.copy()
    valid[100:120] = False
    assert slip_of(Current(whole.vector, valid, RATE_HZ, whole.line)) is None


def test_a_slip_beyond_the_range_is_not_found() -> None:
    assert slip_of(a_current(below=0.001, slip=0.09)) is None
