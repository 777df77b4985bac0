"""What was learned, held against the plate: a right plate is confirmed, a wrong entry accused."""

import math

import pytest
from answers import NAMEPLATE
from audited import a_motor_window

from edge_agent.audit.currents import Plate
from edge_agent.audit.findings import Suspect
from edge_agent.audit.ledger import Count
from edge_agent.audit.reading import Reading
from edge_agent.audit.taught import read_learned
from edge_agent.audit.words import say_finding
from edge_agent.circuit import fit_circuit
from edge_agent.motor import Nameplate
from edge_agent.signals.slip.known import CurrentLine, KnownMotor, SlotBars

CIRCUIT = fit_circuit(NAMEPLATE)


def a_line(no_load: float = 1.0, slip: float = 1.0) -> CurrentLine:
    """A line with so many times the plate's no-load current, and rated slip at its rated current."""
    no_load_a, rated_a = no_load * CIRCUIT.no_load_current_rms_a, NAMEPLATE.rated_current_a
    a_per_slip = math.sqrt(rated_a**2 - no_load_a**2) / (slip * NAMEPLATE.rated_slip)
    return CurrentLine(no_load_a, a_per_slip, 0.02, no_load_a, rated_a)


def read(known: KnownMotor, nameplate: Nameplate = NAMEPLATE, *of_current: Reading) -> dict[Suspect, bool]:
    plate = Plate(nameplate, CIRCUIT)
    return {reading.suspect: reading.accuses for reading in read_learned(known, of_current, plate)}


@pytest.mark.parametrize("slip", [0.8, 1.0, 1.6])
def test_a_right_plate_is_confirmed_hot_and_cold(slip: float) -> None:
    assert read(KnownMotor(None, a_line(1.1, slip))) == {Suspect.SPEED: False, Suspect.RATED_SPEED: False}


@pytest.mark.parametrize("slip", [0.25, 0.5, 2.0, 4.0])
def test_a_rated_speed_that_is_wrong_by_a_factor_is_accused(slip: float) -> None:
    assert read(KnownMotor(None, a_line(1.0, slip))) == {Suspect.RATED_SPEED: True}


@pytest.mark.parametrize(("no_load", "slip"), [(0.85, 1.8), (1.2, 0.75)])
def test_a_voltage_that_is_off_accuses_no_rated_speed(no_load: float, slip: float) -> None:
    assert read(KnownMotor(None, a_line(no_load, slip))) == {Suspect.SPEED: False, Suspect.RATED_SPEED: False}


@pytest.mark.parametrize("no_load", [0.98, 1.13])
def test_half_the_rated_slip_is_accused_of_a_cold_rotor(no_load: float) -> None:
    assert read(KnownMotor(None, a_line(no_load, 2 * 0.86))) == {Suspect.RATED_SPEED: True}


@pytest.mark.parametrize("no_load", [0.58, 1.6])
def test_the_current_of_the_other_connection_is_accused(no_load: float) -> None:
    assert read(KnownMotor(None, a_line(no_load))) == {Suspect.SPEED: True}


def test_single_windows_say_nothing_of_the_speed_once_the_line_is_known() -> None:
    of_current = (Reading(Suspect.SPEED, True, 1.8), Reading(Suspect.SCALE, False))
    assert read(KnownMotor(), NAMEPLATE, *of_current) == {Suspect.SPEED: True, Suspect.SCALE: False}
    assert read(KnownMotor(None, a_line()), NAMEPLATE, *of_current)[Suspect.SPEED] is False


@pytest.mark.parametrize(("stated", "accused"), [(None, None), (28, False), (34, True)])
def test_bars_that_are_configured_are_held_against_those_that_are_known(
    stated: int | None, accused: bool | None
) -> None:
    plate = NAMEPLATE.model_copy(update={"rotor_bars": stated})
    assert read(KnownMotor(SlotBars(28, (1, -1), True)), plate).get(Suspect.BARS) is accused
    assert Suspect.BARS not in read(KnownMotor(SlotBars(28, (1,), False)), plate)


def test_beside_a_wrong_speed_the_bars_are_not_accused() -> None:
    plate = NAMEPLATE.model_copy(update={"rotor_bars": 34})
    known = KnownMotor(SlotBars(28, (1, -1), True), a_line(1.0, 2.2))
    assert read(known, plate) == {Suspect.RATED_SPEED: True}


def test_behind_a_drive_the_line_says_nothing() -> None:
    plate = NAMEPLATE.model_copy(update={"supply": "vfd"})
    assert read(KnownMotor(None, a_line(1.0, 4.0)), plate) == {}


@pytest.mark.parametrize(
    ("suspect", "value", "yaml"),
    [
        (Suspect.RATED_SPEED, 1650.0, "motor: {rated_speed_rpm: 1650}"),
        (Suspect.BARS, 28.0, "motor: {rotor_bars: 28}"),
        (Suspect.PHASE_ORDER, 0.0, "channels: [{name: ib, phase: c}, {name: ic, phase: b}]"),
    ],
)
def test_each_finding_has_the_line_to_write(suspect: Suspect, value: float, yaml: str) -> None:
    count = Count()
    count.take(Reading(suspect, True, value), 12.0)
    plate = NAMEPLATE.model_copy(update={"rotor_bars": 34})
    assert say_finding(suspect, count, plate, a_motor_window().current.stream).yaml.startswith(yaml)
