"""The current against the plate's, with a slip and without."""

import pytest
from answers import NAMEPLATE

from edge_agent.audit.currents import Plate, read_current
from edge_agent.audit.findings import Suspect
from edge_agent.circuit import fit_circuit
from edge_agent.signals.prepared import Line

PLATE = Plate(NAMEPLATE, fit_circuit(NAMEPLATE))
RATED = NAMEPLATE.rated_slip


def read(ratio: float, slip: float | None, plate: Plate = PLATE) -> dict[Suspect, bool]:
    """What a current says that is so many times the one expected; without a slip, of the rated one."""
    expected_a = NAMEPLATE.rated_current_a if slip is None else plate.circuit.current_rms_a(slip)
    line = Line(60.0, ratio * expected_a * 2**0.5, 0.01, False)
    return {reading.suspect: reading.accuses for reading in read_current(line, plate, slip)}


def test_a_right_plate_is_cleared_at_every_load() -> None:
    assert read(1.0, 0.1 * RATED) == {Suspect.SCALE: False, Suspect.SPEED: False}
    assert read(0.8, RATED) == {Suspect.SCALE: False, Suspect.SPEED: False}
    assert read(0.9, None) == {Suspect.SCALE: False}


@pytest.mark.parametrize("slip", [0.2 * RATED, RATED])
@pytest.mark.parametrize("ratio", [10.0, 3.0, 1 / 3])
def test_a_large_misfit_is_one_of_the_scale(ratio: float, slip: float) -> None:
    assert read(ratio, slip) == {Suspect.SCALE: True}


@pytest.mark.parametrize("slip", [0.2 * RATED, RATED])
@pytest.mark.parametrize("ratio", [3**0.5, 3**-0.5 - 0.02])
def test_a_smaller_one_is_one_of_current_or_speed(ratio: float, slip: float) -> None:
    assert read(ratio, slip) == {Suspect.SPEED: True}


def test_at_a_slip_that_would_be_an_overload_the_speed_is_in_doubt() -> None:
    assert read(0.3, 2.0 * RATED) == {Suspect.SPEED: True}


@pytest.mark.parametrize(("ratio", "slip"), [(1.45, RATED), (0.62, RATED), (1.35, 0.1 * RATED)])
def test_what_lies_between_says_nothing(ratio: float, slip: float) -> None:
    assert read(ratio, slip) == {}


@pytest.mark.parametrize("ratio", [2.5, 0.1])
def test_without_a_slip_only_the_impossible_is_accused(ratio: float) -> None:
    assert read(ratio, None) == {Suspect.SCALE: True}


def test_behind_a_drive_the_current_says_nothing() -> None:
    drive = Plate(NAMEPLATE.model_copy(update={"supply": "vfd"}), PLATE.circuit)
    assert read(10.0, RATED, drive) == {}


def test_without_a_slip_more_than_the_rated_current_clears_nothing() -> None:
    assert read(1.5, None) == {}
