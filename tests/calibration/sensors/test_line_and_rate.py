"""A wrong line frequency, a wrong rate and a wrong plate."""

from plates import PLATE, a_nameplate
from three_currents import currents

from calibration.sensors.clock import clock_findings
from calibration.sensors.findings import Problem
from calibration.sensors.readings import Readings

AT_50_HZ = a_nameplate(line_frequency_hz=50, rated_speed_rpm=1430)


def problems(line_hz: float, plate: object = PLATE, **readings: float) -> list[Problem]:
    found = clock_findings(currents(line_hz=line_hz), plate, Readings(**readings))  # type: ignore[arg-type]
    return [finding.problem for finding in found]


def test_a_line_where_the_plate_says_is_right() -> None:
    assert problems(60.0) == problems(59.5) == problems(60.0, line_frequency_hz=60.0) == []


def test_the_other_grid_is_told_as_what_it_may_be() -> None:
    assert problems(50.0) == [Problem.LINE_FREQUENCY]
    (finding,) = clock_findings(currents(line_hz=50.0), PLATE, Readings())
    assert "motor.line_frequency_hz: 50" in finding.advice
    assert "--line-frequency" in finding.advice


def test_a_factor_that_no_grid_has_is_the_rate() -> None:
    assert problems(30.0) == problems(75.0) == problems(6.0) == [Problem.RATE]
    (finding,) = clock_findings(currents(line_hz=30.0), PLATE, Readings())
    assert "about 4000 Hz (2 times" in finding.advice


def test_a_reading_tells_plate_and_rate_apart() -> None:
    assert problems(50.0, line_frequency_hz=60.0) == [Problem.RATE]
    assert problems(50.0, line_frequency_hz=50.0) == [Problem.LINE_FREQUENCY]


def test_so_does_the_speed() -> None:
    """1456 rpm of a motor with four poles are a slip of 3 % at 50 Hz, and of 19 % at 60 Hz."""
    assert problems(60.0, AT_50_HZ, speed_rpm=1456.0) == [Problem.RATE]
    assert problems(50.0, AT_50_HZ, speed_rpm=1456.0) == []
    assert problems(60.0, PLATE, speed_rpm=2900.0) == [Problem.PLATE]


def test_behind_a_drive_any_frequency_is_right_unless_it_was_read() -> None:
    drive = a_nameplate(supply="vfd")
    assert problems(43.0, drive) == []
    assert problems(43.0, drive, line_frequency_hz=43.0) == []
    assert problems(43.0, drive, line_frequency_hz=35.8) == [Problem.RATE]
