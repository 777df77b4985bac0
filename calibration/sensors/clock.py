"""Is the line where it should be? If not: is the plate wrong, or the rate that the DAQ states?"""

from collections.abc import Iterator

from calibration.sensors.findings import Finding, Problem
from calibration.sensors.measured import Currents
from calibration.sensors.readings import Readings
from edge_agent.limits import SUPPLY
from edge_agent.motor import Nameplate

_GRIDS_HZ = (50.0, 60.0)
"""Frequencies of public grids, Hz."""
_MAX_SLIP = 2.5
"""Slip over the rated one that a motor does not exceed for a minute. Judgement: most pull out there."""


def clock_findings(currents: Currents, nameplate: Nameplate, readings: Readings) -> Iterator[Finding]:
    """Return what is wrong with rate, line frequency and speed.

    A rate that is wrong moves the line by the same factor. So does another supply: only a reading tells them
    apart, or a factor that no grid has.
    """
    true_hz = _true_line_hz(nameplate, readings)
    if true_hz is not None:
        yield from _against_reading(currents, nameplate, true_hz)
    elif nameplate.supply == "grid":
        yield from _against_plate(currents, nameplate.line_frequency_hz)
    if readings.speed_rpm is not None:
        yield from _speed(currents.line_hz if true_hz is None else true_hz, nameplate, readings.speed_rpm)


def _true_line_hz(nameplate: Nameplate, readings: Readings) -> float | None:
    """Return the frequency as read, or of the only grid in which the motor can have the speed read."""
    if readings.line_frequency_hz is not None or readings.speed_rpm is None or nameplate.supply != "grid":
        return readings.line_frequency_hz
    turning_hz = readings.speed_rpm / 60.0 * nameplate.pole_pairs
    fitting = [hz for hz in _GRIDS_HZ if 0.0 < 1.0 - turning_hz / hz <= _MAX_SLIP * nameplate.rated_slip]
    return fitting[0] if len(fitting) == 1 else None


def _against_reading(currents: Currents, nameplate: Nameplate, true_hz: float) -> Iterator[Finding]:
    if not _near(currents.line_hz, true_hz):
        yield _wrong_rate(currents, true_hz, f"and is one of {true_hz:g} Hz as read")
    if nameplate.supply == "grid" and not _near(true_hz, nameplate.line_frequency_hz):
        yield Finding(
            Problem.LINE_FREQUENCY,
            (),
            f"the supply has {true_hz:g} Hz as read, and the plate {nameplate.line_frequency_hz:g} Hz",
            f"write motor.line_frequency_hz: {true_hz:g} and the plate's values for it",
        )


def _against_plate(currents: Currents, plate_hz: float) -> Iterator[Finding]:
    if _near(currents.line_hz, plate_hz):
        return
    other_hz = next((hz for hz in _GRIDS_HZ if _near(currents.line_hz, hz)), None)
    if other_hz is None:
        yield _wrong_rate(currents, plate_hz, f"and no grid has that; the plate says {plate_hz:g} Hz")
        return
    yield Finding(
        Problem.LINE_FREQUENCY,
        (),
        f"the line shows at {currents.line_hz:.2f} Hz, and the plate says {plate_hz:g} Hz",
        f"write motor.line_frequency_hz: {other_hz:g} if the supply has it. If it does not, the rate is "
        f"{currents.rate_hz * plate_hz / currents.line_hz:.5g} Hz instead of {currents.rate_hz:g}: read the "
        "frequency with a meter, and give --line-frequency",
    )


def _wrong_rate(currents: Currents, true_hz: float, why: str) -> Finding:
    rate_hz = currents.rate_hz * true_hz / currents.line_hz
    return Finding(
        Problem.RATE,
        (),
        f"the line shows at {currents.line_hz:.2f} Hz at the stated rate of {currents.rate_hz:g} Hz, {why}",
        f"the true rate is about {rate_hz:.5g} Hz ({true_hz / currents.line_hz:.4g} times the stated one): "
        "correct it in the DAQ, or acquisition.rate_hz for lines of text",
    )


def _speed(line_hz: float, nameplate: Nameplate, speed_rpm: float) -> Iterator[Finding]:
    synchronous_rpm = 60.0 * line_hz / nameplate.pole_pairs
    slip = 1.0 - speed_rpm / synchronous_rpm
    if not 0.0 <= slip <= _MAX_SLIP * nameplate.rated_slip:
        yield Finding(
            Problem.PLATE,
            (),
            f"a speed of {speed_rpm:g} rpm is a slip of {100 * slip:.1f} % of {synchronous_rpm:.5g} rpm "
            f"({line_hz:.4g} Hz, {nameplate.poles} poles); the plate says {100 * nameplate.rated_slip:.1f} %",
            "check motor.poles, motor.rated_speed_rpm and the tachometer",
        )


def _near(line_hz: float, expected_hz: float) -> bool:
    return abs(line_hz / expected_hz - 1.0) <= SUPPLY.grid_tolerance
