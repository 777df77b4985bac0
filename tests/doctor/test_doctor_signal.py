"""Dead channels and plates of another motor, found in the samples."""

from pathlib import Path

import pytest
from doctored import PLATE, SPEED_RPM, a_site, of, playing, recording, with_speed, with_still_channel
from plates import plate_yaml

from edge_agent.acquire.recordings import Recording
from edge_agent.doctor.port import check_port
from edge_agent.doctor.result import Mark, Result

QUICK = 4.0
"""Times faster than real time: nothing here asks for the rate."""


def examined(folder: Path, played: Recording, **plate: object) -> list[Result]:
    settings = a_site(folder, motor=plate_yaml(**{"id": "m", **PLATE, **plate}))
    with playing(folder / "port", played, speed=QUICK):
        return list(check_port(settings))


@pytest.mark.parametrize("name", ["ib", "vib_radial"])
def test_a_dead_channel(tmp_path: Path, name: str) -> None:
    results = examined(tmp_path, with_still_channel(name))
    (channels,) = of(results, "channels")
    assert channels.mark is Mark.FAIL
    assert channels.what == f"{name} always gives the same value"
    assert "check the sensor" in channels.advice


@pytest.mark.parametrize(
    ("plate", "said"),
    [
        ({"rated_power_kw": 4, "rated_current_a": 15}, "the current is 2.5"),
        ({"line_frequency_hz": 50, "rated_speed_rpm": 1430}, "line frequency"),
    ],
)
def test_a_plate_of_another_motor(tmp_path: Path, plate: dict[str, object], said: str) -> None:
    (result,) = of(examined(tmp_path, recording(), **plate), "plate")
    assert result.mark is Mark.FAIL
    assert said in result.what


def test_a_slip_that_is_impossible(tmp_path: Path) -> None:
    (result,) = of(examined(tmp_path, with_speed(), poles=2, rated_speed_rpm=3430), "plate")
    assert result.mark is Mark.FAIL
    assert f"{SPEED_RPM} rpm" in result.what
    assert "slip of 51." in result.what
    assert "motor.poles" in result.advice


def test_a_speed_that_fits_is_called_fitting(tmp_path: Path) -> None:
    (result,) = of(examined(tmp_path, with_speed()), "plate")
    assert result.mark is Mark.OK
    assert f"{SPEED_RPM} rpm" in result.what


def test_a_motor_at_rest_cannot_be_compared(tmp_path: Path) -> None:
    (result,) = of(examined(tmp_path, recording(), rated_current_a=100, rated_power_kw=22), "plate")
    assert (result.mark, "start the motor" in result.advice) == (Mark.WARN, True)
